package conformance

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// expand puts values in the place of the variables of a text, <like.this>.
func (w *world) expand(text string) (string, error) {
	var problem error
	out := variableText.ReplaceAllStringFunc(text, func(variable string) string {
		value, err := w.variable(variable[1 : len(variable)-1])
		if err != nil && problem == nil {
			problem = err
		}
		if text, isText := value.(string); isText {
			return text
		}
		return compact(value)
	})
	return out, problem
}

// pathPart is what may stand for a variable in a path: an id, a name, a day.
var pathPart = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// expandPath puts values in the place of the variables of a path that a request
// is sent to with that method. Most come from the target, which is not trusted:
// what is neither an id nor a name does not get into a path, and what the request
// may change must be the run's own.
func (w *world) expandPath(ctx context.Context, method, text string) (string, error) {
	path := ""
	for {
		found := variableText.FindStringIndex(text)
		if found == nil {
			return path + text, nil
		}
		value, err := w.expand(text[found[0]:found[1]])
		if err != nil {
			return "", err
		}
		path += text[:found[0]]
		if err := w.admit(ctx, method, path, value); err != nil {
			return "", err
		}
		path, text = path+value, text[found[1]:]
	}
}

// admit decides whether a value may go into a path behind what stands there.
func (w *world) admit(ctx context.Context, method, before, value string) error {
	collection := collectionOf(before)
	isCall := collection+"/" == callPrefix
	switch {
	case !pathPart.MatchString(value):
		return differs("", "an id or a name, which can be put into a path", strconv.Quote(value))
	case isSafe(method), !strings.HasSuffix(before, "/"), isCall && w.owns(strings.ToLower(value)):
		return nil
	case isCall && plainID.MatchString(value):
		collection = endpointsPath
	case isCall:
		return differs("", "the name of what was created", strconv.Quote(value))
	}
	err := w.ledger.vouch(ctx, w.tokens.Admin, method, collection, value)
	var other *disowned
	if errors.As(err, &other) && other.seen != nil {
		w.last = other.seen
		w.note(other.seen, nil)
	}
	return err
}

// expandAll expands several texts.
func (w *world) expandAll(texts ...*string) error {
	for _, text := range texts {
		expanded, err := w.expand(*text)
		if err != nil {
			return err
		}
		*text = expanded
	}
	return nil
}

// days before and after the day of a time, by the words of the variable.
var dayShifts = map[string]int{"day of ": 0, "day before ": -1, "day after ": 1}

// characters that do not show in a feature.
var characters = map[string]string{"tab": "\t", "bom": "\ufeff"}

// variable finds a value:
//
//	name.x             a name that no other scenario and no other run has
//	admin.token        the token of an actor
//	limit..., actor.id facts of the target
//	day of e.createdAt the date of a time; also day before, day after
//	capitals of e.name a text in capitals
//	tab, bom           characters that do not show in a feature
//	e.tokens.0.id      a part of an answer that was kept as e
func (w *world) variable(name string) (any, error) {
	for words, shift := range dayShifts {
		if inner, is := strings.CutPrefix(name, words); is {
			return w.day(inner, shift)
		}
	}
	if inner, is := strings.CutPrefix(name, "capitals of "); is {
		value, err := w.variable(inner)
		return strings.ToUpper(fmt.Sprint(value)), err
	}
	if character, is := characters[name]; is {
		return character, nil
	}
	first, rest, _ := strings.Cut(name, ".")
	switch {
	case first == "name" && rest != "":
		return w.ownName(rest), nil
	case rest == "token" && w.token(first) != "":
		return w.token(first), nil
	}
	if value, known := w.fact(name); known {
		return value, nil
	}
	value, kept := w.kept[first]
	if !kept {
		return nil, fmt.Errorf("nothing is kept as %q", first)
	}
	if rest == "" {
		return value, nil
	}
	found, ok := at(value, "/"+strings.ReplaceAll(rest, ".", "/"))
	if !ok {
		return nil, differs("/"+strings.ReplaceAll(rest, ".", "/"), "a value at <"+name+">", "none in "+compact(value))
	}
	return found, nil
}

// ownName is a name that no other scenario and no other run has.
func (w *world) ownName(part string) string { return w.name(w.number() + "-" + part) }

// number is the line of the scenario, which makes its names its own.
func (w *world) number() string {
	return fmt.Sprintf("%s%d", strings.TrimSuffix(w.scenario.file, ".feature"), w.scenario.line)
}

// day is the UTC date of a time that was kept.
func (w *world) day(name string, shift int) (any, error) {
	value, err := w.variable(name)
	if err != nil {
		return nil, err
	}
	moment, err := time.Parse(time.RFC3339, fmt.Sprint(value))
	if err != nil {
		return nil, differs("", "a time", compact(value))
	}
	return moment.UTC().AddDate(0, 0, shift).Format(time.DateOnly), nil
}
