package journal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/spec"
)

func exchange(n int) *traffic.Exchange {
	return &traffic.Exchange{Method: http.MethodGet, Path: fmt.Sprintf("/n/%d", n), Operation: "getThings", Status: 200}
}

// targets lists the numbers in the paths of a page, and "..." if more follow.
func targets(page Page) string {
	var out []string
	for _, entry := range page.Entries {
		out = append(out, strings.TrimPrefix(entry.Target(), "/n/"))
	}
	if page.More {
		out = append(out, "...")
	}
	return strings.Join(out, " ")
}

func TestAnEntryHoldsWhatWasSaidWithoutSecrets(t *testing.T) {
	t.Parallel()
	j := New(10, 0, nil)
	start := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	breach := traffic.Violation{Direction: traffic.ToServer, Outcome: traffic.Accepted, Failure: spec.Failure{In: "body", Pointer: "/name", Keyword: "type", Reason: "it must be string, it is number"}}
	id := j.Append(&traffic.Exchange{
		Started: start, Duration: 1500 * time.Microsecond,
		Method: http.MethodPost, Host: "mock:4242", Path: "/api/admin/signal-endpoints/1/tokens", Query: "x=1",
		Operation: "createSignalEndpointToken", Status: 201, Caller: "admin API token", Rule: "2",
		Request: traffic.Message{
			Header: http.Header{"Authorization": {"Bearer *:*.very-secret"}, "X-Two": {"b", "a"}, "Accept": {"*/*"}},
			Body:   []byte(`{"name":7}`), Size: 10,
		},
		Response: traffic.Message{
			Header: http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"session=very-secret"}},
			Body:   []byte(`{"id":1,"token":"signal_very-secret"}`),
		},
		Violations: []traffic.Violation{breach},
	})
	got, kept := j.Entry(id)
	if !kept {
		t.Fatal("the entry is not kept")
	}
	want := traffic.Exchange{
		ID: 1, Started: start, Duration: 1500 * time.Microsecond,
		Method: http.MethodPost, Host: "mock:4242", Path: "/api/admin/signal-endpoints/1/tokens", Query: "x=1",
		Operation: "createSignalEndpointToken", Status: 201, Caller: "admin API token", Rule: "2",
		Request: traffic.Message{
			Header: http.Header{"Accept": {"*/*"}, "Authorization": {"Bearer *:*.[redacted]"}, "X-Two": {"b", "a"}},
			Body:   []byte(`{"name":7}`), Size: 10,
		},
		Response: traffic.Message{
			Header: http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"[redacted]"}},
			Body:   []byte(`{"id":1,"token":"[redacted]"}`), Size: 37,
		},
		Violations: []traffic.Violation{breach},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the entry differs (-want +got):\n%s", diff)
	}
	violations := j.Violations()
	if diff := cmp.Diff([]Violation{{ID: 1, Exchange: 1, Time: start, Operation: "createSignalEndpointToken", Violation: breach}}, violations); diff != "" {
		t.Errorf("the violations differ (-want +got):\n%s", diff)
	}
}

// TestTheRingUsesItsMemoryAgain checks that an entry that was read does not change when
// its place is overwritten.
func TestTheRingUsesItsMemoryAgain(t *testing.T) {
	t.Parallel()
	j := New(2, 0, nil)
	j.Append(exchange(1))
	before, _ := j.Entry(1)
	for n := 2; n <= 5; n++ {
		j.Append(exchange(n))
	}
	if before.Path != "/n/1" {
		t.Errorf("the entry changed to %s", before.Path)
	}
	if _, kept := j.Entry(3); kept {
		t.Error("more entries are kept than the size allows")
	}
	if _, kept := j.Entry(6); kept {
		t.Error("an entry exists before it was written")
	}
	if diff := cmp.Diff(Stats{Recorded: 5, Kept: 2, Oldest: 4, Newest: 5}, j.Stats()); diff != "" {
		t.Errorf("the numbers differ (-want +got):\n%s", diff)
	}
}

// TestPagesTellWhatTheyMissed checks that a page counts the entries that it missed,
// including those that were dropped while it was read.
func TestPagesTellWhatTheyMissed(t *testing.T) {
	t.Parallel()
	j := New(3, 0, nil)
	var writing sync.WaitGroup
	const all = 20000
	writing.Go(func() {
		for n := 1; n <= all; n++ {
			j.Append(exchange(n))
		}
	})
	var after, seen, missed int64
	for after < all {
		page := j.Oldest(Filter{After: after}, 2)
		seen, missed = seen+int64(len(page.Entries)), missed+page.Missed
		if page.Last-after != int64(len(page.Entries))+page.Missed {
			t.Fatalf("from %d to %d there are %d entries and %d missed ones", after, page.Last, len(page.Entries), page.Missed)
		}
		after = page.Last
	}
	writing.Wait()
	if seen+missed != all {
		t.Errorf("%d entries were seen and %d missed", seen, missed)
	}
	if page := j.Oldest(Filter{After: all - 1, Operation: "x"}, 2); page.Last != all || page.Missed != 0 {
		t.Errorf("entries that do not match must count as seen: %+v", page)
	}
	j.Clear()
	if page := j.Oldest(Filter{After: all - 2}, 2); page.Last != all || page.Missed != 2 {
		t.Errorf("after Clear, a page over the removed entries is %+v", page)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	j := New(5, 0, nil)
	for n := 1; n <= 7; n++ {
		j.Append(exchange(n))
	}
	for name, test := range map[string]struct {
		got  Page
		want string
	}{
		"newest":                 {j.Newest(Filter{}, 10), "7 6 5 4 3"},
		"newest two":             {j.Newest(Filter{}, 2), "7 6 ..."},
		"newest before":          {j.Newest(Filter{Before: 6}, 2), "5 4 ..."},
		"newest before, to end":  {j.Newest(Filter{Before: 5}, 2), "4 3"},
		"newest before the ring": {j.Newest(Filter{Before: 3}, 2), ""},
		"newest after":           {j.Newest(Filter{After: 5}, 9), "7 6"},
		"oldest":                 {j.Oldest(Filter{}, 3), "3 4 5 ..."},
		"oldest after":           {j.Oldest(Filter{After: 5}, 2), "6 7"},
		"oldest after what fell": {j.Oldest(Filter{After: 1}, 1), "3 ..."},
		"oldest after all":       {j.Oldest(Filter{After: 7}, 1), ""},
		"between":                {j.Oldest(Filter{After: 3, Before: 6}, 9), "4 5"},
		"before what is to come": {j.Newest(Filter{Before: 99}, 1), "7 ..."},
		"none at all":            {j.Newest(Filter{}, 0), "..."},
		"none match":             {j.Newest(Filter{Operation: "x"}, 9), ""},
	} {
		if got := targets(test.got); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	j.Clear()
	if got := targets(j.Newest(Filter{}, 9)); got != "" {
		t.Errorf("after Clear: %s", got)
	}
	j.Append(exchange(8))
	if got := targets(j.Oldest(Filter{}, 9)); got != "8" || j.Stats().Newest != 8 {
		t.Errorf("after Clear and one more: %s, %+v", got, j.Stats())
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	j := New(10, 0, nil)
	for _, x := range []*traffic.Exchange{
		{Method: "GET", Path: "/n/1", Query: "q=/n/2", Operation: "getThings", Status: 200},
		{Method: "POST", Path: "/n/2", Operation: "createThing", Status: 201, Rule: "7"},
		{Method: "POST", Path: "/n/3/tokens/4", Operation: "createThing", Status: 404},
		{Method: "POST", Path: "/n/4", Status: 500, Rule: "Prefer", Violations: []traffic.Violation{{}}},
	} {
		j.Append(x)
	}
	for name, test := range map[string]struct {
		filter Filter
		want   string
	}{
		"all":            {Filter{}, "1?q=/n/2 2 3/tokens/4 4"},
		"operation":      {Filter{Operation: "createThing"}, "2 3/tokens/4"},
		"method":         {Filter{Method: "GET"}, "1?q=/n/2"},
		"path":           {Filter{Path: "/n/1"}, "1?q=/n/2"},
		"path, another":  {Filter{Path: "/n/"}, ""},
		"pattern":        {Filter{Path: "/n/*/tokens/*"}, "3/tokens/4"},
		"status":         {Filter{StatusFrom: 404, StatusTo: 404}, "3/tokens/4"},
		"status class":   {Filter{StatusFrom: 200, StatusTo: 299}, "1?q=/n/2 2"},
		"violated":       {Filter{Violated: &yes}, "4"},
		"not violated":   {Filter{Violated: &no, Method: "POST"}, "2 3/tokens/4"},
		"scenario":       {Filter{Rule: "7"}, "2"},
		"any scenario":   {Filter{Rule: "*"}, "2 4"},
		"all together":   {Filter{Method: "POST", Operation: "createThing", StatusFrom: 400, After: 1, Before: 4}, "3/tokens/4"},
		"contradictory":  {Filter{Method: "GET", Operation: "createThing"}, ""},
		"no such status": {Filter{StatusFrom: 300, StatusTo: 399}, ""},
	} {
		if got := targets(j.Oldest(test.filter, 9)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
		if got := j.Wait(t.Context(), test.filter, 0); got != len(j.Oldest(test.filter, 9).Entries) {
			t.Errorf("%s: Wait counts %d", name, got)
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(1, 0, nil) // so that what is awaited is dropped at once
		j.Append(exchange(0))
		type result struct{ seen, want int }
		results := make(chan result, 3)
		wait := func(filter Filter, count, want int, limit time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			results <- result{j.Wait(ctx, filter, count), want}
		}
		go wait(Filter{}, 4, 4, time.Minute)
		go wait(Filter{Operation: "other"}, 1, 1, time.Minute)
		go wait(Filter{After: 1}, 100, 4, time.Minute)
		synctest.Wait()
		for n := range 3 {
			j.Append(exchange(n))
		}
		other := exchange(9)
		other.Operation = "other"
		j.Append(other)
		synctest.Wait()
		if len(results) != 2 {
			t.Fatalf("%d waits have ended, want 2", len(results))
		}
		for range 3 { // the third one ends with its time
			if got := <-results; got.seen != got.want {
				t.Errorf("saw %d, want %d", got.seen, got.want)
			}
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		if len(j.watches) != 0 {
			t.Errorf("%d watches are left", len(j.watches))
		}
	})
}

func TestNobodyWaitsForAClosedJournal(t *testing.T) {
	t.Parallel()
	j := New(1, 0, nil)
	if j.Closed() {
		t.Error("the journal is closed from the start")
	}
	seen := make(chan int)
	go func() { seen <- j.Wait(context.Background(), Filter{}, 2) }()
	j.Append(exchange(0))
	j.Close()
	j.Close()
	if got := <-seen; got > 1 || !j.Closed() {
		t.Errorf("the wait saw %d; closed: %t", got, j.Closed())
	}
	j.Append(exchange(1))
	if later := j.Wait(context.Background(), Filter{}, 2); later != 1 || j.Stats().Recorded != 2 {
		t.Errorf("the wait saw %d; %d exchanges were recorded", later, j.Stats().Recorded)
	}
}

// TestNothingIsLostInTheCounts writes and reads concurrently.
func TestNothingIsLostInTheCounts(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 500
	j := New(16, 0, nil)
	var writing, reading sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				page := j.Oldest(Filter{Operation: "getThings"}, 100)
				for i := 1; i < len(page.Entries); i++ {
					if page.Entries[i].ID <= page.Entries[i-1].ID {
						t.Errorf("entry %d follows %d", page.Entries[i].ID, page.Entries[i-1].ID)
					}
				}
				for _, entry := range page.Entries {
					if entry.Path != "/n/"+string(entry.Response.Body) {
						t.Errorf("target %s, body %s: two exchanges in one entry", entry.Path, entry.Response.Body)
					}
				}
			}
		})
	}
	waiting := j.watch(Filter{}, writers*each)
	reading.Go(func() { <-waiting.done })
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				x := exchange(w*each + n)
				x.Response.Body = fmt.Append(nil, w*each+n)
				x.Status = 200 + w
				x.Violations = []traffic.Violation{{Direction: traffic.ToClient}}
				j.Append(x)
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
	var want []Count
	for w := range writers {
		want = append(want, Count{Pair{"getThings", 200 + w}, each})
	}
	if diff := cmp.Diff(want, j.Coverage()); diff != "" {
		t.Errorf("the coverage differs (-want +got):\n%s", diff)
	}
	stats := j.Stats()
	if stats.Recorded != writers*each || stats.Kept != 16 || stats.Violations != writers*each || len(j.Violations()) != maxViolations {
		t.Errorf("%+v, %d violations kept", stats, len(j.Violations()))
	}
	j.ClearCoverage()
	j.ClearViolations()
	if len(j.Coverage()) != 0 || len(j.Violations()) != 0 || j.Stats().Recorded != writers*each {
		t.Error("clearing the coverage and the violations cleared more than that, or less")
	}
}

func TestAJournalOfNoSizeOnlyCounts(t *testing.T) {
	t.Parallel()
	j := New(0, 0, nil)
	j.Append(exchange(1))
	if page := j.Newest(Filter{}, 9); len(page.Entries) != 0 || j.Stats().Recorded != 1 || len(j.Coverage()) != 1 {
		t.Errorf("%+v, %+v", page, j.Stats())
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	t.Parallel()
	j := New(1, 0, nil)
	x := exchange(1)
	x.Request.Body = []byte(strings.Repeat("a", MaxBody+1))
	x.Response.Body = []byte(strings.Repeat("b", MaxBody))
	j.Append(x)
	got, _ := j.Entry(1)
	if len(got.Request.Body) != MaxBody || !got.Request.Cut || got.Request.Size != MaxBody+1 {
		t.Errorf("the request has %d bytes of %d, truncated: %t", len(got.Request.Body), got.Request.Size, got.Request.Cut)
	}
	if len(got.Response.Body) != MaxBody || got.Response.Cut {
		t.Errorf("the response has %d bytes, truncated: %t", len(got.Response.Body), got.Response.Cut)
	}
}

// typical returns an exchange that lists signal endpoints.
func typical() *traffic.Exchange {
	return &traffic.Exchange{
		Started: time.Unix(1, 0), Duration: 30 * time.Microsecond, Method: http.MethodGet, Host: "127.0.0.1:4242",
		Path: "/api/admin/signal-endpoints", Operation: "getSignalEndpoints", Status: 200, Caller: "admin API token",
		Request: traffic.Message{Header: http.Header{"Authorization": {wellknown.Admin}, "Accept": {"*/*"}, "User-Agent": {"wrk"}, "Accept-Encoding": {"gzip"}}},
		Response: traffic.Message{Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Etag": {`W/"2c8-0123456789012345678901234567"`},
			"Vary": {"Accept-Encoding"}, "Content-Length": {"712"}, "Unleash-Mock": {"dev"}},
			Body: []byte(strings.Repeat("x", 712))},
	}
}

// TestWritingAllocatesNothing checks that writing does not allocate once the ring is
// full.
func TestWritingAllocatesNothing(t *testing.T) {
	j := New(64, 0, nil)
	x := typical()
	for range 100 {
		j.Append(x)
	}
	if got := testing.AllocsPerRun(500, func() { j.Append(x) }); got > 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkAppend(b *testing.B) {
	j := New(DefaultSize, 0, nil)
	x := typical()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			j.Append(x)
		}
	})
}

// TestBytesAreBounded checks that the oldest exchanges are dropped first, whatever takes
// up their space, and that the newest one stays.
func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	const most = 200_000
	long := strings.Repeat("ä", 50_000)
	j := New(100, most, nil)
	for i := range 300 {
		j.Append(&traffic.Exchange{
			Path: "/" + long[:2*(i%1000)], Request: traffic.Message{Body: []byte(long)},
			Violations: []traffic.Violation{{Failure: spec.Failure{Pointer: long, Property: long, Reason: long}}, {Failure: spec.Failure{Forms: []spec.Failure{{Reason: long}}}}},
		})
		if j.Bytes() > most {
			t.Fatalf("after %d exchanges the journal holds %d bytes", i+1, j.Bytes())
		}
	}
	stats := j.Stats()
	if stats.Newest != 300 || stats.Kept < 5 || stats.Oldest != int64(301-stats.Kept) || len(j.Oldest(Filter{}, 1000).Entries) != stats.Kept {
		t.Errorf("got %+v", stats)
	}
	violations := j.Violations()
	if len(violations) < 10 || violations[len(violations)-1].ID != 600 || j.Stats().Violations != 600 {
		t.Errorf("%d violations are kept", len(violations))
	}
	for _, violation := range violations {
		if violation.Forms != nil || len(violation.Reason) > 1100 || !utf8.ValidString(violation.Reason) {
			t.Fatalf("a reason has %d bytes", len(violation.Reason))
		}
	}
	before := j.Bytes()
	if j.Shed(); j.Bytes() > before/2 || j.Stats().Kept == 0 {
		t.Errorf("%d bytes of %d are left", j.Bytes(), before)
	}
	small := New(100, 1, nil)
	small.Append(&traffic.Exchange{Path: "/a"})
	small.Append(&traffic.Exchange{Path: "/b"})
	if page := small.Oldest(Filter{}, 10); len(page.Entries) != 1 || page.Entries[0].Target() != "/b" {
		t.Errorf("got %+v", page)
	}
}
