package rules

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/spec"
)

func newSet() *Set { return NewSet(spec.Default(), dice()) }

func dice() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestParse(t *testing.T) {
	t.Parallel()
	text := "down"
	for name, test := range map[string]struct {
		source string
		want   Rule
	}{
		"status": {`{"answer":{"status":403}}`, Rule{Answer: &Answer{Status: 403}}},
		"everything": {
			`{"name":"n","match":{"operations":["a"],"path":"/a/*","query":{"q":"*"},"workspace":"ci-*","headers":{"X-A":"b*"},"body":{"/a/0":1}},
			  "answer":{"status":503,"headers":{"Retry-After":"1"},"body":{"z":1,"a":[]}},"delay":"250ms","fault":"slow","slowFor":"1.5s","times":2,"probability":0.5}`,
			Rule{
				Name: "n", Match: Match{Operations: []string{"a"}, Path: "/a/*", Query: map[string]string{"q": "*"}, Workspace: "ci-*", Headers: map[string]string{"X-A": "b*"}, Body: map[string]any{"/a/0": 1.0}},
				Answer: &Answer{Status: 503, Headers: map[string]string{"Retry-After": "1"}, Body: []byte(`{"z":1,"a":[]}`)},
				Delay:  After(250 * time.Millisecond), Fault: Slow, SlowFor: Duration(1500 * time.Millisecond), Times: 2, Probability: 0.5,
			},
		},
		"text":      {`{"answer":{"status":502,"text":"down"}}`, Rule{Answer: &Answer{Status: 502, Text: &text}}},
		"uniform":   {`{"delay":{"distribution":"uniform","min":"10ms","max":"1s"}}`, Rule{Delay: &Delay{Distribution: Uniform, Min: 10 * time.Millisecond, Max: time.Second}}},
		"normal":    {`{"delay":{"distribution":"normal","mean":"1s","stdDev":"10ms"}}`, Rule{Delay: &Delay{Distribution: Normal, Mean: time.Second, StdDev: 10 * time.Millisecond}}},
		"lognormal": {`{"delay":{"distribution":"lognormal","median":"1s","sigma":0.5}}`, Rule{Delay: &Delay{Distribution: LogNormal, Mean: time.Second, Sigma: 0.5}}},
	} {
		got, err := Parse([]byte(test.source))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
		written, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(written)
		if err != nil {
			t.Errorf("%s: it was written as %s, which cannot be read: %v", name, written, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("%s, written and read again, differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestWrongRulesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{}`:                          "the rule changes nothing: it has no answer, no delay and no fault",
		`[]`:                          "cannot unmarshal array into Go value of type rules.Rule",
		`{"fault":"reset"} {}`:        "there is something after the rule",
		`{"fault":"reset","tmies":1}`: `unknown field "tmies"`,
		`{"fault":"explode"}`:         `/fault: "explode" is not one of reset, truncate, slow, malformed`,
		`{"fault":"reset","answer":{"status":403}}`:       "/fault: a connection that is reset has no answer",
		`{"fault":"truncate","slowFor":"1s"}`:             "/slowFor: it applies only to the fault slow",
		`{"fault":"slow","slowFor":"61s"}`:                "/slowFor: 1m1s is not from 0 to 1m0s",
		`{"delay":"soon"}`:                                `"soon" is not a duration such as 250ms or 1.5s`,
		`{"delay":"-1s"}`:                                 "/delay: -1s is not from 0 to 1m0s",
		`{"delay":"61s"}`:                                 "/delay: 1m1s is not from 0 to 1m0s",
		`{"delay":{"distribution":"even"}}`:               `the distribution "even" is not one of uniform, normal, lognormal`,
		`{"delay":{"distribution":"uniform","min":"1s"}}`: "the distribution uniform needs max",
		`{"delay":{"distribution":"normal","mean":"1s","stdDev":"1s","min":"1s"}}`:   "the distribution normal does not take min",
		`{"delay":{"distribution":"uniform","min":"2s","max":"1s"}}`:                 "/delay: max, 1s, is less than min, 2s",
		`{"delay":{"distribution":"lognormal","median":"1s"}}`:                       "only the distribution lognormal takes sigma",
		`{"delay":{"distribution":"lognormal","median":"1s","sigma":11}}`:            "/delay: sigma is not from 0 to 10: 11",
		`{"answer":{"status":99}}`:                                                   "/answer/status: 99 is not a status from 200 to 599",
		`{"answer":{"status":600}}`:                                                  "/answer/status: 600 is not a status from 200 to 599",
		`{"answer":{"status":500,"body":{},"text":""}}`:                              "/answer/text: an answer has a body or a text, not both",
		`{"answer":{"status":204,"text":"x"}}`:                                       "/answer/status: an answer with the status 204 has no body",
		`{"answer":{"status":500,"headers":{"a b":"c"}}}`:                            `/answer/headers: "a b" is not the name of a header`,
		`{"answer":{"status":500,"headers":{"A":"b\r\nC: d"}}}`:                      "/answer/headers: the value of A has a control character",
		`{"answer":{"status":500,"headers":{"content-length":"1"}}}`:                 "/answer/headers: content-length is set by the server itself",
		`{"fault":"reset","match":{"headers":{"X-Auth-Token":"x"}}}`:                 "/match/headers: X-Auth-Token holds a secret, which the list of rules would show: match on another header",
		`{"fault":"reset","match":{"headers":{"authorization":"x"}}}`:                "/match/headers: authorization holds a secret, which the list of rules would show: match on another header",
		`{"fault":"reset","match":{"query":{"access_token":"x"}}}`:                   "/match/query: access_token holds a secret, which the list of rules would show: match on another parameter",
		`{"fault":"reset","match":{"path":"api/frontend"}}`:                          `/match/path: "api/frontend" is not a path without a query, such as /api/client/features/*`,
		`{"delay":{"distribution":"normal","mean":"61s","stdDev":"1s"}}`:             "/delay: mean is not from 0 to 1m0s: 1m1s",
		`{"fault":"reset","match":{"path":"/w/ci-7/api/frontend"}}`:                  `/match/path: "/w/ci-7/api/frontend" begins with a workspace: leave /w/<name> out, and set the rule in that workspace`,
		`{"fault":"reset","match":{"path":"/api/frontend?userId=7"}}`:                `/match/path: "/api/frontend?userId=7" is not a path without a query, such as /api/client/features/*`,
		`{"fault":"reset","match":{"body":{"name":1}}}`:                              `/match/body: "name" is not a JSON pointer: it does not begin with a slash`,
		`{"fault":"reset","match":{"body":{"` + strings.Repeat("/", 2000) + `":1}}}`: "/match/body: a JSON pointer has more than 1024 bytes",
		`{"fault":"reset","times":-1}`:                                               "/times: -1 is not a number of requests; 0 means any number",
		`{"fault":"reset","probability":1.1}`:                                        "/probability: 1.1 is not from 0 to 1",
	} {
		if _, err := Parse([]byte(source)); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", source, err, want)
		}
	}
}

func TestMatching(t *testing.T) {
	t.Parallel()
	request := &Request{
		Operation: "createSignalEndpoint", Path: "/api/admin/signal-endpoints", Query: "userId=7&properties%5Bplan%5D=gold&id=1&id=2&%&off=10%&list=x;y+z", Workspace: "ci-7",
		Header: http.Header{"X-Tenant": {"red", "blue"}},
		Body:   map[string]any{"name": "a", "a/b": map[string]any{"~": []any{1.0, nil, map[string]any{"x": true}}}},
	}
	for name, test := range map[string]struct {
		match Match
		want  bool
	}{
		"all":                      {Match{}, true},
		"operation":                {Match{Operations: []string{"x", "createSignalEndpoint"}}, true},
		"another operation":        {Match{Operations: []string{"x"}}, false},
		"path":                     {Match{Path: "/api/admin/signal-endpoints"}, true},
		"path, pattern":            {Match{Path: "/api/*/signal-*"}, true},
		"another path":             {Match{Path: "/api/admin/signals"}, false},
		"query":                    {Match{Query: map[string]string{"userId": "7", "properties[plan]": "g*d"}}, true},
		"one of a list":            {Match{Query: map[string]string{"id": "2"}}, true},
		"no escape":                {Match{Query: map[string]string{"off": "10%", "list": "x;y z"}}, true},
		"another query":            {Match{Query: map[string]string{"userId": "8"}}, false},
		"a missing parameter":      {Match{Query: map[string]string{"user": "*"}}, false},
		"workspace":                {Match{Workspace: "ci-7"}, true},
		"workspaces":               {Match{Workspace: "ci-*"}, true},
		"another workspace":        {Match{Workspace: "default"}, false},
		"header":                   {Match{Headers: map[string]string{"x-tenant": "blue"}}, true},
		"header, pattern":          {Match{Headers: map[string]string{"X-Tenant": "r*d"}}, true},
		"header, any value":        {Match{Headers: map[string]string{"X-Tenant": "*"}}, true},
		"header, another value":    {Match{Headers: map[string]string{"X-Tenant": "green"}}, false},
		"header that is not there": {Match{Headers: map[string]string{"X-Other": "*"}}, false},
		"body":                     {Match{Body: map[string]any{"/name": "a"}}, true},
		"body, all of it":          {Match{Body: map[string]any{"": request.Body}}, true},
		"body, escapes and index":  {Match{Body: map[string]any{"/a~1b/~0/0": 1}}, true},
		"body, null":               {Match{Body: map[string]any{"/a~1b/~0/1": nil}}, true},
		"body, an object":          {Match{Body: map[string]any{"/a~1b/~0/2": map[string]bool{"x": true}}}, true},
		"body, another value":      {Match{Body: map[string]any{"/name": "b"}}, false},
		"body, another type":       {Match{Body: map[string]any{"/a~1b/~0/0": "1"}}, false},
		"body, no such property":   {Match{Body: map[string]any{"/x": nil}}, false},
		"body, beyond the end":     {Match{Body: map[string]any{"/a~1b/~0/3": nil}}, false},
		"body, below a string":     {Match{Body: map[string]any{"/name/x": "a"}}, false},
		"one of two":               {Match{Workspace: "ci-7", Body: map[string]any{"/name": "b"}}, false},
	} {
		if got := test.match.matches(request); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]*Effect{
		"":                               nil,
		"wait=10, return=minimal":        nil,
		"example=full;code=403":          {Example: "full", Applied: "example=full"},
		`x="code=403, y", respond-async`: nil,
		"code=403":                       {Answer: &Answer{Status: 403}, Applied: "code=403"},
		`CODE = "404" ; foo`:             {Answer: &Answer{Status: 404}, Applied: "code=404"},
		"code=403, code=404":             {Answer: &Answer{Status: 403}, Applied: "code=403"},
		"delay=250ms,fault=truncate":     {Delay: 250 * time.Millisecond, Fault: Truncate, Applied: "delay=250ms, fault=truncate"},
		"fault=reset":                    {Fault: Reset, Applied: "fault=reset"},
		"wait=1, fault=slow, a":          {Fault: Slow, Applied: "fault=slow"},
	} {
		if want != nil {
			want.Source, want.SlowFor = Preferred, defaultSlowFor
		}
		lines := http.Header{"Prefer": {header}}
		if header == "" {
			lines = http.Header{}
		}
		got, err := ParsePrefer(lines)
		if err != nil {
			t.Errorf("%q: %v", header, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q differs (-want +got):\n%s", header, diff)
		}
	}
	got, err := ParsePrefer(http.Header{"Prefer": {"delay=1s", "code=500"}})
	if err != nil || got.Applied != "delay=1s, code=500" {
		t.Errorf("two headers: %+v, %v", got, err)
	}
	for _, header := range []string{"code", "code=abc", "code=99", "code=600", "delay=soon", "delay=-1s", "delay=2m", "fault=x", "fault", "code=403, fault=reset"} {
		if got, err := ParsePrefer(http.Header{"Prefer": {header}}); err == nil || !strings.Contains(err.Error(), "the header Prefer asks for ") {
			t.Errorf("%q: %+v, %v", header, got, err)
		}
	}
}

func TestTheFirstRuleThatIsNotUsedUpDecides(t *testing.T) {
	t.Parallel()
	set := newSet()
	if set.Pick(&Request{}) != nil || !set.Empty() {
		t.Error("an empty set picks a rule")
	}
	for _, wrong := range []Rule{{}, {Fault: Reset, Match: Match{Operations: []string{"nothing"}}}} {
		if _, err := set.Add(Rule{Fault: Reset}, wrong); err == nil || !set.Empty() {
			t.Errorf("with a wrong rule among others: error %v, %d rules", err, len(set.List()))
		}
	}
	added, err := set.Add(
		Rule{Name: "twice", Match: Match{Operations: []string{"getSignals"}}, Answer: &Answer{Status: 429}, Times: 2},
		Rule{Name: "other", Match: Match{Operations: []string{"getInvoices"}}, Fault: Slow, SlowFor: Duration(time.Second)},
		Rule{Name: "rest", Delay: After(time.Millisecond)},
	)
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, operation := range []string{"getSignals", "getInvoices", "getSignals", "getSignals", "getReady"} {
		sources = append(sources, set.Pick(&Request{Operation: operation}).Source)
	}
	if diff := cmp.Diff([]string{"1", "2", "1", "3", "3"}, sources); diff != "" {
		t.Errorf("rules differ (-want +got):\n%s", diff)
	}
	want := added
	want[0].Hits, want[0].Exhausted, want[1].Hits, want[2].Hits = 2, true, 1, 2
	if diff := cmp.Diff(want, set.List()); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
	if !set.Remove("2") || set.Remove("2") {
		t.Error("the rule must be removable once, and only once")
	}
	if _, found := set.Find("2"); found {
		t.Error("the removed rule is still there")
	}
	if found, _ := set.Find("3"); found.Name != "rest" {
		t.Errorf("found %+v", found)
	}
	set.Clear()
	if again, _ := set.Add(Rule{Fault: Reset}); again[0].ID != "4" {
		t.Errorf("an id was reused: %s", again[0].ID)
	}
}

func TestTimesHoldUnderLoad(t *testing.T) {
	t.Parallel()
	set := newSet()
	if _, err := set.Add(Rule{Fault: Reset, Times: 100}, Rule{Fault: Slow, Probability: 0.5}); err != nil {
		t.Fatal(err)
	}
	var first, second atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 250 {
				switch effect := set.Pick(&Request{}); {
				case effect == nil:
				case effect.Source == "1":
					first.Add(1)
				default:
					second.Add(1)
				}
			}
		})
	}
	group.Wait()
	if first.Load() != 100 || set.List()[0].Hits != 100 {
		t.Errorf("the rule applied %d times and counts %d, want 100", first.Load(), set.List()[0].Hits)
	}
	if got := second.Load(); got < 750 || got > 1150 {
		t.Errorf("of 1900 requests a probability of 0.5 chose %d", got)
	}
}

func TestTooManyRules(t *testing.T) {
	t.Parallel()
	set := newSet()
	if _, err := set.Add(make([]Rule, 0)...); err != nil {
		t.Fatal(err)
	}
	rules := make([]Rule, maxRules)
	for i := range rules {
		rules[i].Fault = Reset
	}
	if _, err := set.Add(rules...); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Add(Rule{Fault: Reset}); err == nil || len(set.List()) != maxRules {
		t.Errorf("%v, %d rules", err, len(set.List()))
	}
}

// TestDelaysFollowTheirDistribution checks the bounds and the median of many delays.
func TestDelaysFollowTheirDistribution(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, test := range map[string]struct {
		delay    Delay
		low      time.Duration // no delay is shorter
		high     time.Duration // no delay is longer
		from, to time.Duration // the bounds of the median
	}{
		"fixed":     {Delay{Mean: second}, second, second, second, second},
		"uniform":   {Delay{Distribution: Uniform, Min: second, Max: 3 * second}, second, 3 * second, 19 * second / 10, 21 * second / 10},
		"normal":    {Delay{Distribution: Normal, Mean: second, StdDev: second}, 0, 10 * second, 9 * second / 10, 11 * second / 10},
		"lognormal": {Delay{Distribution: LogNormal, Mean: second, Sigma: 5}, 0, maxDelay, second / 2, 2 * second},
	} {
		random, below := dice(), 0
		for range 4000 {
			got := test.delay.sample(random)
			if got < test.low || got > test.high {
				t.Fatalf("%s: drew %s", name, got)
			}
			if got < (test.from+test.to)/2 {
				below++
			}
		}
		if name != "fixed" && (below < 1600 || below > 2400) {
			t.Errorf("%s: %d of 4000 lie below the median", name, below)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"answer":{"status":403},"delay":{"distribution":"normal","mean":"1s","stdDev":"1s"}}`))
	f.Add([]byte(`{"fault":"slow","match":{"body":{"/a~1b":[1,null]}}}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		rule, err := Parse(source)
		if err != nil {
			return
		}
		written, err := json.Marshal(rule)
		if err != nil {
			t.Fatalf("%s cannot be written: %v", source, err)
		}
		if _, err := Parse(written); err != nil {
			t.Errorf("%s was written as %s: %v", source, written, err)
		}
	})
}

func FuzzPrefer(f *testing.F) {
	f.Add(`code=403; x="a\"b", delay=1s`)
	f.Fuzz(func(t *testing.T, header string) {
		if effect, err := ParsePrefer(http.Header{"Prefer": {header}}); err == nil && effect != nil && effect.Applied == "" {
			t.Errorf("%q has an effect that was not asked for: %+v", header, effect)
		}
	})
}

// TestRulesThatNoLongerFitAreSkipped checks that the rest of a set is restored without them.
func TestRulesThatNoLongerFitAreSkipped(t *testing.T) {
	t.Parallel()
	set := newSet()
	skipped, err := set.Restore(Saved{LastID: 3, Rules: []SavedRule{
		{ID: "1", Rule: Rule{Fault: Reset, Match: Match{Headers: map[string]string{"X-Auth-Token": "*"}}}},
		{ID: "2", Rule: Rule{Fault: Reset, Match: Match{Operations: []string{"noSuch"}}}},
		{ID: "3", Rule: Rule{Fault: Reset}},
	}})
	if list := set.List(); err != nil || len(skipped) != 2 || len(list) != 1 || list[0].ID != "3" {
		t.Errorf("restored %+v, skipped %v, %v", list, skipped, err)
	}
}
