package mockserver

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// drawn are what the words in <> of changes stand for. Most texts are in JSON.
var drawn = map[string][]string{
	"flag":       {"a", "b", "c", "F.1"},
	"text":       {`""`, `"x"`, `"\u00fc \u2028<&>"`, `"\ud83d\ude00"`, `" 0 "`, `null`},
	"flag type":  {"release", "kill-switch", "experiment"},
	"env":        {"development", "development", "production"},
	"bool":       {"true", "false"},
	"switch":     {"on", "off"},
	"field":      {"userId", "country", "plan", "currentTime"},
	"segment":    {"1", "2", "3"},
	"segments":   {"[]", "[1]", "[2,1]", "[3]"},
	"project":    {`null`, `"default"`},
	"number":     {"0", "1", "5", "2147483647"},
	"name":       {`"flexibleRollout"`, `"default"`, `"remoteAddress"`, `"applicationHostname"`},
	"parameters": {`{}`, `{"rollout":"50"}`, `{"rollout":"0","stickiness":"random","groupId":"","10":"x","9":"y"}`, `{"IPs":"1.2.3.4"}`},
	"variants": {`[]`, `[{"name":"v","weight":1000,"weightType":"variable","stickiness":"default"}]`,
		`[{"name":"z","weight":1,"weightType":"fix","stickiness":"userId","payload":{"type":"json","value":"{}"}},{"name":"A","weight":1,"weightType":"variable","stickiness":"default","overrides":[{"contextName":"userId","values":["1"]}]}]`},
	"constraints": {`[]`, `[{"contextName":"country","operator":"IN","values":["\u00fc","x"],"inverted":true}]`,
		`[{"contextName":"userId","operator":"NUM_GT","value":"1e3","caseInsensitive":false},{"contextName":"a","operator":"DATE_AFTER","value":"2026-1-1"}]`,
		`[{"contextName":"plan","operator":"REGEX","value":"a|b"},{"contextName":"v","operator":"SEMVER_EQ","value":"1.0.0-a+b"}]`},
	"expiry": {`"2030-01-01T00:00:00.1239+02:00"`, `"2031-06-01t00:00:00z"`, `"9999-12-31T23:59:59-01:00"`},
	"token":  {"client", "frontend"},
	"id":     {"1337", "1338", "1339", "1340"},
	"of":     {"7", "8", "9", "10"},
	"app":    {`"one"`, `"\u00fc"`, `"x y"`},
	"count":  {"0", "1", "2.5", "9007199254740991"},
	"day":    {`"2026-03-29T01:59:59.9999+01:00"`, `"2026-10-25T00:30:00Z"`, `"1970-01-01T00:00:00Z"`},
}

// changes are requests that change a workspace. A word in <> is drawn anew each time; <strategy> is
// the id of one that there is.
var changes = strings.Split(strings.TrimSpace(`
POST /api/admin/projects/default/features {"name":"<flag>","type":"<flag type>","description":<text>,"impressionData":<bool>,"stale":<bool>,"createdAt":<day>}
POST /api/admin/projects/default/features {"name":"<flag>","tags":[{"type":"simple","value":"t1"}]}
PUT /api/admin/projects/default/features/<flag> {"name":"<flag>","description":<text>,"archived":<bool>,"type":"<flag type>"}
PATCH /api/admin/projects/default/features/<flag> [{"op":"replace","path":"/stale","value":<bool>},{"op":"add","path":"/description","value":<text>}]
DELETE /api/admin/projects/default/features/<flag>
POST /api/admin/archive/revive/<flag> {}
DELETE /api/admin/archive/<flag>
POST /api/admin/projects/default/features/<flag>/clone {"name":"<flag>"}
POST /api/admin/projects/default/features/<flag>/environments/<env>/<switch> {}
POST /api/admin/projects/default/features/<flag>/environments/<env>/strategies {"name":<name>,"title":<text>,"parameters":<parameters>,"constraints":<constraints>,"variants":<variants>,"segments":<segments>}
POST /api/admin/projects/default/features/<flag>/environments/<env>/strategies {"name":<name>,"disabled":<bool>,"sortOrder":<number>}
PUT /api/admin/projects/default/features/<flag>/environments/<env>/strategies/<strategy> {"name":<name>,"variants":<variants>,"constraints":<constraints>,"disabled":<bool>}
PATCH /api/admin/projects/default/features/<flag>/environments/<env>/strategies/<strategy> [{"op":"replace","path":"/title","value":<text>},{"op":"replace","path":"/segments","value":<segments>}]
DELETE /api/admin/projects/default/features/<flag>/environments/<env>/strategies/<strategy>
POST /api/admin/projects/default/features/<flag>/environments/<env>/strategies/set-sort-order [{"id":"<strategy>","sortOrder":<number>}]
POST /api/admin/segments/strategies {"projectId":"default","strategyId":"<strategy>","environmentId":"<env>","segmentIds":<segments>}
PUT /api/admin/projects/default/features/<flag>/variants-batch {"environments":["<env>"],"variants":<variants>}
POST /api/admin/features/<flag>/tags {"type":"simple","value":"t2"}
PUT /api/admin/features/<flag>/tags {"addedTags":[{"type":"simple","value":"a/b"}],"removedTags":[{"type":"simple","value":"t1"}]}
POST /api/admin/projects/default/features/<flag>/dependencies {"feature":"<flag>","enabled":<bool>,"variants":["v"]}
POST /api/admin/projects/default/features/<flag>/dependencies {"feature":"<flag>"}
DELETE /api/admin/projects/default/features/<flag>/dependencies
POST /api/admin/segments {"name":"s<segment>","description":<text>,"project":<project>,"constraints":<constraints>}
PUT /api/admin/segments/<segment> {"name":"t<segment>","constraints":<constraints>}
DELETE /api/admin/segments/<segment>
POST /api/admin/context {"name":"<field>","description":<text>,"stickiness":<bool>,"sortOrder":<number>,"legalValues":[{"value":"a","description":<text>},{"value":"x"}]}
PUT /api/admin/context/<field> {"description":<text>,"legalValues":[]}
POST /api/admin/context/<field>/legal-values {"value":"b"}
DELETE /api/admin/context/<field>/legal-values/a
DELETE /api/admin/context/<field>
POST /api/admin/api-tokens {"tokenName":<text>,"type":"<token>","environment":"<env>","projects":["default"],"expiresAt":<expiry>}
POST /api/admin/environments/<env>/<switch> {}
PUT /api/admin/environments/sort-order {"development":<number>,"production":<number>}
POST /api/admin/projects/default/environments {"environment":"<env>"}
DELETE /api/admin/projects/default/environments/<env>
POST /api/admin/projects/default/environments/<env>/default-strategy {"name":<name>,"parameters":<parameters>,"constraints":<constraints>}
POST /api/admin/signal-endpoints {"name":"e<segment>","description":<text>}
PUT /api/admin/signal-endpoints/<id> {"name":"f<segment>","description":<text>}
POST /api/admin/signal-endpoints/<id>/<switch> {}
DELETE /api/admin/signal-endpoints/<id>
POST /api/admin/signal-endpoints/<id>/tokens {"name":"k<segment>"}
PUT /api/admin/signal-endpoints/<id>/tokens/<of> {"name":"l<segment>"}
DELETE /api/admin/signal-endpoints/<id>/tokens/<of>
POST /api/signal-endpoint/my-external-app {"b":<text>,"10":[1.0,-0,1e21],"9":{"":null},"b":<count>}
POST /api/client/register {"appName":<app>,"instanceId":"i","sdkVersion":"x:1","strategies":["default",""],"started":"2026-01-01T00:00:00Z","interval":1}
POST /api/client/metrics {"appName":<app>,"instanceId":"i","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"<flag>":{"yes":<count>,"no":1,"variants":{"v":<count>}}}}}
POST /api/client/metrics/bulk {"applications":[{"appName":<app>,"instanceId":"j","environment":"weird","sdkVersion":"e:1","sdkType":"backend","projects":["\u00fc"],"started":"2026-01-01T00:00:00Z","interval":1}],"metrics":[]}
PATCH /_mock/flags/<flag>?environment=<env> {"enabled":<bool>,"variant":{"name":"p","payload":{"type":"string","value":"x"}}}
PATCH /_mock/flags/<flag> {"enabled":<bool>,"keepStrategies":<bool>}
PUT /_mock/flags?environment=<env> {"<flag>":true,"G":{"dependencies":["<flag>",{"feature":"x","enabled":<bool>}],"strategies":[{"name":"default"}],"variants":[{"name":"q","overrides":[{"contextName":"userId","values":[]}]}],"tags":[{"type":"simple","value":"x"}]}}
PUT /_mock/clock {"now":<day>}
PUT /_mock/clock {"advance":"90m","frozen":<bool>}
`), "\n")

var word = regexp.MustCompile(`<([a-z ]+)>`)

// TestAnExportedStateMeansTheSame draws sequences of changes, and checks that another workspace that
// imports the state answers as the one that exported it.
func TestAnExportedStateMeansTheSame(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	server, err := New(unlimited, WithDeterministic())
	if err != nil {
		t.Fatal(err)
	}
	quiet := &app{Server: server, t: noHelper{}}
	rapid.Check(t, func(t *rapid.T) {
		for _, name := range []string{"from", "to"} {
			quiet.call(http.MethodDelete, "/_mock/workspaces/"+name, "", "")
		}
		tokens := map[string]string{"/api/client": wellknown.Backend, "/api/signal": wellknown.MyExternalApp}
		var sent []string
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			change := word.ReplaceAllStringFunc(rapid.SampledFrom(changes).Draw(t, "change"), func(found string) string {
				name := strings.Trim(found, "<>")
				if name == "strategy" {
					return rapid.SampledFrom(append(strategiesIn(quiet), "none")).Draw(t, name)
				}
				return rapid.SampledFrom(drawn[name]).Draw(t, name)
			})
			sent = append(sent, change)
			method, rest, _ := strings.Cut(change, " ")
			path, body, _ := strings.Cut(rest, " ")
			token := wellknown.Admin
			for prefix, other := range tokens {
				if strings.HasPrefix(path, prefix) {
					token = other
				}
			}
			if got := quiet.call(method, "/w/from"+path, token, body); got.status >= 500 {
				t.Fatalf("%s: %d %s", change, got.status, got.body)
			}
		}
		quiet.call(http.MethodPut, "/w/from/_mock/clock", "", `{"frozen":true}`)
		now := clockOf.FindString(string(quiet.call(http.MethodGet, "/w/from/_mock/clock", "", "").body))
		quiet.call(http.MethodPut, "/w/to/_mock/clock", "", `{"frozen":true,`+now+`}`)
		exported := quiet.call(http.MethodGet, "/w/from/_mock/state?secrets=true", "", "").body
		if got := quiet.call(http.MethodPut, "/w/to/_mock/state", "", string(exported)); got.status != http.StatusOK {
			t.Fatalf("after %s the export is refused: %d %s", strings.Join(sent, "\n"), got.status, got.body)
		}
		for _, path := range views() {
			before, after := quiet.shown("from", path), quiet.shown("to", path)
			if before != after {
				t.Fatalf("after\n%s\n%s was\n%s, it is\n%s", strings.Join(sent, "\n"), path, before, after)
			}
		}
	})
}

var (
	strategyID = regexp.MustCompile(`"id":"([0-9A-Z]{26})"`)
	clockOf    = regexp.MustCompile(`"now":"[^"]+"`)
)

// strategiesIn returns the ids of the strategies in the workspace that is changed.
func strategiesIn(a *app) (ids []string) {
	for _, found := range strategyID.FindAllStringSubmatch(string(a.call(http.MethodGet, "/w/from/_mock/state?events=0", "", "").body), -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// views are paths that show all of a state.
func views() []string {
	out := []string{"/_mock/state", "/_mock/state?secrets=true", "/_mock/flags", "/_mock/flags?environment=production"}
	for _, path := range []string{
		"projects", "projects/default/overview", "projects/default/features", "environments", "environments/project/default", "segments", "context", "api-tokens",
		"signal-endpoints", "signal-endpoints/1337/tokens", "signals", "invoices", "invoices/list", "metrics/applications", "user", "context/userId/strategies",
	} {
		out = append(out, "/api/admin/"+path)
	}
	for _, flag := range append([]string{"G"}, drawn["flag"]...) {
		of := "/api/admin/projects/default/features/" + flag
		out = append(out, of+"?variantEnvironments=true", of+"/parents", "/api/admin/features/"+flag+"/tags", "/api/admin/client-metrics/features/"+flag+"/raw")
		for _, environment := range slices.Compact(drawn["env"]) {
			out = append(out, of+"/environments/"+environment, of+"/environments/"+environment+"/strategies", of+"/environments/"+environment+"/variants")
		}
	}
	for _, id := range drawn["segment"] {
		out = append(out, "/api/admin/segments/"+id, "/api/admin/segments/"+id+"/strategies")
	}
	for _, name := range []string{"one", "ü", "x y"} {
		out = append(out, "/api/admin/metrics/applications/"+url.PathEscape(name))
	}
	return out
}

var errorID = regexp.MustCompile(`^\{"id":"[0-9a-f-]{36}"`)

// shown returns what a workspace answers, without what differs between any two answers.
func (a *app) shown(workspace, path string) string {
	token := ""
	if strings.HasPrefix(path, "/api/admin") {
		token = wellknown.Admin
	}
	got := a.call(http.MethodGet, "/w/"+workspace+path, token, "")
	return fmt.Sprint(got.status, " ", strings.ReplaceAll(errorID.ReplaceAllString(string(got.body), "{"), "/w/"+workspace+"/", "/w/"))
}
