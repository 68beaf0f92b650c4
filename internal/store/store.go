// Package store keeps what outlives a process: a text for each name, which one process at
// a time owns. Package folder is a store for one process, package postgres for many.
package store

import (
	"context"
	"errors"
	"time"
)

// Store keeps a content for each name. Names may have letters, digits, dots, hyphens and
// underscores. Errors other than those of this package mean that the store is out of
// reach or refuses. What was not written can be written later. It is safe for concurrent
// use.
type Store interface {
	// Take makes this process the owner of a name and returns what is stored under it. If
	// nothing is stored there, the process becomes the owner only if reserve is true;
	// otherwise the error is ErrNone. The error is ErrElsewhere if another process owns
	// the name, which is then asked to let it go.
	Take(ctx context.Context, name string, reserve bool) (Entry, error)
	// Reclaim is Take without asking another owner to let go.
	Reclaim(ctx context.Context, name string, reserve bool) (Entry, error)
	// Write replaces the content of the given revision and returns the new revision. The
	// error is ErrLost if the process does not own the name, or if another revision is
	// stored. If processes share the store, what is stored after a removal does not get
	// the revisions of what was removed.
	Write(ctx context.Context, name string, revision int64, content []byte) (int64, error)
	// LetGo gives up a name that the process owns. What is stored there stays.
	LetGo(ctx context.Context, name string) error
	// Remove removes a name that the process owns, and what is stored under it. The error is
	// ErrLost if something is stored that the process does not own.
	Remove(ctx context.Context, name string) error
	// SetAside moves a content that cannot be read to a place where nothing reads it,
	// byte for byte, and returns that place. The process still owns the name, under which
	// nothing is stored any more.
	SetAside(ctx context.Context, name string) (where string, err error)
	// Unowned lists what is stored and does not belong to another process.
	Unowned(ctx context.Context) ([]Stored, error)
	// Ping checks whether the store can be reached.
	Ping(ctx context.Context) error
	// Exclusive reports whether no other process can use the store.
	Exclusive() bool
	// Session returns a number that changes when names that were taken may have gone to
	// other processes; they must then be taken again. lives reports whether the session
	// is alive. If it is not, they cannot be taken until the store is back.
	Session() (number int64, lives bool)
	// Wanted delivers the names that other processes ask for. It is nil if there can be
	// none.
	Wanted() <-chan string
	// Close ends the session and gives up all that the process owns.
	Close() error
}

// Entry is what is stored under a name.
type Entry struct {
	Content  []byte // nil if nothing is stored
	Revision int64  // 0 if nothing is stored
	// Own is true if this process wrote it, perhaps without knowing: the answer to a
	// write may get lost.
	Own bool
}

// Stored is a name under which something is stored.
type Stored struct {
	Name    string
	Written time.Time
}

// Errors of a store that can be reached.
var (
	ErrNone      = errors.New("nothing is stored under this name")
	ErrElsewhere = errors.New("another process owns this name and was asked to release it")
	ErrLost      = errors.New("this process no longer owns the name, or another has written to it in the meantime")
	ErrFull      = errors.New("the store is full")
	ErrTooLarge  = errors.New("it is larger than a process may read")
)

// Limits are the limits of a store; 0 means no limit.
type Limits struct {
	// Total is how many bytes all contents may take together, and Content how many a
	// single one may take.
	Total, Content int64
}

// Allowance returns how much longer an operation may take that moves so many bytes, on a
// slow network and disk.
func Allowance(bytes int64) time.Duration {
	const perKiB = 125 * time.Microsecond
	return time.Duration(bytes>>10) * perKiB
}
