package engine

import (
	"time"

	"github.com/hashicorp/go-memdb"
)

// Definition describes a table once: what identifies a row, what must be unique,
// what a row hangs on, how seeds and snapshots write it.
type Definition[T any] struct {
	// Name is the table's in seeds, snapshots, sequences and metrics.
	Name string
	// Singular is what an event of the snapshot calls a row.
	Singular string
	// Noun is what errors call a row.
	Noun string
	// ID returns where a row keeps its id, which Insert fills in: ids count up and are
	// never used again. A table without has a Key.
	ID func(*T) *int64
	// Key returns what identifies a row: without it the id, behind the key of the
	// parent if there is one.
	Key func(*T) Key
	// Parent is what a row hangs on; nil for nothing.
	Parent *Parent[T]
	// Indexes are the questions that are asked of the table besides its key.
	Indexes []*Index[T]
	// Secret returns where a row keeps its secret; nil for tables without. Rows are
	// found by it.
	Secret func(*T) *Secret
	// KeepSecret keeps the texts of the secrets, which later answers show. Those that were
	// restored from digests are lost.
	KeepSecret bool
	// Events are what changes publish.
	Events Events
	// Default returns a row as a seed may leave it, at the time of the seed.
	Default func(now time.Time) T
	// Derive keeps other tables in step with a change; before or after is nil where
	// there was or is no row.
	Derive func(tx *Tx, before, after *T)
	// Complete fills in what a row of a seed or snapshot leaves out and the rest of the row
	// tells.
	Complete func(*T)
	// Check finds what is wrong with a row of a seed or snapshot that its field tags
	// cannot say. It returns the field, in the words of the file, and the complaint.
	Check func(r Reader, row *T) (field, complaint string)
	// Size estimates the bytes that a row takes; nil for an estimate by its texts.
	Size func(*T) int
	// Derived says that the rows follow from those of other tables: they are not in
	// seeds and snapshots.
	Derived bool
	// BuiltIn are the rows that a seed or snapshot has where it says nothing of the table,
	// as the JSON list that would stand there; empty for none. Of a nested table it is the
	// list of each parent that has none.
	BuiltIn string
	// Recorded is what recordings do not say of the rows.
	Recorded Recorded[T]
}

// Recorded is what stands in the place of what recordings do not say of a table.
type Recorded[T any] struct {
	// BuiltIn says that a recording without rows leaves those of the built-in seed.
	BuiltIn bool
	// Presume makes a row of its id, which is all that was recorded of it: another row
	// refers to it. Nil where nothing can be said of such a row.
	Presume func(id int64) *T
	// Placeholder is the secret of a row whose own is hidden, the same wherever the row
	// is met. A table with a secret that has lessons needs it.
	Placeholder func(*T) string
}

// recording is a Recorded, whatever its rows are.
type recording struct {
	builtIn     bool
	presume     func(id int64) any
	placeholder func(row any) string
}

// Parent is what the rows of a table hang on: a row of another table, by its name.
type Parent[T any] struct {
	Table string
	// Key is that of the parent's row.
	Key func(*T) Key
	// Nested is the list inside the parent's row in seeds and snapshots; empty if the
	// rows stand by themselves.
	Nested string
	// Restrict words the error about a parent that cannot be deleted for this row.
	// Without it the row goes with its parent.
	Restrict func(*T) error
}

// Bound is how much a table may hold, in rows and bytes; 0 or less is any number.
// The rows with the lowest keys go first.
type Bound struct {
	Table string
	Rows  int
	Bytes int
}

// AnyTable is a table, whatever its rows are.
type AnyTable interface {
	name() string
	singular() string
	noun() string
	derived() bool
	builtIn() []any
	parent() (table, nested string)
	schemas() []*memdb.TableSchema
	// unlink deletes the rows that hang on a key, or refuses it.
	unlink(tx *Tx, parent Key) error
	codec() *codec
	// hasKey reports whether there is a row of a key.
	hasKey(r Reader, key Key) bool
	// rowsUnder returns the rows below a key, all for nil.
	rowsUnder(r Reader, prefix Key) []any
	keyOf(row any) Key
	// plant stores a row of a seed or snapshot.
	plant(tx *Tx, row any) (field, complaint string)
	fresh(now time.Time) any
	idOf(row any) *int64
	secretOf(row any) *Secret
	sizeOf(row any) int
	shed(tx *Tx)
	recording() recording
	parentKey(row any) Key
	// forgetUnder forgets the rows that hang on a key.
	forgetUnder(l *Learned, parent Key)
}
