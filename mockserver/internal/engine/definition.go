package engine

import (
	"time"

	"github.com/hashicorp/go-memdb"
)

// Definition describes a table: what identifies a row, what must be unique, which parent
// a row has, and how seeds and snapshots write it.
type Definition[T any] struct {
	// Name is the table's name in seeds, snapshots, sequences and metrics.
	Name string
	// Singular is the name of a row in the events of a snapshot.
	Singular string
	// Noun is the name of a row in errors.
	Noun string
	// ID returns where a row keeps its id, which Insert fills in. Ids count up and are never
	// reused. A table without ids has a Key.
	ID func(*T) *int64
	// Key returns what identifies a row. By default that is the id, preceded by the parent's
	// key if there is a parent.
	Key func(*T) Key
	// Parent describes the parent of the rows; nil if they have none.
	Parent *Parent[T]
	// Indexes are the indexes of the table besides its key.
	Indexes []*Index[T]
	// Secret returns where a row keeps its secret, by which rows can be found; nil for
	// tables without secrets.
	Secret func(*T) *Secret
	// KeepSecret keeps the texts of the secrets, so that later answers can show them. A text
	// that was restored from a digest is lost.
	KeepSecret bool
	// Events are the events that changes publish.
	Events Events
	// Default returns a row with the values that a seed may omit, at the time of the seed.
	Default func(now time.Time) T
	// Derive updates other tables after a change. before is nil for a new row, after for a
	// deleted one.
	Derive func(tx *Tx, before, after *T)
	// Complete fills in what a row of a seed or snapshot omits and its other fields or
	// chance determine.
	Complete func(*Tx, *T)
	// Check finds problems of a row in a seed or snapshot that field tags cannot express. It
	// returns the field, as named in the file, and the complaint.
	Check func(r Reader, row *T) (field, complaint string)
	// Derived says that the rows are computed from those of other tables, and so are not in
	// seeds and snapshots.
	Derived bool
	// BuiltIn are the default rows for a seed or snapshot that does not mention the table,
	// written as the JSON list that would be there; empty for none. For a nested table they
	// are the default list of each parent.
	BuiltIn string
	// Recorded supplies what recordings do not show of the rows.
	Recorded Recorded[T]
}

// Recorded supplies what recordings do not show of a table.
type Recorded[T any] struct {
	// BuiltIn says that without recorded rows the table keeps those of the built-in seed.
	BuiltIn bool
	// Presume makes a row from its id, when all that was recorded is that another row refers
	// to it; nil if nothing can be presumed.
	Presume func(id int64) *T
	// Placeholder returns the secret of a row whose own is hidden. It is the same each time
	// for the same row. A table that has a secret and lessons needs it.
	Placeholder func(*T) string
}

// recording is a Recorded without its row type.
type recording struct {
	builtIn     bool
	presume     func(id int64) any
	placeholder func(row any) string
}

// Parent describes the parent of a table's rows: a row of another table, given by name. Deleting the
// parent deletes the rows.
type Parent[T any] struct {
	Table string
	// Key returns the key of the parent's row.
	Key func(*T) Key
	// Nested is the name of the list in the parent's row that holds the rows in seeds and
	// snapshots; empty if they have a section of their own.
	Nested string
}

// Bound is how much a table may hold, in rows and bytes; 0 or less means no limit. The
// rows with the lowest keys are dropped first.
type Bound struct {
	Table string
	Rows  int
	Bytes int
}

func (b Bound) exceeded(rows, bytes int) bool {
	return b.Rows > 0 && rows > b.Rows || b.Bytes > 0 && bytes > b.Bytes
}

// AnyTable is a table without its row type.
type AnyTable interface {
	name() string
	singular() string
	noun() string
	derived() bool
	builtIn() []any
	parent() (table, nested string)
	schemas() []*memdb.TableSchema
	// unlink deletes the rows whose parent has the key.
	unlink(tx *Tx, parent Key)
	codec() *codec
	// hasKey reports whether a row has the key.
	hasKey(r Reader, key Key) bool
	// rowsUnder returns the rows whose key begins with prefix, all for nil.
	rowsUnder(r Reader, prefix Key) []any
	keyOf(row any) Key
	// plant stores a row of a seed or snapshot.
	plant(tx *Tx, row any) (field, complaint string)
	fresh(now time.Time) any
	idOf(row any) *int64
	secretOf(row any) *Secret
	hasSecrets() bool
	sizeOf(row any) int
	shed(tx *Tx)
	recording() recording
	parentKey(row any) Key
	// forgetUnder forgets the rows whose parent has the key.
	forgetUnder(l *Learned, parent Key)
}
