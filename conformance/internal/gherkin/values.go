package gherkin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// values holds the values of a scenario's variables.
type values struct {
	run      *Run
	scenario *plan.Scenario
	kept     map[string]any
	// created says, for each kept value, what its request created.
	created map[string]ledger.Created
}

// keep stores a value of an exchange for later steps.
func (v *values) keep(name string, value any, from *target.Exchange) {
	v.kept[name], v.created[name] = value, v.run.Ledger.Kinds.CreatedBy(from)
}

// plainName returns a name that no other scenario or run uses.
func (v *values) plainName(part string) string { return v.run.Name(v.scenario.Number() + "-" + part) }

// flagName returns such a name that fits the naming pattern of the project, if the scenario
// creates flags there.
func (v *values) flagName(part string) string {
	if v.scenario.Needs.InProject() {
		return v.run.Plan.Conditions.FlagNames.Around(v.plainName(part))
	}
	return v.plainName(part)
}

// expand replaces the variables in a text, <like.this>.
func (v *values) expand(text string) (string, error) {
	var problem error
	out := plan.VariableText.ReplaceAllStringFunc(text, func(variable string) string {
		value, err := v.variable(variable[1 : len(variable)-1])
		if err != nil && problem == nil {
			problem = err
		}
		if text, isText := value.(string); isText {
			return text
		}
		return jsonvalue.Text(value)
	})
	return out, problem
}

// expandAll expands several texts in place.
func (v *values) expandAll(texts ...*string) error {
	for _, text := range texts {
		expanded, err := v.expand(*text)
		if err != nil {
			return err
		}
		*text = expanded
	}
	return nil
}

// derivations lists the words that may precede a variable, and what they make of its value.
var derivations = []struct {
	words  string
	derive func(value any) (string, error)
}{
	{"day of ", day(0)},
	{"day before ", day(-1)},
	{"day after ", day(1)},
	{"capitals of ", func(value any) (string, error) { return strings.ToUpper(fmt.Sprint(value)), nil }},
	{"other case of ", otherCase},
	{"beginning of ", func(value any) (string, error) {
		text := fmt.Sprint(value)
		return text[:max(len(text)-1, 0)], nil
	}},
	{"weak form of ", func(value any) (string, error) { return "W/" + strings.TrimPrefix(fmt.Sprint(value), "W/"), nil }},
}

// texts are texts that would be invisible in a feature, or hard to read.
var texts = map[string]string{
	"tab": "\t", "bom": "\ufeff",
	// longer than short columns, with blanks, markup, escapes, and letters of two, three and four bytes and
	// of two runes; written as in JSON
	"any text": strings.Repeat(`  é e\u0301 ✓ 😀 <b>&amp; %41 + 'x' \"\\n\" \r\n\t `, 20),
}

// variable returns the value of a variable:
//
//	name.x             a name that no other scenario or run uses; in a scenario with flags, a flag's
//	plain name.x       the same for anything else: no project's naming pattern applies to it
//	admin.token        the token of an actor
//	limit..., actor.id facts about the target
//	project, environment, other environment, tag type, ... where the run's flags are
//	day of e.createdAt the date of a time; also day before, day after
//	capitals of e.name a text in capitals
//	other case of e.x  a text whose last letter has the other case
//	beginning of e.x   a text without its last character
//	weak form of e.x   a strong entity tag as a balancer that compresses makes it
//	tab, bom, any text texts that would be invisible in a feature, or hard to read
//	e.tokens.0.id      a part of a response that was kept as e
func (v *values) variable(name string) (any, error) {
	for _, derivation := range derivations {
		if inner, is := strings.CutPrefix(name, derivation.words); is {
			value, err := v.variable(inner)
			if err != nil {
				return nil, err
			}
			return derivation.derive(value)
		}
	}
	if part, is := strings.CutPrefix(name, "plain name."); is {
		return v.plainName(part), nil
	}
	if text, is := texts[name]; is {
		return text, nil
	}
	first, rest, _ := strings.Cut(name, ".")
	if first == "name" && rest != "" {
		return v.flagName(rest), nil
	}
	if token := v.run.tokens().Of(first); rest == "token" && token != "" {
		return token, nil
	}
	if fact := v.run.Plan.Conditions.Fact(name); fact.Missing == "" {
		return fact.Value, nil
	}
	return v.partOf(first, rest)
}

// otherCase changes the case of the last letter of a text. In a token, that letter is not in the
// prefix that shows its kind.
func otherCase(value any) (string, error) {
	text := fmt.Sprint(value)
	other := func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}
	at := strings.LastIndexFunc(text, func(r rune) bool { return other(r) != r })
	if at < 0 {
		return "", &disabledError{"the token has no letter whose case could be changed"}
	}
	letter, size := utf8.DecodeRuneInString(text[at:])
	return text[:at] + string(other(letter)) + text[at+size:], nil
}

// partOf returns a part of a kept value.
func (v *values) partOf(name, path string) (any, error) {
	value, kept := v.kept[name]
	if !kept {
		return nil, fmt.Errorf("nothing is kept as %q", name)
	}
	if path == "" {
		return value, nil
	}
	pointer := "/" + strings.ReplaceAll(path, ".", "/")
	found, present := jsonvalue.At(value, pointer)
	if !present {
		return nil, judge.Differs(pointer, "a value at <"+name+"."+path+">", "none in "+jsonvalue.Text(value))
	}
	return found, nil
}

// source returns the variable that another is derived from, or the variable itself.
func source(name string) string {
	for _, derivation := range derivations {
		if inner, is := strings.CutPrefix(name, derivation.words); is {
			return source(inner)
		}
	}
	return name
}

// day returns a function that shifts the UTC date of a time by a number of days.
func day(shift int) func(value any) (string, error) {
	return func(value any) (string, error) {
		moment, err := time.Parse(time.RFC3339, fmt.Sprint(value))
		if err != nil {
			return "", judge.Differs("", "a time", jsonvalue.Text(value))
		}
		return moment.UTC().AddDate(0, 0, shift).Format(time.DateOnly), nil
	}
}

// paths replaces variables in paths and bodies. Most values come from the target, which is
// not trusted. Only ids and names may go into a path, and whatever a request may change must
// belong to the run.
type paths struct {
	values *values
	sender *sender
}

// expand replaces the variables in a path.
func (p *paths) expand(ctx context.Context, method, text string) (string, error) {
	path := ""
	for {
		found := plan.VariableText.FindStringIndex(text)
		if found == nil {
			return path + text, nil
		}
		value, err := p.values.expand(text[found[0]:found[1]])
		if err != nil {
			return "", err
		}
		path += text[:found[0]]
		if !plan.IsPlace(text[found[0]+1 : found[1]-1]) { // chosen by the user, so trusted like literal text
			if err := p.admit(ctx, method, path, value); err != nil {
				return "", err
			}
		}
		path, text = path+value, text[found[1]:]
	}
}

// admit decides whether a value may be appended to the path before it.
func (p *paths) admit(ctx context.Context, method, before, value string) error {
	if !ledger.IsSegment(value) {
		return judge.Differs("", "an id or a name that can be part of a path", strconv.Quote(value))
	}
	if (target.Request{Method: method}).IsSafe() || !strings.HasSuffix(before, "/") {
		return nil
	}
	own := p.sender.ledger
	collection := target.Plain(before)
	if kind := own.Kinds.CalledAt(collection); kind != nil {
		switch {
		case own.Owns(strings.ToLower(value)):
			return nil
		case !ledger.IsID(value):
			return judge.Differs("", "the name of what was created", strconv.Quote(value))
		}
		collection = kind.Path
	}
	return p.show(own.Vouch(ctx, p.values.run.tokens().Admin, method, collection, value))
}

// show records the list that showed something not to be the run's, as the latest exchange.
func (p *paths) show(err error) error {
	var other *ledger.Disowned
	if errors.As(err, &other) && other.Seen != nil {
		p.sender.show(other.Seen)
	}
	return err
}

// expandBody replaces the variables in a body. As in a path, whatever a request may change by
// an id or a name in it must belong to the run.
func (p *paths) expandBody(ctx context.Context, method, text string) (string, error) {
	body, err := p.values.expand(text)
	if err != nil || (target.Request{Method: method}).IsSafe() {
		return body, err
	}
	for _, found := range plan.VariableText.FindAllStringSubmatch(text, -1) {
		if err := p.admitToBody(ctx, method, source(found[1])); err != nil {
			return "", err
		}
	}
	return body, nil
}

// admitToBody decides whether the value of a variable may be put into a body.
func (p *paths) admitToBody(ctx context.Context, method, variable string) error {
	name, part, _ := strings.Cut(variable, ".")
	if _, kept := p.values.kept[name]; !kept {
		return nil
	}
	value, err := p.values.expand("<" + variable + ">")
	if err != nil {
		return err
	}
	created := p.values.created[name]
	if created.Kind == nil && (part == "id" || strings.HasSuffix(part, ".id")) {
		return fmt.Errorf("a body contains <%s>, but the suite does not know what was created as %q", variable, name)
	}
	pointer := "/" + strings.ReplaceAll(part, ".", "/")
	return p.show(p.sender.ledger.VouchPart(ctx, p.values.run.tokens().Admin, method, created, pointer, value))
}
