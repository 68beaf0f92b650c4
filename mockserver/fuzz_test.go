package mockserver

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/spec"
)

// fuzzed sends a request to servers of both validation policies. It checks that nothing
// panics, that no answer is a 500 and that no answer breaks the contract.
func fuzzed(t *testing.T, servers []*Server, method, path string, header http.Header, body string) {
	t.Helper()
	for _, server := range servers {
		target, err := url.ParseRequestURI(path)
		if err != nil {
			return // net/http refuses it before a handler sees it
		}
		request := httptest.NewRequest(http.MethodGet, "/", io.NopCloser(strings.NewReader(body)))
		request.Method, request.URL, request.RequestURI = method, target, path
		request.ContentLength = int64(len(body))
		request.Header = header.Clone()
		recorder := httptest.NewRecorder()
		ctx, leave := context.WithCancel(t.Context())
		server.ServeHTTP(&leaving{recorder, leave}, request.WithContext(ctx))
		leave()
		if recorder.Code >= 500 && !failsToDecode(path, recorder) {
			t.Fatalf("%s %s %q: %d %s", method, path, body, recorder.Code, recorder.Body)
		}
		if breaches := slices.DeleteFunc(server.Violations(), func(v Violation) bool { return v.Direction == "request" }); len(breaches) > 0 {
			t.Fatalf("%s %s %q: %v", method, path, body, breaches)
		}
	}
}

// leaving is a client that disconnects after the first message of a stream.
type leaving struct {
	*httptest.ResponseRecorder
	leave func()
}

func (l *leaving) Flush() {
	l.ResponseRecorder.Flush()
	l.leave()
}

// failsToDecode reports whether an answer is the 500 that a real server gives for a path
// parameter that cannot be decoded. No other 500 is allowed.
func failsToDecode(path string, answer *httptest.ResponseRecorder) bool {
	path, _, _ = strings.Cut(path, "?")
	return answer.Code == http.StatusInternalServerError && !pipeline.Decodable(path) && strings.Contains(answer.Body.String(), `"message":"Failed to decode param '`)
}

func fuzzServers(f *testing.F) []*Server {
	f.Helper()
	var servers []*Server
	for _, policy := range []Validation{Strict, Faithful} {
		server, err := New(WithValidation(policy), WithLimits(Limits{}), WithBounds(Bounds{Signals: 100, Journal: 1000}))
		if err != nil {
			f.Fatal(err)
		}
		servers = append(servers, server)
	}
	return servers
}

func authorized(token string) http.Header {
	return http.Header{"Authorization": {token}, "Content-Type": {"application/json"}}
}

func FuzzBody(f *testing.F) {
	servers := fuzzServers(f)
	for _, seed := range []string{`{"name":"a"}`, `{"name":1,"enabled":"true","description":null}`, `[]`, `{`, `"\ud800"`, `{"name":[1e999]}`, "\xff", ``} {
		f.Add(seed, uint8(0), "")
	}
	f.Add(`{"name":"a"}`, uint8(1), "gzip")
	operations := spec.Default().Operations()
	for i := range operations {
		f.Add(`[]`, uint8(i), "") // refused, with a documented answer
		f.Add("", uint8(i), "none")
	}
	f.Fuzz(func(t *testing.T, body string, which uint8, encoding string) {
		operation := operations[int(which)%len(operations)]
		request := examples[operation.ID]
		header := authorized(request.token)
		if encoding != "" {
			header.Set("Content-Encoding", encoding)
		}
		fuzzed(t, servers, operation.Method, request.path, header, body)
	})
}

func FuzzPath(f *testing.F) {
	servers := fuzzServers(f)
	for _, seed := range []string{"/api/admin/signal-endpoints/1", "/api//admin/signals/", "/API/signal-endpoint/%2F", "/health", "//", "/api/admin/signal-endpoints/99999999999/tokens/-1", "/docs/openapi/../x"} {
		f.Add(seed, "GET")
		f.Add(seed, "PUT")
	}
	f.Fuzz(func(t *testing.T, path, method string) {
		if strings.ContainsAny(method, " \t\r\n") || method == "" || !strings.HasPrefix(path, "/") {
			return
		}
		fuzzed(t, servers, method, path, authorized(adminToken), `{"name":"a"}`)
	})
}

func FuzzQuery(f *testing.F) {
	servers := fuzzServers(f)
	for _, seed := range []string{"limit=1&offset=2", "limit[]=1", "from=IS:2024-01-01&to=IS:9999-99-99", "offset=99999999999999999999", "%zz&=&[", "limit=1e3", "limit=0x10"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/api/admin/signals?", "/api/admin/signal-endpoints/1337/signals?"} {
			fuzzed(t, servers, http.MethodGet, path+query, authorized(adminToken), "")
		}
	})
}

func FuzzAuthorization(f *testing.F) {
	servers := fuzzServers(f)
	for _, seed := range []string{adminToken, "Bearer " + viewerPAT, "bearer\t", "user:", signalToken, "\x00", "*:*."} {
		f.Add(seed)
	}
	known := []string{adminToken, backendToken, adminPAT, viewerPAT}
	f.Fuzz(func(t *testing.T, value string) {
		for _, path := range []string{"/api/admin/signals", "/health", "/api/signal-endpoint/my-external-app"} {
			fuzzed(t, servers, http.MethodGet, path, http.Header{"Authorization": {value}}, "")
		}
		recorder := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/api/admin/invoices", nil)
		request.Header["Authorization"] = []string{value}
		servers[0].ServeHTTP(recorder, request)
		if recorder.Code == http.StatusOK && !slices.ContainsFunc(known, func(token string) bool { return strings.HasSuffix(strings.TrimSpace(value), token) }) &&
			!strings.HasSuffix(strings.TrimSpace(value), wellknown.EditorUser) {
			t.Fatalf("%q was accepted", value)
		}
	})
}
