package mockserver

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

// sink is a ResponseWriter that keeps only the status.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header            { return s.header }
func (s *sink) WriteHeader(status int)         { s.status = status }
func (s *sink) Write(body []byte) (int, error) { return len(body), nil }

// repeated is a request that can be sent many times.
type repeated struct {
	template *http.Request
	body     []byte
	reader   bytes.Reader
	sink     sink
}

func newRepeated(method, path, token, body string) *repeated {
	r := &repeated{template: httptest.NewRequest(method, path, nil), body: []byte(body), sink: sink{header: http.Header{}}}
	if token != "" {
		r.template.Header.Set("Authorization", token)
	}
	if body != "" {
		r.template.Header.Set("Content-Type", "application/json")
		r.template.ContentLength = int64(len(body))
	}
	return r
}

func (r *repeated) send(server http.Handler, body []byte) int {
	request := *r.template
	if len(body) > 0 {
		r.reader.Reset(body)
		request.Body = io.NopCloser(&r.reader)
		request.ContentLength = int64(len(body))
	}
	clear(r.sink.header)
	server.ServeHTTP(&r.sink, &request)
	return r.sink.status
}

// load is a kind of request to measure. vary, if set, makes the body of the nth request.
type load struct {
	method, path, token, body string
	status                    int
	vary                      func(n int) []byte
}

// unlimited lifts the rate limits of servers under measurement.
var unlimited = WithLimits(Limits{})

func (l load) run(b *testing.B, options ...Option) {
	b.Helper()
	server := newApp(b, append([]Option{unlimited}, options...)...)
	request := newRepeated(l.method, l.path, l.token, l.body)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		body := request.body
		if l.vary != nil {
			body = l.vary(n)
			n++
		}
		if status := request.send(server, body); status != l.status {
			b.Fatalf("status %d, want %d", status, l.status)
		}
	}
}

// loads are representative successes and refusals.
var loads = map[string]load{
	"list":             {method: http.MethodGet, path: "/api/admin/signal-endpoints", token: adminToken, status: 200},
	"update":           {method: http.MethodPut, path: "/api/admin/signal-endpoints/1337/tokens/7", token: adminToken, body: `{"name":"My external app #1"}`, status: 200},
	"update, varied":   {method: http.MethodPut, path: "/api/admin/signal-endpoints/1337/tokens/7", token: adminToken, body: `{}`, status: 200, vary: numberedName},
	"call":             {method: http.MethodPost, path: "/api/signal-endpoint/my-external-app", token: signalToken, body: `{"cpu":92,"memory":85}`, status: 200},
	"call, varied":     {method: http.MethodPost, path: "/api/signal-endpoint/my-external-app", token: signalToken, body: `{}`, status: 200, vary: numberedPayload},
	"newest signals":   {method: http.MethodGet, path: "/api/admin/signals?limit=50", token: adminToken, status: 200},
	"detailed invoice": {method: http.MethodGet, path: "/api/admin/invoices/list", token: adminToken, status: 200},
	"health":           {method: http.MethodGet, path: "/health", status: 200},
	"refused body":     {method: http.MethodPut, path: "/api/admin/signal-endpoints/1337/tokens/7", token: adminToken, body: `{"name":[1]}`, status: 400},
	"malformed body":   {method: http.MethodPut, path: "/api/admin/signal-endpoints/1337/tokens/7", token: adminToken, body: `{"name":`, status: 400},
	"no token":         {method: http.MethodGet, path: "/api/admin/signal-endpoints", status: 401},
	"viewer":           {method: http.MethodPost, path: "/api/admin/signal-endpoints/1337/on", token: viewerPAT, status: 403},
	"unknown id":       {method: http.MethodPut, path: "/api/admin/signal-endpoints/1337/tokens/99", token: adminToken, body: `{"name":"a"}`, status: 404},
	"unknown path":     {method: http.MethodGet, path: "/api/admin/nothing", token: adminToken, status: 404},
}

func numberedName(n int) []byte    { return fmt.Appendf(nil, `{"name":"name %d"}`, n) }
func numberedPayload(n int) []byte { return fmt.Appendf(nil, `{"cpu":%d}`, n) }

func BenchmarkRequest(b *testing.B) {
	for name, load := range loads {
		b.Run(name, func(b *testing.B) { load.run(b) })
	}
}

// BenchmarkWithoutValidation is the baseline for BenchmarkRequest. It skips the body that
// the contract refuses, which would mean nothing here.
func BenchmarkWithoutValidation(b *testing.B) {
	for name, load := range loads {
		if name != "refused body" {
			b.Run(name, func(b *testing.B) { load.run(b, WithValidation(Off)) })
		}
	}
}

// BenchmarkEveryOperation sends the example of each GET and PUT operation: those that can
// be repeated without a change.
func BenchmarkEveryOperation(b *testing.B) {
	for _, operation := range spec.Default().Operations() {
		if operation.Method != http.MethodGet && operation.Method != http.MethodPut {
			continue // a repeat may be answered differently
		}
		b.Run(operation.ID, func(b *testing.B) {
			a, e := examples[operation.ID].prepared(b, unlimited)
			request := newRepeated(operation.Method, e.path, e.token, e.body)
			status := request.send(a, request.body)
			b.ReportAllocs()
			for b.Loop() {
				if got := request.send(a, request.body); got != status {
					b.Fatalf("status %d, but %d at first", got, status)
				}
			}
		})
	}
}
