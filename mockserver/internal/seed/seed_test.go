package seed

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
	"github.com/unleash-mock/unleash-mock/spec"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func anEngine(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(spec.Default(), resources.All(resources.Options{})...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// planted returns the state of an instance that starts with a seed.
func planted(t testing.TB, e *engine.Engine, source []byte) (string, error) {
	t.Helper()
	read, err := Read(source)
	if err != nil {
		return "", err
	}
	store, err := read.Plant(e, engine.Request{Now: now})
	if err != nil {
		return "", err
	}
	return string(store.Snapshot(nil)), nil
}

func TestBuiltInSeed(t *testing.T) {
	t.Parallel()
	state, err := planted(t, anEngine(t), DefaultSource())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"endpoints":[{"id":1337,"name":"my-external-app","enabled":true,`, `"tokens":[{"id":7,"name":"My external app","createdAt":"2023-12-27T12:37:00.000Z",`,
		`"signals":[{"id":838,"sourceId":1337,"tokenId":7,"createdAt":"2025-12-31T02:04:05.000Z",`,
		`"invoices":[{"amountFormatted":"€ 123.00","paid":true,"status":"paid",`, `"sequences":{"users":1337,`,
	} {
		if !strings.Contains(state, want) {
			t.Errorf("%s is missing in %s", want, state)
		}
	}
}

// TestRead checks that omitted values have defaults, and that JSON keeps the order of the
// file or, where Unleash stores it as jsonb, has the order of jsonb.
func TestRead(t *testing.T) {
	t.Parallel()
	const source = `
users: [{id: 4, username: ann, rootRole: Editor, tokens: ["user:ann"], projectRoles: [{project: default, role: Member}]}]
apiTokens: [{name: mine, type: admin, secret: "*:*.mine"}]
endpoints:
  - id: 2
    name: on
  - {id: 3, name: "off", enabled: false, description: null, createdAt: -1h, createdByUserId: 4, tokens: [{id: 1, name: t, secret: signal_t}]}
signals:
  - {sourceId: 3, tokenId: 1, payload: {z: 1.0, a: [true, null, "x"]}}
detailedInvoices: {planPrice: 2, invoices: []}
rules:
  - {name: limited, match: {operations: [getSignals], body: {/a: 1}}, answer: {status: 429}, times: 2}
  - delay: 250ms
`
	state, err := planted(t, anEngine(t), []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	state = regexp.MustCompile("sha256:[0-9a-f]{64}").ReplaceAllString(state, "sha256:D")
	for _, want := range []string{
		`"users":[{"id":4,"username":"ann","rootRole":"Editor","createdAt":"2026-01-02T03:04:05.000Z","tokens":[{"digest":"sha256:D"}],"projectRoles":[{"project":"default","role":"Member"}]}],`,
		`{"version":2,"apiTokens":[{"name":"mine","type":"admin","projects":["*"],"environment":"*","createdAt":"2026-01-02T03:04:05.000Z","digest":"sha256:D"}],`,
		`,"endpoints":[{"id":2,"name":"on","enabled":true,"description":null,"createdAt":"2026-01-02T03:04:05.000Z","createdByUserId":-1337,"tokens":[]},` +
			`{"id":3,"name":"off","enabled":false,"description":null,"createdAt":"2026-01-02T02:04:05.000Z","createdByUserId":4,"tokens":[` +
			`{"id":1,"name":"t","createdAt":"2026-01-02T03:04:05.000Z","createdByUserId":-1337,"digest":"sha256:D"}]}],`,
		`,"signals":[{"id":1,"sourceId":3,"tokenId":1,"createdAt":"2026-01-02T03:04:05.000Z","payload":{"a":[true,null,"x"],"z":1}}],`,
		`,"events":[],"invoices":[],"detailedInvoices":{"planPrice":2,"invoices":[]},`,
		`"sequences":{"users":4,"personalTokens":1,`, `"endpoints":3,"tokens":1,"signals":1,`,
	} {
		if !strings.Contains(state, want) {
			t.Errorf("%s is not in %s", want, state)
		}
	}
	read, err := Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	inForce := []rules.Rule{
		{Name: "limited", Match: rules.Match{Operations: []string{"getSignals"}, Body: map[string]any{"/a": 1.0}}, Answer: &rules.Answer{Status: 429}, Times: 2},
		{Delay: rules.After(250 * time.Millisecond)},
	}
	if diff := cmp.Diff(inForce, read.Rules()); diff != "" {
		t.Errorf("rules differ (-want +got):\n%s", diff)
	}
}

func TestEmptySeed(t *testing.T) {
	t.Parallel()
	e := anEngine(t)
	for _, source := range []string{"", "# nothing\n", "{}", "endpoints: []", "endpoints:"} {
		if state, err := planted(t, e, []byte(source)); err != nil || !strings.Contains(state, `"endpoints":[],`) {
			t.Errorf("%q: %s, %v", source, state, err)
		}
	}
}

// TestProblems checks that an error names the line, the column and the field, and says
// what is wrong.
func TestProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source  string
		problem yamlfile.Problem
	}{
		"no YAML":            {"endpoints: [\n", yamlfile.Problem{Line: 2, Column: 1}},
		"no object":          {"- 1\n", yamlfile.Problem{Line: 1, Column: 1, Message: "got array, want object"}},
		"two documents":      {"endpoints: []\n---\nsignals: []\n", yamlfile.Problem{Line: 3, Message: "a seed must be a single YAML document"}},
		"unknown field":      {"endpoint: []\n", yamlfile.Problem{Line: 1, Column: 11, Field: "endpoint", Message: "additional properties 'endpoint' not allowed"}},
		"bad name":           {"endpoints:\n  - {id: 1, name: Bad Name}\n", yamlfile.Problem{Line: 2, Column: 19, Field: "endpoints[0].name", Message: `it does not match the pattern ^[a-z0-9\-_]+$`}},
		"missing name":       {"endpoints:\n  - id: 1\n", yamlfile.Problem{Line: 2, Field: "endpoints[0]", Message: "missing property 'name'"}},
		"id of another type": {"endpoints:\n  - {id: one, name: a}\n", yamlfile.Problem{Line: 2, Column: 10, Field: "endpoints[0].id", Message: "got string, want integer"}},
		"id used twice":      {"endpoints:\n  - {id: 1, name: a}\n  - {id: 1, name: b}\n", yamlfile.Problem{Line: 3, Column: 10, Field: "endpoints[1].id", Message: "the endpoint id 1 is used twice"}},
		"name used twice":    {"endpoints:\n  - {id: 1, name: a}\n  - {id: 2, name: a}\n", yamlfile.Problem{Line: 3, Column: 19, Field: "endpoints[1].name", Message: `the endpoint name "a" is used twice`}},
		"secret used twice": {"apiTokens: [{name: a, type: admin, secret: \"*:*.very-secret\"},\n            {name: b, type: admin, secret: \"*:*.very-secret\"}]\n",
			yamlfile.Problem{Line: 2, Column: 44, Field: "apiTokens[1].secret", Message: "the secret is used twice"}},
		"no secret":           {"apiTokens: [{name: a, type: admin, secret: very-secret}]\n", yamlfile.Problem{Line: 1, Field: "apiTokens[0].secret", Message: `it does not match the pattern ^[^:]+:[^:.]+\..+$`}},
		"no time":             {"endpoints:\n  - {id: 1, name: a, createdAt: yesterday}\n", yamlfile.Problem{Line: 2, Field: "endpoints[0].createdAt", Message: `"yesterday" is neither a time such as 2023-12-27T13:37:00Z nor a duration such as -2h`}},
		"project of a role":   {"users:\n  - {username: a, rootRole: Viewer, projectRoles: [{project: nope, role: Owner}]}\n", yamlfile.Problem{Line: 2, Field: "users[0].projectRoles[0].project", Message: `there is no project "nope"`}},
		"unknown project":     {"features:\n  - {name: a, project: nope}\n", yamlfile.Problem{Line: 2, Field: "features[0].project", Message: `there is no project "nope"`}},
		"unknown environment": {"features:\n  - {name: a, project: default, environments: [{name: nope}]}\n", yamlfile.Problem{Line: 2, Field: "features[0].environments[0].name", Message: `there is no environment "nope"`}},
		"unknown user":        {"endpoints:\n  - {id: 1, name: a, createdByUserId: 5}\n", yamlfile.Problem{Line: 2, Field: "endpoints[0].createdByUserId", Message: "no user has the id 5"}},
		"token of another":    {"endpoints:\n  - {id: 1, name: a, tokens: [{id: 7, name: t, secret: signal_t}]}\nsignals:\n  - {sourceId: 2, tokenId: 7}\n", yamlfile.Problem{Line: 4, Field: "signals[0].tokenId", Message: "token 7 belongs to endpoint 1, not to 2"}},
		"wrong rule":          {"rules:\n  - fault: reset\n  - answer: {status: 99}\n", yamlfile.Problem{Line: 3, Column: 22, Field: "rules[1].answer.status", Message: "99 is not a status from 200 to 599"}},
		"old name":            {"rules: []\nscenarios: [{fault: reset}]\n", yamlfile.Problem{Line: 2, Column: 12, Field: "scenarios", Message: "this section is now called rules"}},
		"empty rule":          {"rules: [{}]\n", yamlfile.Problem{Line: 1, Column: 9, Field: "rules[0]"}},
		"payload no JSON":     {"signals:\n  - {sourceId: 2, payload: {a: .nan}}\n", yamlfile.Problem{Line: 2, Field: "signals[0].payload.a", Message: "NaN is not a JSON number"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planted(t, anEngine(t), []byte(test.source))
			var problems yamlfile.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("the error is %v", err)
			}
			got := problems[0]
			if test.problem.Line != 0 && got.Line != test.problem.Line || test.problem.Column != 0 && got.Column != test.problem.Column ||
				got.Field != test.problem.Field || test.problem.Message != "" && got.Message != test.problem.Message || got.Message == "" {
				t.Errorf("got  %+v\nwant %+v", got, test.problem)
			}
			if text := err.Error(); strings.Contains(text, "very-secret") || strings.Contains(text, "\n") {
				t.Errorf("the error contains a secret or has several lines: %s", text)
			}
		})
	}
}

// TestBounds checks that what would exhaust memory or never end is refused, in linear
// time.
func TestBounds(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	for name, test := range map[string]struct{ source, says string }{
		"an alias inside of itself":  {"x: &x [*x]\n", "the alias *x is inside the value that it refers to"},
		"a mapping merges itself":    {"x: &x {<<: *x}\n", "the alias *x is inside the value that it refers to"},
		"aliases of aliases":         {bomb, "more than 1048576 values"},
		"deep in brackets":           {"a: " + strings.Repeat("[", 1<<18), "exceeded max depth"},
		"deep in braces":             {strings.Repeat("{a: ", 1<<18), "exceeded max depth"},
		"deep in dashes":             {strings.Repeat("- ", 1<<18), "exceeded max depth"},
		"brackets that close before": {strings.Repeat("]", 1<<18) + strings.Repeat("[", 1<<18), "did not find expected"},
		"many values":                {"a: [" + strings.Repeat("1,", 3<<19) + "1]", "too large for a seed"},
		"many bytes":                 {"a: " + strings.Repeat("x", 16<<20), "too large for a seed"},
		"a key twice":                {"a: 1\nb: 2\na: 3\n", "the key appears again on line 3"},
		"merged scalars":             {"a: {<<: 1}\n", "<< merges something that is not a mapping"},
		"bytes":                      {"a: !!binary aGVsbG8=\n", "!!binary is not a JSON type"},
		"a key that is a list":       {"? [a]\n: 1\n", "the key on line 1 is not a string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Read([]byte(test.source)); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %v, want %s", err, test.says)
			}
		})
	}
}

// TestAliases checks that an alias is resolved, and that own keys win over merged ones.
func TestAliases(t *testing.T) {
	t.Parallel()
	const source = "endpoints: [&a {id: 1, name: a, description: same}, {<<: *a, id: 2, name: b}, {<<: [{name: c}, {name: d}], id: 3}]\nsignals: [{sourceId: 1, payload: &p {on: 010}}, {sourceId: 2, payload: *p}]\n"
	state, err := planted(t, anEngine(t), []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"id":2,"name":"b","enabled":true,"description":"same",`, `{"id":3,"name":"c",`, `"sourceId":2,"tokenId":null,"createdAt":"2026-01-02T03:04:05.000Z","payload":{"on":10}}`} {
		if !strings.Contains(state, want) {
			t.Errorf("%s is not in %s", want, state)
		}
	}
}

// TestEncodings checks that a seed may have a byte order mark, CRLF line ends or UTF-16.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const source = "endpoints:\r\n  - {id: 1, name: a, description: Größe}\r\n"
	utf16 := []byte{0xff, 0xfe}
	for _, r := range source {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	for name, written := range map[string][]byte{"with a mark": []byte("\ufeff" + source), "UTF-16": utf16} {
		if state, err := planted(t, anEngine(t), written); err != nil || !strings.Contains(state, `"description":"Größe"`) {
			t.Errorf("%s: %v, %s", name, err, state)
		}
	}
}

func TestProblemsAreCounted(t *testing.T) {
	t.Parallel()
	_, err := planted(t, anEngine(t), []byte("endpoints:\n  - {id: 0, name: A}\n  - {id: 1}\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "line 2") || !strings.HasSuffix(err.Error(), "(and 2 more)") {
		t.Errorf("the error is %v", err)
	}
}

// TestSchema checks that the schema of seed files matches the tables.
func TestSchema(t *testing.T) {
	t.Parallel()
	want := anEngine(t).SeedSchema(rulesSection)
	if *update {
		if err := os.WriteFile("seed.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("seed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("seed.schema.json differs from the tables (-tables +file); go generate ./mockserver/... writes it:\n%s", diff)
	}
}

var update = flag.Bool("update", false, "write seed.schema.json")

// FuzzRead checks that no file makes the parser panic, and that an error is one line.
func FuzzRead(f *testing.F) {
	e := anEngine(f)
	f.Add(defaultSource)
	f.Add([]byte("endpoints:\n  - {id: 1, name: a, tokens: [{id: 7, name: t, secret: signal_t}]}\nsignals:\n  - {sourceId: 1, payload: {a: .inf}}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("endpoints:\n  - {id: 1, name: a, \"b\\nc\\e\": 1}\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		if _, err := planted(t, e, source); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has several lines: %q", err)
		}
	})
}

// TestBuiltInTokensAreListed checks that package wellknown lists the tokens of the
// built-in seed, for others to refer to.
func TestBuiltInTokensAreListed(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`(?:signal_|user:|[*\w]+:[*\w]+\.)unleash-[\w-]+`).FindAllString(string(DefaultSource()), -1)
	want := []string{
		wellknown.AdminUser, wellknown.EditorUser, wellknown.ViewerUser, wellknown.Admin, wellknown.Backend, wellknown.Frontend,
		wellknown.MyExternalApp, wellknown.CPUOver90, wellknown.CPUOver90OnStaging,
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-listed +in the seed):\n%s", diff)
	}
}
