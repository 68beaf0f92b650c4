package gherkin

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// answer holds the latest response. Its methods check what steps expect of it.
type answer struct {
	values *values
	last   *target.Exchange // nil if nothing has been sent yet
	// accepted counts the 2xx responses of the last burst.
	accepted int
}

// errNothingSent is returned for a step that checks a response before any request was sent.
var errNothingSent = errors.New("no request was sent yet")

func (a *answer) keep(name string) error {
	if a.last == nil {
		return errNothingSent
	}
	if !a.last.IsJSON {
		return judge.Differs("", "an answer in JSON", a.last.Summary())
	}
	a.values.keep(name, a.last.Value, a.last)
	return nil
}

func (a *answer) keepEntry(pointer, property, text, name string) error {
	entry, _, err := a.only(pointer, property, text)
	if err == nil {
		a.values.keep(name, entry, a.last)
	}
	return err
}

func (a *answer) keepHeader(name, as string) error {
	if a.last == nil {
		return errNothingSent
	}
	value := a.last.Answer.Get(name)
	if value == "" {
		return judge.Differs("", "a header "+name, "no such header")
	}
	a.values.keep(as, value, a.last)
	return nil
}

func (a *answer) statusIs(status string) error {
	if a.last == nil {
		return errNothingSent
	}
	if strconv.Itoa(a.last.Status) != status {
		return judge.Differs("", statusText(status), a.last.Summary())
	}
	return nil
}

// statusText words the expectation of a status.
func statusText[T int | string](status T) string { return fmt.Sprint("status ", status) }

func (a *answer) noBody() error {
	if a.last == nil {
		return errNothingSent
	}
	if len(a.last.Received) > 0 {
		return judge.Differs("", "no body", fmt.Sprintf("one of %d bytes", len(a.last.Received)))
	}
	return nil
}

func (a *answer) bodyIs(text string) error {
	if a.last == nil {
		return errNothingSent
	}
	if string(a.last.Received) != text {
		return judge.Differs("", strconv.Quote(text), a.last.Summary())
	}
	return nil
}

func (a *answer) errorIs(name string) error {
	return a.expectAll([][2]string{{"/name", strconv.Quote(name)}, {"/message", "a text"}})
}

func (a *answer) messageIs(message string) error {
	if err := a.values.expandAll(&message); err != nil {
		return err
	}
	return a.expectAll([][2]string{{"/message", jsonvalue.Text(message)}})
}

// has checks a table of pointers and expectations.
func (a *answer) has(rows table) error {
	pairs, err := a.pairs(rows)
	if err != nil {
		return err
	}
	return a.expectAll(pairs)
}

// pairs reads a table with two columns and replaces variables in the second.
func (a *answer) pairs(rows table) ([][2]string, error) {
	var pairs [][2]string
	for _, row := range rows.Rows {
		if len(row.Cells) != 2 {
			return nil, fmt.Errorf("a row has %d cells instead of 2, a pointer and an expectation", len(row.Cells))
		}
		expected, err := a.values.expand(row.Cells[1].Value)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]string{row.Cells[0].Value, expected})
	}
	return pairs, nil
}

func (a *answer) expectAll(pairs [][2]string) error {
	if a.last == nil {
		return errNothingSent
	}
	return a.expect(a.last.Value, "", pairs)
}

// expect checks parts of a value and reports every mismatch.
func (a *answer) expect(value any, base string, pairs [][2]string) error {
	broken := &judge.Mismatch{}
	for _, pair := range pairs {
		holds, err := judge.ParseExpectation(pair[1], a.last.SentAt())
		if err != nil {
			return err
		}
		part, present := jsonvalue.At(value, pair[0])
		if !holds(part, present) {
			got := judge.Got(base+pair[0], part)
			switch {
			case value == nil:
				got = a.last.Summary()
			case !present:
				got = "nothing"
			}
			breach := judge.Breach{Pointer: base + pair[0], Expectation: pair[1], Got: got}
			if !a.values.run.Judge.Allows(a.last, breach) {
				broken.Findings = append(broken.Findings, judge.Finding{Breach: breach})
			}
		}
	}
	if len(broken.Findings) > 0 {
		return broken
	}
	return nil
}

// headerIs checks a header of the response. The expectation "nothing" means that it is
// absent.
func (a *answer) headerIs(name, expected string) error {
	holds, err := a.expectation(&expected)
	if err != nil {
		return err
	}
	values := a.last.Answer.Values(name)
	value, got := any(nil), "no such header"
	if len(values) > 0 {
		value = strings.Join(values, ", ")
		got = jsonvalue.Text(value)
	}
	if holds(value, len(values) > 0) {
		return nil
	}
	breach := judge.Breach{Expectation: fmt.Sprintf("the header %s %s", name, expected), Got: got}
	if a.values.run.Judge.Allows(a.last, breach) {
		return nil
	}
	return judge.Differs("", breach.Expectation, breach.Got)
}

// expectation replaces the variables in what a step expects of the latest response, and reads it.
func (a *answer) expectation(text *string) (judge.Expectation, error) {
	if a.last == nil {
		return nil, errNothingSent
	}
	if err := a.values.expandAll(text); err != nil {
		return nil, err
	}
	return judge.ParseExpectation(*text, a.last.SentAt())
}

// list returns the list at a pointer in the latest response.
func (a *answer) list(pointer string) ([]any, error) {
	if a.last == nil {
		return nil, errNothingSent
	}
	value, _ := jsonvalue.At(a.last.Value, pointer)
	list, isList := value.([]any)
	if !isList {
		return nil, judge.Differs(pointer, "a list", a.last.Summary())
	}
	return list, nil
}

// matching returns the list and the indexes of the entries where a property meets an
// expectation.
func (a *answer) matching(pointer, property, text string) (list []any, indexes []int, err error) {
	holds, err := a.expectation(&text)
	if err != nil {
		return nil, nil, err
	}
	if list, err = a.list(pointer); err != nil {
		return nil, nil, err
	}
	for i, entry := range list {
		if value, present := jsonvalue.At(entry, "/"+property); holds(value, present) {
			indexes = append(indexes, i)
		}
	}
	return list, indexes, nil
}

// only returns the only entry of a list where a property meets an expectation, and its pointer.
func (a *answer) only(pointer, property, text string) (entry any, at string, err error) {
	list, indexes, err := a.matching(pointer, property, text)
	switch {
	case err != nil:
		return nil, "", err
	case len(indexes) != 1:
		return nil, "", judge.Differs(pointer, fmt.Sprintf("one entry where %q is %s", property, text), fmt.Sprintf("%d among %d entries", len(indexes), len(list)))
	}
	return list[indexes[0]], fmt.Sprintf("%s/%d", pointer, indexes[0]), nil
}

// entry checks whether a list has, or lacks, an entry that meets an expectation as a whole.
func (a *answer) entry(pointer, verb, text string) error {
	holds, err := a.expectation(&text)
	if err != nil {
		return err
	}
	list, err := a.list(pointer)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(value any) bool { return holds(value, true) }) != (verb == "has") {
		return judge.Differs(pointer, "a list that "+verb+" the entry "+text, jsonvalue.Text(list))
	}
	return nil
}

func (a *answer) oneEntryWith(pointer, property, text string, rows table) error {
	entry, at, err := a.only(pointer, property, text)
	if err != nil {
		return err
	}
	pairs, err := a.pairs(rows)
	if err != nil {
		return err
	}
	return a.expect(entry, at, pairs)
}

// partIs checks a part of the first entry of a list where a property meets an expectation. Without
// such an entry, the part is missing.
func (a *answer) partIs(pointer, property, text, part, expected string) error {
	list, indexes, err := a.matching(pointer, property, text)
	switch {
	case err != nil:
		return err
	case len(indexes) == 0:
		return a.expect(nil, pointer, [][2]string{{part, expected}})
	}
	return a.expect(list[indexes[0]], fmt.Sprintf("%s/%d", pointer, indexes[0]), [][2]string{{part, expected}})
}

func (a *answer) noEntry(pointer, property, text string) error {
	list, indexes, err := a.matching(pointer, property, text)
	if err != nil || len(indexes) == 0 {
		return err
	}
	return judge.Differs(fmt.Sprintf("%s/%d", pointer, indexes[0]), fmt.Sprintf("no entry where %q is %s", property, text), jsonvalue.Text(list[indexes[0]]))
}

// column returns a property of every entry of a list.
func column(list []any, property string) []any {
	values := make([]any, len(list))
	for i, entry := range list {
		values[i], _ = jsonvalue.At(entry, "/"+property)
	}
	return values
}

// columns returns the values of a column and those that a step expects.
func (a *answer) columns(pointer, property, text string) (got, want []any, err error) {
	if err := a.values.expandAll(&text); err != nil {
		return nil, nil, err
	}
	if want, err = jsonvalue.DecodeList(text); err != nil {
		return nil, nil, err
	}
	list, err := a.list(pointer)
	return column(list, property), want, err
}

func (a *answer) listIs(pointer, property, text string) error {
	got, want, err := a.columns(pointer, property, text)
	if err != nil || jsonvalue.Equal(got, want) {
		return err
	}
	return judge.Differs(pointer, fmt.Sprintf("the %q %s", property, jsonvalue.Text(want)), jsonvalue.Text(got))
}

// listHolds looks for values in the given order, whatever is between them.
func (a *answer) listHolds(pointer, property, text string) error {
	got, want, err := a.columns(pointer, property, text)
	if err != nil {
		return err
	}
	next := 0
	for _, value := range got {
		if next < len(want) && jsonvalue.Equal(value, want[next]) {
			next++
		}
	}
	if next < len(want) {
		return judge.Differs(pointer, fmt.Sprintf("the %q %s in that order", property, jsonvalue.Text(want)), jsonvalue.Text(got))
	}
	return nil
}

// listIsPart compares a page with the part of a longer list that it should be.
func (a *answer) listIsPart(pointer, whole, from, most string) error {
	if err := a.values.expandAll(&whole); err != nil {
		return err
	}
	all, err := jsonvalue.DecodeList(whole)
	if err != nil {
		return err
	}
	first, err := strconv.Atoi(from)
	if err != nil {
		return fmt.Errorf("the number of the first entry: %w", err)
	}
	length, err := strconv.Atoi(most)
	if err != nil {
		return fmt.Errorf("the number of entries: %w", err)
	}
	got, err := a.list(pointer)
	if err != nil {
		return err
	}
	first = min(first, len(all))
	want := all[first:min(first+length, len(all))]
	if !jsonvalue.Equal(got, want) {
		return judge.Differs(pointer, jsonvalue.Text(want), jsonvalue.Text(got))
	}
	return nil
}

func (a *answer) everyIs(property, pointer, text string) error {
	if err := a.values.expandAll(&text); err != nil {
		return err
	}
	list, err := a.list(pointer)
	if err != nil {
		return err
	}
	for i, entry := range list {
		if err := a.expect(entry, fmt.Sprintf("%s/%d", pointer, i), [][2]string{{"/" + property, text}}); err != nil {
			return err
		}
	}
	return nil
}

func (a *answer) listSorted(property, pointer, direction string) error {
	list, err := a.list(pointer)
	if err != nil {
		return err
	}
	values := column(list, property)
	sorted := slices.IsSortedFunc(values, func(a, b any) int {
		order, _ := jsonvalue.Compare(a, b)
		if direction == "fall" {
			order = -order
		}
		return order
	})
	if !sorted {
		return judge.Differs(pointer, fmt.Sprintf("the %q to %s from entry to entry", property, direction), jsonvalue.Text(values))
	}
	return nil
}

func (a *answer) acceptedAre(text string) error {
	if err := a.values.expandAll(&text); err != nil {
		return err
	}
	if strconv.Itoa(a.accepted) != text {
		return judge.Differs("", text+" of the requests to be accepted", strconv.Itoa(a.accepted))
	}
	return nil
}
