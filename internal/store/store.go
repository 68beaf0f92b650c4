// Package store keeps what processes know beyond their end: a text for each name, which
// one process at a time owns. Package folder keeps it for one process, package postgres
// for many.
package store

import (
	"context"
	"errors"
	"time"
)

// Store keeps a content for each name. A name may have letters, digits, dots, hyphens and
// underscores. Errors other than those of this package say that the store is out of reach
// or refuses: what was not written can be written later. It is safe for concurrent use.
type Store interface {
	// Take makes this process the owner of a name and returns what is stored under it. With
	// reserve a name under which nothing is stored is owned from now on, too; otherwise the
	// error is ErrNone. It is ErrElsewhere if another process owns the name, which is then
	// asked to let it go.
	Take(ctx context.Context, name string, reserve bool) (Entry, error)
	// Write puts a content in the place of that of a revision and returns its revision. The
	// error is ErrLost if the process does not own the name, or another revision is stored.
	Write(ctx context.Context, name string, revision int64, content []byte) (int64, error)
	// LetGo gives up a name that the process owns; what is stored stays.
	LetGo(ctx context.Context, name string) error
	// Remove removes a name that the process owns, and what is stored under it.
	Remove(ctx context.Context, name string) error
	// SetAside keeps a content that cannot be read, byte for byte, where nothing reads it, and
	// says where. The process goes on owning the name, and nothing is stored under it.
	SetAside(ctx context.Context, name string) (where string, err error)
	// Unowned lists what is stored and belongs to no other process.
	Unowned(ctx context.Context) ([]Stored, error)
	// Ping says whether the store is there.
	Ping(ctx context.Context) error
	// Exclusive reports whether no other process can use the store.
	Exclusive() bool
	// Session has a number that moves when names that were taken may have gone to other
	// processes: they must be taken again. It reports whether it lives; if not, that waits
	// until the store is there.
	Session() (number int64, lives bool)
	// Wanted gives the names that other processes ask for; nil if there are none.
	Wanted() <-chan string
	// Close ends the session, and with it what the process owns.
	Close() error
}

// Entry is what is stored under a name.
type Entry struct {
	Content  []byte // nil for nothing
	Revision int64  // 0 for nothing
	// Own says that this process has written it, perhaps without having been told: an answer
	// may get lost.
	Own bool
}

// Stored is a name under which something is stored.
type Stored struct {
	Name    string
	Written time.Time
}

// What a store says besides being out of reach.
var (
	ErrNone      = errors.New("nothing is stored under the name")
	ErrElsewhere = errors.New("another process owns the name, and was asked to let it go")
	ErrLost      = errors.New("the process does not own the name any more, or another one has written meanwhile")
	ErrFull      = errors.New("the store is full")
	ErrTooLarge  = errors.New("it is larger than anything that a process may read")
)

// Limits are the bounds of a store; 0 is none.
type Limits struct {
	// Total is how many bytes all contents together may take, Content how many one may.
	Total, Content int64
}
