package traffic

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

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
		`"content":{"size":12,"mimeType":"text/plain","text":"ok","comment":"cut to what the journal keeps"},"redirectURL":"a/1","headersSize":-1,"bodySize":-1},` +
		`"cache":{},"timings":{"send":0,"wait":2.5,"receive":0},"comment":"operation createThing; rule 3; violation, request, body/x: it is wrong"},` +
		`{"startedDateTime":"1970-01-01T00:00:00Z","time":0,` +
		`"request":{"method":"GET","url":"http://mock/","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"queryString":[],"headersSize":-1,"bodySize":0},` +
		`"response":{"status":404,"statusText":"Not Found","httpVersion":"HTTP/1.1","cookies":[],"headers":[],` +
		`"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":-1,"bodySize":-1},` +
		`"cache":{},"timings":{"send":0,"wait":0,"receive":0}}]}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
