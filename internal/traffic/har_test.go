package traffic

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/har"
	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/spec"
)

func TestArchive(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(Archive([]Exchange{
		{
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Duration: 2500 * time.Microsecond,
			Method: "POST", Host: "mock", Path: "/a", Query: "b=c%20d&e&%zz=1", Operation: "createThing", Status: 201, Rule: "3",
			Request:    Message{Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{}`), Size: 2},
			Response:   Message{Header: http.Header{"Location": {"a/1"}, "Content-Type": {"text/plain"}}, Body: []byte("ok"), Size: 12, Cut: true},
			Violations: []Violation{{Direction: ToServer, Failure: spec.Failure{In: "body", Pointer: "/x", Reason: "it is wrong"}}},
		},
		{Started: time.Unix(0, 0), Method: "GET", Host: "mock", Path: "/", Status: 404, Request: Message{Size: -1}},
	}, "1.0"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"log":{"version":"1.2","creator":{"name":"unleash-mock","version":"1.0"},"entries":[` +
		`{"startedDateTime":"2026-01-02T03:04:05Z","time":2.5,` +
		`"request":{"method":"POST","url":"http://mock/a?b=c%20d\u0026e\u0026%zz=1","httpVersion":"HTTP/1.1","cookies":[],` +
		`"headers":[{"name":"Content-Type","value":"application/json"}],` +
		`"queryString":[{"name":"b","value":"c d"},{"name":"e","value":""},{"name":"%zz","value":"1"}],` +
		`"postData":{"mimeType":"application/json","params":[],"text":"{}"},"headersSize":-1,"bodySize":2},` +
		`"response":{"status":201,"statusText":"Created","httpVersion":"HTTP/1.1","cookies":[],` +
		`"headers":[{"name":"Content-Type","value":"text/plain"},{"name":"Location","value":"a/1"}],` +
		`"content":{"size":12,"mimeType":"text/plain","text":"ok","comment":"cut to the size that the journal keeps"},"redirectURL":"a/1","headersSize":-1,"bodySize":12},` +
		`"cache":{},"timings":{"send":0,"wait":2.5,"receive":0},"comment":"operation createThing; rule 3; violation, request, body/x: it is wrong"},` +
		`{"startedDateTime":"1970-01-01T00:00:00Z","time":0,` +
		`"request":{"method":"GET","url":"http://mock/","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"queryString":[],"headersSize":-1,"bodySize":0},` +
		`"response":{"status":404,"statusText":"Not Found","httpVersion":"HTTP/1.1","cookies":[],"headers":[],` +
		`"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":0},` +
		`"cache":{},"timings":{"send":0,"wait":0,"receive":0}}]}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// FuzzArchive checks that the archive of any exchange can be written and read, and that it
// contains every valid UTF-8 text unchanged.
func FuzzArchive(f *testing.F) {
	f.Add("POST", "h:1", "/a", "b=c%20d&e&%zz=1", "Content-Type", "application/json", `{"a":"\ud800"}`, int64(-1), int64(0))
	f.Add("\xff", "\u2028", "//", "&=&;", "", "\r\n", "\x00\x1f\x8b", int64(1)<<62, int64(7))
	f.Fuzz(func(t *testing.T, method, host, path, query, name, value, body string, size, wire int64) {
		message := Message{Header: http.Header{name: {value, ""}}, Body: []byte(body), Size: size, Wire: wire, Cut: size > wire}
		x := Exchange{
			Started: time.Unix(wire%1e9, 0), Duration: time.Duration(size), Method: method, Host: host, Path: path, Query: query,
			Operation: name, Rule: value, Request: message, Response: message, Caller: host,
			Violations: []Violation{{Direction: ToServer, Failure: spec.Failure{In: name, Pointer: path, Reason: value}}},
		}
		text, err := json.Marshal(Archive([]Exchange{x, x}, host))
		if err != nil {
			t.Fatal(err)
		}
		var read har.HAR
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if len(read.Log.Entries) != 2 {
			t.Fatalf("got %d entries: %s", len(read.Log.Entries), text)
		}
		entry := read.Log.Entries[1]
		if entry.Request.BodySize < -1 || utf8.ValidString(method) && entry.Request.Method != method ||
			utf8.ValidString(body) && entry.Response.Content.Text != body {
			t.Fatalf("%q and %q became %s", method, body, text)
		}
	})
}
