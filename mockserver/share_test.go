package mockserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/storetest"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// sharing is one of several servers that share a store.
type sharing struct {
	*keeping
	process *storetest.Process
}

func newSharing(t *testing.T, memory *storetest.Memory, name string, always bool) *sharing {
	t.Helper()
	bounds := DefaultBounds()
	bounds.Instance = name
	out := &sharing{&keeping{log: &bytes.Buffer{}}, memory.Open()}
	out.app = newApp(t, WithBounds(bounds), WithLogger(slog.New(slog.NewTextHandler(out.log, nil))))
	var err error
	if out.settle, err = out.Persist(out.process, always); err != nil {
		t.Fatal(err)
	}
	return out
}

// shared runs a test on two servers that share a store.
func shared(t *testing.T, test func(memory *storetest.Memory, a, b *sharing)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		a, b := newSharing(t, memory, "a", false), newSharing(t, memory, "b", false)
		test(memory, a, b)
		a.settle(t.Context())
		b.settle(t.Context())
	})
}

func (s *sharing) switchOn(status int, path, name string) reply {
	s.t.Helper()
	return s.must(status, http.MethodPatch, path+flagsPath+"/"+name, "", on)
}

// flagsOf returns the flags that an SDK gets.
func (s *sharing) flagsOf(path string) string {
	s.t.Helper()
	return string(s.must(200, http.MethodGet, path+"/api/client/features", backendToken, "").body)
}

// TestAPanicDoesNotKeepAWorkspace checks that a workspace can move after an operation on
// it has panicked.
func TestAPanicDoesNotKeepAWorkspace(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "", "first")
		a.pipeline.Run = func(string, *engine.Store, *engine.Request, *engine.Input, []byte, engine.Judge) (engine.Result, error) {
			panic("provoked")
		}
		a.must(500, http.MethodGet, "/api/client/features", backendToken, "")
		b.switchOn(503, "", "second")
		time.Sleep(time.Second)
		b.switchOn(200, "", "second")
	})
}

// TestAWorkspaceGoesWhereItIsAskedFor checks that a workspace moves to the server that
// gets a request for it. Until its owner hands it over, others answer 503. No change that
// was answered is lost.
func TestAWorkspaceGoesWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/w/x"} {
		shared(t, func(_ *storetest.Memory, a, b *sharing) {
			a.switchOn(200, path, "first")
			got := b.switchOn(503, path, "second")
			if got.header.Get("Retry-After") != "1" || !strings.Contains(string(got.body), "moving here") {
				t.Errorf("Retry-After is %q: %s", got.header.Get("Retry-After"), got.body)
			}
			time.Sleep(time.Second)
			b.switchOn(200, path, "second")
			if got := b.flagsOf(path); !strings.Contains(got, "first") || !strings.Contains(got, "second") {
				t.Errorf("the workspace arrived as %s", got)
			}
			b.expectMetrics(`unleash_mock_store_handed_over_total{instance="b"} 0`)
			a.expectMetrics(`unleash_mock_store_handed_over_total{instance="a"} 1`)
			if list := string(a.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); strings.Contains(list, `"name"`) {
				t.Errorf("the former owner still lists %s", list)
			}
			if list := string(b.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); !strings.Contains(list, `"instance":"b"`) {
				t.Errorf("the new owner lists %s", list)
			}
		})
	}
}

// TestAWorkspaceIsDescribedByItsOwner checks that a process describes no workspace of another
// as it would be afresh, default included, and what nobody has as it is.
func TestAWorkspaceIsDescribedByItsOwner(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"default": "", "x": "/w/x"} {
		shared(t, func(_ *storetest.Memory, a, b *sharing) {
			about := "/_mock/workspaces/" + name
			if name == workspace.Default {
				b.must(200, http.MethodGet, about, "", "")
			}
			a.switchOn(200, path, "mine")
			want := a.must(200, http.MethodGet, about, "", "").json(t)["rows"]
			b.must(503, http.MethodGet, about, "", "")
			time.Sleep(time.Second)
			if diff := cmp.Diff(want, b.must(200, http.MethodGet, about, "", "").json(t)["rows"]); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", name, diff)
			}
		})
	}
}

// TestRequestsThatTakeNothing checks which requests do not move a workspace: those
// without valid credentials and those for the process itself.
func TestRequestsThatTakeNothing(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "", "mine")
		a.switchOn(200, "/w/x", "mine")
		for _, path := range []string{"/health", "/ready", "/w/x/health", "/_mock/info", "/_mock/workspaces", "/_mock/", "/internal-backstage/prometheus", "/docs/openapi.json"} {
			b.must(200, http.MethodGet, path, "", "")
		}
		b.must(401, http.MethodGet, "/w/x/api/admin/projects", "", "")
		b.must(401, http.MethodGet, "/w/made-up/api/admin/projects", "*:*.made-up", "")
		b.must(404, http.MethodDelete, "/_mock/workspaces/no-such", "", "")
		a.expectMetrics(`unleash_mock_store_handed_over_total{instance="a"} 0`)
	})
}

// TestStreamsEndWithTheirWorkspace checks that streams end when a workspace moves, so
// that SDKs reconnect to its next owner.
func TestStreamsEndWithTheirWorkspace(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/x", "first")
		journal := a.workspaces.Find("x").Journal
		b.switchOn(503, "/w/x", "second")
		synctest.Wait()
		if !journal.Closed() || a.workspaces.Find("x") != nil {
			t.Error("the workspace is still there")
		}
	})
}

// pass waits until everything is written. It ends between two scans for changes, so
// nothing more is written until time passes.
func pass() {
	time.Sleep(2*time.Second + 25*time.Millisecond)
	synctest.Wait()
}

// TestASessionThatBreaksIsBegunAnew checks that a process whose session breaks keeps its
// workspaces, unless another process has taken them in the meantime.
func TestASessionThatBreaksIsBegunAnew(t *testing.T) {
	t.Parallel()
	shared(t, func(memory *storetest.Memory, a, b *sharing) {
		for _, name := range []string{"stays", "goes", "ends"} {
			a.switchOn(200, "/w/"+name, "first")
		}
		pass()
		for _, name := range []string{"stays", "goes", "ends"} {
			a.switchOn(200, "/w/"+name, "unwritten")
		}
		a.process.Break()
		b.switchOn(200, "/w/goes", "of-b")
		b.must(200, http.MethodDelete, "/_mock/workspaces/ends", "", "")

		if got := a.flagsOf("/w/stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("the owner answers %s", got)
		}
		a.must(503, http.MethodGet, "/w/goes/api/client/features", backendToken, "")
		if got := a.flagsOf("/w/ends"); strings.Contains(got, "first") {
			t.Errorf("a removed workspace came back as %s", got)
		}
		time.Sleep(time.Second)
		if got := a.flagsOf("/w/goes"); !strings.Contains(got, "of-b") || strings.Contains(got, "unwritten") {
			t.Errorf("the former owner answers %s", got)
		}
		a.must(200, http.MethodGet, "/ready", "", "")
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 2`)
		if said := a.log.String(); strings.Count(said, "are lost") != 2 || !strings.Contains(said, "workspace=goes") || !strings.Contains(said, "workspace=ends") {
			t.Errorf("the log says %s", said)
		}
		time.Sleep(2 * time.Second)
		if got := memory.Stored("stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("workspace stays is stored as %s", got)
		}
	})
}

// TestABrokenSessionIsMended checks that a process takes its workspaces again even
// without requests for them, so that no other process removes them, and that it finds out
// which ones have gone.
func TestABrokenSessionIsMended(t *testing.T) {
	t.Parallel()
	shared(t, func(memory *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/stays", "first")
		a.switchOn(200, "/w/goes", "first")
		pass()
		journal := a.workspaces.Find("goes").Journal
		a.process.Break()
		b.switchOn(200, "/w/goes", "of-b")
		pass()
		if a.workspaces.Find("goes") != nil || !journal.Closed() {
			t.Error("the former owner still has the workspace, and its streams do not end")
		}
		b.expectMetrics(`unleash_mock_store_handed_over_total{instance="b"} 0`)
		b.must(200, http.MethodDelete, "/_mock/workspaces", "", "")
		if got := memory.Stored("stays"); !strings.Contains(got, "first") {
			t.Errorf("another process has removed a workspace that is in use: %q is stored", got)
		}
	})
}

// TestARequestThatWaits checks that a request that a rule holds back is carried out on
// the workspace as it is afterwards, if another process has written it meanwhile.
func TestARequestThatWaits(t *testing.T) {
	t.Parallel()
	shared(t, func(memory *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/x", "first")
		a.must(201, http.MethodPost, "/w/x/_mock/rules", "", `{"delay":"300ms","match":{"operations":["createFeature"]},"times":1}`)
		pass()
		var group sync.WaitGroup
		group.Go(func() {
			a.must(201, http.MethodPost, "/w/x/api/admin/projects/default/features", adminToken, `{"name":"delayed"}`)
		})
		time.Sleep(100 * time.Millisecond)
		a.process.Break()
		b.switchOn(200, "/w/x", "of-b")
		b.settle(t.Context())
		group.Wait()
		pass()
		if got := memory.Stored("x"); !strings.Contains(got, `"of-b"`) || !strings.Contains(got, `"delayed"`) {
			t.Errorf("workspace x is stored as %s", got)
		}
	})
}

// TestAResetLeavesRequestsBehind checks that a request that a rule holds back during a reset
// changes nothing of what the reset has made, with a store and without one.
func TestAResetLeavesRequestsBehind(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a, settle := newApp(t), func(context.Context) error { return nil }
			if stored {
				k := newKeeping(t, t.TempDir(), true)
				a, settle = k.app, k.settle
			}
			a.must(201, http.MethodPost, "/_mock/rules", "", `{"delay":"1s","match":{"operations":["createFeature"]}}`)
			var group sync.WaitGroup
			group.Go(func() {
				a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"delayed"}`)
			})
			synctest.Wait()
			a.must(200, http.MethodPost, "/_mock/reset", "", "")
			group.Wait()
			a.must(404, http.MethodGet, "/api/admin/projects/default/features/delayed", adminToken, "")
			if err := settle(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhatAnotherHasWrittenWins checks that a process that was cut off notices by the
// revision that another one has written, even as often as itself after a removal.
func TestWhatAnotherHasWrittenWins(t *testing.T) {
	t.Parallel()
	for _, removed := range []bool{false, true} {
		shared(t, func(_ *storetest.Memory, a, b *sharing) {
			a.switchOn(200, "/w/x", "first")
			pass()
			tag := a.must(200, http.MethodGet, "/w/x/api/client/features", backendToken, "").header.Get("Etag")
			a.switchOn(200, "/w/x", "unwritten")
			a.process.Break()
			if removed {
				b.must(200, http.MethodDelete, "/_mock/workspaces/x", "", "")
			}
			b.switchOn(200, "/w/x", "of-b")
			b.settle(t.Context())
			if got := a.flagsOf("/w/x"); !strings.Contains(got, "of-b") || strings.Contains(got, "unwritten") {
				t.Errorf("the owner answers %s", got)
			}
			a.must(200, http.MethodGet, "/w/x/api/client/features", backendToken, "", "If-None-Match: "+tag)
			a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 1`)
		})
	}
}

// TestANameWithoutAWorkspace checks that a process gives up a name that it took but could
// not load.
func TestANameWithoutAWorkspace(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		storetest.Take(t, a.process, "x", true)
		b.switchOn(503, "/w/x", "first")
		time.Sleep(time.Second)
		b.switchOn(200, "/w/x", "first")
	})
}

// TestProcessesServeWhileTheStoreIsDown checks that processes serve the workspaces they
// have and new ones while the store is down. All of them are stored once it is back,
// unless it already has a workspace of that name.
func TestProcessesServeWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	shared(t, func(memory *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/x", "first")
		b.switchOn(200, "/w/there", "of-b")
		time.Sleep(2 * time.Second)
		memory.SetDown(true)
		a.process.Break()
		b.process.Break()
		a.switchOn(200, "/w/x", "second")
		a.switchOn(200, "/w/made", "meanwhile")
		a.switchOn(200, "/w/there", "of-a")
		a.must(503, http.MethodDelete, "/_mock/workspaces/x", "", "")
		a.must(503, http.MethodGet, "/ready", "", "")
		a.must(200, http.MethodGet, "/health", "", "")
		time.Sleep(10 * time.Second)
		a.expectMetrics(`unleash_mock_store_up{instance="a"} 0`, `unleash_mock_store_unwritten_workspaces{instance="a"} 3`)
		if said := a.log.String(); strings.Count(said, "the store accepts no changes") != 1 {
			t.Errorf("the log says %s", said)
		}
		b.switchOn(200, "/w/there", "of-b-again")
		memory.SetDown(false)
		b.flagsOf("/w/there") // b takes the workspace again
		time.Sleep(5 * time.Second)
		a.must(200, http.MethodGet, "/ready", "", "")
		a.expectMetrics(`unleash_mock_store_up{instance="a"} 1`, `unleash_mock_store_unwritten_workspaces{instance="a"} 0`, `unleash_mock_store_lost_total{instance="a"} 1`)
		for name, want := range map[string]string{"x": "second", "made": "meanwhile", "there": "of-b-again"} {
			if got := memory.Stored(name); !strings.Contains(got, want) {
				t.Errorf("workspace %s is stored as %s", name, got)
			}
		}
	})
}

// TestWhatIsStoredOutlivesAnOutage checks that a workspace that is used while the store is
// down does not take the place of the stored one, even of one that the same process wrote.
func TestWhatIsStoredOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	for method, lost := range map[string]int{http.MethodGet: 0, http.MethodPatch: 1} {
		shared(t, func(memory *storetest.Memory, a, b *sharing) {
			a.switchOn(200, "/w/x", "first")
			b.switchOn(503, "/w/x", "not-yet") // a lets it go
			pass()
			memory.SetDown(true)
			path, body := "/w/x"+flagsPath, ""
			if method == http.MethodPatch {
				path, body = path+"/meanwhile", on
			}
			a.must(200, method, path, "", body)
			pass()
			a.must(503, http.MethodGet, "/ready", "", "")
			memory.SetDown(false)
			pass()
			pass()
			a.must(200, http.MethodGet, "/ready", "", "")
			for where, got := range map[string]string{"stored": memory.Stored("x"), "answered": a.flagsOf("/w/x")} {
				if !strings.Contains(got, "first") || strings.Contains(got, "meanwhile") {
					t.Errorf("after %s while the store was down, the workspace is %s as %s", method, where, got)
				}
			}
			a.expectMetrics(fmt.Sprintf(`unleash_mock_store_lost_total{instance="a"} %d`, lost))
			if said := a.log.String(); strings.Count(said, "are lost") != lost || strings.Contains(said, "since=0001") {
				t.Errorf("the log says %s", said)
			}
		})
	}
}

// TestAWriteWithoutAnAnswer checks that a write that succeeded without an answer is not
// mistaken for another process's.
func TestAWriteWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	shared(t, func(memory *storetest.Memory, a, _ *sharing) {
		a.switchOn(200, "/w/x", "first")
		pass()
		memory.SetMute(true)
		a.switchOn(200, "/w/x", "second")
		pass()
		a.must(503, http.MethodGet, "/ready", "", "")
		a.switchOn(200, "/w/x", "third")
		memory.SetMute(false)
		pass()
		a.must(200, http.MethodGet, "/ready", "", "")
		if got := memory.Stored("x"); !strings.Contains(got, "third") {
			t.Errorf("workspace x is stored as %s", got)
		}
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 0`)
	})
}

// TestAlwaysStored checks that, when every answer waits for the store, a change that
// cannot be stored is refused, and reads are answered.
func TestAlwaysStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		a := newSharing(t, memory, "a", true)
		a.switchOn(200, "/w/x", "first")
		if got := memory.Stored("x"); !strings.Contains(got, "first") {
			t.Errorf("workspace x is stored as %s", got)
		}
		memory.SetDown(true)
		got := a.switchOn(503, "/w/x", "second")
		if got.header.Get("Retry-After") == "" || !strings.Contains(string(got.body), "are stored later") {
			t.Errorf("%v %s", got.header, got.body)
		}
		a.must(503, http.MethodPost, "/w/x/api/admin/projects/default/features", adminToken, `{"name":"third"}`)
		if got := a.flagsOf("/w/x"); !strings.Contains(got, "first") {
			t.Errorf("the server answers %s", got)
		}
		memory.SetDown(false)
		time.Sleep(3 * time.Second)
		if got := memory.Stored("x"); !strings.Contains(got, "second") {
			t.Errorf("workspace x is stored as %s", got)
		}

		memory.SetMute(true)
		a.switchOn(503, "/w/x", "fourth")
		memory.SetMute(false)
		a.switchOn(200, "/w/x", "fifth")
		if got := memory.Stored("x"); !strings.Contains(got, "fifth") {
			t.Errorf("after a write without an answer, workspace x is stored as %s", got)
		}

		a.must(201, http.MethodPost, "/w/x/_mock/rules", "", `{"match":{"operations":["getAllClientFeatures"]},"answer":{"status":503},"times":1}`)
		a.must(503, http.MethodGet, "/w/x/api/client/features", backendToken, "")
		if got := memory.Stored("x"); !strings.Contains(got, `"hits":1`) {
			t.Errorf("after the hit of a rule, workspace x is stored as %s", got)
		}
		a.settle(t.Context())
	})
}

// TestAChangeThatIsLostIsNotAcknowledged checks that, when every answer waits for the
// store, a change on which another process's version follows is refused.
func TestAChangeThatIsLostIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	for _, released := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			memory := storetest.NewMemory(store.Limits{})
			a, b := newSharing(t, memory, "a", true), newSharing(t, memory, "b", true)
			a.switchOn(200, "/w/x", "first")
			w := a.workspaces.Find("x")
			operation, err := w.Begin()
			if err != nil {
				t.Fatal(err)
			}
			w.Instance().Rules.Clear() // counts as a change
			a.process.Break()
			b.switchOn(200, "/w/x", "of-b")
			if released {
				b.settle(t.Context())
			}
			pass() // a takes its workspaces again
			if err := operation.End(); !errors.Is(err, workspace.ErrElsewhere) {
				t.Errorf("the operation ends with the error %v", err)
			}
			a.settle(t.Context())
			b.settle(t.Context())
		})
	}
}

// hooked is a store with functions that are called before some of its operations.
type hooked struct {
	store.Store
	writing, lettingGo func(name string)
	taking             func(name string) error
}

func (h hooked) Take(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	if h.taking != nil {
		if err := h.taking(name); err != nil {
			return store.Entry{}, err
		}
	}
	return h.Store.Take(ctx, name, reserve)
}

func (h hooked) Reclaim(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	if h.taking != nil {
		if err := h.taking(name); err != nil {
			return store.Entry{}, err
		}
	}
	return h.Store.Reclaim(ctx, name, reserve)
}

func (h hooked) Write(ctx context.Context, name string, revision int64, content []byte) (int64, error) {
	if h.writing != nil {
		h.writing(name)
	}
	return h.Store.Write(ctx, name, revision, content)
}

func (h hooked) LetGo(ctx context.Context, name string) error {
	if h.lettingGo != nil {
		h.lettingGo(name)
	}
	return h.Store.LetGo(ctx, name)
}

// TestASlowWrite checks that a write that takes long does not delay those of other
// workspaces.
func TestASlowWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		a := &sharing{&keeping{app: newApp(t)}, memory.Open()}
		settle, err := a.Persist(hooked{Store: a.process, writing: func(name string) {
			if name == "slow" {
				time.Sleep(2 * time.Second)
			}
		}}, false)
		if err != nil {
			t.Fatal(err)
		}
		a.switchOn(200, "/w/slow", "first")
		time.Sleep(100 * time.Millisecond)
		a.switchOn(200, "/w/quick", "first")
		time.Sleep(100 * time.Millisecond)
		if memory.Stored("quick") == "" || memory.Stored("slow") != "" {
			t.Error("a slow write delays others")
		}
		time.Sleep(3 * time.Second)
		if err := settle(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestARemovalMeetsALoad checks that a workspace is removed although a request is just loading it, and
// that a request for one that is just being removed gets a fresh one.
func TestARemovalMeetsALoad(t *testing.T) {
	t.Parallel()
	for name, removesFirst := range map[string]bool{"the load is first": false, "the removal is first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				memory := storetest.NewMemory(store.Limits{})
				before := &sharing{keeping: &keeping{app: newApp(t)}}
				settle, err := before.Persist(memory.Open(), true)
				if err != nil {
					t.Fatal(err)
				}
				before.switchOn(200, "/w/x", "first")
				if err := settle(t.Context()); err != nil {
					t.Fatal(err)
				}
				var slow atomic.Bool
				a := newApp(t)
				settle, err = a.Persist(hooked{Store: memory.Open(), taking: func(name string) error {
					if name == "x" && slow.Load() {
						time.Sleep(time.Second)
					}
					return nil
				}}, false)
				if err != nil {
					t.Fatal(err)
				}
				slow.Store(true)
				load := func() { a.must(200, http.MethodGet, "/w/x"+flagsPath, "", "") }
				remove := func() { a.must(200, http.MethodDelete, "/_mock/workspaces", "", "") }
				first, second := load, remove
				if removesFirst {
					first, second = remove, load
				}
				var both sync.WaitGroup
				both.Go(first)
				time.Sleep(100 * time.Millisecond)
				both.Go(second)
				both.Wait()
				slow.Store(false)
				if got := a.must(200, http.MethodGet, "/w/x"+flagsPath, "", "").body; strings.Contains(string(got), "first") {
					t.Errorf("the flags are %s", got)
				}
				if err := settle(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestAWorkspaceThatCannotBeTaken checks that a store counts as down, and the log says so
// once, until it lets every workspace be taken.
func TestAWorkspaceThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := &sharing{keeping: &keeping{app: newApp(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))}}
		var refusal atomic.Pointer[error]
		refusal.Store(&storetest.ErrDown)
		settle, err := a.Persist(hooked{Store: storetest.NewMemory(store.Limits{}).Open(), taking: func(name string) error {
			if name == "x" {
				return *refusal.Load()
			}
			return nil
		}}, false)
		if err != nil {
			t.Fatal(err)
		}
		expect := func(status, noChanges, again int) {
			t.Helper()
			pass()
			a.must(status, http.MethodGet, "/ready", "", "")
			if said := log.String(); strings.Count(said, "accepts no changes") != noChanges || strings.Count(said, "accepts changes again") != again {
				t.Errorf("the log says %s", said)
			}
		}
		a.must(200, http.MethodGet, "/w/x"+flagsPath, "", "")
		expect(503, 1, 0) // nothing has to be written
		a.switchOn(200, "/w/y", "first")
		expect(503, 1, 0) // another one is written
		refusal.Store(new(error))
		expect(200, 1, 1)
		if err := settle(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// limited returns a server that keeps few workspaces in memory and all of them in a store.
func limited(t *testing.T, most int, in store.Store) *sharing {
	t.Helper()
	bounds := DefaultBounds()
	bounds.Workspaces = most
	out := &sharing{keeping: &keeping{app: newApp(t, WithBounds(bounds))}}
	settle, err := out.Persist(in, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := settle(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return out
}

// TestARequestWaitsForAWorkspaceThatLeaves checks that a request for a workspace that is
// leaving memory waits, and gets it from the store.
func TestARequestWaitsForAWorkspaceThatLeaves(t *testing.T) {
	t.Parallel()
	var a *sharing
	var once sync.Once
	answers := make(chan reply, 1)
	a = limited(t, 1, hooked{Store: storetest.NewMemory(store.Limits{}).Open(), lettingGo: func(name string) {
		once.Do(func() {
			go func() { answers <- a.call(http.MethodGet, "/w/"+name+"/api/client/features", backendToken, "") }()
			for end := time.Now().Add(100 * time.Millisecond); len(answers) == 0 && time.Now().Before(end); {
				runtime.Gosched()
			}
		})
	}})
	a.switchOn(200, "/w/leaves", "first")
	a.flagsOf("/w/comes")
	if got := <-answers; got.status != http.StatusOK || !strings.Contains(string(got.body), "first") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

// TestManyWorkspacesInLittleRoom checks that requests for more workspaces than there is
// room for in memory all get theirs, even at the same time.
func TestManyWorkspacesInLittleRoom(t *testing.T) {
	t.Parallel()
	const most, workspaces, rounds = 4, 16, 8
	a := limited(t, most, hooked{Store: storetest.NewMemory(store.Limits{}).Open(), lettingGo: func(string) {
		for range 100 { // others find the same workspace unused for longest
			runtime.Gosched()
		}
	}})
	for i := range workspaces {
		a.switchOn(200, fmt.Sprint("/w/", i), fmt.Sprint("of-", i))
	}
	var group sync.WaitGroup
	for i := range workspaces {
		group.Go(func() {
			for range rounds {
				got := a.call(http.MethodGet, fmt.Sprintf("/w/%d/api/client/features", i), backendToken, "")
				if got.status != http.StatusOK || !strings.Contains(string(got.body), fmt.Sprintf(`"of-%d"`, i)) {
					t.Errorf("workspace %d: status %d: %s", i, got.status, got.body)
				}
			}
		})
	}
	group.Wait()
	if count := len(a.workspaces.List()) - 1; count > most {
		t.Errorf("%d workspaces are in memory", count)
	}
}

// TestNothingAnsweredIsLostOnTheWay lets clients write to two servers in turn, which keep
// handing the workspace over to each other.
func TestNothingAnsweredIsLostOnTheWay(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		const clients, rounds = 4, 25
		var group sync.WaitGroup
		for client := range clients {
			group.Go(func() {
				for round := range rounds {
					at, name := []*sharing{a, b}[(client+round)%2], fmt.Sprintf("flag-%d-%d", client, round)
					for status := 0; status != http.StatusOK; {
						if status = at.call(http.MethodPatch, "/w/x"+flagsPath+"/"+name, "", on).status; status == http.StatusServiceUnavailable {
							time.Sleep(10 * time.Millisecond)
						}
					}
				}
			})
		}
		group.Wait()
		time.Sleep(time.Second)
		got := ""
		for got == "" {
			if answer := a.call(http.MethodGet, "/w/x/api/client/features", backendToken, ""); answer.status == http.StatusOK {
				got = string(answer.body)
			}
			time.Sleep(time.Second)
		}
		for client := range clients {
			for round := range rounds {
				if name := fmt.Sprintf(`"flag-%d-%d"`, client, round); !strings.Contains(got, name) {
					t.Errorf("%s was answered but is lost", name)
				}
			}
		}
	})
}

// TestSettlingIsBounded checks that a store that is down does not delay the shutdown
// beyond its limit, and that the error names what is not stored.
func TestSettlingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		a := newSharing(t, memory, "a", false)
		a.switchOn(200, "/w/x", "first")
		memory.SetDown(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := a.settle(ctx)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("settling took %s", took)
		}
		if err == nil || err.Error() != "the store does not have the latest changes of workspaces: x" {
			t.Errorf("the error is %v", err)
		}
	})
}
