package flagfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

func read(t *testing.T, source string) *Set {
	t.Helper()
	set, err := Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func on(name string) Flag {
	return Flag{Name: name, Type: "release", Enabled: true, Strategies: everybody(name)}
}

func TestTheShortForm(t *testing.T) {
	t.Parallel()
	got := read(t, `
flags:
  simple: true
  off: false
  features: true
  half:
    type: experiment
    description: Half of them
    strategies:
      - parameters: {rollout: 50, stickiness: userId}
        constraints:
          - {contextName: plan, operator: IN, values: [gold, 7, true]}
          - {contextName: age, operator: NUM_GT, value: 18, inverted: true}
        segments: [staff, 2]
      - userWithId
    variants:
      - {name: a, weight: 600}
      - {name: b, payload: blue}
      - {name: c, payload: {deep: [1]}}
      - {name: d, payload: {type: csv, value: "1,2"}, weightType: fix, stickiness: userId, overrides: [{contextName: userId, values: [ann]}]}
    dependencies: [simple, {feature: off, enabled: false, variants: [x]}]
    tags: [{type: simple, value: web}]
  blue: {variant: blue}
  red: {variant: {name: red, payload: "#f00"}}
segments:
  - {name: staff, constraints: [{contextName: email, operator: STR_ENDS_WITH, values: ["@example.com"], caseInsensitive: true}]}
  - {name: nobody}
`)
	want := &Set{
		Flags: []Flag{on("simple"), on("off"), on("features"), {
			Name: "half", Type: "experiment", Description: "Half of them", Enabled: true,
			Strategies: []Strategy{{
				Name: "flexibleRollout", Parameters: map[string]string{"groupId": "half", "rollout": "50", "stickiness": "userId"},
				Constraints: []Constraint{
					{ContextName: "plan", Operator: "IN", Values: []string{"gold", "7", "true"}},
					{ContextName: "age", Operator: "NUM_GT", Value: new("18"), Inverted: true},
				},
				Segments: []int64{1, 2},
			}, {Name: "userWithId", Parameters: map[string]string{}}},
			Variants: []Variant{
				{Name: "a", Weight: 600}, {Name: "b", Weight: 133, Payload: &Payload{"string", "blue"}}, {Name: "c", Weight: 133, Payload: &Payload{"json", `{"deep":[1]}`}},
				{Name: "d", Weight: 134, WeightType: "fix", Stickiness: "userId", Payload: &Payload{"csv", "1,2"}, Overrides: []Override{{"userId", []string{"ann"}}}},
			},
			Dependencies: []Dependency{{Feature: "simple"}, {Feature: "off", Enabled: new(false), Variants: []string{"x"}}},
			Tags:         []Tag{{"simple", "web"}},
		}, on("blue"), on("red")},
		Segments: []Segment{
			{ID: 1, Name: "staff", Constraints: []Constraint{{ContextName: "email", Operator: "STR_ENDS_WITH", Values: []string{"@example.com"}, CaseInsensitive: true}}},
			{ID: 2, Name: "nobody"},
		},
	}
	want.Flags[1].Enabled = false
	want.Flags[4].Variants = []Variant{{Name: "blue", Weight: 1000}}
	want.Flags[5].Variants = []Variant{{Name: "red", Weight: 1000, Payload: &Payload{"string", "#f00"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if got := read(t, "a: true\nflags: false\n\"😀\": {enabled: false}\n"); got.Flags[1].Name != "flags" || got.Flags[2].Name != "😀" || got.Flags[2].Enabled {
		t.Errorf("without the key flags: %+v", got)
	}
	for _, source := range []string{"", "flags:\n  # a: true\n", "flags:\nsegments:\n"} {
		if got := read(t, source); len(got.Flags)+len(got.Segments) != 0 {
			t.Errorf("%q without flags: %+v", source, got)
		}
	}
}

// answer is an answer of the Client API, including parts that only an SDK can read.
const answer = `{"version":2,"features":[
 {"name":"😀","type":"release","enabled":true,"project":"default","stale":true,"strategies":[
   {"name":"flexibleRollout","constraints":[{"values":["10.0.0.0/8"],"inverted":false,"operator":"IN_CIDR","contextName":"ip","caseInsensitive":false}],"parameters":{"rollout":"30"},"segments":[3,4],"variants":[]},
   {"name":"ours","constraints":[{"contextName":"v","operator":"SEMVER_EQ","value":"not one"}],"sortOrder":2}],
  "variants":[{"name":"v","weight":1000.5,"payload":{"type":"string","value":"x"},"stickiness":"default","weightType":"","overrides":null}],
  "description":null,"impressionData":true,"dependencies":[{"feature":"p","enabled":true}]}],
 "query":{"environment":"development"},"segments":[{"id":3,"constraints":[]}],"meta":{"etag":"x"},"more":1}`

func TestAnAnswerOfTheClientAPI(t *testing.T) {
	t.Parallel()
	want := &Set{
		Flags: []Flag{{
			Name: "😀", Type: "release", Project: "default", Enabled: true, Stale: true, ImpressionData: true,
			Strategies: []Strategy{
				{Name: "flexibleRollout", Parameters: map[string]string{"rollout": "30"}, Constraints: []Constraint{{ContextName: "ip", Operator: "IN_CIDR", Values: []string{"10.0.0.0/8"}}}, Segments: []int64{3, 4}},
				{Name: "ours", Parameters: map[string]string{}, Constraints: []Constraint{{ContextName: "v", Operator: "SEMVER_EQ", Value: new("not one")}}},
			},
			Variants:     []Variant{{Name: "v", Weight: 1000.5, Payload: &Payload{"string", "x"}, Stickiness: "default"}},
			Dependencies: []Dependency{{Feature: "p", Enabled: new(true)}},
		}},
		Segments: []Segment{{ID: 3, Name: "segment-3"}},
		Unknown:  []Segment{{ID: 4, Name: "segment-4"}},
	}
	for name, source := range map[string]string{"as it is": answer, "with escapes": strings.ReplaceAll(answer, "😀", `\ud83d\ude00`)} {
		if diff := cmp.Diff(want, read(t, source)); diff != "" {
			t.Errorf("%s: differs (-want +got):\n%s", name, diff)
		}
	}
}

// TestAnExportFile reads what a real server writes, with values of our own.
func TestAnExportFile(t *testing.T) {
	t.Parallel()
	got := read(t, `{"features":[{"name":"checkout","description":"Checkout","type":"experiment","project":"default","stale":false,"impressionData":false,"archived":false},{"name":"parent","description":null,"type":"release","project":"default","stale":false,"impressionData":false,"archived":false}],
 "featureStrategies":[{"name":"default","id":"02","featureName":"parent","title":null,"parameters":{},"constraints":[],"variants":[{"name":"w","weight":1000,"stickiness":"default","weightType":"variable"}],"disabled":false,"segments":[]},
 {"name":"flexibleRollout","id":"01","featureName":"checkout","title":"Staff","parameters":{"rollout":"100"},"constraints":[{"values":["7"],"operator":"IN","contextName":"userId"}],"variants":[],"disabled":true,"segments":[5]}],
 "featureEnvironments":[{"enabled":true,"featureName":"checkout","environment":"development","variants":[{"name":"v","weight":1000}],"name":"checkout"},{"enabled":false,"featureName":"parent","environment":"development","variants":[],"name":"parent"}],
 "contextFields":[],"featureTags":[{"featureName":"checkout","tagType":"simple","tagValue":"web"}],"segments":[{"id":5,"name":"staff"}],"tagTypes":[{"name":"simple","description":"Used to simplify filtering of features","icon":"#","color":"#FFFFFF"}],
 "dependencies":[{"feature":"checkout","dependencies":[{"feature":"parent","enabled":true,"variants":[]}]}],"links":[]}`)
	want := &Set{
		Flags: []Flag{{
			Name: "checkout", Type: "experiment", Description: "Checkout", Project: "default", Enabled: true,
			Strategies: []Strategy{{Name: "flexibleRollout", Title: "Staff", Disabled: true, Parameters: rollout("checkout"),
				Constraints: []Constraint{{ContextName: "userId", Operator: "IN", Values: []string{"7"}}}, Segments: []int64{5}}},
			Variants:     []Variant{{Name: "v", Weight: 1000}},
			Dependencies: []Dependency{{Feature: "parent", Enabled: new(true), Variants: []string{}}},
			Tags:         []Tag{{"simple", "web"}},
		}, {
			Name: "parent", Type: "release", Project: "default",
			Strategies: []Strategy{{Name: "default", Parameters: map[string]string{}, Variants: []Variant{{Name: "w", Weight: 1000, WeightType: "variable", Stickiness: "default"}}}},
		}},
		Unknown: []Segment{{ID: 5, Name: "staff"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestArchivedFlagsOfAnExport leaves out archived flags, which an export of flags by their
// names contains but SDKs do not get.
func TestArchivedFlagsOfAnExport(t *testing.T) {
	t.Parallel()
	got := read(t, `{"features":[{"name":"gone","archived":true},{"name":"kept","archived":false}],
 "featureStrategies":[{"name":"default","featureName":"gone"},{"name":"default","featureName":"kept"}],"featureEnvironments":[{"enabled":true,"featureName":"gone"}],
 "featureTags":[{"featureName":"gone","tagType":"simple","tagValue":"web"}],"dependencies":[{"feature":"gone","dependencies":[{"feature":"kept"}]}]}`)
	want := []Flag{{Name: "kept", Type: "release", Strategies: []Strategy{{Name: "default", Parameters: map[string]string{}}}}}
	if diff := cmp.Diff(want, got.Flags); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestWhatSDKsStore reads what SDKs store or start with, where it is not an answer.
func TestWhatSDKsStore(t *testing.T) {
	t.Parallel()
	const (
		feature     = `{"name":"a","enabled":true,"strategies":[{"name":"default","segments":[7]}],"variants":[{"name":"v","weight":1000}]}`
		constraints = `[{"contextName":"plan","operator":"IN","values":["gold"]}]`
	)
	flag := Flag{
		Name: "a", Type: "release", Enabled: true, Variants: []Variant{{Name: "v", Weight: 1000}},
		Strategies: []Strategy{{Name: "default", Parameters: map[string]string{}, Segments: []int64{7}}},
	}
	whole := &Set{Flags: []Flag{flag}, Segments: []Segment{{ID: 7, Name: "segment-7", Constraints: []Constraint{{ContextName: "plan", Operator: "IN", Values: []string{"gold"}}}}}}
	alone := &Set{Flags: []Flag{flag}, Unknown: []Segment{{ID: 7, Name: "segment-7"}}}
	for name, test := range map[string]struct {
		source string
		want   *Set
	}{
		"Node's bootstrap.data, Ruby's oldest": {"[" + feature + "]", alone},
		"a list with escapes":                  {`[{"name":"\ud83d\ude00"}]`, &Set{Flags: []Flag{{Name: "😀", Type: "release"}}}},
		"an answer with an archived flag":      {`{"features":[` + feature + `,{"name":"gone","archived":true}]}`, alone},
		"the same in YAML":                     {"- " + feature, alone},
		"Ruby's, with segments by id":          {`{"features":[` + feature + `],"segments":{"7":{"id":7,"constraints":` + constraints + `}}}`, whole},
		".NET's, with ids as texts":            {`{"features":[` + strings.Replace(feature, "[7]", `["7"]`, 1) + `],"segments":[{"id":"7","constraints":` + constraints + `}]}`, whole},
		"Go's, by name": {`{"a":{"name":"a","type":"","description":"","enabled":true,"strategies":[{"id":0,"name":"default","constraints":null,"parameters":null,"segments":[7],"variants":null}],
 "createdAt":"0001-01-01T00:00:00Z","strategy":"","parameters":null,"variants":[{"name":"v","payload":{"type":"","value":""},"enabled":false,"featureEnabled":false,"weight":1000,"weightType":"","stickiness":"","overrides":null}],
 "dependencies":null,"impressionData":false}}`, alone},
	} {
		if diff := cmp.Diff(test.want, read(t, test.source)); diff != "" {
			t.Errorf("%s: differs (-want +got):\n%s", name, diff)
		}
	}
}

// TestMistakes checks that each mistake is reported with its line, its field and what
// would be right.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a: true\nb: yes\n":                     "line 2, column 4: b: got string, want true, false or an object",
		"- a\n":                                 "line 1, column 3: [0]: got string, want object",
		"a:\n  variant: ''\n":                   "line 2, column 12: a.variant.name: it is empty",
		"flags:\n- a\n":                         "line 2, column 1: flags: got a list, want an object: flags go by name, such as 'flags: {my-flag: true}'",
		"1\n":                                   "line 1, column 1: got integer, want object",
		"a:\n  type: release\n  enable: true\n": "line 3, column 11: a.enable: additional properties 'enable' not allowed, only 'enabled', 'type', 'description', ",
		"a:\n  type: releaze\n":                 "line 2, column 9: a.type: value must be one of 'experiment', 'kill-switch', 'release', 'operational', 'permission', 'sunset'",
		"a:\n  strategies: [{segments: [x]}]\n": "line 2, column 28: a.strategies[0].segments[0]: the file has no segment x; segments go under 'segments', next to 'flags'",
		"a:\n  strategies:\n  - constraints:\n    - {operator: IN}\n":                                  "line 4, column 7: a.strategies[0].constraints[0]: missing property 'contextName'",
		"a:\n  variants: [{name: x, weight: 1001}]\n":                                                  "line 2, column 32: a.variants[0].weight: 1001 is not a whole weight from 0 to 1000",
		"a:\n  variants: [{name: x, weight: 0.5}]\n":                                                   "line 2, column 32: a.variants[0].weight: 0.5 is not a whole weight from 0 to 1000",
		`{"features":[{"name":"a","variants":[{"name":"x","weight":-1}]}]}`:                            "line 1, column 59: features[0].variants[0].weight: -1 is not a weight from 0 to 2147483647",
		"flags: {a: true}\nb: true\n":                                                                  "line 2, column 4: b: next to 'flags', only 'segments' is allowed; flags go under 'flags'",
		"a: true\na: false\n":                                                                          "line 1, column 4: a: the key appears again on line 2",
		`{"a":true,"a":false}`:                                                                         "line 1, column 6: a: the key appears again on line 1",
		"{\"features\":[{\"name\":\"a\",\n\"enabled\":true,\n\"enabled\":false}]}":                     "line 2, column 11: features[0].enabled: the key appears again on line 3",
		`{"features":[` + "\n" + `{"enabled":true}]}`:                                                  "line 2, column 1: features[0]: missing property 'name'",
		`{"features":[{"name":"a"},` + "\n" + `{"name":"a"}]}`:                                         "line 2, column 1: features[1]: the flag \"a\" appears twice",
		"flags: {a: true}\nsegments:\n- name: s\n- name: s\n":                                          "line 4, column 3: segments[1]: the segment \"s\" appears twice",
		`{"features":[],` + "\n" + `"segments":[{"id":-5}]}`:                                           "line 2, column 13: segments[0]: -5 is not an id from 1 to 2147483647",
		`{"features":[],` + "\n" + `"segments":[{"id":2147483648}]}`:                                   "line 2, column 13: segments[0]: 2147483648 is not an id from 1 to 2147483647",
		"a: true\n\"b\\0\": true\n":                                                                    `line 2, column 8: b\x00: U+0000 and halves of surrogate pairs cannot be stored`,
		`{"a":` + "\n" + `{"description":"\ud800"}}`:                                                   "line 2, column 16: a.description: U+0000 and halves of surrogate pairs cannot be stored",
		`{"features":[{"name":"a"}],` + "\n" + `"featureStrategies":[{"name":"x","featureName":"b"}]}`: "line 2, column 48: featureStrategies[0].featureName: the file has no flag \"b\"",
		`{"features":[{"name":"a"}],` + "\n" + `"featureEnvironments":[{"featureName":"a","environment":"x"},` + "\n" + `{"featureName":"a","environment":"y"}]}`: "line 3, column 34: featureEnvironments[1].environment: got y after x, want flags of one environment",
		"version: 4\nfeatures: []\nfeatureStrategies: [{featureName: a, strategyName: default}]\nenvironments: []\n":                                              "line 4, column 15: environments: this is a state export of Unleash 4 or 5, for several environments; want an export of one, or a response of /api/client/features",
		`{"toggles":[{"name":"a","enabled":true,"variant":{"name":"v"}}]}`:                                                                                        "line 1, column 12: toggles: the Frontend API has evaluated this for one context; want a response of /api/client/features",
		`[{"name":"a","enabled":true,` + "\n" + `"variant":{"name":"v"}}]`:                                                                                        "line 2, column 11: [0].variant: the Frontend API has evaluated this for one context; want a response of /api/client/features",
		`{"events":[{"type":"hydration","features":[]}]}`:                                                                                                         "line 1, column 11: events: these are changes to flags; want a response of /api/client/features",
		`[{"name":"a"},` + "\n" + `{"enabled":true}]`:                                                                                                             "line 2, column 1: [1]: missing property 'name'",
		`{"a":{"name":"a",` + "\n" + `"enabled":1}}`:                                                                                                              "line 2, column 11: a.enabled: got integer, want boolean",
		`{"features":[`:        "line 2, column 1",
		"a: true\n\tb: true\n": "line 2",
	} {
		_, err := Read([]byte(source))
		var problems yamlfile.Problems
		if !errors.As(err, &problems) || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", source, err, want)
		}
	}
}

// TestLinesOfLargeFiles checks that mistakes have a line in JSON that would be too large
// as YAML, too.
func TestLinesOfLargeFiles(t *testing.T) {
	t.Parallel()
	const count = maxMarks / 30
	var large strings.Builder
	large.WriteString(`{"features":[`)
	for i := range count {
		fmt.Fprintf(&large, "\n"+`{"name":"😀%d","strategies":[{"name":"default","parameters":{},"constraints":[],"variants":[]}]},`, i)
	}
	for end, want := range map[string]string{
		`{"name":"a","enabled":1}]}`:                      "column 23: features[%d].enabled: got integer, want boolean",
		`{"name":"a","strategies":[{"parameters":{}}]}]}`: "column 27: features[%d].strategies[0]: missing property 'name'",
		`{"name":"a",` + "\t" + `"name":"b"}]}`:           `column 14: the key "name" is there twice`,
		`{"name":"a";}]}`:                                 "column 12: it is not JSON: invalid character ';' after object key:value pair",
	} {
		want = fmt.Sprintf("line %d, ", count+2) + strings.ReplaceAll(want, "%d", strconv.Itoa(count))
		var problems yamlfile.Problems
		if _, err := Read([]byte(large.String() + "\n" + end)); !errors.As(err, &problems) || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", end, err, want)
		}
	}
	notUTF8 := large.String() + `{"name":"` + strings.Repeat("\xff", 100) + `","name":"b"}]}`
	if _, err := Read([]byte(notUTF8)); err == nil || err.Error() != `the key "name" is there twice` {
		t.Errorf("what is not UTF-8: %v", err)
	}
}

// TestFilesAreBounded checks that files that are too large or too deep are refused before
// they take much memory.
func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	var lines strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&lines, "f%d: true\n", i)
	}
	bomb := "l0: &l0 [1]\n"
	for i := range 21 {
		bomb += fmt.Sprintf("l%d: &l%[1]d [*l%d, *l%[2]d]\n", i+1, i)
	}
	for name, test := range map[string]struct{ source, want string }{
		"a million flags": {lines.String(), "it is too large"},
		"too many flags":  {strings.Join(strings.SplitAfter(lines.String(), "\n")[:maxFlags+1], ""), "it has 20001 flags"},
		"100 MB":          {`{"features":[{"name":"` + strings.Repeat("x", 100<<20) + `"}]}`, "it is too large"},
		"an alias bomb":   {bomb, "those of its aliases included"},
		"deep":            {`{"features":` + strings.Repeat("[", 100_000), ""},
	} {
		if _, err := Read([]byte(test.source)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
}

// FuzzRead checks that any file is read or refused.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{answer, `[{"name":"a"}]`, `{"a":{"name":"a"}}`, "a: true", "flags: {a: {variants: [{name: x}]}}", `{"features":[],"featureStrategies":[]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		set, err := Read(source)
		if (set == nil) == (err == nil) {
			t.Fatalf("%v, %v", set, err)
		}
	})
}

// TestMisspeltNamesAreRemarkedOn checks that names that would silently change what a flag does are remarked on, in
// all forms, and that fields of other programs are not.
func TestMisspeltNamesAreRemarkedOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source string
		want   []string
	}{
		"short": {"a: {strategies: [{parameters: {rolout: 0}}]}\nb: {strategies: [{name: userWithId, parameters: {userId: 7}}, {name: mine, parameters: {rolout: 0}}]}\n", []string{
			"line 1, column 40: a.strategies[0].parameters.rolout: it is not used; did you mean rollout?",
			"line 2, column 58: b.strategies[0].parameters.userId: it is not used; did you mean userIds?",
		}},
		"answer": {`{"features":[
			{"name":"a","enabeld":true,"enabled":true,"strategis":[],"createdAt":"x","lastSeenAt":null,"segmentIds":[]},
			{"name":"b","strategies":[{"name":"flexibleRollout","constrains":[],"parameters":{"rollot":"0"}}]}]}`, []string{
			"line 2, column 58: features[0].strategis: it is not used; did you mean strategies?",
			"line 3, column 69: features[1].strategies[0].constrains: it is not used; did you mean constraints?",
			"line 3, column 95: features[1].strategies[0].parameters.rollot: it is not used; did you mean rollout?",
		}},
		"export": {`{"features":[{"name":"a","archivedAt":null}],"featureEnvironments":[{"featureName":"a","enable":true}],"featureStrategies":[]}`, []string{
			"line 1, column 97: featureEnvironments[0].enable: it is not used; did you mean enabled?",
		}},
	} {
		if diff := cmp.Diff(test.want, read(t, test.source).Remarks); diff != "" {
			t.Errorf("%s: remarks differ (-want +got):\n%s", name, diff)
		}
	}
	if set, err := ReadAnswer([]byte(`{"features":[{"name":"a","enabeld":true}]}`)); err != nil || set.Remarks != nil {
		t.Errorf("an answer: %v, %v", set, err)
	}
}
