package evaluation

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

var manyClasses = strings.Repeat(`\pL`, 1000)

func matching(count int, expression func(i int) string) *Flags {
	features := times(count)
	for i := range features {
		features[i].Strategies = []Strategy{constrainedBy(one("REGEX", expression(i)))}
	}
	return Compile(&Configuration{Features: features}, Options{})
}

func TestEqualExpressionsAreCompiledOnce(t *testing.T) {
	t.Parallel()
	large := func(int) string { return "(?:abcdefgh){1000}" }
	first, all := matching(1, large), matching(2500, large)
	if one, many := first.ExpressionBytes(), all.ExpressionBytes(); one < 100_000 || one != many {
		t.Errorf("one takes %d bytes, many take %d", one, many)
	}
	if _, err := all.AppendEnabled(nil, new(Context)); err != nil {
		t.Error(err)
	}
	insensitive := one("REGEX", "a")
	insensitive.CaseInsensitive = true
	both := []Feature{{Name: "a", Enabled: true, Strategies: []Strategy{constrainedBy(one("REGEX", "a"))}}, {Name: "b", Enabled: true, Strategies: []Strategy{constrainedBy(insensitive)}}}
	on, err := Compile(&Configuration{Features: both}, Options{}).AppendEnabled(nil, &Context{Properties: map[string]string{"x": "A"}})
	if err != nil || len(on) != 1 || on[0].Name != "b" {
		t.Errorf("%v, %v", on, err)
	}
}

// TestExpressionsAreLimited checks that a configuration whose expressions take too much memory, or
// too long to read, is refused, and that what was compiled before that stays small.
func TestExpressionsAreLimited(t *testing.T) {
	t.Parallel()
	for name, expression := range map[string]func(i int) string{
		"large":         func(i int) string { return fmt.Sprintf("(?:abcdefgh){1000}%d", i) },
		"large classes": func(i int) string { return fmt.Sprintf(`^\pL{900}%d`, i) },
		"many classes":  func(i int) string { return fmt.Sprint(manyClasses, i) },
		"unreadable":    func(i int) string { return fmt.Sprint(manyClasses, "(", i) },
		"too large":     func(i int) string { return fmt.Sprintf(`(?:%s){1000}%d`, manyClasses, i) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := matching(1000, expression)
			if _, err := flags.AppendEnabled(nil, new(Context)); !errors.Is(err, ErrExpressionsTooLarge) {
				t.Errorf("%v, with %d bytes", err, flags.ExpressionBytes())
			}
			why := explained(t, flags, "flag-999", new(Context))
			if problem := why.Strategies[0].Problem; problem != ErrExpressionsTooLarge.Error() {
				t.Errorf("the last flag is explained with %q", problem)
			}
		})
	}
}
