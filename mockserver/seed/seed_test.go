package seed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestBuiltInSeed(t *testing.T) {
	t.Parallel()
	s := Default(now)
	var roles []Role
	for _, user := range s.Users {
		if len(user.Tokens) > 0 {
			roles = append(roles, user.RootRole)
		}
	}
	if diff := cmp.Diff([]Role{Admin, Editor, Viewer}, roles); diff != "" {
		t.Errorf("roles that have a token differ (-want +got):\n%s", diff)
	}
	if s.Endpoints[0].ID != 1337 || s.Endpoints[0].Tokens[0].ID != 7 {
		t.Errorf("the first endpoint is %d, its first token %d", s.Endpoints[0].ID, s.Endpoints[0].Tokens[0].ID)
	}
	if len(s.Signals) == 0 || !s.Signals[0].CreatedAt.Equal(now.Add(-49*time.Hour)) {
		t.Errorf("signals are %+v", s.Signals)
	}
	if want := `[{"amountFormatted":"€ 123.00","paid":true,"status":"paid",`; !strings.HasPrefix(string(s.Invoices), want) {
		t.Errorf("invoices do not keep the order of the file: %s", s.Invoices)
	}
}

// TestParse: what is left out has a default, and JSON keeps the order of the file.
func TestParse(t *testing.T) {
	t.Parallel()
	got, err := Parse([]byte(`
users: [{id: 4, username: ann, rootRole: Editor, tokens: ["user:ann"]}]
apiTokens: [{name: mine, type: admin, secret: "*:*.mine"}]
endpoints:
  - id: 2
    name: on
  - {id: 3, name: "off", enabled: false, description: null, createdAt: -1h, createdByUserId: 4, tokens: [{id: 1, name: t, secret: signal_t}]}
signals:
  - {sourceId: 3, tokenId: 1, payload: {z: 1.0, a: [true, null, "x"]}}
detailedInvoices: {planPrice: 2, invoices: []}
scenarios:
  - {name: limited, match: {operations: [getSignals], body: {/a: 1}}, answer: {status: 429}, times: 2}
  - delay: 250ms
`), now)
	if err != nil {
		t.Fatal(err)
	}
	token := int64(1)
	want := Seed{
		Users:     []User{{ID: 4, Username: "ann", RootRole: Editor, Tokens: []string{"user:ann"}}},
		APITokens: []APIToken{{Name: "mine", Type: AdminToken, Secret: "*:*.mine"}},
		Endpoints: []Endpoint{
			{ID: 2, Name: "on", Enabled: true, CreatedAt: now, CreatedByUserID: systemUserID},
			{ID: 3, Name: "off", CreatedAt: now.Add(-time.Hour), CreatedByUserID: 4, Tokens: []Token{
				{ID: 1, Name: "t", Secret: "signal_t", CreatedAt: now, CreatedByUserID: systemUserID},
			}},
		},
		Signals:          []Signal{{ID: 1, SourceID: 3, TokenID: &token, CreatedAt: now, Payload: []byte(`{"z":1,"a":[true,null,"x"]}`)}},
		Invoices:         []byte("[]"),
		DetailedInvoices: []byte(`{"planPrice":2,"invoices":[]}`),
		Scenarios: []scenario.Rule{
			{Name: "limited", Match: scenario.Match{Operations: []string{"getSignals"}, Body: map[string]any{"/a": 1.0}}, Answer: &scenario.Answer{Status: 429}, Times: 2},
			{Delay: scenario.After(250 * time.Millisecond)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestEmptySeed(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "# nothing\n", "{}", "endpoints: []"} {
		got, err := Parse([]byte(source), now)
		if err != nil || len(got.Endpoints) > 0 || string(got.Invoices) != "[]" {
			t.Errorf("%q: %+v, %v", source, got, err)
		}
	}
}

// TestProblems: a complaint names line, column and field, and says what is wrong.
func TestProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source  string
		problem Problem
	}{
		"no YAML":            {"endpoints: [\n", Problem{Line: 1, Column: 12}},
		"no object":          {"- 1\n", Problem{Line: 1, Column: 1, Message: "got array, want object"}},
		"two documents":      {"endpoints: []\n---\nsignals: []\n", Problem{Line: 3, Message: "a seed file holds one YAML document"}},
		"unknown field":      {"endpoint: []\n", Problem{Message: "additional properties 'endpoint' not allowed"}},
		"bad name":           {"endpoints:\n  - {id: 1, name: Bad Name}\n", Problem{Line: 2, Column: 19, Field: "endpoints[0].name", Message: `it does not match the pattern ^[a-z0-9\-_]+$`}},
		"missing name":       {"endpoints:\n  - id: 1\n", Problem{Line: 2, Field: "endpoints[0]", Message: "missing property 'name'"}},
		"id of another type": {"endpoints:\n  - {id: one, name: a}\n", Problem{Line: 2, Column: 10, Field: "endpoints[0].id", Message: "got string, want integer"}},
		"id used twice":      {"endpoints:\n  - {id: 1, name: a}\n  - {id: 1, name: b}\n", Problem{Line: 3, Column: 10, Field: "endpoints[1].id", Message: "the endpoint id 1 is used twice"}},
		"name used twice":    {"endpoints:\n  - {id: 1, name: a}\n  - {id: 2, name: a}\n", Problem{Line: 3, Column: 19, Field: "endpoints[1].name", Message: `the endpoint name "a" is used twice`}},
		"secret used twice": {"apiTokens: [{name: a, type: admin, secret: \"*:*.very-secret\"},\n            {name: b, type: admin, secret: \"*:*.very-secret\"}]\n",
			Problem{Line: 2, Column: 44, Field: "apiTokens[1].secret", Message: "the secret is used twice"}},
		"no secret":        {"apiTokens: [{name: a, type: admin, secret: very-secret}]\n", Problem{Line: 1, Field: "apiTokens[0].secret", Message: `it does not match the pattern ^[^:]+:[^:.]+\..+$`}},
		"no time":          {"endpoints:\n  - {id: 1, name: a, createdAt: yesterday}\n", Problem{Line: 2, Field: "endpoints[0].createdAt", Message: `"yesterday" is neither a time such as 2023-12-27T13:37:00Z nor a duration such as -2h`}},
		"unknown user":     {"endpoints:\n  - {id: 1, name: a, createdByUserId: 5}\n", Problem{Line: 2, Field: "endpoints[0].createdByUserId", Message: "no user has the id 5"}},
		"token of another": {"endpoints:\n  - {id: 1, name: a, tokens: [{id: 7, name: t, secret: signal_t}]}\nsignals:\n  - {sourceId: 2, tokenId: 7}\n", Problem{Line: 4, Field: "signals[0].tokenId", Message: "token 7 belongs to endpoint 1, not to 2"}},
		"wrong scenario":   {"scenarios:\n  - fault: reset\n  - answer: {status: 99}\n", Problem{Line: 3, Column: 22, Field: "scenarios[1].answer.status", Message: "99 is no status from 200 to 599"}},
		"empty scenario":   {"scenarios: [{}]\n", Problem{Line: 1, Column: 13, Field: "scenarios[0]"}},
		"payload no JSON":  {"signals:\n  - {sourceId: 2, payload: {a: .nan}}\n", Problem{Line: 2, Field: "signals[0].payload", Message: "NaN is no number that JSON has"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(test.source), now)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("the error is %v", err)
			}
			got := problems[0]
			if test.problem.Line != 0 && got.Line != test.problem.Line || test.problem.Column != 0 && got.Column != test.problem.Column ||
				got.Field != test.problem.Field || test.problem.Message != "" && got.Message != test.problem.Message || got.Message == "" {
				t.Errorf("got  %+v\nwant %+v", got, test.problem)
			}
			if text := err.Error(); strings.Contains(text, "very-secret") || strings.Contains(text, "\n") {
				t.Errorf("the error tells a secret or has several lines: %s", text)
			}
		})
	}
}

func TestProblemsAreCounted(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("endpoints:\n  - {id: 0, name: A}\n  - {name: b}\n"), now)
	if err == nil || !strings.HasPrefix(err.Error(), "line 2") || !strings.HasSuffix(err.Error(), "(and 2 more)") {
		t.Errorf("the error is %v", err)
	}
}

func TestWithAPITokens(t *testing.T) {
	t.Parallel()
	before := Default(now)
	after := before.WithAPITokens(AdminToken, []string{"*:*.mine"})
	var secrets []string
	for _, token := range after.APITokens {
		secrets = append(secrets, token.Secret)
	}
	want := []string{"default:development.unleash-insecure-api-token", "default:development.unleash-insecure-frontend-api-token", "*:*.mine"}
	if diff := cmp.Diff(want, secrets); diff != "" {
		t.Errorf("secrets differ (-want +got):\n%s", diff)
	}
	if len(before.APITokens) != 3 || before.APITokens[0].Type != AdminToken {
		t.Errorf("the seed itself changed: %+v", before.APITokens)
	}
}

// FuzzParse: no file makes the parser panic, and what it accepts can be planted.
func FuzzParse(f *testing.F) {
	f.Add(defaultSource)
	f.Add([]byte("endpoints:\n  - {id: 1, name: a, tokens: [{id: 7, name: t, secret: signal_t}]}\nsignals:\n  - {sourceId: 1, payload: {a: .inf}}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		if _, err := Parse(source, now); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has several lines: %q", err)
		}
	})
}
