package mockserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const flagsPath = "/_mock/flags"

// flagNames lists the flags of an environment: first those that are on, and after a bar
// those that are off.
func flagNames(t *testing.T, a *app, path string) string {
	t.Helper()
	var answer struct {
		Features []struct {
			Name    string
			Enabled bool
		}
	}
	if err := json.Unmarshal(a.must(200, http.MethodGet, path, "", "").body, &answer); err != nil {
		t.Fatal(err)
	}
	var on, off []string
	for _, flag := range answer.Features {
		if flag.Enabled {
			on = append(on, flag.Name)
		} else {
			off = append(off, flag.Name)
		}
	}
	return strings.Join(on, " ") + "|" + strings.Join(off, " ")
}

func TestFlagsAreReplaced(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodPut, flagsPath, "", `{"old":true}`)
	a.must(200, http.MethodPut, flagsPath, "", "new: true\noff: false\n", "Content-Type: application/yaml")
	for path, want := range map[string]string{flagsPath: "new|off", flagsPath + "?environment=production": "|new off", "/w/other" + flagsPath: "|"} {
		if got := flagNames(t, a, path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	// An export can be imported again, and the Admin API sees the flags.
	given := a.must(200, http.MethodGet, flagsPath, "", "").body
	a.must(200, http.MethodPut, "/w/other"+flagsPath, "", string(given))
	if again := a.must(200, http.MethodGet, "/w/other"+flagsPath, "", "").body; string(again) != string(given) {
		t.Errorf("exported as %s, and after the import as %s", again, given)
	}
	if got := a.must(200, http.MethodGet, "/api/admin/projects/default/features/new/environments/development", adminToken, "").body; !strings.Contains(string(got), `"enabled":true`) {
		t.Errorf("the Admin API says %s", got)
	}
}

// TestFlagsOfAProjectWithoutTheEnvironment checks that the answer says that flags are off because
// their project does not have the environment, and that nothing is kept that no state shows.
func TestFlagsOfAProjectWithoutTheEnvironment(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodDelete, "/api/admin/projects/default/environments/development", adminToken, "")
	got := a.must(200, http.MethodPut, flagsPath, "", `{"a":true,"b":true}`)
	if want := `{"flags":2,"segments":0,"remarks":["the project default does not have the environment development: its flags are off there"]}`; string(got.body) != want {
		t.Errorf("got %s", got.body)
	}
	before := a.must(200, http.MethodGet, flagsPath, "", "").body
	a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state", "", "").body))
	if after := a.must(200, http.MethodGet, flagsPath, "", "").body; string(after) != string(before) || strings.Contains(string(after), "flexibleRollout") {
		t.Errorf("the flags were\n%s, they are\n%s", before, after)
	}
}

// TestWhatTurnsNothingOnIsRemarked checks that the answer names strategies and operators that do not exist, misspelt
// parameters and constraints without what they compare with, which are mistakes in most files.
func TestWhatTurnsNothingOnIsRemarked(t *testing.T) {
	t.Parallel()
	got := newApp(t).must(200, http.MethodPut, flagsPath, "", `{"flags":{"a":{"strategies":[{"name":"gradualRolout"},{"name":"default"},{"parameters":{"rollout":"50%"}},{"parameters":{"rolout":0},"constraints":[
			{"contextName":"age","operator":"NUM_GT","values":["5"]},{"contextName":"age","operator":"NUM_LT","value":"5"},{"contextName":"age","operator":"NUM_LTE","value":"five"},
			{"contextName":"plan","operator":"IN","value":"gold"},{"contextName":"plan","operator":"NOT_IN","values":["gold"],"value":""},{"contextName":"plan","operator":"REGEX","value":"("}]}]},
		"b":{"strategies":[{"name":"gradualRolout","constraints":[{"contextName":"plan","operator":"INN","values":["gold"]},{"contextName":"plan","operator":"IN","values":[]}]}]}},
		"segments":[{"name":"staff","constraints":[{"contextName":"email","operator":"ENDS_WITH","values":[]}]}]}`)
	const want = `"remarks":["line 1, column 131: flags.a.strategies[3].parameters.rolout: it is not used; did you mean rollout?","there is no operator ENDS_WITH: nothing meets the constraint on email of the segment staff",` +
		`"no strategy called gradualRolout is built in: it turns nothing on, except in SDKs that have it",` +
		`"the rollout \"50%\" of the flag a is not a number from 0 to 100",` +
		`"the constraint NUM_GT on age of the flag a cannot be read: no value to compare with",` +
		`"the constraint NUM_LTE on age of the flag a cannot be read: the value is not a number",` +
		`"the constraint IN on plan of the flag a cannot be read: no values to compare with",` +
		`"there is no operator INN: nothing meets the constraint on plan of the flag b"]}`
	if !strings.HasSuffix(string(got.body), want) {
		t.Errorf("got %s", got.body)
	}
}

// TestFlagFilesOfUnleash imports an answer of the Client API and an export file, both of
// which refer to things that the workspace lacks.
func TestFlagFilesOfUnleash(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	got := a.must(200, http.MethodPut, flagsPath, "", `{"version":2,"features":[{"name":"seg","enabled":true,"project":"shop","strategies":[{"name":"default","segments":[7]}]}],"segments":[{"id":7,"name":"staff","constraints":[]},{"id":8,"name":"unused"}]}`)
	if now := a.must(200, http.MethodGet, flagsPath, "", "").body; !strings.Contains(string(now), `{"id":8,"name":"unused"`) {
		t.Errorf("the flags are %s", now)
	}
	if want := `{"flags":1,"segments":2,"remarks":["there is no project shop: its flags go into the project default"]}`; string(got.body) != want {
		t.Errorf("got %s", got.body)
	}
	const export = `{"features":[{"name":"a","type":"release"}],"featureStrategies":[{"name":"default","featureName":"a","segments":[1,2]}],"featureEnvironments":[{"featureName":"a","enabled":true}],"segments":[{"id":1,"name":"staff"},{"id":2,"name":"gone"}],"dependencies":[{"feature":"a","dependencies":[{"feature":"p"}]}]}`
	got = a.must(200, http.MethodPut, flagsPath, "", export)
	if !strings.Contains(string(got.body), "the segment gone (2) are neither in the file nor in the workspace") || strings.Contains(string(got.body), "the segment staff") || !strings.Contains(string(got.body), "there is no flag p: a, which depends on it, is off") {
		t.Errorf("got %s", got.body)
	}
	now := a.must(200, http.MethodGet, flagsPath, "", "").body
	if !strings.Contains(string(now), `"segments":[7,-2]`) || !strings.Contains(string(now), `"segments":[{"id":7,"name":"staff"`) {
		t.Errorf("the flags are %s", now)
	}
	a.must(200, http.MethodPut, flagsPath, "", string(now))
}

// TestFlagsOfAFileAreShown checks that the Admin API shows what only a file can have.
func TestFlagsOfAFileAreShown(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodPut, flagsPath, "", `{"f":{"variants":[{"name":"v","payload":{"type":"html","value":"<b>"}}],"tags":[{"type":"simple","value":"x"}]}}`)
	a.must(200, http.MethodGet, "/api/admin/features/f/tags", adminToken, "")
	a.must(200, http.MethodGet, "/api/admin/projects/default/features/f/environments/development/variants", adminToken, "")
	a.must(200, http.MethodPut, flagsPath, "", `{"features":[{"name":"f","variants":[{"name":"v","weight":1500.5,"weightType":"x"}]}]}`)
	a.must(200, http.MethodGet, "/api/admin/projects/default/features/f/environments/development/variants", adminToken, "")
	a.must(200, http.MethodPut, flagsPath, "", string(a.must(200, http.MethodGet, flagsPath, "", "").body))
}

// TestMissingSegmentsStayMissing checks that strategies with a segment whose constraints
// are nowhere do not use another one that has its number, now or later.
func TestMissingSegmentsStayMissing(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(201, http.MethodPost, "/api/admin/segments", adminToken, `{"name":"staff","constraints":[]}`)
	a.must(200, http.MethodPut, flagsPath, "", `{"features":[{"name":"a"}],"featureStrategies":[{"name":"default","featureName":"a","segments":[1]},{"name":"default","featureName":"a","segments":[3]}],"featureEnvironments":[{"featureName":"a","enabled":true}],"segments":[{"id":1,"name":"beta"},{"id":2,"name":"staff"},{"id":3,"name":"gone"}]}`)
	for i := range 3 {
		if got := a.must(200, http.MethodPost, flagsPath+"/a/evaluate", "", `{"userId":"7"}`).json(t)["enabled"]; got != false {
			t.Errorf("the flag is on: %v", got)
		}
		a.must(201, http.MethodPost, "/api/admin/segments", adminToken, fmt.Sprintf(`{"name":"s%d","constraints":[]}`, i))
	}
}

// TestParametersOfAFileAreAdopted checks that SDKs get the parameters of a Client API's
// response as they are, and that those of an export are completed as an import does.
func TestParametersOfAFileAreAdopted(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for body, want := range map[string]string{
		`{"features":[{"name":"f","strategies":[{"name":"flexibleRollout","parameters":{}}]}]}`:                                      `"parameters":{}`,
		`{"features":[{"name":"f","strategies":[{"name":"flexibleRollout","parameters":{"rollout":"30"}}]}]}`:                        `"parameters":{"rollout":"30"}`,
		`{"features":[{"name":"f"}],"featureStrategies":[{"name":"flexibleRollout","featureName":"f","parameters":{"groupId":""}}]}`: `"parameters":{"groupId":"f","rollout":"100","stickiness":"default"}`,
		`{"f":{"strategies":[{"parameters":{"rollout":""}}]}}`:                                                                       `"parameters":{"groupId":"f","rollout":"","stickiness":"default"}`,
	} {
		a.must(200, http.MethodPut, flagsPath, "", body)
		if got := a.must(200, http.MethodGet, flagsPath, "", "").body; !strings.Contains(string(got), want) {
			t.Errorf("%s\nbecomes %s\nwant %s", body, got, want)
		}
	}
}

func TestABadFlagFileChangesNothing(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodPut, flagsPath, "", `{"kept":true}`)
	for body, want := range map[string]string{
		"a: true\nb: maybe\n": "line 2, column 4: b: got string, want true, false or an object",
		"a: [":                "line 2",
		`["a"]`:               "[0]: got string, want object",
	} {
		got := a.must(400, http.MethodPut, flagsPath, "", body, "Content-Type: application/yaml")
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%q: %s", body, got.body)
		}
	}
	a.must(400, http.MethodPut, flagsPath+"?environment=nope", "", `{"a":true}`)
	a.must(400, http.MethodGet, flagsPath+"?environment=nope", "", "")
	a.must(400, http.MethodPut, flagsPath, "", `{"a\u0000":true}`)
	a.must(400, http.MethodPatch, flagsPath+"/%00", "", `{}`)
	a.must(400, http.MethodPatch, flagsPath+"/a", "", `{"variant":{"name":"b","payload":{"type":"string","value":"\u0000"}}}`)
	if got := a.must(415, http.MethodPut, flagsPath, "", `{"a":true}`, "Content-Type: text/plain").body; !strings.Contains(string(got), "(application/json, application/yaml, ") {
		t.Errorf("not every type is named: %s", got)
	}
	a.must(413, http.MethodPut, flagsPath, "", strings.Repeat(" ", 17<<20))
	if got := flagNames(t, a, flagsPath); got != "kept|" {
		t.Errorf("the flags are %s", got)
	}
}

// TestFlagsThatCannotBeStoredAreNotAdopted checks that flags that no workspace can store
// neither replace those to start with nor are followed.
func TestFlagsThatCannotBeStoredAreNotAdopted(t *testing.T) {
	t.Parallel()
	bounds := DefaultBounds()
	bounds.Bytes = 4 << 20
	a := newApp(t, WithBounds(bounds), WithFlags("flags.yaml", []byte("kept: true")))
	tooMany := "on:\n  strategies:\n" + strings.Repeat("  - flexibleRollout\n", 1000)
	for _, source := range []string{tooMany, "flags: {a: true}\nsegments: [{name: s}, {name: s}]"} {
		if err := a.ReplaceFlags([]byte(source)); err == nil {
			t.Errorf("%.40q was adopted", source)
		}
		a.must(200, http.MethodPost, "/_mock/reset", "", "")
		a.expectFlags("after a reset", "", "kept|")
		a.expectFlags("in a new workspace", "/w/new", "kept|")
	}
	upstream := newUpstreamMock(t)
	upstream.must(200, http.MethodPut, flagsPath, "", tooMany, "Content-Type: application/yaml")
	if err := upstream.follow(a, "", ""); err == nil {
		t.Error("flags that do not fit are followed")
	}
	a.expectFlags("then", "", "kept|")
}

func TestAFlagIsSetInPlace(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(200, http.MethodPut, flagsPath, "", `{"flags":{"half":{"enabled":false,"strategies":[{"parameters":{"rollout":50}}],"dependencies":["parent"]}}}`)
	for _, step := range []struct{ path, body, want string }{
		{"/half", `{"enabled":true,"keepStrategies":true}`, `"enabled":true,"project":"default","stale":false,"strategies":[{"name":"flexibleRollout","constraints":[],"parameters":{"groupId":"half","rollout":"50","stickiness":"default"},"variants":[]}],"variants":[],"description":null,"impressionData":false,"dependencies":[{"feature":"parent","enabled":true,"variants":[]}]`},
		{"/half", `{"enabled":false}`, `"enabled":false`},
		{"/half", `{"enabled":true}`, `"enabled":true,"project":"default","stale":false,"strategies":[{"name":"flexibleRollout","constraints":[],"parameters":{"groupId":"half","rollout":"100","stickiness":"default"},"variants":[]}],"variants":[],"description":null,"impressionData":false}`},
		{"/half", `{"variant":"blue"}`, `"variants":[{"name":"blue","weight":1000,"stickiness":"default","weightType":"variable"}]`},
		{"/made", `{"variant":{"name":"red","payload":{"type":"json","value":"{}"}}}`, `"name":"made","type":"release","enabled":true,"project":"default","stale":false,"strategies":[{"name":"flexibleRollout","constraints":[],"parameters":{"groupId":"made","rollout":"100","stickiness":"default"},"variants":[]}],"variants":[{"name":"red","weight":1000,"payload":{"type":"json","value":"{}"}`},
		{"/a%20b", `{"enabled":true}`, `"name":"a b"`},
	} {
		a.must(200, http.MethodPatch, flagsPath+step.path, "", step.body)
		if got := a.must(200, http.MethodGet, flagsPath, "", "").body; !strings.Contains(string(got), step.want) {
			t.Errorf("%s %s: want %s\nin %s", step.path, step.body, step.want, got)
		}
	}
	a.must(200, http.MethodPatch, flagsPath+"/half?environment=production", "", `{"enabled":true}`)
	if got := flagNames(t, a, flagsPath+"?environment=production"); got != "half|a b made" {
		t.Errorf("the flags in production are %s", got)
	}
	a.must(200, http.MethodDelete, flagsPath+"/half", "", "")
	a.must(404, http.MethodDelete, flagsPath+"/half?environment=production", "", "")
	a.must(400, http.MethodDelete, flagsPath+"/made?environment=nope", "", "")
	a.must(400, http.MethodPatch, flagsPath+"/half?environment=nope", "", `{"enabled":true}`)
	a.must(400, http.MethodPatch, flagsPath+"/half", "", `{"enable":true}`)
	if got := flagNames(t, a, flagsPath); got != "a b made|" {
		t.Errorf("the flags are %s", got)
	}
}

// TestStrategiesThatNoRequestCouldMake checks that a fractional weight and an unknown
// operator in a seed do no harm: flags are evaluated, and a strategy that has one cannot
// be patched. Without validation by the contract, too, neither is accepted, nor is a
// fraction as the id of a segment.
func TestStrategiesThatNoRequestCouldMake(t *testing.T) {
	t.Parallel()
	const at = "/api/admin/projects/default/features/odd/environments/development/strategies"
	a := newApp(t, WithSeedFile("the seed", []byte(`
apiTokens:
- {name: a, type: admin, secret: "`+wellknown.Admin+`"}
- {name: f, type: frontend, environment: development, projects: ["*"], secret: "`+wellknown.Frontend+`"}
features:
- name: odd
  environments:
  - {name: development, enabled: true, strategies: [
      {name: default, constraints: [{contextName: c, operator: FOO, values: [a]}]},
      {name: default, variants: [{name: half, weight: 0.5}, {name: rest, weight: 999.5}]}]}
`)))
	a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state?secrets=true", "", "").body))
	if got := string(a.must(200, http.MethodGet, "/api/frontend?userId=7", wellknown.Frontend, "").body); !strings.Contains(got, `"variant":{"name":"rest"`) {
		t.Errorf("the flags are %s", got)
	}
	var stored []struct{ ID string }
	if err := json.Unmarshal(a.must(200, http.MethodGet, at, adminToken, "").body, &stored); err != nil || len(stored) != 2 {
		t.Fatalf("%d strategies: %v", len(stored), err)
	}
	for _, strategy := range stored {
		a.must(400, http.MethodPatch, at+"/"+strategy.ID, adminToken, `[{"op":"add","path":"/title","value":"t"}]`)
	}
	a = newApp(t, WithValidation(Off))
	a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"odd"}`)
	for _, strategy := range []string{
		`{"name":"default","constraints":[{"contextName":"c","operator":"FOO","values":["a"]}]}`,
		`{"name":"default","variants":[{"name":"v","weight":0.5,"weightType":"variable","stickiness":"default"}]}`,
		`{"name":"default","segments":[1.9]}`,
	} {
		a.must(400, http.MethodPost, at, adminToken, strategy)
	}
	a.must(201, http.MethodPost, "/api/admin/segments", adminToken, `{"name":"first","constraints":[]}`)
	id := a.must(200, http.MethodPost, at, adminToken, `{"name":"default"}`).json(t)["id"]
	a.must(404, http.MethodPost, "/api/admin/segments/strategies", adminToken, fmt.Sprintf(`{"projectId":"default","environmentId":"development","strategyId":"%v","segmentIds":[1.9]}`, id))
}

// TestUsersOfASegmentAreListedByAge checks that the strategies that use a segment or a context field are
// listed in the order in which they were made.
func TestUsersOfASegmentAreListedByAge(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.freeze()
	id := a.must(201, http.MethodPost, "/api/admin/segments", adminToken, `{"name":"s","constraints":[]}`).json(t)["id"]
	for _, flag := range []string{"c", "a", "b"} {
		a.must(200, http.MethodPut, "/_mock/clock", "", `{"advance":"1s"}`)
		a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"`+flag+`"}`)
		a.must(200, http.MethodPost, "/api/admin/projects/default/features/"+flag+"/environments/development/strategies", adminToken,
			fmt.Sprintf(`{"name":"default","segments":[%v],"constraints":[{"contextName":"userId","operator":"IN","values":["1"]}]}`, id))
	}
	for _, path := range []string{fmt.Sprintf("/api/admin/segments/%v/strategies", id), "/api/admin/context/userId/strategies"} {
		var got struct {
			Strategies []struct{ FeatureName string }
		}
		if err := json.Unmarshal(a.must(200, http.MethodGet, path, adminToken, "").body, &got); err != nil || fmt.Sprint(got.Strategies) != "[{c} {a} {b}]" {
			t.Errorf("%s lists %v: %v", path, got.Strategies, err)
		}
	}
}

// TestStrategiesOfASeedAreAsOldAsTheWorkspace checks that strategies of a seed come before those that
// are added later, whatever the time is outside, and in the order of the file.
func TestStrategiesOfASeedAreAsOldAsTheWorkspace(t *testing.T) {
	t.Parallel()
	const uses = `, constraints: [{contextName: userId, operator: IN, values: ["1"]}]}`
	a := newApp(t, WithDeterministic(), WithClock(func() time.Time { return time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC) }), WithSeedFile("seed.yaml", []byte(`
apiTokens: [{name: admin, type: admin, secret: "`+adminToken+`"}]
projects: [{id: default, name: Default, environments: [{environment: development}]}]
features: [{name: z, environments: [{name: development, strategies: [
  {name: default, title: one`+uses+`, {name: default, title: two`+uses+`, {name: default, title: three`+uses+`]}]}]
`)))
	const of = "/api/admin/projects/default/features"
	a.must(200, http.MethodPut, "/_mock/clock", "", `{"advance":"1s"}`)
	a.must(201, http.MethodPost, of, adminToken, `{"name":"a"}`)
	a.must(200, http.MethodPost, of+"/a/environments/development/strategies", adminToken,
		`{"name":"default","constraints":[{"contextName":"userId","operator":"IN","values":["1"]}]}`)
	if got := fieldsOf(t, a.must(200, http.MethodGet, "/api/admin/context/userId/strategies", adminToken, "").body, `"featureName":"(\w+)"`); got != "z z z a" {
		t.Errorf("the strategies are those of %s", got)
	}
	if got := fieldsOf(t, a.must(200, http.MethodGet, of+"/z/environments/development/strategies", adminToken, "").body, `"title":"(\w+)"`); got != "one two three" {
		t.Errorf("the strategies of the seed are %s", got)
	}
}

func fieldsOf(t *testing.T, body []byte, pattern string) string {
	t.Helper()
	var out []string
	for _, found := range regexp.MustCompile(pattern).FindAllSubmatch(body, -1) {
		out = append(out, string(found[1]))
	}
	return strings.Join(out, " ")
}

// TestAClockBefore1970 checks that strategies get ids also at a time that an id cannot show.
func TestAClockBefore1970(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithFlags("flags.yaml", []byte("f: true\n")), WithClock(func() time.Time { return time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC) }))
	added := a.must(200, http.MethodPost, "/api/admin/projects/default/features/f/environments/development/strategies", adminToken, `{"name":"default"}`).json(t)
	if id, _ := added["id"].(string); !strings.HasPrefix(id, "0000000000") {
		t.Errorf("the id is %q", id)
	}
}

// TestFlagsAreSetByMany checks that no client's change is lost when many set flags at
// once.
func TestFlagsAreSetByMany(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 10 {
				a.must(200, http.MethodPatch, fmt.Sprintf("%s/f%d-%d", flagsPath, i, j), "", `{"enabled":true}`)
			}
		})
	}
	group.Wait()
	if got := flagNames(t, a, flagsPath); len(strings.Fields(got)) != 80 {
		t.Errorf("the flags are %s, want 80 of them", got)
	}
}
