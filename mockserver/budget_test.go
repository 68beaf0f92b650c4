//go:build !race

// With the race detector, sync.Pool drops items at random, so allocation counts say
// nothing about the code.

package mockserver

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// allocations are the budgets per request, in allocations: the present cost and a little
// more. Unlike times, they depend neither on the machine nor on its load.
var allocations = map[string]float64{
	"list":             49,
	"update":           36,
	"update, varied":   205,
	"call":             430,
	"newest signals":   88,
	"detailed invoice": 26,
	"health":           14,
	"refused body":     44,
	"malformed body":   18,
	"no token":         17,
	"viewer":           29,
	"unknown id":       45,
	"unknown path":     24,
}

// TestAllocationBudgets does not run in parallel: allocations of other tests would count.
func TestAllocationBudgets(t *testing.T) {
	settled(t)
	for name, budget := range allocations {
		t.Run(name, func(t *testing.T) {
			load := loads[name]
			load.within(t, budget, newApp(t, unlimited), newRepeated(load.method, load.path, load.token, load.body))
		})
	}
	for name, load := range sdkLoads {
		t.Run(name, func(t *testing.T) {
			server, request := preparedSDK(t, name)
			load.within(t, load.budget, server, request)
		})
	}
}

// within checks that a request of the load allocates no more than the budget.
func (l load) within(t *testing.T, budget float64, server *app, request *repeated) {
	t.Helper()
	n := 0
	got := testing.AllocsPerRun(100, func() {
		body := request.body
		if l.vary != nil {
			body = l.vary(n)
			n++
		}
		if status := request.send(server, body); status != l.status {
			t.Fatalf("status %d, want %d", status, l.status)
		}
	})
	if got > budget {
		t.Errorf("%.0f allocations, more than the budget of %.0f", got, budget)
	}
	t.Logf("%.0f allocations of a budget of %.0f", got, budget)
}

// settled waits until the whole contract is compiled, since compiling allocates too.
func settled(t *testing.T) {
	t.Helper()
	if err := spec.Default().Complete(); err != nil {
		t.Fatal(err)
	}
}

// stocked returns a server with the given number of signals, half of them on one day and
// half on the day before.
func stocked(t testing.TB, signals int) *app {
	t.Helper()
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	var rows strings.Builder
	for i := range signals {
		at := now.Add(-time.Duration(i) * time.Millisecond)
		if i%2 == 1 {
			at = at.Add(-24 * time.Hour)
		}
		fmt.Fprintf(&rows, "  - {id: %d, sourceId: 1337, createdAt: %s, payload: {cpu: 92}}\n", signals-i, at.Format(time.RFC3339Nano))
	}
	before, rest, _ := strings.Cut(string(DefaultSeed()), "\nsignals:\n")
	_, after, _ := strings.Cut(rest, "\n\n")
	return newApp(t, unlimited, WithSeedFile("the seed", []byte(before+"\nsignals:\n"+rows.String()+"\n"+after)), WithClock(func() time.Time { return now }))
}

// growing are reads whose cost must not depend on the number of stored rows.
var growing = map[string]load{
	"newest of an endpoint": {method: http.MethodGet, path: "/api/admin/signal-endpoints/1337/signals?limit=50", token: adminToken, status: 200},
	"one day with total":    {method: http.MethodGet, path: "/api/admin/signals?from=IS:2026-01-01&to=IS:2026-01-01&limit=50", token: adminToken, status: 200},
}

// TestReadsCostByThePage checks that a page out of thirty thousand signals costs about as
// many allocations as a page out of a thousand.
func TestReadsCostByThePage(t *testing.T) {
	settled(t)
	few, many := stocked(t, 1_000), stocked(t, 30_000)
	for name, load := range growing {
		count := func(server *app) float64 {
			request := newRepeated(load.method, load.path, load.token, "")
			return testing.AllocsPerRun(20, func() {
				if status := request.send(server, nil); status != load.status {
					t.Fatalf("status %d", status)
				}
			})
		}
		if a, b := count(few), count(many); b > 1.2*a {
			t.Errorf("%s: %.0f allocations with a thousand signals, %.0f with thirty thousand", name, a, b)
		}
	}
	if body := string(many.must(200, http.MethodGet, growing["one day with total"].path, adminToken, "").body); !strings.HasSuffix(body, `"total":15000}`) {
		t.Errorf("the total is wrong or missing: ...%s", body[max(len(body)-40, 0):])
	}
}

// fleet returns a server with the given number of context fields, segments, and flags that
// use one of each.
func fleet(t *testing.T, size int) *app {
	t.Helper()
	list := func(of string) string {
		all := make([]string, size)
		for i := range all {
			all[i] = strings.ReplaceAll(of, "#", fmt.Sprint(i+1))
		}
		return strings.Join(all, ",")
	}
	a := newApp(t, unlimited, WithSeedFile("the seed", []byte(`{"apiTokens":[
		{"name":"a","type":"admin","secret":"`+adminToken+`"},
		{"name":"b","type":"backend","environment":"development","projects":["*"],"secret":"`+backendToken+`"}],
		"contextFields":[`+list(`{"name":"c#"}`)+`]}`)))
	a.must(200, http.MethodPut, "/_mock/flags", "", `{"version":1,"features":[`+
		list(`{"name":"f#","enabled":true,"strategies":[{"name":"default","segments":[#],"constraints":[{"contextName":"c#","operator":"IN","values":["a"]}]}]}`)+
		`],"segments":[`+list(`{"id":#,"name":"s#","constraints":[]}`)+`]}`)
	return a
}

// TestReadsCostByTheInstance checks that no read compares everything with everything else:
// four times as many flags, segments and fields cost less than five times the
// allocations. A change precedes each read, so that no answer is ready.
func TestReadsCostByTheInstance(t *testing.T) {
	settled(t)
	small, large := fleet(t, 50), fleet(t, 200)
	for path, token := range map[string]string{"/api/client/features": backendToken, "/api/admin/segments": adminToken, "/api/admin/context": adminToken} {
		count := func(server *app) float64 {
			return testing.AllocsPerRun(5, func() {
				server.must(200, http.MethodPatch, "/_mock/flags/f1", "", `{"variant":"v"}`)
				server.must(200, http.MethodGet, path, token, "")
			})
		}
		if a, b := count(small), count(large); b > 5*a {
			t.Errorf("%s: %.0f allocations, %.0f in an instance of four times the size", path, a, b)
		}
	}
}

func BenchmarkGrowth(b *testing.B) {
	for _, signals := range []int{1, 1_000, 30_000} {
		server := stocked(b, signals)
		for name, load := range growing {
			b.Run(fmt.Sprintf("%s/%d", name, signals), func(b *testing.B) {
				request := newRepeated(load.method, load.path, load.token, "")
				b.ReportAllocs()
				for b.Loop() {
					if status := request.send(server, nil); status != load.status {
						b.Fatalf("status %d", status)
					}
				}
			})
		}
	}
}
