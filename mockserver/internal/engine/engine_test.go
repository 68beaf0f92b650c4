package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// asAnn returns a request by the user ann.
func asAnn() *engine.Request {
	return &engine.Request{Now: now, Random: strings.NewReader(strings.Repeat("random", 100)), Identity: engine.Identity{Actor: engine.Actor{ID: 1, Username: "ann"}}}
}

func accept(engine.Result) error { return nil }

func contractOf(t testing.TB, source string) *spec.Contract {
	t.Helper()
	contract, err := spec.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

func notesEngine(t testing.TB, change func(*engine.Resource)) *engine.Engine {
	t.Helper()
	resource := notesResource()
	if change != nil {
		change(&resource)
	}
	e, err := engine.New(contractOf(t, notesContract), resource)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func titled(title string) *engine.Input { return &engine.Input{Body: map[string]any{"title": title}} }

// TestARefusedAnswerLeavesNoTrace checks that rows, ids and events stay as they were.
func TestARefusedAnswerLeavesNoTrace(t *testing.T) {
	t.Parallel()
	e := notesEngine(t, nil)
	store, plans := e.NewStore(), e.Plans()
	if _, err := plans.Run("createNote", store, asAnn(), titled("a"), nil, accept); err != nil {
		t.Fatal(err)
	}
	before := string(store.Snapshot(nil))
	broken := errors.New("it breaks the contract")
	for id, input := range map[string]*engine.Input{
		"createNote": titled("b"),
		"updateNote": {Path: []string{"1"}, Body: map[string]any{"title": "b"}},
		"deleteNote": {Path: []string{"1"}},
	} {
		_, err := plans.Run(id, store, asAnn(), input, nil, func(engine.Result) error { return broken })
		if !errors.Is(err, broken) {
			t.Errorf("%s: the error is %v", id, err)
		}
	}
	if diff := cmp.Diff(before, string(store.Snapshot(nil))); diff != "" {
		t.Errorf("the state changed (-before +after):\n%s", diff)
	}
}

// TestManyWriters checks that, under concurrent writes, each id is used once and events
// are in the order of the changes.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	e := notesEngine(t, nil)
	store, plans := e.NewStore(), e.Plans()
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for i := range 50 {
				if _, err := plans.Run("createNote", store, asAnn(), titled(fmt.Sprint(client, i)), nil, accept); err != nil {
					t.Error(err)
				}
				_ = store.Snapshot(nil)
			}
		})
	}
	clients.Wait()
	events := store.Events()
	for i, event := range events {
		if event.ID != int64(i)+1 || event.After.(*note).ID != int64(i)+1 {
			t.Fatalf("event %d is %+v", i, event)
		}
	}
	if len(events) != 400 || store.Counts()["notes"] != 400 {
		t.Errorf("got %d events and the counts %v", len(events), store.Counts())
	}
}

func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	e := notesEngine(t, nil)
	store, plans := e.NewStore(), e.Plans()
	for i := range 1010 {
		if _, err := plans.Run("createNote", store, asAnn(), titled(fmt.Sprint(i)), nil, accept); err != nil {
			t.Fatal(err)
		}
	}
	if events := store.Events(); len(events) != 1000 || events[0].ID != 11 || events[999].ID != 1010 {
		t.Errorf("%d events from %d", len(events), events[0].ID)
	}
}

// TestSnapshotsComeBack checks that an imported snapshot exports exactly the same again.
func TestSnapshotsComeBack(t *testing.T) {
	t.Parallel()
	e := notesEngine(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		store, plans := e.NewStore(), e.Plans()
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			input := titled(rapid.SampledFrom([]string{"a", "b", "ü\u2028", "\xed\xa0\x80"}).Draw(t, "title"))
			input.Path = []string{fmt.Sprint(rapid.IntRange(1, 5).Draw(t, "id"))}
			id := rapid.SampledFrom([]string{"createNote", "updateNote", "deleteNote"}).Draw(t, "operation")
			_, _ = plans.Run(id, store, asAnn(), input, nil, accept) // refusals are as good
		}
		exported := store.Snapshot(nil)
		read, err := v8json.ParseOrdered(exported)
		if err != nil {
			t.Fatal(err)
		}
		restored, err := e.Restore(read.(*v8json.Object), engine.Request{Now: now}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if again := restored.Snapshot(nil); !bytes.Equal(exported, again) {
			t.Fatalf("exported %s\nimported %s", exported, again)
		}
	})
}

func TestBoundsDropTheOldest(t *testing.T) {
	t.Parallel()
	for name, bound := range map[string]engine.Bound{
		"rows":  {Table: "sized", Rows: 3},
		"bytes": {Table: "sized", Bytes: 70_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sized := engine.NewTable(engine.Definition[note]{
				Name: "sized", Singular: "sized", Noun: "note",
				ID: func(n *note) *int64 { return &n.ID },
			})
			e := notesEngine(t, func(r *engine.Resource) {
				r.Tables, r.Bounds = append(r.Tables, sized), []engine.Bound{bound}
			})
			store := e.NewStore()
			for range 5 {
				tx := store.Begin(asAnn())
				if err := sized.Insert(tx, &note{Title: strings.Repeat("x", 10_000)}); err != nil {
					t.Fatal(err)
				}
				tx.Commit()
			}
			rows := sized.All(store.View(nil))
			if len(rows) != 3 || rows[0].ID != 3 || store.Counts()["sized"] != 3 {
				t.Errorf("%d rows are kept, the first is %+v", len(rows), rows[0])
			}
			tx := store.Begin(asAnn())
			defer tx.Abort()
			same, large := &note{ID: rows[2].ID, Title: strings.Repeat("y", 10_000)}, &note{ID: rows[2].ID, Title: strings.Repeat("x", 20_000)}
			isRow := name == "rows"
			if !sized.Fits(tx, rows[2], same) || sized.Fits(tx, rows[2], large) != isRow || sized.Fits(tx, nil, &note{}) == isRow {
				t.Error("what fits is wrong")
			}
			if err := sized.Update(tx, rows[2], large); err != nil {
				t.Fatal(err)
			}
			if left := len(sized.All(tx)); isRow != (left == 3) {
				t.Errorf("%d rows are left after one has grown", left)
			}
		})
	}
}

// pin is a child row of a note.
type pin struct {
	ID     int64         `json:"id"`
	NoteID int64         `json:"noteId" state:",parent"`
	Secret engine.Secret `json:"secret" pattern:"^pin_"`
}

func pins() *engine.Table[pin] {
	return engine.NewTable(engine.Definition[pin]{
		Name: "pins", Singular: "pin", Noun: "pin",
		ID:     func(p *pin) *int64 { return &p.ID },
		Secret: func(p *pin) *engine.Secret { return &p.Secret },
		Parent: &engine.Parent[pin]{Table: "notes", Key: func(p *pin) engine.Key { return engine.Int(p.NoteID) }, Nested: "pins"},
	})
}

// TestChildrenGoWithTheirParent deletes a note that has pins.
func TestChildrenGoWithTheirParent(t *testing.T) {
	t.Parallel()
	table := pins()
	e := notesEngine(t, func(r *engine.Resource) { r.Tables = append(r.Tables, table) })
	seed, _ := v8json.ParseOrdered([]byte(`{"notes":[{"title":"a","pins":["pin_1",{"secret":"pin_2"}]},{"title":"b","pins":["pin_3"]}]}`))
	store, err := e.Plant(seed.(*v8json.Object), engine.Request{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Plans().Run("deleteNote", store, asAnn(), &engine.Input{Path: []string{"1"}}, nil, accept); err != nil {
		t.Fatal(err)
	}
	if got := len(table.All(store.View(nil))); got != 1 {
		t.Errorf("%d pins are left, want 1", got)
	}
}

// TestSecretsAreShownOnce checks that the row that a handler inserts has its secret's
// text, and that the stored row does not.
func TestSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	table := pins()
	e := notesEngine(t, func(r *engine.Resource) { r.Tables = append(r.Tables, table) })
	store := e.NewStore()
	tx := store.Begin(asAnn())
	if err := notes.Insert(tx, &note{Title: "a"}); err != nil {
		t.Fatal(err)
	}
	row := &pin{NoteID: 1, Secret: table.NewSecret(tx, "pin_", 4)}
	if err := table.Insert(tx, row); err != nil {
		t.Fatal(err)
	}
	tx.Commit()
	view := store.View(nil)
	stored := table.BySecret(view, "pin_72616e64")
	if row.Secret.IsZero() || stored == nil || !stored.Secret.IsZero() || table.BySecret(view, "pin_72616e65") != nil {
		t.Errorf("inserted %v, stored %v", row, stored)
	}
	if said := fmt.Sprintf("%v %+v %#v %s", *row, *row, *row, row.Secret); strings.Contains(said, "pin_72616e64") {
		t.Errorf("printing a row shows its secret: %s", said)
	}
	if snapshot := string(store.Snapshot(nil)); strings.Contains(snapshot, "pin_7") || !strings.Contains(snapshot, `"digest":"sha256:`) {
		t.Errorf("the snapshot is %s", snapshot)
	}
}

func TestWhatDoesNotFitStopsTheStart(t *testing.T) {
	t.Parallel()
	orphan := engine.NewTable(engine.Definition[pin]{
		Name: "orphans", Singular: "orphan", ID: func(p *pin) *int64 { return &p.ID },
		Parent: &engine.Parent[pin]{Table: "nothing", Key: func(*pin) engine.Key { return nil }},
	})
	namesake := engine.NewTable(engine.Definition[pin]{Name: "pins", Singular: "note", ID: func(p *pin) *int64 { return &p.ID }})
	type clip struct {
		ID  int64  `json:"id"`
		Pin string `json:"pin" refers:"nothing"`
	}
	clips := engine.NewTable(engine.Definition[clip]{Name: "clips", Singular: "clip", ID: func(c *clip) *int64 { return &c.ID }})
	owner := func(*engine.View, string) string { return "" }
	for want, change := range map[string]func(*engine.Resource){
		"tables notes and pins both call a row a note": func(r *engine.Resource) { r.Tables = append(r.Tables, namesake) },
		"another resource already knows the project of {id}": func(r *engine.Resource) {
			r.Owners = map[string]engine.Owner{"id": owner}
			r.Tables, r.Operations = nil, nil
		},
		"operation getNote has no handler":                                        func(r *engine.Resource) { delete(r.Operations, "getNote") },
		"handler getWeather has no operation in the document":                     func(r *engine.Resource) { r.Operations["getWeather"] = r.Operations["getNote"] },
		"there are two tables notes":                                              func(r *engine.Resource) { r.Tables = append(r.Tables, notes) },
		"table orphans belongs to table nothing, which is not declared before it": func(r *engine.Resource) { r.Tables = append(r.Tables, orphan) },
		"pin of table clips refers to table nothing, which does not exist":        func(r *engine.Resource) { r.Tables = append(r.Tables, clips) },
		"a bound is for table nothing, which does not exist":                      func(r *engine.Resource) { r.Bounds = []engine.Bound{{Table: "nothing"}} },
	} {
		resource := notesResource()
		change(&resource)
		owning := engine.Resource{Name: "owning", Owners: map[string]engine.Owner{"id": owner}}
		if _, err := engine.New(contractOf(t, notesContract), owning, resource); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestTokensHaveAResource checks that some resource has each kind of token that the
// contract names.
func TestTokensHaveAResource(t *testing.T) {
	t.Parallel()
	keyed := strings.Replace(notesContract, "{operationId: getNote, security: []", "{operationId: getNote, security: [{apiKey: []}]", 1)
	keyed += "  securitySchemes: {apiKey: {type: apiKey, in: header, name: Authorization, x-unleash-token: admn}}\n"
	resource := notesResource()
	resource.Credentials = []engine.Credential{{Kinds: []spec.TokenKind{spec.AdminToken}}}
	if _, err := engine.New(contractOf(t, keyed), resource); err == nil || !strings.Contains(err.Error(), `operation getNote accepts tokens of the kind "admn", which no resource has`) {
		t.Errorf("the error is %v", err)
	}
}

// TestProjectsHaveAnOwner checks that wherever the contract asks for a permission in a
// project, some resource knows the project.
func TestProjectsHaveAnOwner(t *testing.T) {
	t.Parallel()
	owned := strings.Replace(notesContract, "{operationId: getNote, security: []", "{operationId: getNote, security: [{apiKey: []}], x-unleash-permission: [UPDATE_FEATURE], x-unleash-project: {of: id}", 1)
	owned += "  securitySchemes: {apiKey: {type: apiKey, in: header, name: Authorization, x-unleash-token: admin}}\n"
	contract := contractOf(t, owned)
	if _, err := engine.New(contract, notesResource()); err == nil || !strings.Contains(err.Error(), "operation getNote asks for the project of {id}, which no resource knows") {
		t.Errorf("the error is %v", err)
	}
	resource := notesResource()
	resource.Credentials = []engine.Credential{{Kinds: []spec.TokenKind{spec.AdminToken}}}
	resource.Owners = map[string]engine.Owner{"id": func(view *engine.View, id string) string {
		if row, err := notes.Find(view, engine.ParseID(id)); err == nil {
			return row.Title
		}
		return ""
	}}
	e, err := engine.New(contract, resource)
	if err != nil {
		t.Fatal(err)
	}
	store := e.NewStore()
	if _, err := e.Plans().Run("createNote", store, asAnn(), titled("default"), nil, accept); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"1": "default", "2": ""} {
		if got := e.Owner("id")(store.View(nil), id); got != want {
			t.Errorf("note %s is in project %q, want %q", id, got, want)
		}
	}
}

type box struct {
	ID     int64             `json:"id"`
	Labels map[string]string `json:"labels,omitzero"`
	Counts map[string][]int  `json:"counts"`
}

func TestRowsHoldMaps(t *testing.T) {
	t.Parallel()
	boxes := engine.NewTable(engine.Definition[box]{Name: "boxes", Singular: "box", ID: func(b *box) *int64 { return &b.ID }})
	e := notesEngine(t, func(r *engine.Resource) { r.Tables = append(r.Tables, boxes) })
	const rows = `[{"id":1,"counts":{}},{"id":2,"labels":{"a":"1","b":"2"},"counts":{"x":[1,2],"y":[]}}]`
	seed, err := v8json.ParseOrdered([]byte(`{"boxes":` + rows + `}`))
	if err != nil {
		t.Fatal(err)
	}
	store, err := e.Plant(seed.(*v8json.Object), engine.Request{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if snapshot := string(store.Snapshot(nil)); !strings.Contains(snapshot, `"boxes":`+rows) {
		t.Errorf("the snapshot is %s", snapshot)
	}
	for _, bad := range []string{"\x00", "\xed\xa0\x80"} {
		tx := store.Begin(asAnn())
		if err := boxes.Insert(tx, &box{Labels: map[string]string{"a": bad}}); err == nil {
			t.Errorf("%q was stored, but Postgres would refuse it", bad)
		}
		tx.Abort()
	}
}

func TestFilesAreReadByTheTagsOfRows(t *testing.T) {
	t.Parallel()
	type part struct {
		Kind string `json:"kind" enum:"a,b"`
	}
	type form struct {
		Name  string         `json:"name" state:",required" pattern:"^[a-z]+$"`
		Parts []part         `json:"parts"`
		Any   map[string]any `json:"any"`
	}
	read := func(text string, lenient bool) (form, string) {
		value, err := v8json.ParseOrdered([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var out form
		if problems := engine.Fill(&out, value, []string{"forms", "0"}, lenient); problems != nil {
			return out, problems.Error()
		}
		return out, ""
	}
	got, problem := read(`{"name":"x","parts":[{"kind":"a"}],"any":{"a":[1,null]}}`, false)
	want := form{Name: "x", Parts: []part{{"a"}}, Any: map[string]any{"a": []any{1.0, nil}}}
	if diff := cmp.Diff(want, got); diff != "" || problem != "" {
		t.Errorf("problem %s, and the value differs (-want +got):\n%s", problem, diff)
	}
	for text, want := range map[string]string{
		`{}`:                                  "/forms/0: missing property 'name'",
		`{"name":"X"}`:                        "/forms/0/name: it does not match the pattern ^[a-z]+$",
		`{"name":"x","parts":[{"kind":"c"}]}`: "/forms/0/parts/0/kind: value must be one of 'a', 'b'",
		`{"name":"x","more":1}`:               "/forms/0/more: additional properties 'more' not allowed, only 'name', 'parts', 'any'",
		`[]`:                                  "/forms/0: got array, want object",
	} {
		if _, problem := read(text, false); problem != want {
			t.Errorf("%s: %s, want %s", text, problem, want)
		}
	}
	if _, problem := read(`{"name":"x","more":1}`, true); problem != "" {
		t.Errorf("a lenient reader reports %s", problem)
	}
	for text, want := range map[string]string{
		`{"name":"x","parts":[{"kind":"c"},{"kind":null}],"any":null,"more":1}`: "",
		`{"name":null}`: "/forms/0/name: got null, want string",
	} {
		value, err := v8json.ParseOrdered([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if problems := engine.FillForeign(&form{}, value, []string{"forms", "0"}); len(problems) > 0 != (want != "") || want != "" && problems.Error() != want {
			t.Errorf("%s of another program: %v, want %q", text, problems, want)
		}
	}
}

type optionalNote struct {
	*note
}

// TestAnswersWithoutAnEmbeddedRow checks that the fields of a nil embedded row are left
// out.
func TestAnswersWithoutAnEmbeddedRow(t *testing.T) {
	t.Parallel()
	type wrapped struct {
		Notes []optionalNote `json:"notes"`
	}
	e := notesEngine(t, func(r *engine.Resource) {
		r.Operations["getNotes"] = engine.Read(func(*engine.View, struct{}) (engine.Answer[wrapped], error) {
			return engine.OK(wrapped{[]optionalNote{{&note{ID: 1, CreatedAt: now}}, {}}})
		})
	})
	result, err := e.Plans().Run("getNotes", e.NewStore(), asAnn(), &engine.Input{}, nil, accept)
	if want := `{"notes":[{"id":1,"title":"","createdAt":"2026-01-02T03:04:05.000Z"},{}]}`; err != nil || string(result.Body) != want {
		t.Errorf("%s, %v", result.Body, err)
	}
}

// TestInputsAndAnswersFitTheContract checks that every difference from the contract is
// named, in either direction.
func TestInputsAndAnswersFitTheContract(t *testing.T) {
	t.Parallel()
	type unbound struct{ ID engine.ID }
	type noTitle struct {
		ID engine.ID `path:"id"`
	}
	type another struct {
		ID    engine.ID `path:"key"`
		Title string    `json:"title"`
	}
	type wrongType struct {
		ID    engine.ID `path:"id"`
		Title int       `json:"title"`
		Body  string    `json:"body"`
		Page  string    `query:"page"`
	}
	type ignoring struct {
		ID engine.ID `path:"id"`
		_  struct{}  `ignored:"body title"`
	}
	type incomplete struct {
		ID    string `json:"id"`
		Title string `json:"title,omitzero"`
		Extra bool   `json:"extra"`
	}
	for name, test := range map[string]struct {
		operation engine.Operation
		want      []string
	}{
		"a field that nothing fills":  {handler[unbound, *note](), []string{"nothing fills the field ID", "the path parameter id is not bound"}},
		"a property that is not read": {handler[noTitle, *note](), []string{"the property title of the body is not bound"}},
		"a parameter of another name": {handler[another, *note](), []string{"there is no path parameter key", "the path parameter id is not bound"}},
		"other types and names":       {handler[wrongType, *note](), []string{"the property title: int is not one of string", "the body has no property body", "there is no query parameter page"}},
		"a property that is ignored":  {handler[ignoring, *note](), nil},
		"an answer without a body":    {handler[ignoring, engine.None](), []string{"status 200 has a body"}},
		"an answer of other fields":   {handler[ignoring, incomplete](), []string{".id: string is not one of integer", ".title is required, but may be left out", ".extra is not in the document", ".createdAt is required, but never shown"}},
		"an answer of another type":   {handler[ignoring, []note](), []string{"[]engine_test.note is not one of object"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := notesEngine(t, func(r *engine.Resource) { r.Operations["updateNote"] = test.operation })
			err := e.Plans().Complete()
			if (err != nil) != (test.want != nil) {
				t.Fatalf("the error is %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %s: %v", want, err)
				}
			}
		})
	}
}

// TestAnswersFitTheirStatus checks that every documented success can be answered, with the
// body that the contract has for it, and that the answer's type is compared with each.
func TestAnswersFitTheirStatus(t *testing.T) {
	t.Parallel()
	const body = `, content: {application/json: {schema: {type: object, required: [%[1]s], properties: {%[1]s: {type: string}}}}}`
	type titled struct {
		Title string `json:"title"`
	}
	answer := func(status int) engine.Operation {
		return engine.Read(func(*engine.View, struct{}) (engine.Answer[titled], error) {
			return engine.Answer[titled]{Status: status, Value: titled{"a"}}, nil
		})
	}
	for name, test := range map[string]struct {
		operation engine.Operation
		documents map[int]string // the property in the body of each status; empty for none
		want      string         // the answer, or what prevents the start
	}{
		"the lowest success":            {answer(0), map[int]string{202: "", 200: "title"}, `200 {"title":"a"}`},
		"a success without a body":      {answer(202), map[int]string{202: "", 200: "title"}, "202 "},
		"no content":                    {answer(204), map[int]string{200: "title", 204: ""}, "204 "},
		"a redirection":                 {answer(303), map[int]string{200: "title", 303: ""}, "303 "},
		"a redirection with a body":     {answer(303), map[int]string{200: "", 303: "title"}, `303 {"title":"a"}`},
		"only a redirection":            {handler[struct{}, engine.None](), map[int]string{302: "", 404: "message"}, "302 "},
		"no success with a body":        {answer(0), map[int]string{302: "", 404: "title"}, "no success response has a body"},
		"no success":                    {handler[struct{}, engine.None](), map[int]string{404: "message"}, "there is no success response"},
		"a success with another schema": {answer(0), map[int]string{200: "title", 202: "name"}, "status 202.title is not in the document"},
		"a success with an unsent body": {handler[struct{}, engine.None](), map[int]string{200: "", 202: "title"}, "status 202 has a body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract := "openapi: 3.0.3\ninfo: {title: One, version: 8.2.0}\npaths:\n  /one:\n    get:\n      operationId: getOne\n      security: []\n      responses:\n"
			for status, property := range test.documents {
				content := ""
				if property != "" {
					content = fmt.Sprintf(body, property)
				}
				contract += fmt.Sprintf("        '%d': {description: %d%s}\n", status, status, content)
			}
			e, err := engine.New(contractOf(t, contract), engine.Resource{Name: "one", Operations: engine.Operations{"getOne": test.operation}})
			if err != nil {
				t.Fatal(err)
			}
			result, err := e.Plans().Run("getOne", e.NewStore(), asAnn(), &engine.Input{}, nil, accept)
			if got := fmt.Sprintf("%d %s", result.Status, result.Body); err == nil && got != test.want || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
}

func handler[In, Out any]() engine.Operation {
	return engine.Read(func(*engine.View, In) (out engine.Answer[Out], err error) { return out, nil })
}

const searchContract = `
openapi: 3.0.3
info: {title: Search, version: 8.2.0}
paths:
  /search/{place}:
    post:
      operationId: search
      security: []
      parameters:
        - {name: place, in: path, required: true, schema: {type: string}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: limit, in: query, schema: {type: string}}
        - {name: X-Trace, in: header, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        on: {type: boolean}, note: {type: string, nullable: true}, score: {type: number}, list: {type: array, items: {type: object, properties: {n: {type: integer}}}},
        open: {type: object}}}}}}
      responses: {'200': {description: found, content: {application/json: {schema: {type: object, properties: {text: {type: string}}}}}}}
`

type searchIn struct {
	Place string                   `path:"place"`
	Tags  []string                 `query:"tag"`
	Limit engine.Optional[string]  `query:"limit"`
	Trace string                   `header:"X-Trace"`
	On    engine.Optional[bool]    `json:"on"`
	Note  engine.Optional[*string] `json:"note"`
	Score float64                  `json:"score"`
	List  []struct {
		N int `json:"n"`
	} `json:"list"`
	Open engine.JSON    `json:"open"`
	Rest map[string]any `rest:""`
}

// Check refuses a value that the contract allows.
func (in *searchIn) Check() error {
	if in.Place == "nowhere" {
		return apierror.BadData("that is no place")
	}
	return nil
}

func TestInputsAreBoundByName(t *testing.T) {
	t.Parallel()
	var got searchIn
	type found struct {
		Text string `json:"text"`
	}
	e, err := engine.New(contractOf(t, searchContract), engine.Resource{Name: "search", Operations: engine.Operations{
		"search": engine.Read(func(_ *engine.View, in searchIn) (engine.Answer[found], error) {
			got = in
			return engine.OK(found{"x"})
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	store, plans := e.NewStore(), e.Plans()
	run := func(place, text string, query map[string]any) error {
		body, err := v8json.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		_, err = plans.Run("search", store, asAnn(), &engine.Input{
			Path: []string{place}, Header: map[string][]string{"X-Trace": {"1", "2"}}, Body: body, Text: []byte(text),
			Query: func(name string) (any, bool) { value, has := query[name]; return value, has },
		}, nil, accept)
		return err
	}
	const text = `{"on":false,"note":null,"score":1.5,"list":[{"n":1},{"n":2}],"open":{"z":1,"a":[2]},"more":true}`
	if err := run("here", text, map[string]any{"tag": []any{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	want := searchIn{
		Place: "here", Tags: []string{"a", "b"}, Trace: "1, 2", On: engine.Optional[bool]{Sent: true}, Note: engine.Optional[*string]{Sent: true},
		Score: 1.5, List: []struct {
			N int `json:"n"`
		}{{1}, {2}}, Open: engine.JSON(`{"z":1,"a":[2]}`), Rest: map[string]any{"more": true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if err := run("here", `{}`, map[string]any{"tag": "once", "limit": "5"}); err != nil || got.On.Sent || got.Note.Sent || got.Limit.Or("") != "5" || cmp.Diff([]string{"once"}, got.Tags) != "" {
		t.Errorf("%v, %+v", err, got)
	}
	// In unvalidated input, values that do not fit are left out.
	if err := run("here", `{"on":"yes","score":[],"list":{"n":1}}`, nil); err != nil || got.On.Value || got.Score != 0 {
		t.Errorf("%v, %+v", err, got)
	}
	if err := run("here", `{"list":null}`, nil); err != nil || got.List != nil {
		t.Errorf("%v, %+v", err, got)
	}
	var refused *apierror.Error
	if err := run("nowhere", `{}`, nil); !errors.As(err, &refused) || refused.Envelope != apierror.Handler {
		t.Errorf("the handler's own check returns %v", err)
	}
}

// TestParametersFitTheContract checks that fields that a parameter cannot fill prevent the
// start.
func TestParametersFitTheContract(t *testing.T) {
	t.Parallel()
	type found struct {
		Text string `json:"text"`
	}
	for name, test := range map[string]struct {
		operation engine.Operation
		want      string
	}{
		"a number in the query": {handler[struct {
			Limit int64 `query:"limit"`
		}, found](), "the query parameter limit cannot be a int64"},
		"a list of numbers in the query": {handler[struct {
			Tags []int `query:"tag"`
		}, found](), "the query parameter tag cannot be a []int"},
		"one value of a list": {handler[struct {
			Tag string `query:"tag"`
		}, found](), "the query parameter tag: string is not one of array"},
		"a list of one value": {handler[struct {
			Limit engine.Optional[[]string] `query:"limit"`
		}, found](), "the query parameter limit: []string is not one of string"},
		"an int in the path": {handler[struct {
			Place int `path:"place"`
		}, found](), "the path parameter place cannot be a int"},
		"a number in a text of the path": {handler[struct {
			Place int64 `path:"place"`
		}, found](), "the path parameter place: int64 is not one of string"},
		"a list in a header": {handler[struct {
			Trace []string `header:"X-Trace"`
		}, found](), "the header parameter X-Trace cannot be a []string"},
		"a list in an undeclared header": {handler[struct {
			More []string `undeclared:"X-More"`
		}, found](), "the field More cannot be a []string"},
		"all parameters as a text": {handler[struct {
			Query string `queries:""`
		}, found](), "the field Query cannot be a string"},
		"the rest as a list": {handler[struct {
			Rest []any `rest:""`
		}, found](), "the field Rest cannot be a []interface {}"},
		"a parameter ignored in the body": {handler[struct {
			_ struct{} `ignored:"body limit"`
		}, found](), "the query parameter limit is not bound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := engine.New(contractOf(t, searchContract), engine.Resource{Name: "search", Operations: engine.Operations{"search": test.operation}})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Plans().Complete(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error lacks %s: %v", test.want, err)
			}
		})
	}
}

// FuzzRestore checks that any snapshot is either refused or restored unchanged.
func FuzzRestore(f *testing.F) {
	e := notesEngine(f, func(r *engine.Resource) { r.Tables = append(r.Tables, pins()) })
	digest := "sha256:" + strings.Repeat("0", 64)
	f.Add(`{"version":2,"notes":[{"id":2,"title":"a","createdAt":"-1h","pins":[{"id":1,"digest":"` + digest + `"}]}],"events":[],"sequences":{"notes":2,"pins":1,"events":0}}`)
	f.Add(`{"version":2,"notes":[],"events":[{"id":1,"type":"x","createdAt":"-1h","createdBy":{"id":1,"username":"a"},"note":{"after":{"title":"a"}}}],"sequences":{"events":1}}`)
	f.Add(`{"version":1,"notes":[{"id":1e9,"title":7}],"events":[{"id":1,"note":{"after":{}}}],"sequences":{"notes":2147483647,"events":-1}}`)
	digests := regexp.MustCompile(`"secret":`)
	f.Fuzz(func(t *testing.T, text string) {
		value, err := v8json.ParseOrdered([]byte(text))
		object, is := value.(*v8json.Object)
		if err != nil || !is || digests.MatchString(text) {
			return
		}
		store, err := e.Restore(object, engine.Request{Now: now}, 1<<20)
		if err != nil {
			return
		}
		exported := store.Snapshot(nil)
		again, err := v8json.ParseOrdered(exported)
		if err != nil {
			t.Fatalf("%s is exported as %s: %v", text, exported, err)
		}
		restored, err := e.Restore(again.(*v8json.Object), engine.Request{Now: now}, 1<<20)
		if err != nil || !bytes.Equal(exported, restored.Snapshot(nil)) {
			t.Fatalf("%s is exported as %s: %v", text, exported, err)
		}
	})
}

// TestBuiltInRows checks that a table gets its built-in rows only if the seed does not
// mention it, and that adding rows later adds no built-in ones.
func TestBuiltInRows(t *testing.T) {
	t.Parallel()
	type shelf struct {
		Name string `json:"name"`
	}
	type book struct {
		Shelf string `json:"shelf" state:",parent" parent:"name"`
		Title string `json:"title"`
	}
	shelves := engine.NewTable(engine.Definition[shelf]{
		Name: "shelves", Singular: "shelf", Key: func(s *shelf) engine.Key { return engine.Text(s.Name) },
		BuiltIn: `[{"name": "top"}]`,
	})
	books := engine.NewTable(engine.Definition[book]{
		Name: "books", Singular: "book", Key: func(b *book) engine.Key { return engine.Text(b.Shelf, b.Title) },
		Parent:  &engine.Parent[book]{Table: "shelves", Key: func(b *book) engine.Key { return engine.Text(b.Shelf) }, Nested: "books"},
		BuiltIn: `[{"title": "Emma"}]`,
	})
	e := notesEngine(t, func(r *engine.Resource) { r.Tables = append(r.Tables, shelves, books) })
	for seed, want := range map[string]string{
		`{}`:              `[{"name":"top","books":[{"title":"Emma"}]}]`,
		`{"shelves": []}`: `[]`,
		`{"shelves": [{"name": "a"}, {"name": "b", "books": []}]}`: `[{"name":"a","books":[{"title":"Emma"}]},{"name":"b","books":[]}]`,
	} {
		store, err := e.Plant(ordered(t, seed), engine.Request{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Add(ordered(t, `{"notes": [{"title": "later"}]}`), engine.Request{Now: now}); err != nil {
			t.Error(err)
		}
		shelvesNow, _ := ordered(t, string(store.Snapshot(nil))).Get("shelves")
		if got := string(v8json.Stringify(nil, shelvesNow)); got != want {
			t.Errorf("%s: %s, want %s", seed, got, want)
		}
	}
}

func ordered(t *testing.T, source string) *v8json.Object {
	t.Helper()
	value, err := v8json.ParseOrdered([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return value.(*v8json.Object)
}

// value is a derived value of a size in bytes.
type value struct {
	key  int
	size int64
}

func (v value) Size() int64 { return v.size }

// TestDerivedValuesAreKept checks that a limited number of derived values is kept, fewer
// if they are large, until the memory is needed for something else.
func TestDerivedValuesAreKept(t *testing.T) {
	t.Parallel()
	e := notesEngine(t, nil)
	for name, test := range map[string]struct{ size, kept, more int }{
		"small values": {1, 64, 65},
		"large values": {20 << 20, 8, 9},
	} {
		store, made := e.NewStore(), 0
		derive := func(count int, revision int64) int {
			made = 0
			for key := range count {
				if got := engine.Derived(store.View(asAnn()), fmt.Sprint(key), revision, func() value { made++; return value{key, int64(test.size)} }); got.key != key {
					t.Errorf("%s: %d, want %d", name, got.key, key)
				}
			}
			return made
		}
		if first, again := derive(test.kept, 1), derive(test.kept, 1); first != test.kept || again != 0 {
			t.Errorf("%s: made %d, then %d again", name, first, again)
		}
		if got := store.DerivedBytes(); got != int64(test.kept*test.size) {
			t.Errorf("%s: they take %d bytes", name, got)
		}
		store.ShedDerived()
		if newer, older := derive(test.kept, 3), derive(test.kept, 2); newer != test.kept || older != test.kept {
			t.Errorf("%s: %d values are made for a newer revision, %d for an older one", name, newer, older)
		}
		if made := derive(test.kept, 3); made != 0 {
			t.Errorf("%s: the older revision displaced %d values", name, made)
		}
		derive(test.more, 3)
		if made := derive(test.more, 3); made == 0 {
			t.Errorf("%s: all %d values are kept", name, test.more)
		}
		derive(1, 4)
		if store.ShedDerived(); store.DerivedBytes() != 0 || derive(1, 4) != 1 {
			t.Errorf("%s: a value was kept although memory was needed", name)
		}
	}
}

func TestMessagesAreWrittenAsServerSentEvents(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]engine.Message{
		":\n\n": {ID: 7, Event: "nothing"},
		"id: 7\nevent: updated\ndata: {\"a\":1}\n\n": {ID: 7, Event: "updated", Data: []byte(`{"a":1}`)},
	} {
		if got := string(bytes.Join(m.Parts(), nil)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
