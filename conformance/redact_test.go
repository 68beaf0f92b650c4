package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

const (
	testAdmin  = "*:*.a-secret-of-a-test"
	testSignal = "signal_0123456789abcdef"
)

func TestSecretsAreTakenOut(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	r.secret("my secret")
	r.secret("my secret and more")
	r.secret("")
	for text, want := range map[string]string{
		"nothing here":                           "nothing here",
		"a my secret b":                          "a [redacted] b",
		"my secret and more":                     "[redacted]",
		"Bearer " + testAdmin:                    "Bearer *:*.[redacted]",
		"default:development.unleash-insecure-x": "default:development.[redacted]",
		"[]:production.0123456789abcdef":         "[]:production.[redacted]",
		testSignal + " " + testSignal:            "signal_[redacted] signal_[redacted]",
		"user:0123456789abcdef":                  "user:[redacted]",
		`{"token":"x","name":"token"}`:           `{"token":"[redacted]","name":"token"}`,
		`{"secret" : "a\"b"}`:                    `{"secret" : "[redacted]"}`,
		"http://127.0.0.1:4242/api":              "http://127.0.0.1:4242/api",
		"2026-11-24T12:00:00.000Z":               "2026-11-24T12:00:00.000Z",
	} {
		if got := r.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestNoSecretIsCutInTwo(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	secret := strings.Repeat("s", 500)
	r.secret(secret)
	for _, at := range []int{0, maxShown - 700, maxShown - 499, maxShown - 250, maxShown - 1, maxShown} {
		body := strings.Repeat("é", at/2) + secret + strings.Repeat(".", 2*maxShown)
		got := shown(r.known, nil, []byte(body))
		if strings.Contains(got, "sss") {
			t.Errorf("a secret at %d shows in %d bytes", at, len(got))
		}
		if !strings.HasSuffix(got, "bytes in all)") || len(got) > maxShown+100 {
			t.Errorf("a long body is shown in %d bytes", len(got))
		}
	}
	if got := shown(r.known, nil, []byte{0xff, 0xfe}); got != "(2 bytes that are no text)" {
		t.Errorf("got %q", got)
	}
}

func TestAnExchangeIsReportedWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	r.header(http.Header{"X-Proxy-Pass": {"pass phrase"}})
	x := &exchange{
		request: request{
			method: "POST", path: "/x?token=" + testSignal, actor: "admin",
			header: http.Header{"Authorization": {"Bearer " + testAdmin}, "X-Proxy-Pass": {"pass phrase"}, "Content-Type": {"application/json"}},
			body:   []byte(`{"token":"` + testSignal + `"}`),
		},
		url: "http://localhost/x?token=" + testSignal, status: 200,
		answer:   http.Header{"Set-Cookie": {"session=1"}, "Etag": {`W/"1"`}},
		received: []byte(`{"secret":"abc","said":"pass phrase"}`),
	}
	want := report.Exchange{
		Line: 7,
		Request: report.Request{
			Method: "POST", URL: "http://localhost/x?token=[redacted]",
			Header: []report.Header{{Name: "Authorization", Value: "Bearer *:*.[redacted]"}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Proxy-Pass", Value: "[redacted]"}},
			Body:   `{"token":"[redacted]"}`,
		},
		Response: report.Response{
			Status: 200, Header: []report.Header{{Name: "Etag", Value: `W/"1"`}, {Name: "Set-Cookie", Value: "[redacted]"}},
			Body: `{"secret":"[redacted]","said":"[redacted]"}`,
		},
		Violations: []report.Violation{{Direction: "response", In: "body", Pointer: "/x", Reason: "no signal_[redacted]"}},
	}
	got := r.exchange(x, 7, []breach{{in: "body", pointer: "/x", expectation: "no " + testSignal}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCurlLines(t *testing.T) {
	t.Parallel()
	r := newRedactor()
	r.secret(testAdmin)
	for want, x := range map[string]*exchange{
		`curl -i 'http://h/health'`: {request: request{method: "GET"}, url: "http://h/health"},
		`curl -i --head 'http://h/a' -H "Authorization: $ADMIN_TOKEN"`: {
			request: request{method: "HEAD", actor: "admin", header: http.Header{"Authorization": {testAdmin}}}, url: "http://h/a"},
		`curl -i -X POST 'http://h/a' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data-binary '{"name":"it'\''s"}'`: {
			request: request{method: "POST", header: http.Header{"Authorization": {"Bearer " + testSignal}, "Content-Type": {"application/json"}}, body: []byte(`{"name":"it's"}`)}, url: "http://h/a"},
		`curl -i -X PUT 'http://h/a' -H 'Authorization;'`: {
			request: request{method: "PUT", header: http.Header{"Authorization": {""}}}, url: "http://h/a"},
		`curl -i -X POST 'http://h/a' --data-binary @body.bin`: {
			request: request{method: "POST", body: []byte{0xff}}, url: "http://h/a"},
		`curl -i 'http://h/a?token=[redacted]' -H 'Cookie: [redacted]' -H 'X-Echo: [redacted]'`: {
			request: request{method: "GET", header: http.Header{"Cookie": {"session=S3cret/+"}, "X-Echo": {"S3cret/+"}}}, url: "http://h/a?token=S3cret%2F%2B"},
	} {
		if got := r.curl(x); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
