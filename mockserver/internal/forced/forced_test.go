package forced

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
	"github.com/unleash-mock/unleash-mock/spec"
)

func request(o *spec.Operation) Request {
	params := make([]string, len(o.PathParameters()))
	for i := range params {
		params[i] = fmt.Sprint(i + 1)
	}
	return Request{Params: params, Name: "taken", Path: o.Path, NewID: func() string { return "8c2a2a3e-0d9c-4a38-9f6f-6b6d34d6e3a1" }}
}

// TestEveryDocumentedErrorIsTheRealOne: the contract of each operation knows the
// answer to each status of it.
func TestEveryDocumentedErrorIsTheRealOne(t *testing.T) {
	t.Parallel()
	pairs := 0
	for _, operation := range spec.Default().Operations() {
		for _, status := range operation.Statuses() {
			if status < 400 {
				continue
			}
			pairs++
			answer := Make(operation, &scenario.Answer{Status: status}, request(operation))
			header := answer.Header
			if answer.ContentType != "" {
				header.Set("Content-Type", answer.ContentType)
			}
			body := append([]byte{}, answer.Body...)
			if failures := operation.CheckResponse(status, header, body); len(failures) > 0 {
				t.Errorf("%s, %d: %v\n%s", operation.ID, status, failures, body)
			}
		}
	}
	if pairs < 100 {
		t.Errorf("only %d pairs of operation and status were looked at", pairs)
	}
}

func TestWhatTheErrorsSay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		operation string
		answer    scenario.Answer
		want      string
	}{
		"permission":    {"createSignalEndpoint", scenario.Answer{Status: 403}, `"name":"PermissionError"`},
		"wrong kind":    {"getSignals", scenario.Answer{Status: 403}, `{"message":"invalid token: expected a different token type for this endpoint"}`},
		"endpoint":      {"updateSignalEndpoint", scenario.Answer{Status: 404}, "Could not find signal endpoint with id 1"},
		"token":         {"updateSignalEndpointToken", scenario.Answer{Status: 404}, "Could not find signal endpoint token with id 2"},
		"name":          {"callSignalEndpoint", scenario.Answer{Status: 404}, "Could not find signal endpoint with name 1"},
		"path":          {"getInvoices", scenario.Answer{Status: 404}, "The path you were looking for (/api/admin/invoices) is not available."},
		"taken":         {"createSignalEndpoint", scenario.Answer{Status: 409}, "There already exists a signal endpoint with the name taken"},
		"invalid":       {"getSignals", scenario.Answer{Status: 400}, "The `/body` property must be object. You sent []."},
		"content type":  {"createSignalEndpoint", scenario.Answer{Status: 415}, "you didn't provide one"},
		"limit":         {"callSignalEndpoint", scenario.Answer{Status: 429}, "Too many requests, please try again later."},
		"bad health":    {"getHealth", scenario.Answer{Status: 500}, `{"health":"BAD"}`},
		"not ready":     {"getReady", scenario.Answer{Status: 503}, ""},
		"undocumented":  {"getSignals", scenario.Answer{Status: 503}, `{"name":"ServiceUnavailable","message":"Service Unavailable","details":[{"message":"Service Unavailable"}]}`},
		"unknown":       {"getSignals", scenario.Answer{Status: 599}, `"message":"Status 599"`},
		"no content":    {"getSignals", scenario.Answer{Status: 204}, ""},
		"body":          {"getSignals", scenario.Answer{Status: 200, Body: json.RawMessage(`{"a":1}`)}, `{"a":1}`},
		"own body, 403": {"getSignals", scenario.Answer{Status: 403, Body: json.RawMessage(`[]`)}, `[]`},
	} {
		operation := spec.Default().Operation(test.operation)
		got := string(Make(operation, &test.answer, request(operation)).Body)
		if !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	t.Parallel()
	text := "<h1>Bad Gateway</h1>"
	operation := spec.Default().Operation("getSignals")
	got := Make(operation, &scenario.Answer{Status: 502, Text: &text, Headers: map[string]string{"content-type": "text/html", "x-a": "b"}}, request(operation))
	if got.ContentType != "text/html" || got.Header.Get("X-A") != "b" || string(got.Body) != text {
		t.Errorf("got %+v", got)
	}
	limited := Make(operation, &scenario.Answer{Status: 429, Headers: map[string]string{"Retry-After": "7"}}, request(operation))
	if limited.Header.Get("Retry-After") != "7" || limited.Header.Get("RateLimit-Policy") != "1;w=1" {
		t.Errorf("got %v", limited.Header)
	}
	if plain := Make(operation, &scenario.Answer{Status: http.StatusOK, Text: &text}, request(operation)); plain.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("got %+v", plain)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	text := ""
	for name, test := range map[string]struct {
		rule scenario.Rule
		want string // empty for none
	}{
		"error of all":      {scenario.Rule{Answer: &scenario.Answer{Status: 500}}, ""},
		"unknown":           {scenario.Rule{Match: scenario.Match{Operations: []string{"getSignals", "x"}}}, `/match/operations/1: "x" is none of the API's operations`},
		"success":           {scenario.Rule{Answer: &scenario.Answer{Status: 200}}, "/answer: an answer of getSignalEndpoints with the status 200 has a body: give one, or leave the answer out to let the operation answer itself"},
		"success, a body":   {scenario.Rule{Answer: &scenario.Answer{Status: 200, Text: &text}}, ""},
		"empty success":     {scenario.Rule{Match: scenario.Match{Operations: []string{"deleteSignalEndpoint"}}, Answer: &scenario.Answer{Status: 200}}, ""},
		"another success":   {scenario.Rule{Answer: &scenario.Answer{Status: 204}}, ""},
		"without an answer": {scenario.Rule{Fault: scenario.Reset}, ""},
	} {
		err := Check(&test.rule, spec.Default())
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}
