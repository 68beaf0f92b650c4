// Package memlimit bounds the memory that requests in flight use. A request that needs
// more than is free waits. A request that has held memory for too long is closed when
// others wait, so that no client can hog memory by not reading or not sending.
package memlimit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Budget is a number of bytes that requests share. It is safe for concurrent use. A nil
// Budget has no limit.
type Budget struct {
	mu       sync.Mutex
	total    int64
	free     int64          // negative after the budget has shrunk, until enough is released
	held     []*Reservation // in no order
	waiting  []*waiter      // requests that already hold memory first, then the rest; small ones first in each group
	watching bool           // whether a timer looks for overdue reservations
	stats    Stats
}

// Stats describes the use of a budget.
type Stats struct {
	Bytes  int64 // reserved now
	Waits  int64 // reservations that have had to wait
	Closed int64 // connections closed to make room for others
}

// Conn is the connection of a request. A deadline in the past interrupts whatever reads
// from it, writes to it or waits for it.
type Conn interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Reservation is one request's share of a budget; the zero value holds nothing. It is not
// safe for concurrent use, and must not be copied while it holds memory.
type Reservation struct {
	budget *Budget
	conn   Conn
	since  time.Time
	bytes  int64
	index  int // in held
	closed bool
}

type waiter struct {
	reservation *Reservation
	bytes       int64
	ready       chan struct{} // closed when the bytes are reserved or never will be
	err         error
}

// ErrClosed is returned to a request that was closed to make room for others.
var ErrClosed = errors.New("the request has held memory for too long while others waited")

// New returns a budget of the given number of bytes. For 0 or less it returns nil, which
// has no limit.
func New(bytes int64) *Budget {
	if bytes <= 0 {
		return nil
	}
	return &Budget{total: bytes, free: bytes}
}

// Resize changes the size of the budget, which must be at least one byte. What is
// reserved stays reserved; if that exceeds the new size, nothing more is reserved until
// enough is released.
func (b *Budget) Resize(bytes int64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += bytes - b.total
	b.total = bytes
	for _, w := range b.waiting {
		w.bytes = b.atMost(w.reservation, w.bytes)
	}
	b.wake()
}

// How long a request may hold memory while others wait. Larger requests get more time.
const (
	grace    = 2 * time.Second
	rate     = 16 << 20 // bytes a second
	interval = 100 * time.Millisecond
)

func (r *Reservation) overdue() bool {
	return time.Since(r.since) > grace+time.Duration(r.bytes)*time.Second/rate
}

// Reserve waits until the given number of bytes is free and adds them to a reservation. A
// number beyond what one reservation may hold is reduced to that maximum. If the
// reservation becomes overdue while others wait, conn is closed. The error is the
// context's, or ErrClosed.
func (b *Budget) Reserve(ctx context.Context, r *Reservation, conn Conn, bytes int64) error {
	if b == nil || bytes <= 0 {
		return nil
	}
	b.mu.Lock()
	if r.bytes == 0 {
		*r = Reservation{budget: b, conn: conn}
	}
	if r.closed {
		b.mu.Unlock()
		return ErrClosed
	}
	bytes = b.atMost(r, bytes)
	if b.fits(bytes) && (len(b.waiting) == 0 || bytes < b.waiting[0].bytes) {
		b.take(r, bytes)
		b.mu.Unlock()
		return nil
	}
	w := &waiter{reservation: r, bytes: bytes, ready: make(chan struct{})}
	b.enqueue(w)
	b.mu.Unlock()
	select {
	case <-w.ready:
		return w.err
	case <-ctx.Done():
		return b.cancel(w, ctx.Err())
	}
}

// reserved is the part of a budget that is kept for small reservations, so that they need
// not wait for a few large, slow ones.
func (b *Budget) reserved() int64 { return b.total / 4 }

func (b *Budget) isSmall(bytes int64) bool { return bytes <= b.total/64 }

// largest is the most that one reservation may hold.
func (b *Budget) largest() int64 { return b.total - b.reserved() }

// atMost returns how many of the given bytes a reservation may get.
func (b *Budget) atMost(r *Reservation, bytes int64) int64 {
	return max(min(bytes, b.largest()-r.bytes), 0)
}

func (b *Budget) fits(bytes int64) bool {
	return bytes == 0 || bytes <= b.free-b.reserved() || b.isSmall(bytes) && bytes <= b.free
}

// enqueue adds a waiter. Those that already hold memory come first, since others are
// waiting for it, then those that need the least.
func (b *Budget) enqueue(w *waiter) {
	b.stats.Waits++
	at := len(b.waiting)
	for at > 0 && w.before(b.waiting[at-1]) {
		at--
	}
	b.waiting = slices.Insert(b.waiting, at, w)
	if !b.watching {
		b.watching = true
		time.AfterFunc(interval, b.closeOverdue)
	}
}

func (w *waiter) before(other *waiter) bool {
	if holds := w.reservation.bytes > 0; holds != (other.reservation.bytes > 0) {
		return holds
	}
	return w.bytes < other.bytes
}

// cancel removes a waiter, unless its wait is already over.
func (b *Budget) cancel(w *waiter, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.waiting, w)
	if at < 0 {
		return w.err
	}
	b.waiting = slices.Delete(b.waiting, at, at+1)
	b.wake()
	return err
}

// take adds free bytes to a reservation.
func (b *Budget) take(r *Reservation, bytes int64) {
	if r.bytes == 0 {
		r.since, r.index = time.Now(), len(b.held)
		b.held = append(b.held, r)
	}
	r.bytes += bytes
	b.free -= bytes
}

// wake serves waiters in order, for as long as there are enough free bytes.
func (b *Budget) wake() {
	for len(b.waiting) > 0 && b.fits(b.waiting[0].bytes) {
		w := b.waiting[0]
		b.waiting = slices.Delete(b.waiting, 0, 1)
		b.take(w.reservation, w.bytes)
		close(w.ready)
	}
}

// Release returns all bytes of a reservation to its budget.
func (r *Reservation) Release() {
	if r.bytes == 0 {
		return
	}
	b := r.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	last := len(b.held) - 1
	b.held[r.index], b.held[last].index = b.held[last], r.index
	b.held[last] = nil
	b.held = b.held[:last]
	b.free += r.bytes
	r.bytes = 0
	b.wake()
}

// closeOverdue closes overdue reservations, the largest first, until there is enough for
// the first waiter.
func (b *Budget) closeOverdue() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watching = len(b.waiting) > 0; !b.watching {
		return
	}
	time.AfterFunc(interval, b.closeOverdue)
	first := b.waiting[0]
	missing := first.bytes - b.free
	if !b.isSmall(first.bytes) {
		missing += b.reserved()
	}
	var overdue []*Reservation
	for _, r := range b.held {
		switch {
		case r.closed:
			missing -= r.bytes
			r.interrupt() // again, because other code may have moved the deadlines
		case r != first.reservation && r.overdue():
			overdue = append(overdue, r)
		}
	}
	slices.SortFunc(overdue, func(x, y *Reservation) int { return cmp.Compare(y.bytes, x.bytes) })
	for _, r := range overdue {
		if missing <= 0 {
			return
		}
		missing -= r.bytes
		b.close(r)
	}
}

// close interrupts whatever the request of a reservation reads, writes or waits for.
func (b *Budget) close(r *Reservation) {
	b.stats.Closed++
	r.closed = true
	b.waiting = slices.DeleteFunc(b.waiting, func(w *waiter) bool {
		if w.reservation != r {
			return false
		}
		w.err = ErrClosed
		close(w.ready)
		return true
	})
	r.interrupt()
}

func (r *Reservation) interrupt() {
	past := time.Unix(1, 0)
	_ = r.conn.SetReadDeadline(past) // a connection without deadlines cannot be closed
	_ = r.conn.SetWriteDeadline(past)
}

// Stats returns the statistics of a budget, or zeros for nil.
func (b *Budget) Stats() Stats {
	if b == nil {
		return Stats{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	stats := b.stats
	stats.Bytes = b.total - b.free
	return stats
}
