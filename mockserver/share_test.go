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

// sharing is one of many servers with a store in common.
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

// shared runs a test on two servers with a store in common.
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

// flagsOf asks as an SDK does.
func (s *sharing) flagsOf(path string) string {
	s.t.Helper()
	return string(s.must(200, http.MethodGet, path+"/api/client/features", backendToken, "").body)
}

// TestAWorkspaceGoesWhereItIsAskedFor: until its owner has let it go, others answer 503, and
// nothing that was answered is lost.
func TestAWorkspaceGoesWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/w/x"} {
		shared(t, func(_ *storetest.Memory, a, b *sharing) {
			a.switchOn(200, path, "first")
			got := b.switchOn(503, path, "second")
			if got.header.Get("Retry-After") != "1" || !strings.Contains(string(got.body), "moving here") {
				t.Errorf("it is told to come back in %q: %s", got.header.Get("Retry-After"), got.body)
			}
			time.Sleep(time.Second)
			b.switchOn(200, path, "second")
			if got := b.flagsOf(path); !strings.Contains(got, "first") || !strings.Contains(got, "second") {
				t.Errorf("it has arrived as %s", got)
			}
			b.expectMetrics(`unleash_mock_store_handed_over_total{instance="b"} 0`)
			a.expectMetrics(`unleash_mock_store_handed_over_total{instance="a"} 1`)
			if list := string(a.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); strings.Contains(list, `"name"`) {
				t.Errorf("its former owner lists %s", list)
			}
			if list := string(b.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); !strings.Contains(list, `"instance":"b"`) {
				t.Errorf("its owner lists %s", list)
			}
		})
	}
}

// TestRequestsThatTakeNothing: without credentials, and those for the process itself.
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

// TestStreamsEndWithTheirWorkspace, so that SDKs come back to the next owner.
func TestStreamsEndWithTheirWorkspace(t *testing.T) {
	t.Parallel()
	shared(t, func(_ *storetest.Memory, a, b *sharing) {
		a.switchOn(200, "/w/x", "first")
		journal := a.workspaces.Find("x").Journal
		b.switchOn(503, "/w/x", "second")
		synctest.Wait()
		if !journal.Closed() || a.workspaces.Find("x") != nil {
			t.Error("it is still there")
		}
	})
}

// pass lets all be written, and begins between two looks for what has changed: until time
// goes on, nothing is.
func pass() {
	time.Sleep(2*time.Second + 25*time.Millisecond)
	synctest.Wait()
}

// TestASessionThatBreaksIsBegunAnew: the workspaces of a process go on as they are unless
// another one has taken them meanwhile.
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
		b.must(200, http.MethodDelete, "/_mock/workspaces/comes", "", "") // another way to let go

		if got := a.flagsOf("/w/stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("its owner answers %s", got)
		}
		a.must(503, http.MethodGet, "/w/goes/api/client/features", backendToken, "")
		time.Sleep(time.Second)
		if got := a.flagsOf("/w/goes"); !strings.Contains(got, "of-b") || strings.Contains(got, "unwritten") {
			t.Errorf("its former owner answers %s", got)
		}
		a.must(200, http.MethodGet, "/ready", "", "")
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 1`)
		if said := a.log.String(); strings.Count(said, "are lost") != 1 || !strings.Contains(said, "workspace=goes") {
			t.Errorf("the log says %s", said)
		}
		time.Sleep(2 * time.Second)
		if got := memory.Stored("stays"); !strings.Contains(got, "unwritten") {
			t.Errorf("stored is %s", got)
		}
	})
}

// TestWhatAnotherHasWrittenWins: a process that was cut off finds it out by the revision.
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
			t.Errorf("its owner answers %s", got)
		}
		a.must(200, http.MethodGet, "/w/x/api/client/features", backendToken, "", "If-None-Match: "+tag)
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 1`)
	})
}

// TestProcessesServeWhileTheStoreIsDown: with what they have and with workspaces that are made
// meanwhile; all of it is stored when the store is back, unless it was there before.
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
		b.flagsOf("/w/there") // which it takes again
		time.Sleep(5 * time.Second)
		a.must(200, http.MethodGet, "/ready", "", "")
		a.expectMetrics(`unleash_mock_store_up{instance="a"} 1`, `unleash_mock_store_unwritten_workspaces{instance="a"} 0`, `unleash_mock_store_lost_total{instance="a"} 1`)
		for name, want := range map[string]string{"x": "second", "made": "meanwhile", "there": "of-b-again"} {
			if got := memory.Stored(name); !strings.Contains(got, want) {
				t.Errorf("of %s is stored: %s", name, got)
			}
		}
	})
}

// TestAWriteWithoutAnAnswer: one that was carried out all the same is no other process's.
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
			t.Errorf("stored is %s", got)
		}
		a.expectMetrics(`unleash_mock_store_lost_total{instance="a"} 0`)
	})
}

// TestAlwaysStored: where every answer waits for the store, a change is refused that is not
// there, and what only reads is answered.
func TestAlwaysStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storetest.NewMemory(store.Limits{})
		a := newSharing(t, memory, "a", true)
		a.switchOn(200, "/w/x", "first")
		if got := memory.Stored("x"); !strings.Contains(got, "first") {
			t.Errorf("stored is %s", got)
		}
		memory.SetDown(true)
		got := a.switchOn(503, "/w/x", "second")
		if got.header.Get("Retry-After") == "" || !strings.Contains(string(got.body), "are stored later") {
			t.Errorf("%v %s", got.header, got.body)
		}
		a.must(503, http.MethodPost, "/w/x/api/admin/projects/default/features", adminToken, `{"name":"third"}`)
		if got := a.flagsOf("/w/x"); !strings.Contains(got, "first") {
			t.Errorf("it answers %s", got)
		}
		memory.SetDown(false)
		time.Sleep(3 * time.Second)
		if got := memory.Stored("x"); !strings.Contains(got, "second") {
			t.Errorf("stored is %s", got)
		}
		a.settle(t.Context())
	})
}

// TestNothingAnsweredIsLostOnTheWay: clients write to two servers in turn, which hand the
// workspace to each other all the time.
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
					t.Errorf("%s was answered and is lost", name)
				}
			}
		}
	})
}

// TestSettlingIsBounded: a store that is down holds nobody up, and what is not stored is told.
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
			t.Errorf("it took %s", took)
		}
		if err == nil || err.Error() != "the store does not have the latest changes of workspaces: x" {
			t.Errorf("it says %v", err)
		}
	})
}
