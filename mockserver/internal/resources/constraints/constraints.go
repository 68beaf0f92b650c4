// Package constraints is the resource of constraints, which are parts of activation
// strategies and segments. It has their type, and refuses what a real server refuses.
package constraints

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/contextfields"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// Resource returns the resource.
func Resource() engine.Resource {
	return engine.Resource{
		Name:       "constraints",
		Operations: engine.Operations{"validateConstraint": engine.Read(validate)},
	}
}

// Constraint is a condition on a field of the context, as it is stored: only what was
// sent, with its keys in the order of jsonb (O).
type Constraint struct {
	Value           *string  `json:"value,omitzero"`
	Values          []string `json:"values"`
	Inverted        *bool    `json:"inverted,omitzero"`
	Operator        string   `json:"operator"`
	ContextName     string   `json:"contextName"`
	CaseInsensitive *bool    `json:"caseInsensitive,omitzero"`
}

// Checked returns constraints as they are stored, or what is wrong with the first bad
// one. Every constraint gets values, even if its operator uses none, for old SDKs (O).
func Checked(r engine.Reader, sent []Constraint) ([]Constraint, error) {
	out := make([]Constraint, len(sent))
	var refusal error
	var soonest step
	for i, constraint := range sent {
		if constraint.Values == nil {
			constraint.Values = []string{}
		}
		if at, err := constraint.check(r); err != nil && (refusal == nil || at < soonest) {
			refusal, soonest = err, at
		}
		out[i] = constraint
	}
	if refusal != nil {
		return nil, refusal
	}
	return out, nil
}

// step is where the check of a constraint ends. A real server checks all constraints at once, so of
// several refusals the one that takes fewer steps is told (O).
type step int

const (
	atOnce step = iota
	afterwards
	inTheDatabase
	afterwardsInTheDatabase
)

// CheckTexts refuses texts that are empty or too long. prefix precedes the name of the
// property in the refusal.
func (c *Constraint) CheckTexts(prefix string) error {
	if c.ContextName == "" {
		return apierror.BadProperty(prefix+"contextName", "is not allowed to be empty", "")
	}
	for i, value := range c.Values {
		name := fmt.Sprintf("%svalues[%d]", prefix, i)
		if value == "" {
			return apierror.BadProperty(name, "is not allowed to be empty", "")
		}
		if err := names.Length(name, value, maxValue); err != nil {
			return err
		}
	}
	return nil
}

const maxValue = 100

func (c *Constraint) check(r engine.Reader) (step, error) {
	if err := c.CheckTexts(""); err != nil {
		return atOnce, err
	}
	kind, known := kinds[kindOf(c.Operator)]
	if !known { // without validation by the contract
		return atOnce, apierror.BadProperty("operator", "is unknown", quoted(c.Operator))
	}
	if err := kind.atOnce(c); err != nil {
		return atOnce, err
	}
	if kind.afterwards == nil {
		return inTheDatabase, c.checkLegal(r, kind.single)
	}
	if err := kind.afterwards(c); err != nil {
		return afterwards, err
	}
	return afterwardsInTheDatabase, c.checkLegal(r, kind.single)
}

func (c *Constraint) checkLegal(r engine.Reader, single bool) error {
	allowed := contextfields.Allowed(r, c.ContextName)
	illegal := func(value string) bool { return allowed != nil && !allowed[value] }
	switch {
	case single && illegal(*c.Value):
		return apierror.BadData(*c.Value + " is not specified as a legal value on this context field")
	case !single && slices.ContainsFunc(c.Values, illegal):
		return apierror.BadData("input values are not specified as a legal value on this context field")
	}
	return nil
}

// kind is what operators of a kind demand, in two steps or one. A single value is in value, several
// are in values.
type kind struct {
	single             bool
	atOnce, afterwards func(*Constraint) error
}

// kinds are the kinds of operators, by the first part of the operator's name.
var kinds = map[string]kind{
	"NUM":    {true, checkSingle, checkNumber},
	"DATE":   {true, checkSingle, checkDate},
	"SEMVER": {true, checkVersion, nil},
	"REGEX":  {true, checkExpression, nil},
	"STR":    {false, nothing, checkValues},
	"IN":     {false, nothing, checkValues},
	"NOT":    {false, nothing, checkValues},
}

func kindOf(operator string) string {
	name, _, _ := strings.Cut(operator, "_")
	return name
}

func nothing(*Constraint) error { return nil }

func checkSingle(c *Constraint) error {
	if c.Value == nil || *c.Value == "" {
		return apierror.BadData("Single-value constraint operators require a non-empty value.")
	}
	return nil
}

func checkValues(c *Constraint) error {
	if len(c.Values) == 0 {
		return apierror.BadProperty("value", "must contain at least 1 items", "[]")
	}
	return nil
}

func checkDate(c *Constraint) error {
	if value := *c.Value; !evaluation.IsDate(value) && !isMoment(value) {
		return apierror.BadProperty("value", "must be a valid date", quoted(value))
	}
	return nil
}

func checkVersion(c *Constraint) error {
	if err := checkSingle(c); err != nil {
		return err
	}
	if !evaluation.IsStrictVersion(*c.Value) {
		return apierror.BadData("the provided value is not a valid semver format. The value provided was: " + *c.Value)
	}
	return nil
}

// checkExpression parses with Go's engine, whose messages RE2JS shares. If no part of the
// expression is to blame, RE2JS quotes none.
func checkExpression(c *Constraint) error {
	const refused = "the provided value is not a valid regex string."
	if c.Value == nil {
		return apierror.BadData(refused)
	}
	if len(*c.Value) <= evaluation.MaxExpression { // a longer one never matches, and might take 100 MB to read
		parsed, err := syntax.Parse(*c.Value, syntax.Perl)
		if err == nil {
			err = namedTwice(parsed.CapNames())
		}
		if err != nil {
			return apierror.BadData(refused + " Error: " + strings.TrimSuffix(err.Error(), ": ``"))
		}
	}
	if c.Inverted != nil && *c.Inverted {
		return apierror.BadData("REGEX operator cannot be inverted.")
	}
	return nil
}

// namedTwice refuses groups that have the same name, which Go allows and RE2 does not.
func namedTwice(groups []string) error {
	for i, name := range groups {
		if name != "" && slices.Contains(groups[:i], name) {
			return fmt.Errorf("error parsing regexp: duplicate capture group name: `%s`", name)
		}
	}
	return nil
}

func quoted(text string) string { return string(v8json.Stringify(nil, text)) }

// validate answers without a body if a constraint is valid.
func validate(view *engine.View, in Constraint) (out engine.Answer[engine.None], err error) {
	_, err = Checked(view, []Constraint{in})
	return out, err
}
