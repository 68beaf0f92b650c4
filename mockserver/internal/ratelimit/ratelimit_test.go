package ratelimit

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// at returns a clock that stands still at the given time after the start.
func at(after time.Duration) func() time.Time {
	return func() time.Time { return start.Add(after) }
}

func headers(v Verdict) map[string]string {
	header := http.Header{}
	v.SetHeaders(header)
	out := map[string]string{}
	for name := range header {
		out[name] = header.Get(name)
	}
	return out
}

func TestWindow(t *testing.T) {
	t.Parallel()
	l := New(2, time.Minute)
	for i, step := range []struct {
		client  string
		after   time.Duration
		allowed bool
		headers map[string]string
	}{
		{"a", 0, true, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "1", "Ratelimit-Reset": "60"}},
		{"a", 500 * time.Millisecond, true, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "0", "Ratelimit-Reset": "60"}},
		{"a", 20 * time.Second, false, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "0", "Ratelimit-Reset": "40", "Retry-After": "40"}},
		{"b", 20 * time.Second, true, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "1", "Ratelimit-Reset": "60"}},
		{"a", time.Minute, true, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "1", "Ratelimit-Reset": "60"}},
		{"a", -time.Hour, true, map[string]string{"Ratelimit-Policy": "2;w=60", "Ratelimit-Limit": "2", "Ratelimit-Remaining": "1", "Ratelimit-Reset": "60"}}, // setting the clock back locks no one out
	} {
		verdict := l.Take(step.client, at(step.after))
		if verdict.Allowed != step.allowed {
			t.Errorf("step %d: allowed is %v", i, verdict.Allowed)
		}
		if diff := cmp.Diff(step.headers, headers(verdict)); diff != "" {
			t.Errorf("step %d: headers differ (-want +got):\n%s", i, diff)
		}
	}
}

// TestClientsAreForgotten checks that memory is bounded by the clients of one window.
func TestClientsAreForgotten(t *testing.T) {
	t.Parallel()
	l := New(1, time.Second)
	for i := range 1000 {
		l.Take(fmt.Sprint(i), at(0))
	}
	l.Take("last", at(time.Second))
	if len(l.clients) != 1 {
		t.Errorf("%d clients are remembered", len(l.clients))
	}
}

// TestManyAtOnce checks that exactly as many requests pass as the limit allows, however
// many arrive concurrently while time goes on.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	l := New(10, time.Minute)
	var ticks atomic.Int64
	clock := func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Microsecond) }
	var allowed atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if l.Take("client", clock).Allowed {
				allowed.Add(1)
			}
		})
	}
	group.Wait()
	if allowed.Load() != 10 {
		t.Errorf("%d of 100 were allowed, the limit is 10", allowed.Load())
	}
}

// TestClientsAreBounded checks that memory is bounded when a client chooses its names,
// and a frozen clock ends no window.
func TestClientsAreBounded(t *testing.T) {
	t.Parallel()
	l := New(2, time.Second)
	name := func(i int) string { return strings.Repeat("x", 10_000) + fmt.Sprint(i) }
	for i := range 3 * maxClients {
		if !l.Take(name(i), at(0)).Allowed {
			t.Fatalf("client %d is refused", i)
		}
	}
	if len(l.clients) != maxClients || l.Bytes() > 1<<20 {
		t.Errorf("%d clients are remembered, %d bytes", len(l.clients), l.Bytes())
	}
	for key := range l.clients {
		if len(key) > longestKey {
			t.Fatalf("a key has %d bytes", len(key))
		}
	}
	last := name(3*maxClients - 1)
	if l.Take(last, at(0)); l.Take(last, at(0)).Allowed {
		t.Error("a client with a long name is not counted")
	}
}
