package conformance

import (
	"fmt"
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
		return w.name(w.number() + "-" + rest), nil
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
