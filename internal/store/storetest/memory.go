package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

// ErrDown is returned while the memory is out of reach.
var ErrDown = errors.New("the memory store is unreachable")

// Memory is a store that the processes of a test share. It promises what Postgres does.
type Memory struct {
	limits store.Limits

	mu    sync.Mutex
	rows  map[string]*row
	aside [][]byte
	first int64 // revision of the content that was last stored under a name without one
	down  bool
	mute  bool
}

type row struct {
	owner   *Process // nil for none
	session int64    // of the owner, when it took the row
	writer  *Process // of what is stored
	store.Entry
	written time.Time
}

// NewMemory returns an empty memory.
func NewMemory(limits store.Limits) *Memory { return &Memory{limits: limits, rows: map[string]*row{}} }

// firstEvery is more than the number of times that any content is written.
const firstEvery = 1 << 20

// SetDown puts the memory out of reach, or back. No session is alive while it is out of
// reach.
func (m *Memory) SetDown(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

// SetMute makes writes take effect without being answered, or be answered again.
func (m *Memory) SetMute(mute bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mute = mute
}

// Stored returns what is stored under a name.
func (m *Memory) Stored(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.rows[name]; found != nil {
		return string(found.Content)
	}
	return ""
}

// Aside returns what was set aside, by the place that SetAside returned.
func (m *Memory) Aside(where string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	var at int
	if _, err := fmt.Sscanf(where, "place %d", &at); err != nil {
		return nil
	}
	return m.aside[at]
}

// Process is a process that uses the memory.
type Process struct {
	memory  *Memory
	session int64 // guarded by the memory's lock
	closed  bool
	wanted  chan string
}

var _ store.Store = (*Process)(nil)

// Open connects a process.
func (m *Memory) Open() *Process { return &Process{memory: m, wanted: make(chan string, 1000)} }

// Break ends the session of the process.
func (p *Process) Break() {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	p.session++
}

// reach locks the memory, unless it is out of reach.
func (p *Process) reach() (unlock func(), err error) {
	p.memory.mu.Lock()
	if p.memory.down || p.closed {
		p.memory.mu.Unlock()
		return nil, ErrDown
	}
	return p.memory.mu.Unlock, nil
}

// owned returns the row of a name that the process owns, or nil.
func (p *Process) owned(name string) *row {
	found := p.memory.rows[name]
	if found == nil || !found.lives() || found.owner != p {
		return nil
	}
	return found
}

// lives reports whether the owner's session is still the one in which the row was taken.
func (r *row) lives() bool {
	return r.owner != nil && !r.owner.closed && r.session == r.owner.session
}

// Take implements store.Store.
func (p *Process) Take(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	entry, err := p.Reclaim(ctx, name, reserve)
	if errors.Is(err, store.ErrElsewhere) {
		p.memory.mu.Lock()
		defer p.memory.mu.Unlock()
		if found := p.memory.rows[name]; found != nil && found.owner != nil {
			found.owner.wanted <- name
		}
	}
	return entry, err
}

// Reclaim implements store.Store.
func (p *Process) Reclaim(_ context.Context, name string, reserve bool) (store.Entry, error) {
	unlock, err := p.reach()
	if err != nil {
		return store.Entry{}, err
	}
	defer unlock()
	found := p.memory.rows[name]
	switch {
	case found != nil && found.lives() && found.owner != p:
		return store.Entry{}, store.ErrElsewhere
	case !reserve && (found == nil || found.Content == nil):
		return store.Entry{}, store.ErrNone
	case found == nil:
		found = &row{}
		p.memory.rows[name] = found
	}
	found.owner, found.session = p, p.session
	if most := p.memory.limits.Content; most > 0 && int64(len(found.Content)) > most {
		return store.Entry{Revision: found.Revision}, store.ErrTooLarge
	}
	entry := found.Entry
	entry.Own = found.writer == p
	return entry, nil
}

// Write implements store.Store.
func (p *Process) Write(_ context.Context, name string, revision int64, content []byte) (int64, error) {
	unlock, err := p.reach()
	if err != nil {
		return 0, err
	}
	defer unlock()
	total := int64(0)
	for _, other := range p.memory.rows {
		total += int64(len(other.Content))
	}
	found, size := p.owned(name), int64(len(content))
	switch limits := p.memory.limits; {
	case found == nil || found.Revision != revision:
		return 0, store.ErrLost
	case limits.Content > 0 && size > limits.Content:
		return 0, store.ErrTooLarge
	case limits.Total > 0 && total-int64(len(found.Content))+size > limits.Total:
		return 0, store.ErrFull
	}
	next := revision + 1
	if found.Content == nil {
		p.memory.first += firstEvery
		next = p.memory.first
	}
	found.Entry = store.Entry{Content: append([]byte{}, content...), Revision: next}
	found.written, found.writer = time.Now(), p
	if p.memory.mute {
		return 0, ErrDown
	}
	return found.Revision, nil
}

// LetGo implements store.Store.
func (p *Process) LetGo(_ context.Context, name string) error {
	unlock, err := p.reach()
	if err != nil {
		return err
	}
	defer unlock()
	if found := p.owned(name); found != nil {
		found.owner = nil
	}
	return nil
}

// Remove implements store.Store.
func (p *Process) Remove(_ context.Context, name string) error {
	unlock, err := p.reach()
	if err != nil {
		return err
	}
	defer unlock()
	found := p.memory.rows[name]
	switch {
	case p.owned(name) != nil:
		delete(p.memory.rows, name)
	case found != nil && found.Content != nil:
		return store.ErrLost
	}
	return nil
}

// SetAside implements store.Store.
func (p *Process) SetAside(_ context.Context, name string) (string, error) {
	unlock, err := p.reach()
	if err != nil {
		return "", err
	}
	defer unlock()
	found := p.owned(name)
	if found == nil {
		return "", store.ErrLost
	}
	p.memory.aside = append(p.memory.aside, found.Content)
	found.Entry = store.Entry{}
	return fmt.Sprint("place ", len(p.memory.aside)-1), nil
}

// Unowned implements store.Store.
func (p *Process) Unowned(context.Context) ([]store.Stored, error) {
	unlock, err := p.reach()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var out []store.Stored
	for name, found := range p.memory.rows {
		if found.Content != nil && (!found.lives() || found.owner == p) {
			out = append(out, store.Stored{Name: name, Written: found.written})
		}
	}
	slices.SortFunc(out, func(a, b store.Stored) int { return a.Written.Compare(b.Written) })
	return out, nil
}

// Ping implements store.Store.
func (p *Process) Ping(context.Context) error {
	unlock, err := p.reach()
	if err == nil {
		unlock()
	}
	return err
}

// Exclusive implements store.Store.
func (p *Process) Exclusive() bool { return false }

// Session implements store.Store.
func (p *Process) Session() (number int64, lives bool) {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	return p.session, !p.memory.down
}

// Wanted implements store.Store.
func (p *Process) Wanted() <-chan string { return p.wanted }

// Close implements store.Store.
func (p *Process) Close() error {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	p.closed = true
	return nil
}
