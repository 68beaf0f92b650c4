package conformance

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

// answered builds an exchange with an answer that keeps every rule, changed by
// change.
func answered(method, path string, status int, body string, change func(*exchange)) *exchange {
	x := &exchange{
		request: request{method: method, path: path, header: http.Header{}}, status: status,
		operation: spec.Default().Find(method, path),
		answer: http.Header{
			"Content-Type": {"application/json; charset=utf-8"}, "Etag": {`W/"1-a"`}, "Vary": {"Accept-Encoding"},
		},
		received: []byte(body),
	}
	if change != nil {
		change(x)
	}
	x.value, x.isJSON = decodeJSON(x.received)
	return x
}

const (
	healthBody      = `{"health":"GOOD"}`
	notFoundBody    = `{"name":"NotFoundError","message":"m","details":[{"message":"m"}]}`
	unknownBody     = `{"id":"0b84c7fd-5278-4087-832d-0b502c7929b3","name":"UnauthorizedError","message":"You must log in to use Unleash.","details":[{"message":"You must log in to use Unleash."}]}`
	unknownPathBody = `{"id":"1b84c7fd-5278-4087-832d-0b502c7929b3","name":"NotFoundError","message":"The path you were looking for (/base/api/admin/x) is not available.","details":[{"message":"The path you were looking for (/base/api/admin/x) is not available."}]}`
	endpointBody    = `{"id":7,"enabled":true,"name":"a","createdAt":"2026-11-24T12:00:00.000Z","createdByUserId":1,"tokens":[]}`
	tokenBody       = `{"id":9,"name":"t","signalEndpointId":7,"createdAt":"2026-11-24T12:00:00.000Z","createdByUserId":1,"token":"signal_0123456789"}`
	listBody        = `{"signalEndpoints":[` + endpointBody + `]}`
	signalsBody     = `{"signals":[{"id":1,"source":"signal-endpoint","sourceId":7,"createdAt":"2026-11-24T12:00:00.000Z","payload":{"token":"x","createdAt":"yesterday"}}],"total":1}`
	tooManyBody     = "Too many requests, please try again later."
	tokensOfSeven   = endpointsPath + "/7/tokens"
)

func refusal(x *exchange) {
	x.answer.Set("Content-Type", "text/html; charset=utf-8")
	for name, value := range map[string]string{"RateLimit-Policy": "1;w=1", "RateLimit-Limit": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": "1", "Retry-After": "1"} {
		x.answer.Set(name, value)
	}
}

func set(name, value string) func(*exchange) {
	return func(x *exchange) { x.answer.Set(name, value) }
}

func without(name string) func(*exchange) {
	return func(x *exchange) { x.answer.Del(name) }
}

func both(changes ...func(*exchange)) func(*exchange) {
	return func(x *exchange) {
		for _, change := range changes {
			change(x)
		}
	}
}

func TestWhatEveryAnswerKeeps(t *testing.T) {
	t.Parallel()
	notModified := func(x *exchange) {
		x.request.header.Set("If-None-Match", `W/"1-a"`)
		x.answer.Del("Content-Type")
	}
	for name, test := range map[string]struct {
		x    *exchange
		want string // the breach's part and pointer; empty for none
	}{
		"health":                      {answered("GET", "/health", 200, healthBody, nil), ""},
		"a status that is not listed": {answered("GET", "/health", 418, healthBody, nil), "status"},
		"a body of another form":      {answered("GET", "/health", 200, `{"health":1}`, nil), "body/health"},
		"an unreadable body":          {answered("GET", "/health", 200, healthBody, func(x *exchange) { x.unread = "cut" }), "body"},
		"no charset":                  {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json")), "header/content-type"},
		"another charset":             {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json; charset=latin1")), "header/content-type"},
		"charset in capitals":         {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json;charset=UTF-8")), ""},
		"no tag":                      {answered("GET", "/health", 200, healthBody, without("ETag")), "header/etag"},
		"a strong tag":                {answered("GET", "/health", 200, healthBody, set("ETag", `"1"`)), "header/etag"},
		"no vary":                     {answered("GET", "/health", 200, healthBody, without("Vary")), "header/vary"},
		"vary among others":           {answered("GET", "/health", 200, healthBody, set("Vary", "Origin, Accept-Encoding")), ""},
		"head":                        {answered("HEAD", "/health", 200, "", nil), ""},
		"head with a body":            {answered("HEAD", "/health", 200, "", func(x *exchange) { x.extra = []byte("x") }), "body"},
		"head without a tag":          {answered("HEAD", "/health", 200, "", without("ETag")), "header/etag"},
		"not modified":                {answered("GET", "/health", 304, "", notModified), ""},
		"not modified, no tag":        {answered("GET", "/health", 304, "", both(notModified, without("ETag"))), "header/etag"},
		"not modified, unasked":       {answered("GET", "/health", 304, "", nil), "status"},
		"not found":                   {answered("DELETE", endpointsPath+"/7", 404, notFoundBody, nil), ""},
		"details of another message":  {answered("DELETE", endpointsPath+"/7", 404, strings.Replace(notFoundBody, `[{"message":"m"}]`, `[{"message":"n"}]`, 1), nil), "body/details"},
		"unknown":                     {answered("GET", endpointsPath, 401, unknownBody, nil), ""},
		"another wording":             {answered("GET", endpointsPath, 401, strings.ReplaceAll(unknownBody, "Unleash.", "it."), nil), "body/message"},
		"an id that is no UUID":       {answered("GET", endpointsPath, 401, strings.Replace(unknownBody, "-5278-", "-", 1), nil), "body/id"},
		"no id":                       {answered("GET", "/api/admin/x", 401, strings.Replace(unknownBody, `"id"`, `"ID"`, 1), nil), "body/id"},
		"two details":                 {answered("GET", endpointsPath, 401, strings.Replace(unknownBody, "}]", `},{"message":"m"}]`, 1), nil), "body/details"},
		"keys in another order":       {answered("DELETE", endpointsPath+"/7", 404, `{"message":"m","name":"NotFoundError","details":[{"message":"m"}]}`, nil), "body"},
		"an unknown path":             {answered("GET", "/api/admin/x?a=b", 404, unknownPathBody, nil), ""},
		"an unknown path as another":  {answered("GET", "/api/admin/y", 404, unknownPathBody, nil), "body/message"},
		"another kind of token":       {answered("GET", endpointsPath, 403, `{"message":"m"}`, nil), ""},
		"a message and more":          {answered("GET", endpointsPath, 403, `{"message":"m","details":[]}`, nil), "body"},
		"a secret in a header":        {answered("GET", endpointsPath, 200, listBody, set("X-Token", "signal_known-to-the-suite")), "header"},
		"a secret of another":         {answered("POST", tokensOfSeven, 201, strings.Replace(tokenBody, "signal_0123456789", "signal_known-to-the-suite", 1), set("Location", "signal-endpoints/7/tokens/9")), "body/token"},
		"a page in the API":           {answered("GET", "/api/admin/x", 404, unknownBody, without("ETag")), "header/etag"},
		"a page beside the API":       {answered("POST", "/health", 404, "<html>", both(set("Content-Type", "text/html"), without("ETag"), without("Vary"))), ""},
		"created":                     {answered("POST", endpointsPath, 201, endpointBody, set("Location", "signal-endpoints/7")), ""},
		"created nowhere":             {answered("POST", endpointsPath, 201, endpointBody, nil), "header"},
		"created at a path":           {answered("POST", endpointsPath, 201, endpointBody, set("Location", "/api/admin/signal-endpoints/7")), "header/location"},
		"created at a URL":            {answered("POST", endpointsPath, 201, endpointBody, set("Location", "http://h/signal-endpoints/7")), "header/location"},
		"a secret, at its creation":   {answered("POST", tokensOfSeven, 201, tokenBody, set("Location", "signal-endpoints/7/tokens/9")), ""},
		"a secret, at an update":      {answered("PUT", tokensOfSeven+"/9", 200, tokenBody, nil), "body/token"},
		"a secret in another place":   {answered("PUT", endpointsPath+"/7", 200, strings.Replace(endpointBody, `"a"`, `"signal_known-to-the-suite"`, 1), nil), "body"},
		"a payload may say anything":  {answered("GET", "/api/admin/signals", 200, signalsBody, nil), ""},
		"a url in the list":           {answered("GET", endpointsPath, 200, strings.Replace(listBody, `"tokens":[]`, `"url":"http://h"`, 1), nil), "body/signalEndpoints/0/url"},
		"a url in an update":          {answered("PUT", endpointsPath+"/7", 200, strings.Replace(endpointBody, `"tokens":[]`, `"url":"http://h"`, 1), nil), ""},
		"a time without milliseconds": {answered("GET", endpointsPath, 200, strings.Replace(listBody, "00.000Z", "00Z", 1), nil), "body/signalEndpoints/0/createdAt"},
		"a time in another zone":      {answered("GET", endpointsPath, 200, strings.Replace(listBody, "00.000Z", "00.000+01:00", 1), nil), "body/signalEndpoints/0/createdAt"},
		"too many":                    {answered("POST", callPrefix+"a", 429, tooManyBody, refusal), ""},
		"too many, for how long":      {answered("POST", callPrefix+"a", 429, tooManyBody, both(refusal, without("Retry-After"))), "header/retry-after"},
		"too many, of what":           {answered("POST", callPrefix+"a", 429, tooManyBody, both(refusal, without("RateLimit-Limit"))), "header/ratelimit-limit"},
		"too many, though some left":  {answered("POST", callPrefix+"a", 429, tooManyBody, both(refusal, set("RateLimit-Remaining", "1"))), "header/ratelimit-remaining"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &suite{errorIDs: newOnce()}
			s.secrets.add("signal_known-to-the-suite")
			var got []string
			for _, b := range s.judge(test.x) {
				if b.standing == "" || b.source == "" || b.expectation == "" {
					t.Errorf("%+v does not say what rule it breaks", b)
				}
				got = append(got, b.in+b.pointer)
			}
			if test.want == "" && len(got) > 0 || test.want != "" && !slices.Contains(got, test.want) {
				t.Errorf("breaches at %q, want %q", got, test.want)
			}
		})
	}
}

func TestNoTwoErrorsHaveTheSameID(t *testing.T) {
	t.Parallel()
	s := &suite{errorIDs: newOnce()}
	x := answered("GET", endpointsPath, 401, unknownBody, nil)
	if found := s.judge(x); len(found) > 0 {
		t.Fatalf("the first: %+v", found)
	}
	if found := s.judge(x); len(found) != 1 || found[0].pointer != "/id" {
		t.Errorf("the second: %+v", found)
	}
}

func TestPartsOfAValueAreFound(t *testing.T) {
	t.Parallel()
	value, _ := decodeJSON([]byte(`{"a":[{"b/c":1},null],"~":2,"":3}`))
	for pointer, want := range map[string]string{
		"": `{"":3,"a":[{"b/c":1},null],"~":2}`, "/a/0/b~1c": "1", "/a/1": "null", "/~0": "2", "/": "3",
		"/a/2": "-", "/a/-1": "-", "/a/x": "-", "/x": "-", "/a/0/b~1c/d": "-",
	} {
		found, ok := at(value, pointer)
		got := "-"
		if ok {
			got = compact(found)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", pointer, got, want)
		}
	}
	var visited []string
	walk(value, "", func(pointer, _ string, _ any) { visited = append(visited, pointer) })
	if want := []string{"/", "/a", "/a/0/b~1c", "/~0"}; !slices.Equal(visited, want) {
		t.Errorf("visited %q", visited)
	}
}

func TestKnownDeviationsAreToldAsSuch(t *testing.T) {
	t.Parallel()
	huge := &exchange{request: request{path: endpointsPath + "/99999999999"}, status: 500}
	date := &exchange{request: request{path: "/api/admin/signals?from=IS:2024-13-45"}, status: 500}
	for name, test := range map[string]struct {
		version, operation string
		mock               bool
		x                  *exchange
		known              bool
	}{
		"a huge id":           {"8.2.0", "deleteSignalEndpoint", false, huge, true},
		"a later 8":           {"8.10.1", "deleteSignalEndpoint", false, huge, true},
		"another major":       {"80.0.0", "deleteSignalEndpoint", false, huge, false},
		"a version not known": {"", "deleteSignalEndpoint", false, huge, false},
		"a mock":              {"8.2.0", "deleteSignalEndpoint", true, huge, false},
		"no date":             {"8.2.0", "getSignals", false, date, true},
		"another operation":   {"8.2.0", "getSignalEndpoints", false, date, false},
		"another status":      {"8.2.0", "getSignals", false, &exchange{request: date.request, status: 400}, false},
		"a usable id":         {"8.2.0", "deleteSignalEndpoint", false, &exchange{request: request{path: endpointsPath + "/7"}, status: 500}, false},
	} {
		if got := knownDeviation(test.version, test.mock, test.operation, test.x); (got != "") != test.known {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, d := range deviations {
		if d.what == "" || d.path == nil || len(d.versions) == 0 {
			t.Errorf("%+v does not say what it is", d)
		}
		for _, id := range d.operations {
			if spec.Default().Operation(id) == nil {
				t.Errorf("%q is no operation", id)
			}
		}
	}
}
