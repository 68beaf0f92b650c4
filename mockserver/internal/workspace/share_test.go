package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/storetest"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// shared is the workspace that the peers of a test use. Its state is a set of numbers, as
// bits, which its clock shows in nanoseconds.
const shared = "x"

// peer is one of several processes that share a store.
type peer struct {
	*Registry
	process *storetest.Process
	log     bytes.Buffer
}

func newPeer(t *testing.T, engine *engine.Engine, memory *storetest.Memory, always bool) *peer {
	t.Helper()
	build := func(string) (*Instance, error) {
		return &Instance{Store: engine.NewStore(), Clock: clock.New(time.Now)}, nil
	}
	r, err := NewRegistry(Options{Build: build, JournalSize: 10})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{Registry: r, process: memory.Open()}
	if err := r.Persist(Persistence{
		Store: p.process, Always: always, Logger: slog.New(slog.NewTextHandler(&p.log, nil)),
		Save: func(w *Workspace) []byte {
			text, _ := json.Marshal(w.Instance().Clock.Setting()) // never fails
			return text
		},
		Restore: func(name string, saved []byte) (*Instance, time.Time, error) {
			instance, _ := build(name) // never fails
			var setting *clock.Setting
			if err := json.Unmarshal(saved, &setting); err != nil {
				return nil, time.Time{}, err
			}
			return instance, time.Now(), instance.Clock.Restore(setting)
		},
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// epoch is what the clock shows for an empty set.
var epoch = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// write adds a number. Without an error it is acknowledged.
func (p *peer) write(number int) error {
	w, _, err := p.Make(shared)
	if err != nil {
		return err
	}
	operation, err := w.Begin()
	if err != nil {
		return err
	}
	frozen, now := true, epoch.Add(time.Duration(numbers(w)|1<<number))
	if _, err := w.Instance().Clock.Set(clock.Change{Now: &now, Frozen: &frozen}); err != nil {
		return errors.Join(err, operation.End())
	}
	return operation.End()
}

// numbers returns the numbers of a workspace.
func numbers(w *Workspace) int {
	if w.Instance().Clock.Setting() == nil {
		return 0
	}
	return int(w.Instance().Clock.Now().Sub(epoch))
}

// read returns the numbers.
func (p *peer) read() (int, error) {
	w, err := p.Open(shared, true)
	if err != nil {
		return 0, err
	}
	return numbers(w), nil
}

// drop makes the workspace leave memory.
func (p *peer) drop() {
	if w := p.Find(shared); w != nil {
		p.persist.evict(w)
	}
}

// history is what two peers and their store went through.
type history struct {
	t      *testing.T
	engine *engine.Engine
	always bool
	memory *storetest.Memory
	peers  []*peer // two that run, and those that were killed
	writes int

	kept    int // numbers that were acknowledged since the last removal
	removed int // numbers that were acknowledged before
}

// steps are what can happen, by name. They act on one of the peers.
var steps = map[string]func(*history, int) error{
	"write": func(h *history, at int) error {
		number := h.writes
		h.writes++
		if h.peers[at].write(number) == nil {
			h.kept |= 1 << number
		}
		return nil
	},
	"read":   func(h *history, at int) error { _, _ = h.peers[at].read(); return nil },
	"remove": (*history).remove,
	"drop":   func(h *history, at int) error { h.peers[at].drop(); return nil },
	"wait":   func(*history, int) error { time.Sleep(70 * time.Millisecond); return nil },
	"mend":   func(h *history, _ int) error { return h.mend() },
}

// faults are steps that must not lose what was acknowledged, if it was stored before.
var faults = map[string]func(*history, int) error{
	"break":  func(h *history, at int) error { h.peers[at].process.Break(); return nil },
	"down":   func(h *history, _ int) error { h.memory.SetDown(true); return nil },
	"up":     func(h *history, _ int) error { h.memory.SetDown(false); return nil },
	"mute":   func(h *history, _ int) error { h.memory.SetMute(true); return nil },
	"unmute": func(h *history, _ int) error { h.memory.SetMute(false); return nil },
	"kill": func(h *history, at int) error {
		killed := h.peers[at]
		h.peers[at] = newPeer(h.t, h.engine, h.memory, h.always)
		h.peers = append(h.peers, killed)
		return killed.process.Close()
	},
}

func (h *history) remove(at int) error {
	if h.peers[at].Remove(shared) == nil {
		h.kept, h.removed = 0, h.removed|h.kept
	}
	return nil
}

// mend ends all faults, and checks what both peers then read.
func (h *history) mend() error {
	h.memory.SetDown(false)
	h.memory.SetMute(false)
	time.Sleep(5 * time.Second)
	for _, p := range h.peers[:2] {
		got, err := p.read()
		for range 10 {
			if err == nil {
				break
			}
			time.Sleep(time.Second)
			got, err = p.read()
		}
		switch {
		case err != nil:
			return fmt.Errorf("reading: %w", err)
		case h.kept&^got != 0:
			return fmt.Errorf("%b is lost of %b", h.kept&^got, h.kept)
		case h.removed&got != 0:
			return fmt.Errorf("%b came back after it was removed", h.removed&got)
		}
	}
	return nil
}

// TestWhatIsAcknowledgedStays lets two processes go through random histories, and checks
// that neither loses what was acknowledged, nor brings back what was removed: without
// faults always, and with them if answers wait for the store.
func TestWhatIsAcknowledgedStays(t *testing.T) {
	t.Parallel()
	made := engines(t)
	for name, always := range map[string]bool{"without faults": false, "with faults": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			may := maps.Clone(steps)
			if always {
				maps.Copy(may, faults)
			}
			names := append(slices.Sorted(maps.Keys(may)), "write", "write", "remove") // more often than the others
			step := rapid.Custom(func(t *rapid.T) string {
				return rapid.SampledFrom(names).Draw(t, "step") + " " + rapid.SampledFrom([]string{"0", "1"}).Draw(t, "peer")
			})
			rapid.Check(t, func(rt *rapid.T) {
				happens := rapid.SliceOfN(step, 30, 60).Draw(rt, "steps")
				var wrong error
				synctest.Test(t, func(t *testing.T) {
					h := &history{t: t, engine: made, always: always, memory: storetest.NewMemory(store.Limits{})}
					h.peers = []*peer{newPeer(t, made, h.memory, always), newPeer(t, made, h.memory, always)}
					for _, what := range append(happens, "mend 0") {
						name, at, _ := strings.Cut(what, " ")
						if wrong = may[name](h, int(at[0]-'0')); wrong != nil {
							break
						}
					}
					for _, p := range h.peers {
						_ = p.Settle(context.Background()) // those that were killed cannot write
					}
				})
				if wrong != nil {
					rt.Fatal(wrong)
				}
			})
		})
	}
}

// TestAWorkspaceThatIsDroppedWhileTheStoreIsDown checks that only changes which are not
// stored count as lost, and that what is stored comes back.
func TestAWorkspaceThatIsDroppedWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	made := engines(t)
	for name, changed := range map[string]bool{"unchanged": false, "changed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				memory := storetest.NewMemory(store.Limits{})
				p := newPeer(t, made, memory, false)
				if err := p.write(1); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				memory.SetDown(true)
				lost := int64(0)
				if changed {
					lost = 1
					if err := p.write(2); err != nil {
						t.Fatal(err)
					}
				}
				p.drop()
				memory.SetDown(false)
				time.Sleep(5 * time.Second)
				synctest.Wait() // nothing writes to the log now
				if stats, _ := p.StoreStats(); stats.Lost != lost || strings.Count(p.log.String(), "workspace="+shared) != int(lost) {
					t.Errorf("%d were lost, want %d; the log says %s", stats.Lost, lost, &p.log)
				}
				if got, err := p.read(); got != 1<<1 || err != nil {
					t.Errorf("%d was read (%v)", got, err)
				}
				settle(t, p.Registry)
			})
		})
	}
}

// breaking is a store whose session breaks right before the first removal.
type breaking struct {
	*storetest.Process
	once sync.Once
}

func (s *breaking) Remove(ctx context.Context, name string) error {
	s.once.Do(s.Break)
	return s.Process.Remove(ctx, name)
}

// TestASessionThatBreaksDuringARemoval checks that what is said to be removed is.
func TestASessionThatBreaksDuringARemoval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		r, _ := registry(t, Options{})
		s := &breaking{Process: memory.Open()}
		if err := r.Persist(Persistence{Store: s, Logger: slog.New(slog.DiscardHandler), Save: func(*Workspace) []byte { return []byte("state") }}); err != nil {
			t.Fatal(err)
		}
		w, err := r.Get(shared)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Instance().Clock.Set(clock.Change{Advance: time.Hour}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if err := r.Remove(shared); err != nil || memory.Stored(shared) != "" {
			t.Errorf("%q is stored after the removal (%v)", memory.Stored(shared), err)
		}
		settle(t, r)
	})
}

// slow is a store that takes a second to let go a name.
type slow struct{ store.Store }

func (s slow) LetGo(ctx context.Context, name string) error {
	time.Sleep(time.Second)
	return s.Store.LetGo(ctx, name)
}

// TestChangesAreStoredFirst checks that at the end, changes of one workspace do not wait for
// others to be let go, for which there may be no time.
func TestChangesAreStoredFirst(t *testing.T) {
	t.Parallel()
	made := engines(t)
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		r, err := NewRegistry(Options{JournalSize: 1, Build: func(string) (*Instance, error) {
			return &Instance{Store: made.NewStore(), Clock: clock.New(time.Now)}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Persist(Persistence{Store: slow{memory.Open()}, Logger: slog.New(slog.DiscardHandler), Save: func(*Workspace) []byte { return []byte("state") }}); err != nil {
			t.Fatal(err)
		}
		for i := range 400 {
			if _, err := r.Get(fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Find("399").Instance().Clock.Set(clock.Change{Advance: time.Hour}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := r.Settle(ctx); err != nil || memory.Stored("399") == "" {
			t.Errorf("%q is stored (%v)", memory.Stored("399"), err)
		}
	})
}

// timed is a store that notes how much time a write has.
type timed struct {
	store.Store
	left time.Duration
}

func (s *timed) Write(ctx context.Context, name string, revision int64, content []byte) (int64, error) {
	deadline, _ := ctx.Deadline()
	s.left = time.Until(deadline)
	return s.Store.Write(ctx, name, revision, content)
}

// TestALargeContentHasMoreTime checks that a write has more time for a larger content, which
// could otherwise never be stored, and that making the content does not take of it.
func TestALargeContentHasMoreTime(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]time.Duration{10: storeTimeout, 8 << 20: storeTimeout + 1024*time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := registry(t, Options{})
			s := &timed{Store: storetest.NewMemory(store.Limits{}).Open()}
			if err := r.Persist(Persistence{Store: s, Logger: slog.New(slog.DiscardHandler), Save: func(*Workspace) []byte {
				time.Sleep(storeTimeout)
				return make([]byte, size)
			}}); err != nil {
				t.Fatal(err)
			}
			w, err := r.Get(shared)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Instance().Clock.Set(clock.Change{Advance: time.Hour}); err != nil {
				t.Fatal(err)
			}
			if err := r.Settle(t.Context()); err != nil || s.left != want {
				t.Errorf("%d bytes have %s, want %s (%v)", size, s.left, want, err)
			}
		})
	}
}

// persisted returns a registry with a store, and a workspace that may be stored there.
func persisted(t *testing.T, in store.Store, logger *slog.Logger) *Registry {
	t.Helper()
	r, _ := registry(t, Options{})
	if err := r.Persist(Persistence{
		Store: in, Always: true, Logger: logger, Save: func(*Workspace) []byte { return []byte("state") },
		Restore: func(name string, saved []byte) (*Instance, time.Time, error) {
			if string(saved) != "state" {
				return nil, time.Time{}, errors.New("damaged")
			}
			instance, err := r.Build(name)
			return instance, time.Now(), err
		},
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

// settle has everything written, without which a bubble would not end.
func settle(t *testing.T, r *Registry) {
	t.Helper()
	if err := r.Settle(t.Context()); err != nil {
		t.Error(err)
	}
}

// leave stores a content that nobody owns.
func leave(t *testing.T, memory *storetest.Memory, content string) {
	t.Helper()
	other := memory.Open()
	storetest.Take(t, other, shared, true)
	storetest.Write(t, other, shared, 0, content)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
}

// hook calls a function with every message that is logged.
type hook struct {
	slog.Handler
	do func(message string)
}

func (hook) Enabled(context.Context, slog.Level) bool { return true }

func (h hook) Handle(_ context.Context, record slog.Record) error {
	h.do(record.Message)
	return nil
}

// TestAnOperationOnWhatIsLost checks that no change is acknowledged that is made while its
// workspace is dropped.
func TestAnOperationOnWhatIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		var w *Workspace
		var operation Operation
		began := errors.New("it was not tried")
		change := func() {
			if _, err := w.Instance().Clock.Set(clock.Change{Advance: time.Hour}); err != nil {
				t.Error(err)
			}
		}
		r := persisted(t, memory.Open(), slog.New(hook{slog.DiscardHandler, func(message string) {
			if !strings.Contains(message, "dropped from memory") {
				return
			}
			if operation, began = w.Begin(); began == nil {
				change()
			}
		}}))
		w, err := r.Get(shared)
		if err != nil {
			t.Fatal(err)
		}
		memory.SetDown(true)
		change()
		r.persist.evict(w)
		if began == nil {
			began = operation.End()
		}
		if !errors.Is(began, ErrElsewhere) {
			t.Errorf("a change of a workspace that is dropped meets %v", began)
		}
		memory.SetDown(false)
		settle(t, r)
	})
}

// TestASessionThatBreaksDuringTheRemovalOfAll checks that what nobody owns is removed even then.
func TestASessionThatBreaksDuringTheRemovalOfAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		leave(t, memory, "state")
		r := persisted(t, &breaking{Process: memory.Open()}, slog.New(slog.DiscardHandler))
		if count, err := r.RemoveAll(); count != 1 || err != nil || memory.Stored(shared) != "" || !r.Ready() {
			t.Errorf("%d are removed (%v), %q is stored, ready: %v", count, err, memory.Stored(shared), r.Ready())
		}
		settle(t, r)
	})
}

// late is a store whose answers to Take come late, the first of them an error.
type late struct {
	*storetest.Process
	after   time.Duration
	problem error
	once    sync.Once
}

func (s *late) Take(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	time.Sleep(s.after)
	var problem error
	s.once.Do(func() { problem = s.problem })
	if problem != nil {
		return store.Entry{}, problem
	}
	return s.Process.Take(ctx, name, reserve)
}

func (s *late) SetAside(ctx context.Context, name string) (string, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return s.Process.SetAside(ctx, name)
}

// TestARequestDuringARemovalThatFails checks that a request for a workspace does not get the
// error of a removal for which it has waited.
func TestARequestDuringARemovalThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		leave(t, memory, "state")
		r := persisted(t, &late{Process: memory.Open(), after: time.Second, problem: store.ErrElsewhere}, slog.New(slog.DiscardHandler))
		var done sync.WaitGroup
		done.Go(func() {
			if count, err := r.RemoveAll(); count != 0 || err != nil {
				t.Errorf("%d are removed (%v)", count, err)
			}
		})
		synctest.Wait()
		if w, err := r.Open(shared, true); err != nil || !w.Kept() {
			t.Errorf("the request meets %v", err)
		}
		done.Wait()
		settle(t, r)
	})
}

// TestADamagedContentThatTookLongToRead checks that it is set aside all the same.
func TestADamagedContentThatTookLongToRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		leave(t, memory, "neither")
		r := persisted(t, &late{Process: memory.Open(), after: storeTimeout + time.Second}, slog.New(slog.DiscardHandler))
		_, err := r.Open(shared, true)
		if stats, _ := r.StoreStats(); err != nil || stats.Damaged != 1 {
			t.Errorf("it is opened with %v, and %d are set aside", err, stats.Damaged)
		}
		settle(t, r)
	})
}

// TestADefaultThatCannotBeMadeAgain checks that the workspace default comes back after it has
// left memory while it could not be made from the seed.
func TestADefaultThatCannotBeMadeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := persisted(t, storetest.NewMemory(store.Limits{}).Open(), slog.New(slog.DiscardHandler))
		w, err := r.Get(Default)
		if err != nil {
			t.Fatal(err)
		}
		build := r.Build
		r.Build = func(string) (*Instance, error) { return nil, errors.New("no seed") }
		r.persist.evict(w)
		r.Build = build
		if w, err = r.Get(Default); err != nil {
			t.Fatal(err)
		}
		operation, err := w.Begin()
		if err == nil {
			err = operation.End()
		}
		if err != nil || !w.Kept() {
			t.Errorf("an operation meets %v", err)
		}
		settle(t, r)
	})
}
