package proxy_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// observations collects the exchanges that a proxy observes.
type observations struct {
	mu   sync.Mutex
	list []traffic.Exchange
}

func (o *observations) observe(options *proxy.Options) {
	options.Observe = func(x traffic.Exchange) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.list = append(o.list, x)
	}
}

// seen holds the parts of an exchange that tests compare.
type seen struct {
	Target, Operation, Caller string
	Status                    int
	Counts, Replaced          bool
	Request, Response         string // bodies
	RequestSize, ResponseSize int64
	Wire                      int64 // of the response
	Violations                []string
}

func saw(x traffic.Exchange) seen {
	out := seen{
		Target: x.Method + " " + x.Path, Operation: x.Operation, Caller: x.Caller, Status: x.Status, Counts: !x.Uncovered,
		Request: string(x.Request.Body), Response: string(x.Response.Body), RequestSize: x.Request.Size, ResponseSize: x.Response.Size, Wire: x.Response.Wire,
	}
	if x.Query != "" {
		out.Target += "?" + x.Query
	}
	for _, v := range x.Violations {
		out.Violations = append(out.Violations, string(v.Direction)+" "+v.In+v.Pointer+" "+v.Keyword)
		out.Replaced = out.Replaced || v.Outcome == traffic.Replaced
	}
	return out
}

// TestObserveTellsOfWhatPassed checks that exchanges with operations are observed with bodies
// and violations, and all others without.
func TestObserveTellsOfWhatPassed(t *testing.T) {
	t.Parallel()
	const broken = `{"health":"FINE"}`
	failing := func(o *proxy.Options) { o.FailOnViolation = true }
	const problem = "The upstream closed the connection before it answered."
	for name, test := range map[string]struct {
		upstream     http.HandlerFunc
		change       func(*proxy.Options)
		method, path string
		body         string
		header       []string
		want         seen
	}{
		"good": {good(), nil, "GET", "/health?a=b", "", []string{"Authorization", "Bearer user:0123456789"},
			seen{Target: "GET /health?a=b", Operation: "getHealth", Caller: "personal access token", Status: 200, Counts: true, Response: healthy, ResponseSize: 17}},
		"broken": {says(200, jsonType, broken), nil, "GET", "/health", "", []string{"Authorization", "default:development.0123456789"},
			seen{Target: "GET /health", Operation: "getHealth", Caller: "API token", Status: 200, Counts: true, Response: broken, ResponseSize: 17, Violations: []string{"response body/health enum"}}},
		"replaced": {says(200, jsonType, broken), failing, "GET", "/health", "", nil,
			seen{Target: "GET /health", Operation: "getHealth", Caller: "nobody", Status: 200, Counts: true, Replaced: true, Response: broken, ResponseSize: 17, Violations: []string{"response body/health enum"}}},
		"a request that breaks it": {says(400, jsonType, `{"id":"1","name":"BadDataError","message":"m"}`), func(o *proxy.Options) { o.Judge = proxy.Requests }, "POST", endpoints, `{"name":7}`,
			[]string{"Content-Type", "application/json", "Authorization", "*:*.0123456789"},
			seen{Target: "POST " + endpoints, Operation: "createSignalEndpoint", Caller: "admin API token", Status: 400, Counts: true, Request: `{"name":7}`, RequestSize: 10,
				Response: `{"id":"1","name":"BadDataError","message":"m"}`, ResponseSize: 46, Violations: []string{"request body/name type"}}},
		"compressed": {says(200, jsonType, gzipped(healthy), "Content-Encoding", "gzip"), nil, "GET", "/health", "", []string{"Authorization", "what is this"},
			seen{Target: "GET /health", Operation: "getHealth", Caller: "unknown token", Status: 200, Counts: true, Response: healthy, ResponseSize: 17, Wire: int64(len(gzipped(healthy)))}},
		"too long to be judged": {good(), func(o *proxy.Options) { o.MaxBody = 5 }, "GET", "/health", "", nil,
			seen{Target: "GET /health", Operation: "getHealth", Caller: "nobody", Status: 200, Counts: true, ResponseSize: 17}},
		"revalidated": {says(304, "", ""), nil, "GET", "/health", "", []string{"If-None-Match", `"a"`, "Cookie", "unleash-session=s%3A0123456789"},
			seen{Target: "GET /health", Operation: "getHealth", Caller: "session", Status: 304}},
		"outside": {says(201, "text/plain", "hello"), nil, "POST", "/elsewhere", "abc", []string{"Authorization", "signal_0123456789"},
			seen{Target: "POST /elsewhere", Caller: "signal endpoint token", Status: 201, Counts: true, RequestSize: 3, ResponseSize: 5}},
		"unanswered": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, "POST", "/health", "", nil,
			seen{Target: "POST /health", Caller: "nobody", Status: 502, Response: problem}},
		"an operation unanswered": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, "POST", endpoints + "/7/on", "", []string{"Content-Type", "application/json"},
			seen{Target: "POST " + endpoints + "/7/on", Operation: "enableSignalEndpoint", Caller: "nobody", Status: 502, Response: problem}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var observed observations
			change := test.change
			if change == nil {
				change = func(*proxy.Options) {}
			}
			s := play(t, test.upstream, observed.observe, change)
			s.send(t, test.method, test.path, test.body, test.header...)
			s.end()
			if len(observed.list) != 1 {
				t.Fatalf("%d exchanges were observed", len(observed.list))
			}
			got := saw(observed.list[0])
			if test.want.Response == problem && strings.Contains(got.Response, problem) {
				got.Response, got.ResponseSize = problem, 0
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the exchange differs (-want +got):\n%s", diff)
			}
			if x := observed.list[0]; x.Started.IsZero() || x.Duration <= 0 || x.Host != strings.TrimPrefix(s.url, "http://") || len(x.Request.Header) == 0 || len(x.Response.Header) == 0 {
				t.Errorf("something is missing: %+v", x)
			}
		})
	}
}

// TestObserveTellsOfOldClients checks that a request of HTTP/1.0 without a host is observed as
// what it is, at the address of the proxy.
func TestObserveTellsOfOldClients(t *testing.T) {
	t.Parallel()
	var observed observations
	s := play(t, good(), observed.observe)
	address := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /health HTTP/1.0\r\n\r\n")
	_, _ = io.ReadAll(conn)
	s.end()
	if len(observed.list) != 1 || observed.list[0].Host != address || observed.list[0].Proto != "HTTP/1.0" {
		t.Errorf("observed %+v", observed.list)
	}
}

// TestWhatObserveToldShowsNoSecret checks that redaction removes what the client authenticated
// with, wherever it recurs, and every value whose name marks it as a secret.
func TestWhatObserveToldShowsNoSecret(t *testing.T) {
	t.Parallel()
	const own, form = "an-unusual-credential", "another-one-of-mine"
	var observed observations
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		w.Header().Set("Set-Cookie", "unleash-session="+form)
		w.Header().Set("Location", "/?token="+form)
		_, _ = io.WriteString(w, "password="+form+"&you="+r.Header.Get("X-Auth-Token"))
	}), observed.observe)
	s.send(t, "GET", "/health/"+own+"?token="+form, "", "Authorization", "Bearer "+own, "X-Auth-Token", own)
	s.send(t, "GET", "/health?q="+own, "", "Authorization", "Bearer "+own, "X-Auth-Token", own)
	s.end()
	if len(observed.list) != 2 {
		t.Fatalf("%d exchanges were observed", len(observed.list))
	}
	for _, x := range observed.list {
		x = x.Redacted(nil)
		if text := fmt.Sprintf("%+v %s %s", x, x.Request.Body, x.Response.Body); strings.Contains(text, own) || strings.Contains(text, form) {
			t.Errorf("a secret is visible: %s", text)
		}
	}
}

// TestObserveKeepsTheOrder checks that exchanges are observed in the order in which they ended,
// however long judging one takes.
func TestObserveKeepsTheOrder(t *testing.T) {
	t.Parallel()
	var observed observations
	large := `{"signalEndpoints":[` + strings.Repeat(endpoint+",", 3000) + endpoint + `]}`
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		if r.URL.Path == endpoints {
			_, _ = io.WriteString(w, strings.Replace(large, "[{", "[{\"x\":\""+r.URL.RawQuery+"\",", 1))
			return
		}
		_, _ = io.WriteString(w, healthy)
	}), observed.observe)
	var want []string
	for i := range 20 {
		for _, target := range []string{fmt.Sprintf("%s?i=%d", endpoints, i), fmt.Sprintf("/health?i=%d", i), fmt.Sprintf("/elsewhere?i=%d", i)} {
			s.send(t, "GET", target, "")
			want = append(want, "GET "+target)
		}
	}
	s.end()
	var got []string
	for _, x := range observed.list {
		got = append(got, saw(x).Target)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the order differs (-want +got):\n%s", diff)
	}
}

// TestObserveLosesNothing checks that every exchange is observed, even with many clients, some of
// which do not read the whole answer, and with a proxy that is closed right after.
func TestObserveLosesNothing(t *testing.T) {
	t.Parallel()
	var observed observations
	silent := make(chan struct{})
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		switch r.URL.Path {
		case "/stream":
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-silent
		case "/refused":
			panic(http.ErrAbortHandler)
		default:
			_, _ = io.WriteString(w, healthy)
		}
	}), observed.observe)
	stream, err := s.client.Do(request(t, "GET", s.url+"/stream", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for i := range 60 {
				path := []string{"/health", "/ready", "/elsewhere", "/refused"}[i%4]
				response, err := s.client.Do(request(t, "GET", s.url+path, ""))
				if err != nil {
					t.Error(err)
					return
				}
				if i%8 != 0 {
					_, _ = io.Copy(io.Discard, response.Body)
				}
				response.Body.Close()
			}
		})
	}
	clients.Wait()
	stream.Body.Close()
	close(silent)
	s.end()
	stats := s.Stats()
	if len(observed.list) != 16*60+1 || stats.Exchanges+stats.Outside != len(observed.list) {
		t.Errorf("%d exchanges were observed, but the proxy counts %+v", len(observed.list), stats)
	}
	counts := map[string]int{}
	for _, x := range observed.list {
		counts[x.Path]++
	}
	if diff := cmp.Diff(map[string]int{"/health": 240, "/ready": 240, "/elsewhere": 240, "/refused": 240, "/stream": 1}, counts); diff != "" {
		t.Errorf("the counts differ (-want +got):\n%s", diff)
	}
}

// TestASlowObserverHoldsNoAnswerBack checks that clients get their answers while the observer is
// still blocked.
func TestASlowObserverHoldsNoAnswerBack(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	var observed []string
	s := play(t, good(), func(o *proxy.Options) {
		o.Observe = func(x traffic.Exchange) {
			<-let
			observed = append(observed, x.Path)
		}
	})
	for _, path := range []string{"/health", "/elsewhere", "/health"} {
		if got := s.send(t, "GET", path, ""); got.Status != 200 || got.Body != healthy {
			t.Errorf("got %+v", got)
		}
	}
	close(let)
	s.end()
	if !slices.Equal(observed, []string{"/health", "/elsewhere", "/health"}) {
		t.Errorf("observed %v", observed)
	}
}

// TestObservedBodiesAreKept checks that observed bodies stay as they were, although the buffers
// that they passed through are reused.
func TestObservedBodiesAreKept(t *testing.T) {
	t.Parallel()
	var observed observations
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", jsonType)
		_, _ = w.Write(body)
	}), observed.observe)
	want := map[string]bool{}
	for i := range 100 {
		for _, size := range []int{10, 2_000, 32 << 10, 60_000} {
			body := `"` + strings.Repeat(fmt.Sprintf("%03d,", i), size/4) + `"`
			want[body] = true
			s.send(t, "POST", "/api/signal-endpoint/a", body, "Content-Type", jsonType)
		}
	}
	s.end()
	if len(observed.list) != len(want) {
		t.Fatalf("%d exchanges were observed, want %d", len(observed.list), len(want))
	}
	for i, x := range observed.list {
		if !want[string(x.Request.Body)] || string(x.Request.Body) != string(x.Response.Body) {
			t.Fatalf("exchange %d: a body of %d bytes is not the one that passed", i, len(x.Request.Body))
		}
	}
	for _, x := range s.Report().Scenarios[0].Exchanges {
		if !want[x.Request.Body] || x.Request.Body != x.Response.Body {
			t.Errorf("the report has a body of %d bytes that is not the one that passed", len(x.Request.Body))
		}
	}
}
