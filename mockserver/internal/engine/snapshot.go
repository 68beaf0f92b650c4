package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// SnapshotVersion is the version of the form that Snapshot writes. Restore also reads all
// earlier versions.
const SnapshotVersion = 2

// The keys of a seed or snapshot that are not tables or values.
const (
	keyVersion   = "version"
	keyEvents    = "events"
	keySequences = "sequences"
)

// Problem is one problem of a seed or snapshot.
type Problem struct {
	// Path is the location of the value: property names and list indexes.
	Path    []string
	Message string
}

// Pointer returns the path as a JSON pointer.
func (p Problem) Pointer() string { return openapi.Pointer(p.Path) }

// below returns a path with another step.
func below(path []string, step string) []string { return append(slices.Clip(path), step) }

// Error returns the location and message on one line. The file's author chose the keys,
// so they are made safe to show.
func (p Problem) Error() string {
	return visible.Line(strings.TrimPrefix(p.Pointer()+": "+p.Message, ": "))
}

// Problems are all problems of a seed or snapshot, in its order.
type Problems []Problem

// Error returns the first problem and how many follow.
func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", p[0].Error(), len(p)-1)
}

// Snapshot writes the state as JSON: each table, the newest events, the last ids. newest
// limits the rows of tables, by name, and the events; what it does not name is written
// whole. Digests replace secrets.
func (s *Store) Snapshot(newest map[string]int) []byte { return s.snapshot(newest, false) }

// RevealingSnapshot is like Snapshot, but has the texts of secrets where they were kept.
func (s *Store) RevealingSnapshot(newest map[string]int) []byte { return s.snapshot(newest, true) }

func (s *Store) snapshot(newest map[string]int, revealed bool) []byte {
	s.writing.Lock()
	view := s.View(nil)
	events, lastEvent := s.events.list()
	s.writing.Unlock()

	dst := append([]byte(`{"version":`), strconv.Itoa(SnapshotVersion)...)
	for table := range s.engine.sections() {
		dst = appendKey(dst, table.name())
		dst = s.engine.appendRows(dst, view, table, last(table.rowsUnder(view, nil), newest, table.name()), rowForm{revealed: revealed})
	}
	dst = append(dst, `,"events":[`...)
	for i, event := range last(events, newest, keyEvents) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = event.append(dst)
	}
	dst = append(dst, ']')
	for _, value := range s.engine.values {
		dst = appendKey(dst, value.Name)
		dst = value.Get(view).AppendJSON(dst)
	}
	dst = append(dst, `,"sequences":{`...)
	for _, table := range s.engine.numbered {
		dst = append(append(append(dst, '"'), table.name()...), `":`...)
		dst = append(strconv.AppendInt(dst, view.sequence(table.name()).Last, 10), ',')
	}
	dst = append(dst, `"events":`...)
	return append(strconv.AppendInt(dst, lastEvent, 10), "}}"...)
}

// appendKey begins a further member of an object.
func appendKey(dst []byte, name string) []byte {
	return append(append(append(dst, `,"`...), name...), `":`...)
}

// last returns the last elements of a list, as many as newest allows.
func last[T any](list []T, newest map[string]int, name string) []T {
	count, bounded := newest[name]
	if !bounded || count >= len(list) {
		return list
	}
	return list[len(list)-count:]
}

// appendRows writes rows of a table, each with its nested rows.
func (e *Engine) appendRows(dst []byte, view *View, table AnyTable, rows []any, form rowForm) []byte {
	dst = append(dst, '[')
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = table.codec().append(dst, row, form)
		for list, child := range e.nestedIn(table) {
			dst = appendKey(dst, list)
			dst = e.appendRows(dst, view, child, child.rowsUnder(view, table.keyOf(row)), rowForm{nested: true, revealed: form.revealed})
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func (e *Event) append(dst []byte) []byte {
	object := jsonw.Open(dst)
	object.Int("id", e.ID)
	object.String("type", e.Type)
	object.Time("createdAt", e.CreatedAt)
	by := jsonw.Open(nil)
	by.Int("id", e.CreatedBy.ID)
	by.String("username", e.CreatedBy.Username)
	object.Raw("createdBy", by.Close())
	change := jsonw.Open(nil)
	for _, side := range []struct {
		name string
		row  any
	}{{"before", e.Before}, {"after", e.After}} {
		if side.row != nil {
			change.Raw(side.name, append(e.table.codec().append(nil, side.row, rowForm{}), '}'))
		}
	}
	object.Raw(e.table.singular(), change.Close())
	return object.Close()
}

// Secrets lists the texts of the secrets in a seed.
func (e *Engine) Secrets(seed *v8json.Object) []string {
	var out []string
	for table := range e.sections() {
		out = append(out, e.secretsOf(table, seed, table.name())...)
	}
	return out
}

// secretsOf lists the secrets of the rows in a list and of their nested rows.
func (e *Engine) secretsOf(table AnyTable, source *v8json.Object, list string) []string {
	var out []string
	value, _ := source.Get(list)
	rows, _ := value.([]any)
	for _, row := range rows {
		switch row := row.(type) {
		case string:
			out = append(out, row)
		case *v8json.Object:
			if secret := TextIn(row, secretName); secret != "" {
				out = append(out, secret)
			}
			for nested, child := range e.nestedIn(table) {
				out = append(out, e.secretsOf(child, row, nested)...)
			}
		}
	}
	return out
}

// Value is a JSON document of which an instance has one, such as the fixed answer of an
// operation.
type Value struct {
	// Name is the value's name in seeds and snapshots.
	Name string
	// Default is used by a seed without the value: an array or an object.
	Default string
}

// storedValue is a value in the database.
type storedValue struct {
	Name string
	Text JSON
}

const valuesTable = "values"

// kind returns the JSON type of the value, which never changes.
func (v *Value) kind() string {
	if v.Default[0] == '{' {
		return "object"
	}
	return "array"
}

// Get returns the value.
func (v *Value) Get(r Reader) JSON {
	if text := v.stored(r); text != nil {
		return text
	}
	return JSON(v.Default)
}

// stored returns the value that was set, nil if none was.
func (v *Value) stored(r Reader) JSON {
	raw, err := r.view().txn.First(valuesTable, primary, Text(v.Name))
	must(err)
	if raw == nil {
		return nil
	}
	return raw.(*storedValue).Text
}

// Set replaces the value.
func (v *Value) Set(tx *Tx, text JSON) {
	grown := textCopies * (len(text) - len(v.stored(tx)))
	tx.bytes, tx.kept = tx.bytes+grown, tx.kept+grown
	must(tx.txn.Insert(valuesTable, &storedValue{Name: v.Name, Text: text}))
}

func valuesSchema() *memdb.TableSchema {
	return systemTable(valuesTable, func(v *storedValue) Key { return Text(v.Name) })
}

func systemTable[T any](name string, key func(*T) Key) *memdb.TableSchema {
	return &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{
		primary: {Name: primary, Unique: true, Indexer: keyIndexer[T]{key}},
	}}
}
