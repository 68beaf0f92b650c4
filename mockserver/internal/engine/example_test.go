package engine_test

import (
	"fmt"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// notesContract is the part of the contract that would be in spec/openapi/notes.yaml.
const notesContract = `
openapi: 3.0.3
info: {title: Notes, version: 8.2.0}
paths:
  /api/admin/notes:
    get: {operationId: getNotes, security: [], responses: {'200': {description: all, content: {application/json: {schema: {$ref: '#/components/schemas/notes'}}}}}}
    post: {operationId: createNote, security: [], requestBody: {$ref: '#/components/requestBodies/note'}, responses: {'201': {$ref: '#/components/responses/note'}}}
  /api/admin/notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getNote, security: [], responses: {'200': {$ref: '#/components/responses/note'}}}
    put: {operationId: updateNote, security: [], requestBody: {$ref: '#/components/requestBodies/note'}, responses: {'200': {$ref: '#/components/responses/note'}}}
    delete: {operationId: deleteNote, security: [], responses: {'200': {description: deleted}}}
components:
  schemas:
    note: {type: object, required: [id, title, createdAt], properties: {id: {type: integer}, title: {type: string}, createdAt: {type: string, format: date-time}}}
    notes: {type: object, required: [notes], properties: {notes: {type: array, items: {$ref: '#/components/schemas/note'}}}}
  requestBodies: {note: {content: {application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}}}
  responses: {note: {description: a note, content: {application/json: {schema: {$ref: '#/components/schemas/note'}}}}}
`

type note struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title" state:",required"`
	CreatedAt time.Time `json:"createdAt"`
}

var notes = engine.NewTable(engine.Definition[note]{
	Name: "notes", Singular: "note", Noun: "note",
	ID:      func(n *note) *int64 { return &n.ID },
	Indexes: []*engine.Index[note]{byTitle},
	Events:  engine.Events{Created: "note-created", Updated: "note-updated", Deleted: "note-deleted"},
	Default: func(now time.Time) note { return note{CreatedAt: now} },
})
var byTitle = engine.Unique("title",
	func(n *note) engine.Key { return engine.Text(n.Title) },
	func(n *note) error { return apierror.NameExists("note", n.Title) })

type oneNote struct {
	ID engine.ID `path:"id"`
}
type noteBody struct {
	Title string `json:"title"`
}
type noteUpdate struct {
	oneNote
	noteBody
}
type noteList struct {
	Notes []*note `json:"notes"`
}

func notesResource() engine.Resource {
	return engine.Resource{Name: "notes", Tables: []engine.AnyTable{notes}, Operations: engine.Operations{
		"getNotes": engine.Read(func(view *engine.View, _ struct{}) (engine.Answer[noteList], error) {
			return engine.OK(noteList{notes.All(view)})
		}),
		"createNote": engine.Write(func(tx *engine.Tx, in noteBody) (out engine.Answer[*note], err error) {
			out.Value = &note{Title: in.Title, CreatedAt: tx.Stamp()}
			err = notes.Insert(tx, out.Value)
			out.Location = fmt.Sprintf("notes/%d", out.Value.ID)
			return out, err
		}),
		"getNote": engine.Read(func(view *engine.View, in oneNote) (out engine.Answer[*note], err error) {
			out.Value, err = notes.Find(view, in.ID)
			return out, err
		}),
		"updateNote": engine.Write(func(tx *engine.Tx, in noteUpdate) (out engine.Answer[*note], err error) {
			out.Value, err = notes.Change(tx, in.ID, func(n *note) { n.Title = in.Title })
			return out, err
		}),
		"deleteNote": engine.Write(func(tx *engine.Tx, in oneNote) (out engine.Answer[engine.None], err error) {
			return out, notes.DeleteID(tx, in.ID)
		}),
	}}
}

// A resource consists of its contract, its table and its operations.
func Example() {
	contract, _ := spec.Parse([]byte(notesContract))
	e, err := engine.New(contract, notesResource())
	fmt.Println("fits:", err == nil && e.Plans().Complete() == nil)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	seed, _ := v8json.ParseOrdered([]byte(`{"notes":[{"title":"buy milk","createdAt":"-2h"}]}`))
	store, _ := e.Plant(seed.(*v8json.Object), engine.Request{Now: now})
	request := &engine.Request{Now: now, Identity: engine.Identity{Actor: engine.Actor{ID: 1, Username: "ann"}}}
	do := func(operation, id, title string) {
		input := &engine.Input{Path: []string{id}, Body: map[string]any{"title": title}}
		result, err := e.Plans().Run(operation, store, request, input, nil, func(engine.Result) error { return nil })
		fmt.Println(operation, result.Status, string(result.Body), err)
	}
	do("createNote", "", "call home")
	do("createNote", "", "buy milk")
	do("updateNote", "2", "call mum")
	do("getNote", "three", "")
	do("deleteNote", "1", "")
	do("getNotes", "", "")
	fmt.Println(string(store.Snapshot(map[string]int{"events": 1})))
	// Output:
	// fits: true
	// createNote 201 {"id":2,"title":"call home","createdAt":"2026-01-02T03:04:05.000Z"} <nil>
	// createNote 0  409 NameExistsError: There already exists a note with the name buy milk
	// updateNote 200 {"id":2,"title":"call mum","createdAt":"2026-01-02T03:04:05.000Z"} <nil>
	// getNote 0  404 NotFoundError: Could not find note with id three
	// deleteNote 200  <nil>
	// getNotes 200 {"notes":[{"id":2,"title":"call mum","createdAt":"2026-01-02T03:04:05.000Z"}]} <nil>
	// {"version":2,"notes":[{"id":2,"title":"call mum","createdAt":"2026-01-02T03:04:05.000Z"}],"events":[{"id":3,"type":"note-deleted","createdAt":"2026-01-02T03:04:05.000Z","createdBy":{"id":1,"username":"ann"},"note":{"before":{"id":1,"title":"buy milk","createdAt":"2026-01-02T01:04:05.000Z"}}}],"sequences":{"notes":2,"events":3}}
}
