package mockserver

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/storetest"
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
		for _, name := range []string{"stays", "goes", "comes"} {
			a.switchOn(200, "/w/"+name, "first")
		}
		pass()
		for _, name := range []string{"stays", "goes", "comes"} {
			a.switchOn(200, "/w/"+name, "unwritten")
		}
		a.process.Break()
		b.switchOn(200, "/w/goes", "of-b")
		b.switchOn(200, "/w/comes", "of-b")
		b.must(200, http.MethodDelete, "/_mock/workspaces/comes", "", "") // another way to release a workspace

		if got := a.flagsOf("/w/stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("the owner answers %s", got)
		}
		a.must(503, http.MethodGet, "/w/goes/api/client/features", backendToken, "")
		time.Sleep(time.Second)
		if got := a.flagsOf("/w/goes"); !strings.Contains(got, "of-b") || strings.Contains(got, "unwritten") {
			t.Errorf("the former owner answers %s", got)
		}
		a.must(200, http.MethodGet, "/ready", "", "")
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 1`)
		if said := a.log.String(); strings.Count(said, "are lost") != 1 || !strings.Contains(said, "workspace=goes") {
			t.Errorf("the log says %s", said)
		}
		time.Sleep(2 * time.Second)
		if got := memory.Stored("stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("workspace stays is stored as %s", got)
		}
	})
}

// TestWhatAnotherHasWrittenWins checks that a process that was cut off notices by the
// revision that another one has written.
func TestWhatAnotherHasWrittenWins(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/x", "first")
		pass()
		tag := a.must(200, http.MethodGet, "/w/x/api/client/features", backendToken, "").header.Get("Etag")
		a.switchOn(200, "/w/x", "unwritten")
		a.process.Break()
		b.switchOn(200, "/w/x", "of-b")
		b.settle(t.Context())
		if got := a.flagsOf("/w/x"); !strings.Contains(got, "of-b") || strings.Contains(got, "unwritten") {
			t.Errorf("the owner answers %s", got)
		}
		a.must(200, http.MethodGet, "/w/x/api/client/features", backendToken, "", "If-None-Match: "+tag)
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 1`)
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
		a.settle(t.Context())
	})
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
