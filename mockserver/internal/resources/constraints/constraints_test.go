package constraints_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestChecked checks constraints that a real 8.2.0 accepted, and what it said about those
// that it refused (O).
func TestChecked(t *testing.T) {
	t.Parallel()
	view := viewOf(t, `{"contextFields": [{"name": "plan", "legalValues": [{"value": "gold"}, {"value": "1"}]}]}`)
	one := func(operator, value string) constraints.Constraint {
		return constraints.Constraint{ContextName: "a", Operator: operator, Value: &value}
	}
	several := func(operator string, values ...string) constraints.Constraint {
		return constraints.Constraint{ContextName: "a", Operator: operator, Values: values}
	}
	about := func(field string, c constraints.Constraint) constraints.Constraint {
		c.ContextName = field
		return c
	}
	inverted := func(c constraints.Constraint) constraints.Constraint {
		yes := true
		c.Inverted = &yes
		return c
	}
	const none = "Single-value constraint operators require a non-empty value."
	for name, c := range map[string]struct {
		constraint constraints.Constraint
		refusal    string // the message, empty if accepted
	}{
		"a number":               {one("NUM_EQ", "1"), ""},
		"white space around":     {one("NUM_EQ", " 1 "), ""},
		"an exponent":            {one("NUM_GT", "1e3"), ""},
		"a small number":         {one("NUM_GT", "1e-7"), ""},
		"a fraction alone":       {one("NUM_GTE", ".5"), ""},
		"no fraction":            {one("NUM_LT", "5."), ""},
		"a plus":                 {one("NUM_LTE", "+5"), ""},
		"a negative zero":        {one("NUM_EQ", "-0"), ""},
		"zeros in front":         {one("NUM_EQ", "00012"), ""},
		"zeros behind":           {one("NUM_EQ", "0.1e1"), ""},
		"no number":              {one("NUM_EQ", "abc"), `"value" must be a number. You provided "abc".`},
		"a hexadecimal number":   {one("NUM_EQ", "0x10"), `"value" must be a number. You provided "0x10".`},
		"infinity":               {one("NUM_EQ", "Infinity"), `"value" must be a number. You provided "Infinity".`},
		"an underscore":          {one("NUM_EQ", "1_000"), `"value" must be a number. You provided "1_000".`},
		"white space":            {one("NUM_EQ", " "), `"value" must be a number. You provided " ".`},
		"beyond what is exact":   {one("NUM_EQ", "9007199254740993"), `"value" must be a safe number. You provided "9007199254740993".`},
		"beyond all numbers":     {one("NUM_EQ", "1e400"), `"value" must be a safe number. You provided "1e400".`},
		"many digits":            {one("NUM_EQ", strings.Repeat("1", 30)), `"value" must be a safe number. You provided 1.111111111111111e+29.`},
		"too many decimals":      {one("NUM_EQ", "0."+strings.Repeat("1", 30)), `"value" must be a safe number. You provided "0.` + strings.Repeat("1", 30) + `".`},
		"no value":               {several("NUM_EQ", "1"), none},
		"a date":                 {one("DATE_AFTER", "2026-01-01T00:00:00.000Z"), ""},
		"a day":                  {one("DATE_BEFORE", "2026-01-01"), ""},
		"a moment":               {one("DATE_BEFORE", "1700000000000"), ""},
		"a short date":           {one("DATE_AFTER", "2026-1-1"), ""},
		"a month in words":       {one("DATE_AFTER", "Jan 1 2026"), ""},
		"a month too many":       {one("DATE_AFTER", "2026-13-01"), `"value" must be a valid date. You provided "2026-13-01".`},
		"no date":                {one("DATE_AFTER", "tomorrow"), `"value" must be a valid date. You provided "tomorrow".`},
		"a moment out of reach":  {one("DATE_AFTER", "99999999999999999999"), `"value" must be a valid date. You provided "99999999999999999999".`},
		"no date at all":         {several("DATE_AFTER"), none},
		"a version":              {one("SEMVER_EQ", "1.2.3-beta.1+b"), ""},
		"a version of two parts": {one("SEMVER_EQ", "1.2"), "the provided value is not a valid semver format. The value provided was: 1.2"},
		"a version with a v":     {one("SEMVER_EQ", "v1.2.3"), "the provided value is not a valid semver format. The value provided was: v1.2.3"},
		"a version with a space": {one("SEMVER_EQ", " 1.2.3"), "the provided value is not a valid semver format. The value provided was:  1.2.3"},
		"an expression":          {one("REGEX", `@example\.com$`), ""},
		"a named group":          {one("REGEX", "(?<n>a)"), ""},
		"an open group":          {one("REGEX", "("), "the provided value is not a valid regex string. Error: error parsing regexp: missing closing ): `(`"},
		"a look ahead":           {one("REGEX", "(?=a)"), "the provided value is not a valid regex string. Error: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		"a name for two groups":  {one("REGEX", "(?P<n>a)(?P<n>b)"), "the provided value is not a valid regex string. Error: error parsing regexp: duplicate capture group name: `n`"},
		"an open escape":         {one("REGEX", `\`), "the provided value is not a valid regex string. Error: error parsing regexp: trailing backslash at end of expression"},
		"no expression":          {several("REGEX", "a"), "the provided value is not a valid regex string."},
		"an inverted expression": {inverted(one("REGEX", "a")), "REGEX operator cannot be inverted."},
		"values":                 {several("IN", "a", strings.Repeat("x", 100)), ""},
		"an inverted operator":   {inverted(several("NOT_IN", "a")), ""},
		"no values":              {several("STR_CONTAINS"), `"value" must contain at least 1 items. You provided [].`},
		"a value of another":     {one("IN", "a"), `"value" must contain at least 1 items. You provided [].`},
		"an empty value":         {several("IN", "a", ""), `"values[1]" is not allowed to be empty.`},
		"a long value":           {several("IN", strings.Repeat("x", 101)), `"values[0]" length must be less than or equal to 100 characters long. You provided "` + strings.Repeat("x", 101) + `".`},
		"an unknown field":       {about("planet", several("IN", "mars")), ""},
		"an unknown operator":    {several("FOO", "a"), `"operator" is unknown. You provided "FOO".`},
		"a field without a name": {about("", several("IN", "a")), `"contextName" is not allowed to be empty.`},
		"a legal value":          {about("plan", several("IN", "gold")), ""},
		"an illegal value":       {about("plan", several("IN", "gold", "x")), "input values are not specified as a legal value on this context field"},
		"a legal number":         {about("plan", one("NUM_EQ", "1")), ""},
		"an illegal number":      {about("plan", one("NUM_EQ", "2")), "2 is not specified as a legal value on this context field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored, err := constraints.Checked(view, []constraints.Constraint{c.constraint})
			switch {
			case c.refusal == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.refusal == "" && stored[0].Values == nil:
				t.Error("the constraint is stored without values")
			case c.refusal != "" && (err == nil || !strings.HasSuffix(messageOf(err), c.refusal)):
				t.Errorf("%v, want %s", err, c.refusal)
			}
		})
	}
}

// TestLongExpressionsAreNotRead checks that an expression that never matches is accepted unread: a
// text of 60 kB can take 100 MB to read.
func TestLongExpressionsAreNotRead(t *testing.T) {
	t.Parallel()
	view := viewOf(t, `{}`)
	for length, refused := range map[int]bool{4096: true, 4097: false} {
		value := strings.Repeat("x", length-1) + "("
		_, err := constraints.Checked(view, []constraints.Constraint{{ContextName: "a", Operator: "REGEX", Value: &value}})
		if (err != nil) != refused {
			t.Errorf("%d bytes: %v, want it refused: %t", length, err, refused)
		}
	}
}

// messageOf returns what an error says about the request.
func messageOf(err error) string {
	var refused *apierror.Error
	if !errors.As(err, &refused) || len(refused.Details) == 0 {
		return err.Error()
	}
	return refused.Details[0].Message
}

func viewOf(t *testing.T, seed string) *engine.View {
	t.Helper()
	e, err := engine.New(spec.Default(), resources.All(resources.Options{})...)
	if err != nil {
		t.Fatal(err)
	}
	source, err := v8json.ParseOrdered([]byte(seed))
	if err != nil {
		t.Fatal(err)
	}
	store, err := e.Plant(source.(*v8json.Object), engine.Request{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return store.View(nil)
}

// TestWhatWasCoercedIsToldSo checks that a refusal shows the coerced value: under the
// policy faithful, null becomes an empty text and is refused as one (O).
func TestWhatWasCoercedIsToldSo(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithValidation(mockserver.Faithful))
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"contextName":"a","operator":"NUM_EQ","value":null}`: `must NOT have fewer than 1 characters. You sent \"\".`,
		`{"contextName":"a","operator":5,"value":"1"}`:         `You provided \"5\", which is not valid.`,
		`{"contextName":"a","operator":"IN","values":[["a"]]}`: `must be string. You sent [\"a\"].`,
	} {
		request := httptest.NewRequest(http.MethodPost, "/api/admin/constraints/validate", strings.NewReader(body))
		request.Header.Set("Authorization", wellknown.Admin)
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusBadRequest || !strings.Contains(recorder.Body.String(), want) {
			t.Errorf("%s: status %d: %s", body, recorder.Code, recorder.Body)
		}
	}
}

// TestLegalValuesAreFoundQuickly checks that the time for many values of a field with many legal
// ones is that of reading both.
func TestLegalValuesAreFoundQuickly(t *testing.T) {
	t.Parallel()
	const count = 100_000
	var legal strings.Builder
	values := make([]string, count)
	for i := range values {
		values[i] = fmt.Sprintf("value-%d", i)
		fmt.Fprintf(&legal, `{"value": "%s"}, `, values[i])
	}
	view := viewOf(t, `{"contextFields": [{"name": "plan", "legalValues": [`+legal.String()+`{"value": "last"}]}]}`)
	began := time.Now()
	_, err := constraints.Checked(view, []constraints.Constraint{{ContextName: "plan", Operator: "IN", Values: values}})
	if took := time.Since(began); err != nil || took > 2*time.Minute {
		t.Errorf("it took %s: %v", took, err)
	}
	if _, err := constraints.Checked(view, []constraints.Constraint{{ContextName: "plan", Operator: "IN", Values: append(values, "other")}}); err == nil {
		t.Error("a value that is not legal was accepted")
	}
}
