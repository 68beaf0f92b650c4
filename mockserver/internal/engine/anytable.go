package engine

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// What the engine needs to know of a table whose type of rows it does not know.

func (t *Table[T]) name() string     { return t.Name }
func (t *Table[T]) singular() string { return t.Singular }
func (t *Table[T]) noun() string     { return t.Noun }
func (t *Table[T]) derived() bool    { return t.Derived }
func (t *Table[T]) codec() *codec    { return t.fields }

func (t *Table[T]) builtIn() []any {
	if t.BuiltIn == "" {
		return nil
	}
	list, err := v8json.ParseOrdered([]byte(t.BuiltIn))
	must(err)
	return list.([]any)
}

func (t *Table[T]) parent() (table, nested string) {
	if t.Parent == nil {
		return "", ""
	}
	return t.Parent.Table, t.Parent.Nested
}

// schemas returns the schemas of the rows and of the links to them.
func (t *Table[T]) schemas() []*memdb.TableSchema {
	rows := systemTable(t.Name, t.key)
	out := []*memdb.TableSchema{rows}
	for _, index := range t.Indexes {
		if index.links == "" {
			rows.Indexes[index.name] = &memdb.IndexSchema{Name: index.name, Unique: true, AllowMissing: true, Indexer: keyIndexer[T]{index.key}}
		}
	}
	for _, index := range t.unique {
		out = append(out, systemTable(index.links, func(l *link) Key { return l.from }))
	}
	return out
}

func (t *Table[T]) unlink(tx *Tx, parent Key) {
	for _, row := range t.Under(tx, parent) {
		tx.store.engine.unlink(tx, t.Name, t.key(row))
		t.account(tx, -1, -t.drop(tx, row))
	}
}

func (t *Table[T]) hasKey(r Reader, key Key) bool { return t.Get(r, key) != nil }

func (t *Table[T]) rowsUnder(r Reader, prefix Key) []any {
	var out []any
	for row := range t.all.Under(r, prefix) {
		out = append(out, row)
	}
	return out
}

func (t *Table[T]) keyOf(row any) Key { return t.key(row.(*T)) }

func (t *Table[T]) fresh(now time.Time) any {
	row := new(T)
	if t.Default != nil {
		*row = t.Default(now)
	}
	return row
}

func (t *Table[T]) idOf(row any) *int64 {
	if t.ID == nil {
		return nil
	}
	return t.ID(row.(*T))
}

func (t *Table[T]) secretOf(row any) *Secret {
	if t.Secret == nil {
		return nil
	}
	return t.Secret(row.(*T))
}

func (t *Table[T]) hasSecrets() bool { return t.Secret != nil }

func (t *Table[T]) parentKey(row any) Key { return t.Parent.Key(row.(*T)) }

func (t *Table[T]) recording() recording {
	out := recording{builtIn: t.Recorded.BuiltIn}
	if t.Recorded.Placeholder != nil {
		out.placeholder = func(row any) string { return t.Recorded.Placeholder(row.(*T)) }
	}
	if t.Recorded.Presume != nil {
		out.presume = func(id int64) any { return t.Recorded.Presume(id) }
	}
	return out
}

// plant stores a row of a seed or snapshot, or returns why it cannot.
func (t *Table[T]) plant(tx *Tx, raw any) (field, complaint string) {
	row := raw.(*T)
	if t.Complete != nil {
		t.Complete(tx, row)
	}
	if t.secret != nil && t.secret.Find(tx, t.Secret(row).Key()) != nil {
		field := secretField(t.Secret(row))
		return field, "the " + field + " is used twice"
	}
	if t.Get(tx, t.key(row)) != nil {
		return "", "the " + t.Singular + " appears twice"
	}
	for _, index := range t.Indexes {
		if index.taken != nil && index.holder(tx, row) != nil {
			return index.name, fmt.Sprintf("the %s %s %s is used twice", t.Singular, index.name, t.fields.text(row, index.name))
		}
	}
	if t.Check != nil {
		if field, complaint := t.Check(tx, row); complaint != "" {
			return field, complaint
		}
	}
	if err := t.Insert(tx, row); err != nil {
		return "", err.Error()
	}
	return "", ""
}
