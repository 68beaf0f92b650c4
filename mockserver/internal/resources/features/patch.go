package features

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// maxCopied is how many bytes a patch may copy, since each copy of the whole document
// doubles it.
const maxCopied = 1 << 20

// patched applies a JSON patch to what the API shows. A patch that does not apply gets a 400,
// which a real server gives only to one of variants; to others, it answers 500. refuse says how an
// operation that leaves a list with a hole is refused; without an error, it has no effect.
func patched(document, operations []byte, refuse func(sparse) error) (any, error) {
	value, err := v8json.ParseOrdered(document)
	if err != nil {
		return nil, apierror.BadData(err.Error())
	}
	list, err := v8json.ParseOrdered(operations)
	if err != nil {
		return nil, apierror.BadData(err.Error())
	}
	p := &patcher{document: value}
	steps, _ := list.([]any)
	for i, step := range steps {
		object, is := step.(*v8json.Object)
		if !is {
			return nil, apierror.BadData(fmt.Sprintf("Operation %d of the patch is not an object", i))
		}
		if err := p.apply(object); err != nil {
			if hole, is := err.(sparse); is {
				if err := refuse(hole); err != nil {
					return nil, err
				}
				continue
			}
			message := "Could not apply provided patch: " + err.Error()
			if errors.Is(err, testFailed) {
				message += fmt.Sprintf("\nname: TEST_OPERATION_FAILED\nindex: %d\noperation: %s\ntree: %s", i, indented(object), indented(p.document))
			}
			return nil, apierror.BadData(message)
		}
	}
	return p.document, nil
}

// thrown is an error in the words of fast-json-patch or of JavaScript.
type thrown string

func (t thrown) Error() string { return string(t) }

// sparse is the path of the first place of a list that a patch leaves without a value: texts and numbers,
// the last one first.
type sparse []any

// Error words it as it is refused in variants (O).
func (s sparse) Error() string {
	var path strings.Builder
	for _, step := range slices.Backward(s) {
		if at, is := step.(int); is {
			fmt.Fprintf(&path, "[%d]", at)
		} else {
			fmt.Fprintf(&path, ".%s", step)
		}
	}
	return fmt.Sprintf("%q must not be a sparse array item.", strings.TrimPrefix(path.String(), "."))
}

// pointer returns the path as a JSON pointer.
func (s sparse) pointer() string {
	var tokens []string
	for _, step := range slices.Backward(s) {
		tokens = append(tokens, fmt.Sprint(step))
	}
	return openapi.Pointer(tokens)
}

const testFailed = thrown("Test operation failed")

// maxIndented is the most bytes that a value in an error may have indented.
const maxIndented = 1 << 20

// indented returns a value as indented JSON. One that would be too large so, as it is nested
// deeply, stays on one line.
func indented(value any) string {
	text := v8json.Stringify(nil, value)
	if indentedSize(text) > maxIndented {
		return string(text)
	}
	var out bytes.Buffer
	_ = json.Indent(&out, text, "", "  ") // cannot fail: Stringify wrote it
	return out.String()
}

// indentedSize returns how many bytes a JSON text has indented, at most.
func indentedSize(text []byte) int {
	size, depth, quoted := len(text), 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ':':
			size++
		case c == '{', c == '[':
			depth++
			size += 1 + 2*depth
		case c == ',':
			size += 1 + 2*depth
		case c == '}', c == ']':
			depth--
			size += 1 + 2*depth
		}
	}
	return size
}

// readInto reads the result of a patch into a Go value.
func readInto(value, into any) error {
	if problems := engine.Fill(into, value, nil, true); len(problems) > 0 {
		return apierror.BadData(fmt.Sprintf("%s %s", problems[0].Pointer(), problems[0].Message))
	}
	return nil
}

// patcher applies operations as the npm package fast-json-patch does, which is more
// lenient than RFC 6902: a property that is replaced need not exist, and a missing value
// removes the property (O).
type patcher struct {
	document any
	copied   int
}

// absent is JavaScript's undefined.
type absent struct{}

func (p *patcher) apply(operation *v8json.Object) error {
	kind, path := textIn(operation, "op"), textIn(operation, "path")
	value, has := operation.Get("value")
	if !has {
		value = absent{}
	}
	switch kind {
	case "copy", "move":
		from := textIn(operation, "from")
		if _, err := p.at(path); kind == "move" && err != nil { // it is read before it is replaced (O)
			return err
		}
		found, err := p.copyOf(from)
		if err != nil {
			return err
		}
		if kind == "copy" && found == (absent{}) { // the copy of nothing is null (O)
			found = nil
		}
		if kind == "move" && from != "" { // the whole stays where it is (O)
			if err := p.put("remove", from, nil); err != nil {
				return err
			}
		}
		return p.put("add", path, found)
	case "test":
		found, err := p.at(path)
		if err != nil {
			return err
		}
		if !equal(found, value) {
			return testFailed
		}
		return nil
	}
	return p.put(kind, path, value)
}

func textIn(operation *v8json.Object, name string) string {
	value, has := operation.Get(name)
	switch text, is := value.(string); {
	case is:
		return text
	case has && value == nil: // null is read as an empty text (O)
		return ""
	}
	return string(v8json.Stringify(nil, value))
}

// steps returns the keys that a path names. A path without a slash names the key
// `undefined`, which a list cannot have.
func (p *patcher) steps(path string) ([]string, error) {
	parts := strings.Split(path, "/")
	if len(parts) == 1 {
		if _, is := p.document.([]any); is {
			return nil, thrown("Cannot read properties of undefined (reading 'length')")
		}
		return []string{"undefined"}, nil
	}
	for i, part := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts[1:], nil
}

// at returns the value at a path, or absent if only its last step leads nowhere.
func (p *patcher) at(path string) (any, error) {
	if path == "" {
		return p.document, nil
	}
	all, err := p.steps(path)
	if err != nil {
		return nil, err
	}
	value := p.document
	for _, step := range all {
		inner, err := child(value, step)
		if err != nil {
			return nil, err
		}
		value = inner
	}
	return value, nil
}

// below complains about a step below null or undefined.
func below(value any, does, doing, step string) error {
	name := "undefined"
	if value == nil {
		name = "null"
	}
	return thrown(fmt.Sprintf("Cannot %s properties of %s (%s '%s')", does, name, doing, step))
}

func child(value any, step string) (any, error) {
	switch value := value.(type) {
	case *v8json.Object:
		if inner, has := value.Get(step); has {
			return inner, nil
		}
		return absent{}, nil
	case []any:
		if at, is := place(step); is && at < len(value) {
			return value[at], nil
		}
	case nil, absent:
		return nil, below(value, "read", "reading", step)
	}
	return absent{}, nil
}

// place returns the place in a list that a step of digits means; one without digits is the first.
func place(step string) (at int, is bool) {
	for _, digit := range step {
		if digit < '0' || digit > '9' {
			return 0, false
		}
	}
	at, err := strconv.Atoi("0" + step)
	if err != nil {
		at = math.MaxInt
	}
	return at, true
}

func (p *patcher) copyOf(path string) (any, error) {
	value, err := p.at(path)
	if err != nil || value == (absent{}) {
		return value, err
	}
	text := v8json.Stringify(nil, value)
	if p.copied += len(text); p.copied > maxCopied {
		return nil, fmt.Errorf("it copies more than %d bytes", maxCopied)
	}
	return v8json.ParseOrdered(text)
}

// put adds, replaces or removes what a path addresses.
func (p *patcher) put(kind, path string, value any) (err error) {
	if path == "" {
		if kind == "remove" || value == (absent{}) {
			value = nil
		}
		p.document = value
		return nil
	}
	steps, err := p.steps(path)
	if err != nil {
		return err
	}
	after, err := changed(p.document, steps, kind, value)
	if err == nil {
		p.document = after
	}
	return err
}

func changed(value any, steps []string, kind string, to any) (any, error) {
	step, last := steps[0], len(steps) == 1
	if !last {
		inner, err := child(value, step)
		if err != nil {
			return nil, err
		}
		if to, err = changed(inner, steps[1:], kind, to); err != nil {
			return nil, within(value, step, err)
		}
		kind = "replace"
	}
	switch value := value.(type) {
	case *v8json.Object:
		if kind == "remove" || to == (absent{}) {
			value.Delete(step)
		} else {
			value.Set(step, to)
		}
		return value, nil
	case []any:
		return changedList(value, step, kind, to)
	case nil, absent:
		if kind == "add" {
			return nil, below(value, "set", "setting", step)
		}
		return nil, below(value, "read", "reading", step)
	}
	return value, nil // a text or number keeps no property
}

// within adds to the path of a hole the step that leads there from a value.
func within(value any, step string, err error) error {
	hole, is := err.(sparse)
	if !is {
		return err
	}
	if _, isList := value.([]any); isList {
		if at, isPlace := place(step); isPlace {
			return append(hole, at)
		}
	}
	return append(hole, step)
}

func changedList(list []any, step, kind string, to any) ([]any, error) {
	at, is := place(step)
	switch {
	case step == "-":
		at = len(list)
	case !is && kind == "remove":
		at = fromEnd(step, len(list))
	case !is:
		return list, nil // JavaScript sets a property of the list, which nobody sees
	}
	switch {
	case kind == "remove" && at >= len(list):
		return list, nil
	case kind == "remove":
		return slices.Delete(list, at, at+1), nil
	case at > len(list) && kind == "replace", to == (absent{}):
		return nil, sparse{min(at, len(list))}
	case kind == "replace" && at < len(list):
		list[at] = to
		return list, nil
	}
	return slices.Insert(list, min(at, len(list)), to), nil
}

// fromEnd returns the place from which JavaScript's splice removes, given something other than digits.
func fromEnd(step string, length int) int {
	number, isNumber := ajv.ParseNumber(step)
	if !isNumber {
		return 0
	}
	if number = math.Trunc(number); number < 0 {
		number += float64(length)
	}
	return int(min(max(number, 0), float64(length)))
}

// equal compares values, regardless of the order of keys.
func equal(a, b any) bool {
	if a == (absent{}) || b == (absent{}) {
		return a == b
	}
	left, errA := v8json.CompactJSONB(v8json.Stringify(nil, a))
	right, errB := v8json.CompactJSONB(v8json.Stringify(nil, b))
	return errA == nil && errB == nil && string(left) == string(right)
}
