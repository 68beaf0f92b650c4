package evaluation

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func one(operator, value string) Constraint {
	return Constraint{ContextName: "x", Operator: operator, Value: &value}
}

func many(operator string, values ...string) Constraint {
	return Constraint{ContextName: "x", Operator: operator, Values: values}
}

func caseInsensitive(constraint Constraint) Constraint {
	constraint.CaseInsensitive = true
	return constraint
}

func runOf(c *Context) *run { return &run{Context: c, left: maxWork} }

// testOf compiles a constraint.
func testOf(constraint Constraint) func(*Context) bool {
	holds, _ := compileConstraint(&constraint, newExpressionSet())
	return func(c *Context) bool { return holds(runOf(c)) }
}

// holds evaluates a constraint on the property x.
func holds(constraint Constraint, x string) bool {
	return testOf(constraint)(&Context{Properties: map[string]string{"x": x}})
}

func TestOperators(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		constraint Constraint
		holds, not []string
	}{
		{many("IN", " a ", "", "b"), []string{"a", "b"}, []string{"", " a ", "A", "c"}},
		{many("IN", " "), []string{""}, []string{" "}},
		{many("IN"), nil, []string{"", "a"}},
		{many("NOT_IN", "a"), []string{"", "A", " a"}, []string{"a"}},
		{many("STR_STARTS_WITH", "ab", " x "), []string{"ab", "abc", "xy"}, []string{"", "a", "Ab", " ab"}},
		{many("STR_ENDS_WITH", "@a.io"), []string{"u@a.io"}, []string{"u@a.io ", "u@A.io"}},
		{many("STR_CONTAINS", "b"), []string{"abc", "b"}, []string{"", "B"}},
		{many("STR_CONTAINS"), nil, []string{"", "a"}},
		{many("STR_CONTAINS", " "), []string{"", "a"}, nil},
		{caseInsensitive(many("STR_STARTS_WITH", "ÜN")), []string{"ünder", "Ünder"}, []string{"under"}},
		{caseInsensitive(many("STR_ENDS_WITH", "ΟΔΟΣ")), []string{"οδος", "ΟΔΟΣ"}, []string{"ΟΔΟ"}},
		{caseInsensitive(many("STR_CONTAINS", "Bc")), []string{"ABCD", "abcd"}, []string{"acb"}},
		{one("NUM_EQ", " 0x10 "), []string{"16", "1.6e1", "0b10000"}, []string{"", "0", "sixteen"}},
		{one("NUM_EQ", ""), []string{"", "0", "-0", " "}, []string{"1", "x"}},
		{one("NUM_GT", "1.5"), []string{"2", "Infinity"}, []string{"1.5", "1", "NaN"}},
		{one("NUM_GTE", "1.5"), []string{"2", "1.5"}, []string{"1", "1,6"}},
		{one("NUM_LT", "1.5"), []string{"", "-Infinity", "1"}, []string{"1.5", "2"}},
		{one("NUM_LTE", "1.5"), []string{"1.5", "1"}, []string{"2", "1_0"}},
		{one("NUM_EQ", "1n"), nil, []string{"1", "1n"}},
		{one("SEMVER_EQ", "v1.2.3"), []string{"1.2.3", "1.2.3+b", " 1.2.3 "}, []string{"v1.2.3", "1.2", "1.2.3-a"}},
		{one("SEMVER_GT", "1.2.3-rc.9"), []string{"1.2.3-rc.10", "1.2.3"}, []string{"1.2.3-rc.9", "1.2.3-beta"}},
		{one("SEMVER_GTE", "1.2.3"), []string{"1.2.3", "1.10.0"}, []string{"1.2.3-rc", ""}},
		{one("SEMVER_LT", "1.2.3"), []string{"1.2.3-rc", "0.9.9"}, []string{"1.2.3", "x"}},
		{one("SEMVER_LTE", "1.2.3"), []string{"1.2.3", "1.2.2"}, []string{"1.2.4"}},
		{one("SEMVER_LTE", "1.2"), nil, []string{"1.2.0", "0.0.1"}},
		{one("REGEX", "b+"), []string{"abc", "b"}, []string{"", "ac", "ABC"}},
		{one("REGEX", ""), []string{"", "a"}, nil},
		{caseInsensitive(one("REGEX", "^B")), []string{"bc"}, []string{"ab"}},
		{one("REGEX", "("), nil, []string{"", "("}},
		{one("REGEX", "(?=a)"), nil, []string{"a"}},
		{many("IN_CIDR", "10.0.0.0/8", " ::1 ", "bad", "10.0.0.0/33"), []string{"10.1.2.3", "::1", "10.0.0.0"}, []string{"11.0.0.1", "::ffff:10.0.0.1", "bad", ""}},
		{many("IN_CIDR", "2001:db8::/32"), []string{"2001:db8::1", "2001:DB8:0::1"}, []string{"2001:db9::1"}},
		{many("IN_CIDR", "10.0.0.1/24"), []string{"10.0.0.9", "10.0.0.0/25", "10.0.0.1/8"}, []string{"10.0.0.0/8", "10.0.1.0"}},
		{many("SOUNDS_LIKE", "a"), nil, []string{"a"}},
	} {
		t.Run(c.constraint.Operator, func(t *testing.T) {
			t.Parallel()
			for _, x := range c.holds {
				if !holds(c.constraint, x) {
					t.Errorf("%+v does not hold for %q", c.constraint, x)
				}
			}
			for _, x := range c.not {
				if holds(c.constraint, x) {
					t.Errorf("%+v holds for %q", c.constraint, x)
				}
			}
		})
	}
}

func TestEveryOperatorButNotInFailsOnMissingValues(t *testing.T) {
	t.Parallel()
	for name := range operators {
		if strings.HasPrefix(name, "DATE_") {
			continue
		}
		constraint := one(name, "")
		constraint.Values = []string{"a"}
		if got, want := testOf(constraint)(new(Context)), name == "NOT_IN"; got != want {
			t.Errorf("%s of a missing value is %t, want %t", name, got, want)
		}
	}
}

func TestDatesCompareTheCurrentTimeStrictly(t *testing.T) {
	t.Parallel()
	limit := time.Date(2022, 1, 29, 13, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		operator, value string
		now             time.Time
		want            bool
	}{
		{"DATE_AFTER", "2022-01-29T13:00:00Z", limit.Add(time.Millisecond), true},
		{"DATE_AFTER", "2022-01-29T13:00:00Z", limit, false},
		{"DATE_AFTER", "2022-01-29T13:00:00Z", limit.Add(time.Microsecond), false},
		{"DATE_AFTER", "soon", limit, false},
		{"DATE_BEFORE", "2022-01-29T13:00:00Z", limit.Add(-time.Millisecond), true},
		{"DATE_BEFORE", "2022-01-29T13:00:00Z", limit, false},
		{"DATE_BEFORE", "soon", limit, false},
	} {
		constraint := one(c.operator, c.value) // the constraint is on the field x, which dates ignore
		if got := testOf(constraint)(&Context{CurrentTime: c.now, Properties: map[string]string{"x": "2000-01-01"}}); got != c.want {
			t.Errorf("%s %s at %s is %t, want %t", c.operator, c.value, c.now, got, c.want)
		}
	}
}

func TestOwnFieldsComeBeforeProperties(t *testing.T) {
	t.Parallel()
	for name := range ownFields {
		constraint := Constraint{ContextName: name, Operator: "IN", Values: []string{"own"}}
		isOwn := testOf(constraint)
		context := generatedContext{Properties: map[string]string{name: "property"}}
		if isOwn(context.context()) {
			t.Errorf("%s: the property was taken for the own field", name)
		}
		constraint = Constraint{ContextName: name, Operator: "IN", Values: []string{"property"}}
		isProperty := testOf(constraint)
		if !isProperty(context.context()) {
			t.Errorf("%s: the property does not replace the missing own field", name)
		}
		context.set(name, "own")
		if !isOwn(context.context()) || isProperty(context.context()) {
			t.Errorf("%s: the own field does not come first", name)
		}
	}
}

// TestPropertiesAreAnObject checks what a constraint on the properties themselves finds.
func TestPropertiesAreAnObject(t *testing.T) {
	t.Parallel()
	isObject := testOf(Constraint{ContextName: "properties", Operator: "IN", Values: []string{"[object Object]"}})
	if !isObject(&Context{Properties: map[string]string{"properties": "a"}}) {
		t.Error("properties are not taken for an object")
	}
	if isObject(&Context{}) {
		t.Error("properties that were not sent are taken for an object")
	}
}

func TestUnreadableConstraintsSayWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		constraint Constraint
		want       string
	}{
		{many("SOUNDS_LIKE", "a"), "unknown operator"},
		{many("NUM_EQ", "1"), "no value"},
		{many("REGEX", "a"), "no value"},
		{one("NUM_EQ", "one"), "not a number"},
		{one("DATE_AFTER", "soon"), "not a date"},
		{one("SEMVER_EQ", "1"), "not a semantic version"},
		{one("REGEX", "("), "missing closing )"},
		{one("REGEX", "((a{100}){10}){10}b{1000}"), "invalid repeat"},
		{one("REGEX", strings.Repeat("a{1000}", 11)), "too large"},
		{one("REGEX", "(abcdefghij){1000}"), "too large"},
		{one("REGEX", strings.Repeat("a", MaxExpression+1)), "too large"},
	} {
		if _, err := compileConstraint(&c.constraint, newExpressionSet()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.constraint, err, c.want)
		}
	}
}

func TestRegularExpressionsStopAtTooMuchWork(t *testing.T) {
	t.Parallel()
	expression := one("REGEX", "(x+x+)+y|(a?){200}b")
	if !holds(expression, strings.Repeat("x", 1000)+"y") {
		t.Error("a text within the limit was not searched")
	}
	if holds(expression, strings.Repeat("x", 1<<20)+"y") {
		t.Error("a text of a megabyte was searched")
	}
}

func TestInvertedNegates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawnGenerator(t)
		context := g.context()
		constraint := g.constraint(rapid.SampledFrom(operatorNames).Draw(t, "operator"), &context)
		inverted := constraint
		inverted.Inverted = !constraint.Inverted
		if testOf(constraint)(context.context()) == testOf(inverted)(context.context()) {
			t.Fatalf("%+v inverted gives the same result for %+v", constraint, context)
		}
	})
}

func TestUnknownOperatorNeverHolds(t *testing.T) {
	t.Parallel()
	constraint := many("SOUNDS_LIKE", "a")
	constraint.Inverted = true
	if holds(constraint, "a") {
		t.Error("an unknown operator holds when inverted")
	}
}

// TestComparisonsAgreeWithEachOther checks that GTE and LTE are unions of two other
// comparisons, and that at most one of LT, EQ and GT holds.
func TestComparisonsAgreeWithEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawnGenerator(t)
		family, values := "NUM", numbers
		if g.chance(50) {
			family, values = "SEMVER", versions
		}
		value, x := g.odd(values), g.odd(values)
		is := func(name string) bool { return holds(one(family+"_"+name, value), x) }
		if is("GTE") != (is("GT") || is("EQ")) || is("LTE") != (is("LT") || is("EQ")) {
			t.Fatalf("%s: GTE or LTE of %q and %q is not a union", family, x, value)
		}
		if is("GT") && is("LT") || is("EQ") && (is("GT") || is("LT")) {
			t.Fatalf("%s: %q and %q have two orders", family, x, value)
		}
	})
}

// FuzzConstraint checks that evaluation does not panic and ends in reasonable time.
func FuzzConstraint(f *testing.F) {
	for i, operator := range operatorNames {
		for _, value := range []string{"a", "1.2.3", "0x10", "2022-01-29", "10.0.0.0/8", "(a*)*b", "(a{50}){20}", "\xff", ""} {
			f.Add(operator, value, value, i%2 == 0, i%3 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, operator, value, x string, inverted, insensitive bool) {
		constraint := Constraint{
			ContextName: "x", Operator: operator, Value: &value, Values: strings.Split(value, "|"),
			Inverted: inverted, CaseInsensitive: insensitive,
		}
		started := time.Now()
		got := holds(constraint, x)
		if took := time.Since(started); took > 30*time.Second {
			t.Errorf("evaluation took %v", took)
		}
		constraint.Inverted = !inverted
		if _, known := operators[operator]; known == (got == holds(constraint, x)) {
			t.Errorf("got %t; inverting must change the result of known operators, and only of them", got)
		}
	})
}
