package transcript

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

const (
	testAdmin  = "*:*.a-secret-of-a-test"
	testSignal = "signal_0123456789abcdef"
)

// shownBody returns what a report shows of an answer's body.
func shownBody(r *secrets.Redactor, body []byte) string {
	return Exchange(r, &target.Exchange{Received: body}, 0, nil).Response.Body
}

func TestNoSecretIsCutInTwo(t *testing.T) {
	t.Parallel()
	r := secrets.New()
	secret := strings.Repeat("s", 500)
	r.Add(secret)
	for _, at := range []int{0, maxShown - 700, maxShown - 499, maxShown - 250, maxShown - 1, maxShown} {
		body := strings.Repeat("é", at/2) + secret + strings.Repeat(".", 2*maxShown)
		got := shownBody(r, []byte(body))
		if strings.Contains(got, "sss") {
			t.Errorf("a secret at offset %d is visible in the %d bytes shown", at, len(got))
		}
		if !strings.HasSuffix(got, "bytes in all)") || len(got) > maxShown+100 {
			t.Errorf("a long body is not marked as cut, or cut to %d bytes", len(got))
		}
	}
	if got := shownBody(r, []byte{0xff, 0xfe}); got != "(2 bytes that are not text)" {
		t.Errorf("got %q", got)
	}
}

func TestAnExchangeIsReportedWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	r := secrets.New()
	r.AddHeaders(http.Header{"X-Proxy-Pass": {"pass phrase"}})
	x := &target.Exchange{
		Request: target.Request{
			Method: "POST", Path: "/x?token=" + testSignal, Actor: "admin",
			Header: http.Header{"Authorization": {"Bearer " + testAdmin}, "X-Proxy-Pass": {"pass phrase"}, "Content-Type": {"application/json"}},
			Body:   []byte(`{"token":"` + testSignal + `"}`),
		},
		URL: "http://localhost/x?token=" + testSignal, Status: 200,
		Answer:   http.Header{"Set-Cookie": {"session=1"}, "Etag": {`W/"1"`}},
		Received: []byte(`{"secret":"abc","said":"pass phrase"}`),
	}
	want := report.Exchange{
		Line: 7,
		Request: traffic.RecordRequest{
			Method: "POST", URL: "http://localhost/x?token=[redacted]",
			Header: []traffic.HeaderLine{{Name: "Authorization", Value: "Bearer *:*.[redacted]"}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Proxy-Pass", Value: "[redacted]"}},
			Body:   `{"token":"[redacted]"}`,
		},
		Response: traffic.RecordResponse{
			Status: 200, Header: []traffic.HeaderLine{{Name: "Etag", Value: `W/"1"`}, {Name: "Set-Cookie", Value: "[redacted]"}},
			Body: `{"secret":"[redacted]","said":"[redacted]"}`,
		},
		Violations: []traffic.RecordViolation{{Direction: "response", In: "body", Pointer: "/x", Reason: "no signal_[redacted]"}},
	}
	got := Exchange(r, x, 7, []judge.Breach{{In: "body", Pointer: "/x", Expectation: "no " + testSignal}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestALongTextIsKeptInShort checks that a target cannot make a report arbitrarily large.
func TestALongTextIsKeptInShort(t *testing.T) {
	t.Parallel()
	r := secrets.New()
	secret := strings.Repeat("s", 100)
	r.Add(secret)
	for _, before := range []int{0, maxText - 50, 16*maxText - 50, 1 << 20} {
		got := Text(r, strings.Repeat("é", before/2)+secret+strings.Repeat("x", maxText))
		if len(got) > maxText+3 || strings.Contains(got, "sss") {
			t.Errorf("a secret after %d bytes: %d bytes are kept, and it is visible: %t", before, len(got), strings.Contains(got, "sss"))
		}
	}
	many := http.Header{}
	for i := range 1000 {
		many.Set(fmt.Sprintf("X-%04d", i), strings.Repeat("v", 100))
	}
	shown := Exchange(r, &target.Exchange{Answer: many}, 0, nil).Response.Header
	if size := len(fmt.Sprint(shown)); size > 2*maxHeader || len(shown) < 10 {
		t.Errorf("%d headers are shown, in %d bytes", len(shown), size)
	}
}

func TestCurlLines(t *testing.T) {
	t.Parallel()
	r := secrets.New()
	r.Add(testAdmin)
	for want, x := range map[string]*target.Exchange{
		`curl -i 'http://h/health'`: {Request: target.Request{Method: "GET"}, URL: "http://h/health"},
		`curl -i --head 'http://h/a' -H "Authorization: $ADMIN_TOKEN"`: {
			Request: target.Request{Method: "HEAD", Actor: "admin", Header: http.Header{"Authorization": {testAdmin}}}, URL: "http://h/a"},
		`curl -i -X POST 'http://h/a' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data-binary '{"name":"it'\''s"}'`: {
			Request: target.Request{Method: "POST", Header: http.Header{"Authorization": {"Bearer " + testSignal}, "Content-Type": {"application/json"}}, Body: []byte(`{"name":"it's"}`)}, URL: "http://h/a"},
		`curl -i 'http://h/a' -u "$ADMIN_TOKEN"`: {
			Request: target.Request{Method: "GET", Actor: "admin", Header: http.Header{"Authorization": {"Basic dXNlcjpwYXNzd29yZA=="}}}, URL: "http://h/a"},
		`curl -i -X PUT 'http://h/a' -H 'Authorization;'`: {
			Request: target.Request{Method: "PUT", Header: http.Header{"Authorization": {""}}}, URL: "http://h/a"},
		`curl -i -X POST 'http://h/a' --data-binary @body.bin`: {
			Request: target.Request{Method: "POST", Body: []byte{0xff}}, URL: "http://h/a"},
		`curl -i 'http://h/a?token=[redacted]' -H 'Cookie: [redacted]' -H 'X-Echo: [redacted]'`: {
			Request: target.Request{Method: "GET", Header: http.Header{"Cookie": {"session=S3cret/+"}, "X-Echo": {"S3cret/+"}}}, URL: "http://h/a?token=S3cret%2F%2B"},
	} {
		if got := Curl(r, x); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
