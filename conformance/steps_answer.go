package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// errNothingSent is a scenario that looks at an answer before it asks.
var errNothingSent = errors.New("no request was sent yet")

func (w *world) keepAnswer(name string) error {
	if w.last == nil {
		return errNothingSent
	}
	if !w.last.isJSON {
		return differs("", "an answer in JSON", summary(w.last))
	}
	w.kept[name] = w.last.value
	return nil
}

func (w *world) keepEntry(pointer, property, text, name string) error {
	list, indexes, err := w.matching(pointer, property, text)
	if err != nil {
		return err
	}
	if len(indexes) != 1 {
		return differs(pointer, fmt.Sprintf("one entry where %q is %s", property, text), fmt.Sprintf("%d among %d entries", len(indexes), len(list)))
	}
	w.kept[name] = list[indexes[0]]
	return nil
}

func (w *world) keepHeader(name, as string) error {
	if w.last == nil {
		return errNothingSent
	}
	value := w.last.answer.Get(name)
	if value == "" {
		return differs("", "a header "+name, "no such header")
	}
	w.kept[as] = value
	return nil
}

func (w *world) statusIs(status string) error {
	if w.last == nil {
		return errNothingSent
	}
	if strconv.Itoa(w.last.status) == status {
		return nil
	}
	// Also against the operation that answered, which is who was asked.
	return &mismatch{[]finding{{breach: breach{expectation: "status " + status, got: summary(w.last)}}}}
}

func (w *world) noBody() error {
	if w.last == nil {
		return errNothingSent
	}
	if len(w.last.received) > 0 {
		return differs("", "no body", fmt.Sprintf("one of %d bytes", len(w.last.received)))
	}
	return nil
}

func (w *world) bodyIs(text string) error {
	if w.last == nil {
		return errNothingSent
	}
	if string(w.last.received) != text {
		return differs("", strconv.Quote(text), summary(w.last))
	}
	return nil
}

func (w *world) errorIs(name string) error {
	return w.expectAll([][2]string{{"/name", strconv.Quote(name)}, {"/message", "a text"}})
}

func (w *world) messageIs(message string) error {
	if err := w.expandAll(&message); err != nil {
		return err
	}
	return w.expectAll([][2]string{{"/message", compact(message)}})
}

// answerHas checks a table of pointers and expectations.
func (w *world) answerHas(rows table) error {
	pairs, err := w.pairs(rows)
	if err != nil {
		return err
	}
	return w.expectAll(pairs)
}

// pairs reads a table of two columns, variables replaced.
func (w *world) pairs(rows table) ([][2]string, error) {
	var pairs [][2]string
	for _, row := range rows.Rows {
		if len(row.Cells) != 2 {
			return nil, fmt.Errorf("a row has %d cells, not 2: where and what", len(row.Cells))
		}
		expected, err := w.expand(row.Cells[1].Value)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]string{row.Cells[0].Value, expected})
	}
	return pairs, nil
}

func (w *world) expectAll(pairs [][2]string) error {
	if w.last == nil {
		return errNothingSent
	}
	return w.expect(w.last.value, "", pairs)
}

// expect checks the parts of a value, and tells all that are wrong.
func (w *world) expect(value any, base string, pairs [][2]string) error {
	broken := &mismatch{}
	for _, pair := range pairs {
		holds, err := parseExpectation(pair[1], w.last.sentAt())
		if err != nil {
			return err
		}
		part, present := at(value, pair[0])
		if !holds(part, present) {
			got := compact(part)
			switch {
			case value == nil:
				got = summary(w.last)
			case !present:
				got = "nothing"
			}
			broken.found = append(broken.found, finding{breach: breach{pointer: base + pair[0], expectation: pair[1], got: got}})
		}
	}
	if len(broken.found) > 0 {
		return broken
	}
	return nil
}

// headerIs checks a header of the answer; "nothing" is that it is not there.
func (w *world) headerIs(name, expected string) error {
	if w.last == nil {
		return errNothingSent
	}
	if err := w.expandAll(&expected); err != nil {
		return err
	}
	holds, err := parseExpectation(expected, w.last.sentAt())
	if err != nil {
		return err
	}
	values := w.last.answer.Values(name)
	value, got := any(nil), "no such header"
	if len(values) > 0 {
		value = strings.Join(values, ", ")
		got = compact(value)
	}
	if !holds(value, len(values) > 0) {
		return differs("", fmt.Sprintf("the header %s %s", name, expected), got)
	}
	return nil
}

// list finds a list in the last answer.
func (w *world) list(pointer string) ([]any, error) {
	if w.last == nil {
		return nil, errNothingSent
	}
	value, _ := at(w.last.value, pointer)
	list, isList := value.([]any)
	if !isList {
		return nil, differs(pointer, "a list", summary(w.last))
	}
	return list, nil
}

// matching returns the indexes of the entries where a property has a value.
func (w *world) matching(pointer, property, text string) (list []any, indexes []int, err error) {
	if err := w.expandAll(&text); err != nil {
		return nil, nil, err
	}
	if list, err = w.list(pointer); err != nil {
		return nil, nil, err
	}
	holds, err := parseExpectation(text, w.last.sentAt())
	if err != nil {
		return nil, nil, err
	}
	for i, entry := range list {
		if value, present := at(entry, "/"+property); holds(value, present) {
			indexes = append(indexes, i)
		}
	}
	return list, indexes, nil
}

func (w *world) oneEntryWith(pointer, property, text string, rows table) error {
	list, indexes, err := w.matching(pointer, property, text)
	if err != nil {
		return err
	}
	if len(indexes) != 1 {
		return differs(pointer, fmt.Sprintf("one entry where %q is %s", property, text), fmt.Sprintf("%d among %d entries", len(indexes), len(list)))
	}
	pairs, err := w.pairs(rows)
	if err != nil {
		return err
	}
	return w.expect(list[indexes[0]], fmt.Sprintf("%s/%d", pointer, indexes[0]), pairs)
}

func (w *world) noEntry(pointer, property, text string) error {
	list, indexes, err := w.matching(pointer, property, text)
	if err != nil || len(indexes) == 0 {
		return err
	}
	return differs(fmt.Sprintf("%s/%d", pointer, indexes[0]), fmt.Sprintf("no entry where %q is %s", property, text), compact(list[indexes[0]]))
}

// column is a property of every entry of a list.
func column(list []any, property string) []any {
	values := make([]any, len(list))
	for i, entry := range list {
		values[i], _ = at(entry, "/"+property)
	}
	return values
}

// columns reads what a step expects of a column, and what came.
func (w *world) columns(pointer, property, text string) (got, want []any, err error) {
	if err := w.expandAll(&text); err != nil {
		return nil, nil, err
	}
	literal, _ := decodeJSON([]byte(text))
	want, isList := literal.([]any)
	if !isList {
		return nil, nil, fmt.Errorf("%q is no JSON list", text)
	}
	list, err := w.list(pointer)
	return column(list, property), want, err
}

func (w *world) listIs(pointer, property, text string) error {
	got, want, err := w.columns(pointer, property, text)
	if err != nil || same(got, want) {
		return err
	}
	return differs(pointer, fmt.Sprintf("the %q %s", property, compact(want)), compact(got))
}

// listHolds looks for values that stand in that order, whatever stands between.
func (w *world) listHolds(pointer, property, text string) error {
	got, want, err := w.columns(pointer, property, text)
	if err != nil {
		return err
	}
	next := 0
	for _, value := range got {
		if next < len(want) && same(value, want[next]) {
			next++
		}
	}
	if next < len(want) {
		return differs(pointer, fmt.Sprintf("the %q %s in that order", property, compact(want)), compact(got))
	}
	return nil
}

// listIsPart compares a page with the part of a longer list that it should be.
func (w *world) listIsPart(pointer, whole, from, most string) error {
	if err := w.expandAll(&whole); err != nil {
		return err
	}
	literal, _ := decodeJSON([]byte(whole))
	all, isList := literal.([]any)
	if !isList {
		return fmt.Errorf("%q is no JSON list", whole)
	}
	first, err := strconv.Atoi(from)
	if err != nil {
		return fmt.Errorf("the first entry: %w", err)
	}
	length, err := strconv.Atoi(most)
	if err != nil {
		return fmt.Errorf("how many entries: %w", err)
	}
	got, err := w.list(pointer)
	if err != nil {
		return err
	}
	first = min(first, len(all))
	want := all[first:min(first+length, len(all))]
	if !same(got, want) {
		return differs(pointer, compact(want), compact(got))
	}
	return nil
}

func (w *world) everyIs(property, pointer, text string) error {
	if err := w.expandAll(&text); err != nil {
		return err
	}
	list, err := w.list(pointer)
	if err != nil {
		return err
	}
	for i, entry := range list {
		if err := w.expect(entry, fmt.Sprintf("%s/%d", pointer, i), [][2]string{{"/" + property, text}}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) listSorted(property, pointer, direction string) error {
	list, err := w.list(pointer)
	if err != nil {
		return err
	}
	values := column(list, property)
	sorted := slices.IsSortedFunc(values, func(a, b any) int {
		order, _ := compareValues(a, b)
		if direction == "fall" {
			order = -order
		}
		return order
	})
	if !sorted {
		return differs(pointer, fmt.Sprintf("the %q to %s from entry to entry", property, direction), compact(values))
	}
	return nil
}

func (w *world) acceptedAre(text string) error {
	if err := w.expandAll(&text); err != nil {
		return err
	}
	if strconv.Itoa(w.accepted) != text {
		return differs("", text+" of the requests to be accepted", strconv.Itoa(w.accepted))
	}
	return nil
}
