package judge_test

import (
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/resources"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

func allResources(t *testing.T) gherkin.Resources {
	t.Helper()
	all, err := resources.All("default", nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func newJudge(t *testing.T) *judge.Judge {
	t.Helper()
	return judge.New(allResources(t).Answers()...)
}

// answered returns an exchange whose headers keep every rule, unless change alters it.
func answered(method, path string, status int, body string, change func(*target.Exchange)) *target.Exchange {
	x := &target.Exchange{
		Request: target.Request{Method: method, Path: path, Header: http.Header{}}, Status: status,
		Operation: spec.Default().Find(method, path),
		Answer: http.Header{
			"Content-Type": {"application/json; charset=utf-8"}, "Etag": {`W/"1-a"`}, "Vary": {"Accept-Encoding"},
		},
		Received: []byte(body),
	}
	if change != nil {
		change(x)
	}
	x.Value, x.IsJSON = jsonvalue.Decode(x.Received)
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
	tokensOfSeven   = signalendpoints.Path + "/7/tokens"
)

func refusal(x *target.Exchange) {
	x.Answer.Set("Content-Type", "text/html; charset=utf-8")
	for name, value := range map[string]string{"RateLimit-Policy": "1;w=1", "RateLimit-Limit": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": "1", "Retry-After": "1"} {
		x.Answer.Set(name, value)
	}
}

func set(name, value string) func(*target.Exchange) {
	return func(x *target.Exchange) { x.Answer.Set(name, value) }
}

func without(name string) func(*target.Exchange) {
	return func(x *target.Exchange) { x.Answer.Del(name) }
}

func both(changes ...func(*target.Exchange)) func(*target.Exchange) {
	return func(x *target.Exchange) {
		for _, change := range changes {
			change(x)
		}
	}
}

func TestWhatEveryAnswerKeeps(t *testing.T) {
	t.Parallel()
	notModified := func(x *target.Exchange) {
		x.Request.Header.Set("If-None-Match", `W/"1-a"`)
		x.Answer.Del("Content-Type")
	}
	for name, test := range map[string]struct {
		x    *target.Exchange
		want string // the part and pointer of the breach; empty if there is none
	}{
		"health":                      {answered("GET", "/health", 200, healthBody, nil), ""},
		"a status that is not listed": {answered("GET", "/health", 418, healthBody, nil), "status"},
		"a body of another form":      {answered("GET", "/health", 200, `{"health":1}`, nil), "body/health"},
		"an unreadable body":          {answered("GET", "/health", 200, healthBody, func(x *target.Exchange) { x.Unread = "cut" }), "body"},
		"no charset":                  {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json")), "header/content-type"},
		"another charset":             {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json; charset=latin1")), "header/content-type"},
		"charset in capitals":         {answered("GET", "/health", 200, healthBody, set("Content-Type", "application/json;charset=UTF-8")), ""},
		"no tag":                      {answered("GET", "/health", 200, healthBody, without("ETag")), "header/etag"},
		"a strong tag":                {answered("GET", "/health", 200, healthBody, set("ETag", `"1"`)), "header/etag"},
		"no vary":                     {answered("GET", "/health", 200, healthBody, without("Vary")), "header/vary"},
		"vary among others":           {answered("GET", "/health", 200, healthBody, set("Vary", "Origin, Accept-Encoding")), ""},
		"head":                        {answered("HEAD", "/health", 200, "", nil), ""},
		"head with a body":            {answered("HEAD", "/health", 200, "", func(x *target.Exchange) { x.Extra = []byte("x") }), "body"},
		"head without a tag":          {answered("HEAD", "/health", 200, "", without("ETag")), "header/etag"},
		"not modified":                {answered("GET", "/health", 304, "", notModified), ""},
		"not modified, no tag":        {answered("GET", "/health", 304, "", both(notModified, without("ETag"))), "header/etag"},
		"not modified, unasked":       {answered("GET", "/health", 304, "", nil), "status"},
		"not found":                   {answered("DELETE", signalendpoints.Path+"/7", 404, notFoundBody, nil), ""},
		"details of another message":  {answered("DELETE", signalendpoints.Path+"/7", 404, strings.Replace(notFoundBody, `[{"message":"m"}]`, `[{"message":"n"}]`, 1), nil), "body/details"},
		"unknown":                     {answered("GET", signalendpoints.Path, 401, unknownBody, nil), ""},
		"another wording":             {answered("GET", signalendpoints.Path, 401, strings.ReplaceAll(unknownBody, "Unleash.", "it."), nil), "body/message"},
		"an id that is no UUID":       {answered("GET", signalendpoints.Path, 401, strings.Replace(unknownBody, "-5278-", "-", 1), nil), "body/id"},
		"no id":                       {answered("GET", "/api/admin/x", 401, strings.Replace(unknownBody, `"id"`, `"ID"`, 1), nil), "body/id"},
		"two details":                 {answered("GET", signalendpoints.Path, 401, strings.Replace(unknownBody, "}]", `},{"message":"m"}]`, 1), nil), "body/details"},
		"keys in another order":       {answered("DELETE", signalendpoints.Path+"/7", 404, `{"message":"m","name":"NotFoundError","details":[{"message":"m"}]}`, nil), "body"},
		"an unknown path":             {answered("GET", "/api/admin/x?a=b", 404, unknownPathBody, nil), ""},
		"an unknown path as another":  {answered("GET", "/api/admin/y", 404, unknownPathBody, nil), "body/message"},
		"another kind of token":       {answered("GET", signalendpoints.Path, 403, `{"message":"m"}`, nil), ""},
		"a message and more":          {answered("GET", signalendpoints.Path, 403, `{"message":"m","details":[]}`, nil), "body"},
		"a secret in a header":        {answered("GET", signalendpoints.Path, 200, listBody, set("X-Token", "signal_known-to-the-suite")), "header"},
		"a secret of another":         {answered("POST", tokensOfSeven, 201, strings.Replace(tokenBody, "signal_0123456789", "signal_known-to-the-suite", 1), set("Location", "signal-endpoints/7/tokens/9")), "body/token"},
		"a page in the API":           {answered("GET", "/api/admin/x", 404, unknownBody, without("ETag")), "header/etag"},
		"a page beside the API":       {answered("POST", "/health", 404, "<html>", both(set("Content-Type", "text/html"), without("ETag"), without("Vary"))), ""},
		"created":                     {answered("POST", signalendpoints.Path, 201, endpointBody, set("Location", "signal-endpoints/7")), ""},
		"created nowhere":             {answered("POST", signalendpoints.Path, 201, endpointBody, nil), "header"},
		"created at a path":           {answered("POST", signalendpoints.Path, 201, endpointBody, set("Location", "/api/admin/signal-endpoints/7")), "header/location"},
		"created at a URL":            {answered("POST", signalendpoints.Path, 201, endpointBody, set("Location", "http://h/signal-endpoints/7")), "header/location"},
		"a secret, at its creation":   {answered("POST", tokensOfSeven, 201, tokenBody, set("Location", "signal-endpoints/7/tokens/9")), ""},
		"a secret, at an update":      {answered("PUT", tokensOfSeven+"/9", 200, tokenBody, nil), "body/token"},
		"a secret in another place":   {answered("PUT", signalendpoints.Path+"/7", 200, strings.Replace(endpointBody, `"a"`, `"signal_known-to-the-suite"`, 1), nil), "body"},
		"a payload may say anything":  {answered("GET", "/api/admin/signals", 200, signalsBody, nil), ""},
		"a url in the list":           {answered("GET", signalendpoints.Path, 200, strings.Replace(listBody, `"tokens":[]`, `"url":"http://h"`, 1), nil), "body/signalEndpoints/0/url"},
		"a url in an update":          {answered("PUT", signalendpoints.Path+"/7", 200, strings.Replace(endpointBody, `"tokens":[]`, `"url":"http://h"`, 1), nil), ""},
		"a time without milliseconds": {answered("GET", signalendpoints.Path, 200, strings.Replace(listBody, "00.000Z", "00Z", 1), nil), "body/signalEndpoints/0/createdAt"},
		"a time in another zone":      {answered("GET", signalendpoints.Path, 200, strings.Replace(listBody, "00.000Z", "00.000+01:00", 1), nil), "body/signalEndpoints/0/createdAt"},
		"too many":                    {answered("POST", signalendpoints.CallPath+"/a", 429, tooManyBody, refusal), ""},
		"too many, for how long":      {answered("POST", signalendpoints.CallPath+"/a", 429, tooManyBody, both(refusal, without("Retry-After"))), "header/retry-after"},
		"too many, of what":           {answered("POST", signalendpoints.CallPath+"/a", 429, tooManyBody, both(refusal, without("RateLimit-Limit"))), "header/ratelimit-limit"},
		"too many, though some left":  {answered("POST", signalendpoints.CallPath+"/a", 429, tooManyBody, both(refusal, set("RateLimit-Remaining", "1"))), "header/ratelimit-remaining"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJudge(t)
			known := answered("POST", tokensOfSeven, 201, strings.Replace(tokenBody, "signal_0123456789", "signal_known-to-the-suite", 1), nil)
			if secret := j.Learn(known); secret != "signal_known-to-the-suite" {
				t.Fatalf("learnt %q", secret)
			}
			var got []string
			for _, b := range j.Breaches(test.x) {
				if b.Standing == "" || b.Source == "" || b.Expectation == "" {
					t.Errorf("%+v does not say which rule it breaks", b)
				}
				got = append(got, b.In+b.Pointer)
			}
			if test.want == "" && len(got) > 0 || test.want != "" && !slices.Contains(got, test.want) {
				t.Errorf("breaches at %q, want %q", got, test.want)
			}
		})
	}
}

func TestNoTwoErrorsHaveTheSameID(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	x := answered("GET", signalendpoints.Path, 401, unknownBody, nil)
	if found := j.Breaches(x); len(found) > 0 {
		t.Fatalf("the first answer has the breaches %+v", found)
	}
	if found := j.Breaches(x); len(found) != 1 || found[0].Pointer != "/id" {
		t.Errorf("the second answer has the breaches %+v", found)
	}
}

// TestATagIsForOneBody checks that a path cannot have the same entity tag for different bodies, and that
// another path can.
func TestATagIsForOneBody(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for i, step := range []struct {
		path, body string
		breaks     bool
	}{
		{"/health", healthBody, false},
		{"/health", healthBody, false},
		{"/health", `{"health":"BAD"}`, true},
		{"/ready", `{"health":"GOOD"}`, false},
	} {
		isTag := func(b judge.Breach) bool { return b.Pointer == "/etag" }
		if broken := slices.ContainsFunc(j.Breaches(answered("GET", step.path, 200, step.body, nil)), isTag); broken != step.breaks {
			t.Errorf("step %d: broken %t", i, broken)
		}
	}
}

// TestLongTextsAreNotKept checks that a target cannot fill the memory with long ids and secrets.
func TestLongTextsAreNotKept(t *testing.T) {
	j := newJudge(t)
	heap := func() int64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return int64(now.HeapAlloc)
	}
	before := heap()
	for i := range 32 {
		long := strings.Repeat("a", 1<<20) + strconv.Itoa(i)
		j.Breaches(answered("GET", "/health", 401, `{"id":"`+long+`","name":"UnauthorizedError"}`, nil))
		if secret := j.Learn(answered("POST", tokensOfSeven, 201, `{"token":"`+long+`"}`, nil)); len(secret) > 1<<16 {
			t.Errorf("a secret of %d bytes is kept", len(secret))
		}
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("the judge keeps %d bytes", grown)
	}
	runtime.KeepAlive(j)
}

func TestKnownDeviationsAreToldAsSuch(t *testing.T) {
	t.Parallel()
	huge := &target.Exchange{Request: target.Request{Path: signalendpoints.Path + "/99999999999"}, Status: 500}
	date := &target.Exchange{Request: target.Request{Path: "/api/admin/signals?from=IS:2024-13-45"}, Status: 500}
	j := newJudge(t)
	for name, test := range map[string]struct {
		version, operation string
		x                  *target.Exchange
		known              bool
	}{
		"a huge id":           {"8.2.0", "deleteSignalEndpoint", huge, true},
		"a later 8":           {"8.10.1", "deleteSignalEndpoint", huge, true},
		"another major":       {"80.0.0", "deleteSignalEndpoint", huge, false},
		"a version not known": {"", "deleteSignalEndpoint", huge, false},
		"no date":             {"8.2.0", "getSignals", date, true},
		"another operation":   {"8.2.0", "getSignalEndpoints", date, false},
		"another status":      {"8.2.0", "getSignals", &target.Exchange{Request: date.Request, Status: 400}, false},
		"a usable id":         {"8.2.0", "deleteSignalEndpoint", &target.Exchange{Request: target.Request{Path: signalendpoints.Path + "/7"}, Status: 500}, false},
	} {
		if got := j.Known(test.version, test.operation, test.x); (got != "") != test.known {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// TestSpecificsNameOperations checks that what resources declare about their answers is complete
// and names operations of the contract.
func TestSpecificsNameOperations(t *testing.T) {
	t.Parallel()
	for _, answers := range allResources(t).Answers() {
		names := slices.Clone(answers.Unworded)
		for _, secret := range answers.Secrets {
			names = append(names, secret.Operation)
		}
		for _, d := range answers.Deviations {
			if names = append(names, d.Operation); d.What == "" || d.Path == nil || len(d.Versions) == 0 {
				t.Errorf("the deviation %+v is incomplete", d)
			}
		}
		for _, name := range names {
			if spec.Default().Operation(name) == nil {
				t.Errorf("%q is not an operation", name)
			}
		}
	}
}

func TestASecretIsLearntWhereItIsMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		x    *target.Exchange
		want string
	}{
		"made":      {answered("POST", tokensOfSeven, 201, tokenBody, nil), "signal_0123456789"},
		"refused":   {answered("POST", tokensOfSeven, 400, tokenBody, nil), ""},
		"changed":   {answered("PUT", tokensOfSeven+"/9", 201, tokenBody, nil), ""},
		"too short": {answered("POST", tokensOfSeven, 201, `{"token":"short"}`, nil), ""},
	} {
		if got := newJudge(t).Learn(test.x); got != test.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
