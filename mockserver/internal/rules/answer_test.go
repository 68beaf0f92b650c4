package rules

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

func details(o *spec.Operation) Details {
	params := make([]string, len(o.PathParameters()))
	for i := range params {
		params[i] = fmt.Sprint(i + 1)
	}
	return Details{Params: params, Name: "taken", Path: o.Path, NewID: func() string { return "8c2a2a3e-0d9c-4a38-9f6f-6b6d34d6e3a1" }}
}

// TestEveryDocumentedErrorIsTheRealOne checks that the answer forced for each documented
// error status fits the contract of its operation.
func TestEveryDocumentedErrorIsTheRealOne(t *testing.T) {
	t.Parallel()
	pairs := 0
	for _, operation := range spec.Default().Operations() {
		for _, status := range operation.Statuses() {
			if status < 400 {
				continue
			}
			pairs++
			answer := (&Answer{Status: status}).Render(operation, details(operation))
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
		t.Errorf("only %d pairs of operation and status were checked", pairs)
	}
}

func TestWhatTheErrorsSay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		operation string
		answer    Answer
		want      string
	}{
		"permission":    {"createSignalEndpoint", Answer{Status: 403}, `"name":"PermissionError"`},
		"wrong kind":    {"getSignals", Answer{Status: 403}, `{"message":"invalid token: expected a different token type for this endpoint"}`},
		"endpoint":      {"updateSignalEndpoint", Answer{Status: 404}, "Could not find signal endpoint with id 1"},
		"token":         {"updateSignalEndpointToken", Answer{Status: 404}, "Could not find signal endpoint token with id 2"},
		"flag":          {"getFeature", Answer{Status: 404}, `There's no feature named \"2\" in project \"1\".`},
		"taken flag":    {"createFeature", Answer{Status: 409}, `"message":"A flag with that name already exists"`},
		"tokens of it":  {"getSignalEndpointSignals", Answer{Status: 404}, "Could not find signal endpoint with id 1"},
		"name":          {"callSignalEndpoint", Answer{Status: 404}, "Could not find signal endpoint with name 1"},
		"path":          {"getInvoices", Answer{Status: 404}, "The path you were looking for (/api/admin/invoices) is not available."},
		"taken":         {"createSignalEndpoint", Answer{Status: 409}, "There already exists a signal endpoint with the name taken"},
		"invalid":       {"getSignals", Answer{Status: 400}, "The `/body` property must be object. You sent []."},
		"content type":  {"createSignalEndpoint", Answer{Status: 415}, "you didn't provide one"},
		"limit":         {"callSignalEndpoint", Answer{Status: 429}, "Too many requests, please try again later."},
		"bad health":    {"getHealth", Answer{Status: 500}, `{"health":"BAD"}`},
		"not ready":     {"getReady", Answer{Status: 503}, ""},
		"undocumented":  {"getSignals", Answer{Status: 503}, `{"name":"ServiceUnavailable","message":"Service Unavailable","details":[{"message":"Service Unavailable"}]}`},
		"unknown":       {"getSignals", Answer{Status: 599}, `"message":"Status 599"`},
		"no content":    {"getSignals", Answer{Status: 204}, ""},
		"body":          {"getSignals", Answer{Status: 200, Body: json.RawMessage(`{"a":1}`)}, `{"a":1}`},
		"own body, 403": {"getSignals", Answer{Status: 403, Body: json.RawMessage(`[]`)}, `[]`},
	} {
		operation := spec.Default().Operation(test.operation)
		got := string(test.answer.Render(operation, details(operation)).Body)
		if !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	t.Parallel()
	text := "<h1>Bad Gateway</h1>"
	operation := spec.Default().Operation("getSignals")
	got := (&Answer{Status: 502, Text: &text, Headers: map[string]string{"content-type": "text/html", "x-a": "b"}}).Render(operation, details(operation))
	if got.ContentType != "text/html" || got.Header.Get("X-A") != "b" || string(got.Body) != text {
		t.Errorf("got %+v", got)
	}
	limited := (&Answer{Status: 429, Headers: map[string]string{"Retry-After": "7"}}).Render(operation, details(operation))
	if limited.Header.Get("Retry-After") != "7" || limited.Header.Get("RateLimit-Policy") != "1;w=1" {
		t.Errorf("got %v", limited.Header)
	}
	if plain := (&Answer{Status: http.StatusOK, Text: &text}).Render(operation, details(operation)); plain.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("got %+v", plain)
	}
}

func TestRulesFitTheContract(t *testing.T) {
	t.Parallel()
	text := ""
	for name, test := range map[string]struct {
		rule Rule
		want string // empty for no error
	}{
		"error of all":      {Rule{Answer: &Answer{Status: 500}}, ""},
		"unknown":           {Rule{Match: Match{Operations: []string{"getSignals", "x"}}}, `/match/operations/1: "x" is not an operation of the API; 'unleash-mock spec operations' lists them`},
		"success":           {Rule{Answer: &Answer{Status: 200}}, "/answer: an answer of getSignalEndpoints with the status 200 needs a body: give one, or omit the answer to let the operation answer itself"},
		"success, a body":   {Rule{Answer: &Answer{Status: 200, Text: &text}}, ""},
		"empty success":     {Rule{Match: Match{Operations: []string{"deleteSignalEndpoint"}}, Answer: &Answer{Status: 200}}, ""},
		"another success":   {Rule{Answer: &Answer{Status: 204}}, ""},
		"without an answer": {Rule{Fault: Reset}, ""},
	} {
		err := test.rule.Fits(spec.Default())
		if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}
