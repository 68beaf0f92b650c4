package evaluation

import (
	"bytes"
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"time"
)

// A test reports whether a constraint holds for a context.
type test func(*run) bool

func never(*run) bool { return false }

// An operator compiles a constraint: it reads the constraint's values once, and returns a
// test of a field against them.
type operator func(*Constraint, field, *expressionSet) (test, error)

var operators = map[string]operator{
	"IN":              in,
	"NOT_IN":          notIn,
	"STR_STARTS_WITH": startsWith.compile,
	"STR_ENDS_WITH":   endsWith.compile,
	"STR_CONTAINS":    contains.compile,
	"NUM_EQ":          number(equal),
	"NUM_GT":          number(greater),
	"NUM_GTE":         number(greaterOrEqual),
	"NUM_LT":          number(less),
	"NUM_LTE":         number(lessOrEqual),
	"DATE_AFTER":      date(greater),
	"DATE_BEFORE":     date(less),
	"SEMVER_EQ":       version(equal),
	"SEMVER_GT":       version(greater),
	"SEMVER_GTE":      version(greaterOrEqual),
	"SEMVER_LT":       version(less),
	"SEMVER_LTE":      version(lessOrEqual),
	"REGEX":           regex,
	"IN_CIDR":         inCIDR,
}

// HasOperator reports whether constraints can have an operator; one with any other never holds.
func HasOperator(name string) bool { return operators[name] != nil }

// Unreadable returns why a constraint cannot mean what it says; nil if it can. It does not look into regular
// expressions.
func Unreadable(constraint *Constraint) error {
	known := newExpressionSet()
	without := *constraint
	without.Value = nil
	_, err := compileConstraint(&without, known)
	switch {
	case constraint.Value == nil:
		return err
	case err == nil && len(constraint.Values) == 0: // it compares with values
		return errNoValues
	case err == nil || constraint.Operator == "REGEX":
		return nil
	}
	_, err = compileConstraint(constraint, known)
	return err
}

// Reasons why a constraint never holds.
var (
	errUnknownOperator = errors.New("unknown operator")
	errNoValue         = errors.New("no value to compare with")
	errNoValues        = errors.New("no values to compare with")
	errBadNumber       = errors.New("the value is not a number")
	errBadDate         = errors.New("the value is not a date")
	errBadVersion      = errors.New("the value is not a semantic version")
)

// compileConstraint returns a constraint's test. If it also returns an error, that says
// why the constraint cannot be read. Such a constraint does not hold, but holds if it is
// inverted, unless its operator is unknown.
func compileConstraint(constraint *Constraint, known *expressionSet) (test, error) {
	compile, isKnown := operators[constraint.Operator]
	if !isKnown {
		return never, errUnknownOperator
	}
	holds, err := compile(constraint, fieldNamed(constraint.ContextName), known)
	if err != nil {
		holds = never
	}
	if constraint.Inverted {
		return func(c *run) bool { return !holds(c) }, err
	}
	return holds, err
}

// whenPresent tests a field's value, which takes some steps for each of its bytes. A missing
// value fails.
func whenPresent(f field, perByte int, holds func(value string) bool) test {
	return func(c *run) bool {
		value, present := c.value(f)
		return present && c.spend(perByte, len(value)) && holds(value)
	}
}

// cleanValues drops empty values, then trims the others. In this order, a value of white
// space becomes an empty one.
func (constraint *Constraint) cleanValues() []string {
	values := make([]string, 0, len(constraint.Values))
	for _, value := range constraint.Values {
		if value != "" {
			values = append(values, trim(value))
		}
	}
	return values
}

func in(constraint *Constraint, f field, _ *expressionSet) (test, error) {
	values := make(map[string]bool)
	for _, value := range constraint.cleanValues() {
		values[value] = true
	}
	return whenPresent(f, 1, func(value string) bool { return values[value] }), nil
}

func notIn(constraint *Constraint, f field, known *expressionSet) (test, error) {
	isIn, err := in(constraint, f, known)
	return func(c *run) bool { return !isIn(c) }, err
}

// A textMatch is where a text has to contain another. It is not a function value, because
// the arguments of one would escape to the heap.
type textMatch int

const (
	startsWith textMatch = iota
	endsWith
	contains
)

func (m textMatch) holds(text, part []byte) bool {
	switch m {
	case startsWith:
		return bytes.HasPrefix(text, part)
	case endsWith:
		return bytes.HasSuffix(text, part)
	default:
		return bytes.Contains(text, part)
	}
}

func appendText(to []byte, text string, lower bool) []byte {
	if lower {
		return appendLower(to, text)
	}
	return append(to, text...)
}

func (m textMatch) compile(constraint *Constraint, f field, _ *expressionSet) (test, error) {
	var parts [][]byte
	for _, value := range constraint.cleanValues() {
		parts = append(parts, appendText(nil, value, constraint.CaseInsensitive))
	}
	perByte := 1
	if constraint.CaseInsensitive {
		perByte += lowerSteps
	}
	if m == contains {
		perByte += len(parts)
	}
	return whenPresent(f, perByte, func(value string) bool {
		var buffer [128]byte
		text := appendText(buffer[:0], value, constraint.CaseInsensitive)
		for _, part := range parts {
			if m.holds(text, part) {
				return true
			}
		}
		return false
	}), nil
}

// A comparison decides on the order of a context's value and the constraint's, as
// returned by cmp.Compare.
type comparison func(order int) bool

func equal(order int) bool          { return order == 0 }
func greater(order int) bool        { return order > 0 }
func greaterOrEqual(order int) bool { return order >= 0 }
func less(order int) bool           { return order < 0 }
func lessOrEqual(order int) bool    { return order <= 0 }

// single returns an operator with one value. The error unread is for a value that read
// refuses.
func single[T any](read func(string) (T, bool), unread error, compile func(limit T, f field) test) operator {
	return func(constraint *Constraint, f field, _ *expressionSet) (test, error) {
		if constraint.Value == nil {
			return nil, errNoValue
		}
		limit, ok := read(*constraint.Value)
		if !ok {
			return nil, unread
		}
		return compile(limit, f), nil
	}
}

func number(holds comparison) operator {
	return single(readNumber, errBadNumber, func(limit float64, f field) test {
		return whenPresent(f, 1, func(value string) bool {
			number, ok := readNumber(value)
			return ok && holds(cmp.Compare(number, limit))
		})
	})
}

// date compares the current time, whatever field the constraint names.
func date(holds comparison) operator {
	return single(readDate, errBadDate, func(limit time.Time, _ field) test {
		return func(c *run) bool {
			return holds(c.CurrentTime.Truncate(time.Millisecond).Compare(limit))
		}
	})
}

func version(holds comparison) operator {
	return single(readVersion, errBadVersion, func(limit string, f field) test {
		return whenPresent(f, 1, func(value string) bool {
			order, ok := compareVersions(value, limit)
			return ok && holds(order)
		})
	})
}

// regex searches a text for the expression. A text that is too long for it does not match.
func regex(constraint *Constraint, f field, known *expressionSet) (test, error) {
	if constraint.Value == nil {
		return nil, errNoValue
	}
	expression := known.compile(*constraint.Value, constraint.CaseInsensitive)
	if expression.problem != nil {
		return nil, expression.problem
	}
	steps := expression.instructions
	return func(c *run) bool {
		text, present := c.value(f)
		return present && len(text) <= maxMatch/steps && c.spend(steps, len(text)) && expression.MatchString(text)
	}, nil
}

func inCIDR(constraint *Constraint, f field, _ *expressionSet) (test, error) {
	var ranges []netip.Prefix
	for _, value := range constraint.cleanValues() {
		if r, ok := readRange(value); ok {
			ranges = append(ranges, r)
		}
	}
	return whenPresent(f, 1, func(value string) bool {
		asked, ok := readRange(value)
		return ok && slices.ContainsFunc(ranges, func(r netip.Prefix) bool {
			return isWithin(asked, r) || asked.Addr() == r.Addr()
		})
	}), nil
}
