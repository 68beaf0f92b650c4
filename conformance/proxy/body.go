package proxy

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// body is a body as it passes. It notes how the body ends, and copies it if asked to.
type body struct {
	source io.ReadCloser
	length int64  // as announced, or -1
	ended  func() // called when the source ends properly; may be nil

	// stalled is called when a Read takes longer than idle; it may be nil.
	stalled func()
	idle    time.Duration
	timer   *time.Timer

	mu     sync.Mutex
	passed int64
	end    error   // how the source ended, io.EOF included
	copied *copied // nil for no copy
	plain  *plain  // the decoded copy; nil until it is needed
}

// plain is the result of decoding content encodings.
type plain struct {
	text []byte
	err  error
}

// Read reads from the source and notes what it read.
func (b *body) Read(into []byte) (int, error) {
	switch {
	case b.stalled == nil:
	case b.timer == nil:
		b.timer = time.AfterFunc(b.idle, b.stalled)
		defer b.timer.Stop()
	default:
		b.timer.Reset(b.idle)
		defer b.timer.Stop()
	}
	n, err := b.source.Read(into)
	b.note(into[:n], err)
	return n, err
}

// note records what was read.
func (b *body) note(piece []byte, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil {
		return
	}
	b.passed += int64(len(piece))
	if b.copied != nil {
		b.copied.add(piece)
	}
	if err == nil && b.passed == b.length {
		err = io.EOF
	}
	if b.end = err; errors.Is(err, io.EOF) && b.ended != nil {
		b.ended()
	}
}

// Close closes the source.
func (b *body) Close() error { return b.source.Close() }

// errSealed is the end of a body that was not read to its own end.
var errSealed = errors.New("the exchange has ended")

// seal ends the body wherever it is. Nothing is copied after that.
func (b *body) seal() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		b.end = errSealed
	}
}

// isMissed reports whether there was no room for the copy.
func (b *body) isMissed() bool {
	if b == nil || b.copied == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.copied.missed
}

// text returns the decoded copy. It is valid until release.
func (b *body) text(header http.Header, limit int) ([]byte, error) {
	if b.plain == nil {
		text, err := httpx.Decode(header, b.copied.bytes(), limit)
		b.plain = &plain{text, err}
	}
	return b.plain.text, b.plain.err
}

// release returns the copy's room. The body must be sealed.
func (b *body) release() {
	if b != nil && b.copied != nil {
		b.copied.release()
	}
}

func (b *body) ending() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// isWhole reports whether the whole body has passed.
func (b *body) isWhole() bool { return errors.Is(b.ending(), io.EOF) }

// failure returns what kept the source from being read to its end. It returns nil if nothing
// did, if it was not read that far, or if it was told to stop.
func (b *body) failure() error {
	switch err := b.ending(); {
	case errors.Is(err, io.EOF), errors.Is(err, errSealed), errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	default:
		return err
	}
}

// copied is the copy of a body, in pieces from a budget. If there is no room, it gives up
// rather than make the body wait.
type copied struct {
	limit  int // bytes
	budget *budget
	pieces [][]byte
	next   int // size of the next piece in bytes
	size   int
	taken  int  // bytes taken from the budget
	over   bool // the body exceeds the limit; pieces hold what came before
	missed bool // the budget was used up; nothing is kept
}

// smallestPiece is the size of the first piece of a body without an announced length.
const smallestPiece = 1 << 10

func newCopied(length int64, limit int, from *budget) *copied {
	c := &copied{limit: limit, budget: from, next: smallestPiece}
	if length > 0 {
		c.next = int(min(length, bufferSize))
	}
	return c
}

// add copies the next part of the body.
func (c *copied) add(part []byte) {
	if c.over || c.missed {
		return
	}
	if c.over = c.size+len(part) > c.limit; c.over {
		return
	}
	c.size += len(part)
	for len(part) > 0 {
		last := len(c.pieces) - 1
		if last < 0 || len(c.pieces[last]) == cap(c.pieces[last]) {
			if !c.grow() {
				return
			}
			last++
		}
		piece := c.pieces[last]
		n := copy(piece[len(piece):cap(piece)], part)
		c.pieces[last], part = piece[:len(piece)+n], part[n:]
	}
}

// grow adds an empty piece and reports whether there was room for it.
func (c *copied) grow() bool {
	if !c.budget.take(c.next) {
		c.release()
		c.missed = true
		return false
	}
	c.taken += c.next
	var piece []byte
	if c.next == bufferSize {
		piece = c.budget.Get()[:0]
	} else {
		piece = make([]byte, 0, c.next)
	}
	c.pieces = append(c.pieces, piece)
	c.next = min(2*c.next, bufferSize)
	return true
}

// bytes returns the copy in one piece. It is valid until release.
func (c *copied) bytes() []byte {
	switch len(c.pieces) {
	case 0:
		return nil
	case 1:
		return c.pieces[0]
	}
	whole := bytes.Join(c.pieces, nil)
	c.recycle()
	c.pieces = [][]byte{whole}
	return whole
}

// release returns everything to the budget.
func (c *copied) release() {
	c.recycle()
	c.budget.give(c.taken)
	c.taken = 0
}

func (c *copied) recycle() {
	for _, piece := range c.pieces {
		if cap(piece) == bufferSize {
			c.budget.Put(piece[:bufferSize])
		}
	}
	c.pieces = nil
}

// budget tracks how many more bytes may be kept for judging, and holds the buffers that they
// are kept in.
type budget struct {
	buffers
	left atomic.Int64
}

// take takes a number of bytes if that many are left, and reports whether it did.
func (b *budget) take(bytes int) bool {
	if b.left.Add(-int64(bytes)) >= 0 {
		return true
	}
	b.give(bytes)
	return false
}

func (b *budget) give(bytes int) { b.left.Add(int64(bytes)) }

const bufferSize = 32 << 10

// buffers are reused for passing on responses and for copying bodies.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if buffer, used := b.pool.Get().(*[bufferSize]byte); used {
		return buffer[:]
	}
	return make([]byte, bufferSize)
}

func (b *buffers) Put(buffer []byte) { b.pool.Put((*[bufferSize]byte)(buffer)) }
