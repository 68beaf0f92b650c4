package engine

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/hashicorp/go-memdb"
)

// Index finds the rows of a table by something other than their key. A sorted index costs
// every write some 25 allocations, a unique one only the writes that change its key, so
// add one only if a query needs it.
type Index[T any] struct {
	name  string
	key   func(*T) Key
	taken func(*T) error // returns the error for a key that another row has; may be nil
	links string         // the table of a unique index, whose rows are links; empty for other indexes
	table *Table[T]
}

// link maps a row's key in a unique index to its primary key.
type link struct {
	from Key
	to   any // a Key, in the type that go-memdb takes
}

// Unique describes an index in which no two rows may have the same key. taken returns the
// error for a row whose key another row has. A row with a nil key is not in the index.
func Unique[T any](name string, key func(*T) Key, taken func(*T) error) *Index[T] {
	return &Index[T]{name: name, key: key, taken: taken, links: name}
}

// Sorted describes an index that orders rows. Its keys must be distinct; ending them with
// the row's primary key ensures that.
func Sorted[T any](name string, key func(*T) Key) *Index[T] {
	return &Index[T]{name: name, key: key}
}

// Find returns the row with a key in a unique index, nil if there is none.
func (i *Index[T]) Find(r Reader, key Key) *T {
	found, err := r.view().txn.First(i.links, primary, key)
	must(err)
	if found == nil {
		return nil
	}
	raw, err := r.view().txn.First(i.table.Name, primary, found.(*link).to)
	must(err)
	row, _ := raw.(*T)
	return row
}

// move updates a unique index after a change; a nil row does not exist.
func (i *Index[T]) move(tx *Tx, before, after *T) {
	var from, to Key
	if before != nil {
		from = i.key(before)
	}
	if after != nil {
		to = i.key(after)
	}
	if bytes.Equal(from, to) {
		return
	}
	if from != nil {
		must(tx.txn.Delete(i.links, &link{from: from}))
	}
	if to != nil {
		must(tx.txn.Insert(i.links, &link{to, i.table.key(after)}))
	}
}

// Under returns the rows whose key begins with prefix, in the order of the index.
func (i *Index[T]) Under(r Reader, prefix Key) iter.Seq[*T] {
	found, err := r.view().txn.Get(i.table.Name, i.name+"_prefix", prefix)
	must(err)
	return rows[T](found)
}

// From returns the rows whose key is at least bound, in the order of the index.
func (i *Index[T]) From(r Reader, bound Key) iter.Seq[*T] {
	found, err := r.view().txn.LowerBound(i.table.Name, i.name, bound)
	must(err)
	return rows[T](found)
}

func rows[T any](found memdb.ResultIterator) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for raw := found.Next(); raw != nil; raw = found.Next() {
			if !yield(raw.(*T)) {
				return
			}
		}
	}
}

// keyIndexer passes keys to go-memdb without reflection.
type keyIndexer[T any] struct{ key func(*T) Key }

// FromObject implements memdb.SingleIndexer.
func (k keyIndexer[T]) FromObject(raw any) (bool, []byte, error) {
	row, is := raw.(*T)
	if !is {
		return false, nil, fmt.Errorf("an index of %T was given %T", row, raw)
	}
	key := k.key(row)
	return key != nil, key, nil
}

// FromArgs implements memdb.Indexer.
func (k keyIndexer[T]) FromArgs(args ...any) ([]byte, error) {
	if len(args) == 1 {
		if key, is := args[0].(Key); is {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%v is not the key of an index", args)
}

// PrefixFromArgs implements memdb.PrefixIndexer.
func (k keyIndexer[T]) PrefixFromArgs(args ...any) ([]byte, error) { return k.FromArgs(args...) }
