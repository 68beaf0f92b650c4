package engine

import (
	"iter"
	"reflect"
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

// Table is a table of rows of one type. Rows are never changed, only replaced.
type Table[T any] struct {
	Definition[T]
	fields *codec
	all    *Index[T]
	secret *Index[T]
	unique []*Index[T]
}

// NewTable returns the table of a definition.
func NewTable[T any](definition Definition[T]) *Table[T] {
	t := &Table[T]{Definition: definition, fields: newCodec[T]()}
	t.all = &Index[T]{name: primary, key: t.key, table: t}
	if t.Secret != nil {
		t.secret = Unique("secret", func(row *T) Key { return t.Secret(row).Key() }, nil)
		t.unique = append(t.unique, t.secret)
	}
	for _, index := range t.Indexes {
		if index.name == primary {
			panic("engine: an index of " + t.Name + " has the name of that of its keys: " + primary)
		}
		index.table = t
		if index.links != "" {
			t.unique = append(t.unique, index)
		}
	}
	for _, index := range t.unique {
		index.table, index.links = t, t.Name+"."+index.name
	}
	return t
}

// key returns what identifies a row.
func (t *Table[T]) key(row *T) Key {
	switch {
	case t.Key != nil:
		return t.Key(row)
	case t.Parent != nil:
		return appendInt(t.Parent.Key(row), *t.ID(row))
	}
	return Int(*t.ID(row))
}

func (t *Table[T]) first(r Reader, index string, key Key) *T {
	raw, err := r.view().txn.First(t.Name, index, key)
	must(err)
	if raw == nil {
		return nil
	}
	return raw.(*T)
}

// Get returns the row with a key, nil if there is none.
func (t *Table[T]) Get(r Reader, key Key) *T { return t.first(r, primary, key) }

// Find returns the row with an id, or a 404 that quotes the id as it was sent.
func (t *Table[T]) Find(r Reader, id ID) (*T, error) { return t.FindIn(r, nil, id) }

// FindIn is Find for a table whose rows have a parent, given by its key.
func (t *Table[T]) FindIn(r Reader, parent Key, id ID) (*T, error) {
	if id.number >= 0 {
		if row := t.Get(r, append(slices.Clip(parent), Int(id.number)...)); row != nil {
			return row, nil
		}
	}
	return nil, apierror.NotFound(t.Noun, "id", id.sent)
}

// ParentOf returns the key of the parent row with an id, or a 404 that quotes the id as
// it was sent.
func (t *Table[T]) ParentOf(r Reader, id ID) (Key, error) {
	key := Int(id.number)
	if !id.Valid() || !t.parentTable(r).hasKey(r, key) {
		return nil, t.NoParent(r, id)
	}
	return key, nil
}

// NoParent returns the 404 for an id that no parent row has.
func (t *Table[T]) NoParent(r Reader, id ID) error {
	return apierror.NotFound(t.parentTable(r).noun(), "id", id.sent)
}

func (t *Table[T]) parentTable(r Reader) AnyTable { return r.view().store.engine.table(t.Parent.Table) }

// UnderID returns the children of the parent with an id, which need not exist. An invalid
// id gets a 404.
func (t *Table[T]) UnderID(r Reader, id ID) ([]*T, error) {
	if !id.Valid() {
		return nil, t.NoParent(r, id)
	}
	return t.Under(r, Int(id.number)), nil
}

// Below returns an error if limit or more rows are under a key, so that another one would
// exceed it. A limit of 0 or less means no limit.
func (t *Table[T]) Below(r Reader, limit int, under Key) error {
	if limit > 0 && len(t.Under(r, under)) >= limit {
		return apierror.ExceedsLimit(t.Noun, limit)
	}
	return nil
}

// All returns all rows in the order of their keys.
func (t *Table[T]) All(r Reader) []*T { return t.Under(r, nil) }

// Under returns the rows whose key begins with prefix, such as their parent's key.
func (t *Table[T]) Under(r Reader, prefix Key) []*T {
	found, err := r.view().txn.Get(t.Name, primary+"_prefix", prefix)
	must(err)
	var out []*T
	for raw := found.Next(); raw != nil; raw = found.Next() {
		out = append(out, raw.(*T))
	}
	return out
}

// Rows returns the rows whose key is at least bound.
func (t *Table[T]) Rows(r Reader, bound Key) iter.Seq[*T] { return t.all.From(r, bound) }

// Held returns how many rows a bounded table holds.
func (t *Table[T]) Held(r Reader) int { return r.view().sequence(t.Name).Rows }

// Fits reports whether a bounded table has room for a row in place of another one, or for
// a new row if before is nil.
func (t *Table[T]) Fits(r Reader, before, after *T) bool {
	held, bound := r.view().sequence(t.Name), r.view().store.engine.bounds[t.Name]
	rows, bytes := 1, t.size(after)
	if before != nil {
		rows, bytes = 0, bytes-t.size(before)
	}
	return !bound.exceeded(held.Rows+rows, held.Bytes+bytes) || rows == 0 && bytes <= 0
}

// Insert stores a new row and gives it an id, if the table has ids and the row has none.
// The row must not be changed afterwards.
func (t *Table[T]) Insert(tx *Tx, row *T) error {
	next := tx.sequence(t.Name)
	if t.ID != nil {
		if id := t.ID(row); *id == 0 {
			if next.Last >= maxID {
				return apierror.BadData("no id is left for another " + t.Noun)
			}
			*id = next.Last + 1
		}
		next.Last = max(next.Last, *t.ID(row))
	}
	if t.Get(tx, t.key(row)) != nil {
		return apierror.BadData("the " + t.Noun + " is there already")
	}
	if err := t.admissible(tx, row); err != nil {
		return err
	}
	stored, grown := t.put(tx, nil, row)
	if bound, is := tx.store.engine.bounds[t.Name]; is {
		next.Rows, next.Bytes = next.Rows+1, next.Bytes+grown
		t.shrink(tx, &next, bound)
	}
	if t.ID != nil || next.Rows > 0 {
		tx.putSequence(next)
	}
	tx.publish(t, t.Events.Created, nil, stored)
	return nil
}

// Update replaces a row with one that has the same key. An equal one changes nothing and publishes no event (O).
func (t *Table[T]) Update(tx *Tx, before, after *T) error {
	if reflect.DeepEqual(before, after) {
		tx.publish(t, "", before, before)
		return nil
	}
	return t.UpdateAs(tx, t.Events.Updated, before, after)
}

// UpdateAs is Update with a given type of event; empty for no event.
func (t *Table[T]) UpdateAs(tx *Tx, event string, before, after *T) error {
	if !slices.Equal(t.key(before), t.key(after)) {
		panic("engine: an update changes what identifies a row of " + t.Name)
	}
	if err := t.admissible(tx, after); err != nil {
		return err
	}
	stored, grown := t.put(tx, before, after)
	t.account(tx, 0, grown)
	tx.publish(t, event, before, stored)
	return nil
}

// Change replaces the row with an id by a changed copy, and returns the copy. The error
// is a 404 that quotes the id, or one of Update.
func (t *Table[T]) Change(tx *Tx, id ID, change func(*T)) (*T, error) {
	before, err := t.Find(tx, id)
	if err != nil {
		return nil, err
	}
	after := *before
	change(&after)
	return &after, t.Update(tx, before, &after)
}

// Delete removes a row and its children.
func (t *Table[T]) Delete(tx *Tx, row *T) {
	tx.store.engine.unlink(tx, t.Name, t.key(row))
	t.account(tx, -1, -t.drop(tx, row))
	tx.publish(t, t.Events.Deleted, row, nil)
}

// DeleteEach is Delete for several rows.
func (t *Table[T]) DeleteEach(tx *Tx, rows []*T) {
	for _, row := range rows {
		t.Delete(tx, row)
	}
}

// Put writes a row, new or not, without sequences and events. It is for tables whose rows
// are derived.
func (t *Table[T]) Put(tx *Tx, row *T) { t.put(tx, t.Get(tx, t.key(row)), row) }

// Drop removes a row without an event, as Put writes one. It does nothing if row is nil.
func (t *Table[T]) Drop(tx *Tx, row *T) {
	if row != nil {
		t.drop(tx, row)
	}
}

// DeleteID deletes the row with an id, or returns a 404 that quotes the id.
func (t *Table[T]) DeleteID(tx *Tx, id ID) error {
	row, err := t.Find(tx, id)
	if err == nil {
		t.Delete(tx, row)
	}
	return err
}

// put writes a row, without the text of its secret unless the table keeps it. It returns the row
// as stored, and by how many bytes the table has grown; 0 for derived rows.
func (t *Table[T]) put(tx *Tx, before, row *T) (stored *T, grown int) {
	if t.Secret != nil {
		tx.secretChanged(t.Name)
	}
	if t.Secret != nil && !t.KeepSecret && t.Secret(row).text != "" {
		stored := *row
		secret := t.Secret(&stored)
		*secret = secret.stored()
		row = &stored
	}
	must(tx.txn.Insert(t.Name, row))
	for _, index := range t.unique {
		index.move(tx, before, row)
	}
	if !t.Derived {
		grown = t.size(row)
		if before != nil {
			grown -= t.size(before)
		}
		t.grow(tx, grown)
	}
	if t.Derive != nil {
		t.Derive(tx, before, row)
	}
	return row, grown
}

// drop removes a row, and returns how many bytes that frees; 0 for derived rows.
func (t *Table[T]) drop(tx *Tx, row *T) (freed int) {
	if t.Secret != nil {
		tx.secretChanged(t.Name)
	}
	must(tx.txn.Delete(t.Name, row))
	for _, index := range t.unique {
		index.move(tx, row, nil)
	}
	if !t.Derived {
		freed = t.size(row)
		t.grow(tx, -freed)
	}
	if t.Derive != nil {
		t.Derive(tx, row, nil)
	}
	return freed
}

// grow adds to the size of the rows.
func (t *Table[T]) grow(tx *Tx, bytes int) {
	tx.bytes += bytes
	if _, bounded := tx.store.engine.bounds[t.Name]; !bounded {
		tx.kept += bytes
	}
}

func (t *Table[T]) size(row *T) int { return linkSize*len(t.unique) + t.fields.size(row) }

func (t *Table[T]) sizeOf(row any) int { return t.size(row.(*T)) }

// shed drops the older half of the rows of a bounded table.
func (t *Table[T]) shed(tx *Tx) {
	if _, bounded := tx.store.engine.bounds[t.Name]; !bounded {
		return
	}
	held := tx.sequence(t.Name)
	t.shrink(tx, &held, Bound{Rows: max(held.Rows/2, 1)})
	tx.putSequence(held)
}

// account updates the rows and bytes that a bounded table holds, and drops the oldest rows
// if it exceeds its bound.
func (t *Table[T]) account(tx *Tx, rows, bytes int) {
	if bound, bounded := tx.store.engine.bounds[t.Name]; bounded && (rows != 0 || bytes != 0) {
		held := tx.sequence(t.Name)
		held.Rows, held.Bytes = held.Rows+rows, held.Bytes+bytes
		t.shrink(tx, &held, bound)
		tx.putSequence(held)
	}
}

// shrink drops the oldest rows of a table that exceeds its bound.
func (t *Table[T]) shrink(tx *Tx, held *sequence, bound Bound) {
	for held.Rows > 1 && bound.exceeded(held.Rows, held.Bytes) {
		held.Bytes -= t.drop(tx, t.first(tx, primary+"_prefix", nil))
		held.Rows--
	}
}

// admissible returns an error if a database could not store the row, or if another row
// has its key in a unique index.
func (t *Table[T]) admissible(tx *Tx, row *T) error {
	if err := t.fields.storable(row); err != nil {
		return err
	}
	for _, index := range t.Indexes {
		if index.taken == nil {
			continue
		}
		if other := index.holder(tx, row); other != nil {
			return index.taken(row)
		}
	}
	return nil
}

// holder returns the other row that has the same key, nil if there is none.
func (i *Index[T]) holder(r Reader, row *T) *T {
	key := i.key(row)
	if key == nil {
		return nil
	}
	other := i.Find(r, key)
	if other == nil || slices.Equal(i.table.key(other), i.table.key(row)) {
		return nil
	}
	return other
}
