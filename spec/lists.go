package spec

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"sync"

	"github.com/pb33f/jsonschema/v6"
)

// lists are the properties of an object that are lists: the schema of each says only what its items
// are, and the object's schema says only what its properties are. An answer with many items can then
// be judged item by item, and items that were seen before are known. This pays off because lists
// usually differ only in a few items, or in which items they show.
type lists map[string]*jsonschema.Schema

// annotations are the fields of a schema that do not restrict a value.
var annotations = []string{
	"DraftVersion", "Location", "ID", "Anchor", "Title", "Description", "Default", "Comment", "ReadOnly", "WriteOnly", "Examples", "Deprecated",
}

// saysOnly reports whether a schema has no keywords other than the given fields and annotations.
func saysOnly(s *jsonschema.Schema, fields ...string) bool {
	value := reflect.ValueOf(s).Elem()
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.IsExported() && !value.Field(i).IsZero() && !slices.Contains(fields, field.Name) && !slices.Contains(annotations, field.Name) {
			return false
		}
	}
	return true
}

// behind follows references that have no other keywords next to them.
func behind(s *jsonschema.Schema) *jsonschema.Schema {
	for s != nil && s.Ref != nil && saysOnly(s, "Ref") {
		s = s.Ref
	}
	return s
}

// listsOf returns the lists of an object's schema; nil if its values cannot be judged item by item.
func listsOf(s *jsonschema.Schema) lists {
	if s = behind(s); s == nil || !saysOnly(s, "Types", "Properties", "Required", "AdditionalProperties") {
		return nil
	}
	var out lists
	for name, property := range s.Properties {
		if property = behind(property); property == nil || property.Items2020 == nil || !saysOnly(property, "Types", "Items2020") {
			continue
		}
		if out == nil {
			out = lists{}
		}
		out[name] = property.Items2020
	}
	return out
}

// piece is an item of a list, as JSON, and its schema.
type piece struct {
	text   []byte
	schema *jsonschema.Schema
}

// cut takes an answer apart into the text with its lists emptied, and their items, which it appends
// to those given, except some that are known. It reports false if the text cannot be cut. It does not
// check that the text is JSON: that is left to whatever judges the parts, which together are the whole
// text. The caller holds the lock of the known items.
func (l lists) cut(text []byte, into []piece, seen *known) (rest []byte, items []piece, ok bool) {
	items = into
	at := skipSpace(text, 0)
	if at == len(text) || text[at] != '{' {
		return nil, nil, false
	}
	rest = append(make([]byte, 0, 256), text[:at+1]...)
	for at++; ; {
		begin := at
		at = skipSpace(text, at)
		end := valueEnd(text, at)
		if end < 0 || text[at] != '"' {
			return nil, nil, false
		}
		name := text[at+1 : end-1]
		at = skipSpace(text, end)
		if at == len(text) || text[at] != ':' {
			return nil, nil, false
		}
		at = skipSpace(text, at+1)
		if schema := l[string(name)]; schema != nil && at < len(text) && text[at] == '[' {
			rest = append(append(rest, text[begin:at]...), "[]"...)
			items, end = cutItems(items, text, at+1, schema, seen)
		} else if end = valueEnd(text, at); end >= 0 {
			rest = append(rest, text[begin:end]...)
		}
		if end < 0 {
			return nil, nil, false
		}
		if at = skipSpace(text, end); at == len(text) {
			return nil, nil, false
		}
		if text[at] != ',' {
			return append(rest, text[end:]...), items, true
		}
		rest = append(rest, ',')
		at++
	}
}

// cutItems appends the items of a list, the first of which begins at at, and returns where the list
// ends, or -1 if it does not end.
func cutItems(into []piece, text []byte, at int, schema *jsonschema.Schema, seen *known) ([]piece, int) {
	passed := seen.young[schema]
	at = skipSpace(text, at)
	if at < len(text) && text[at] == ']' {
		return into, at + 1
	}
	for {
		end := at
		if len(passed) > 0 && at < len(text) && text[at] == '{' {
			end = objectEnd(text, at)
		}
		if _, is := passed[string(text[at:end])]; !is {
			if end = valueEnd(text, at); end < 0 {
				return nil, -1
			}
			into = append(into, piece{text[at:end], schema})
		}
		at = skipSpace(text, end)
		switch {
		case at < len(text) && text[at] == ',':
			at = skipSpace(text, at+1)
		case at < len(text) && text[at] == ']':
			return into, at + 1
		default:
			return nil, -1
		}
	}
}

func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// valueEnd returns where the value that begins at at ends, or -1 if there is none.
func valueEnd(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			if at = stringEnd(text, at); at < 0 {
				return -1
			}
			if depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return -1
			}
			if depth == 0 {
				return at + 1
			}
		case ',', ':', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return -1
			}
		default:
			if depth == 0 {
				return scalarEnd(text, at)
			}
		}
		at++
	}
	return -1
}

// objectEnd guesses where a short object that begins at at ends: where another one follows. If the text up to there
// is known to be a value, it is this one: no object is the beginning of another.
func objectEnd(text []byte, at int) int {
	return at + bytes.Index(text[at:min(at+maxGuess, len(text))], betweenObjects) + 1
}

// maxGuess is how far ahead, in bytes, the end of an object is looked for.
const maxGuess = 1 << 10

var betweenObjects = []byte("},{")

// scalarEnd returns where a number, true, false or null ends.
func scalarEnd(text []byte, at int) int {
	if length := bytes.IndexAny(text[at:], ",]} \n\r\t"); length >= 0 {
		return at + length
	}
	return len(text)
}

// stringEnd returns where the string that begins at at ends, or -1 if it does not end.
func stringEnd(text []byte, at int) int {
	for at++; at < len(text); at++ {
		switch text[at] {
		case '"':
			return at + 1
		case '\\':
			at++ // skip the escaped character
		}
	}
	return -1
}

// scratches are lists of pieces for reuse.
var scratches = sync.Pool{New: func() any { return new([]piece) }}

// fit reports whether an answer is known to keep its schema from judging it in parts. If fit returns
// false, the answer may still keep it.
func (c *Content) fit(body []byte) bool {
	schema := c.schema.get()
	scratch := scratches.Get().(*[]piece)
	c.items.mu.RLock()
	rest, items, ok := schema.lists.cut(body, (*scratch)[:0], &c.items)
	c.items.mu.RUnlock()
	defer func() {
		clear(items)
		*scratch = items
		scratches.Put(scratch)
	}()
	if !ok || schema.repeats() {
		return false
	}
	fresh := c.items.unknown(items)
	for _, item := range fresh {
		if !keeps(item.schema, item.text) {
			return false
		}
	}
	if failures, known := c.verdicts.get(rest); known {
		if len(failures) > 0 {
			return false
		}
	} else {
		if !keeps(schema.schema, rest) {
			return false
		}
		c.verdicts.put(rest, nil)
	}
	c.items.add(fresh)
	return true
}

func keeps(schema *jsonschema.Schema, text []byte) bool {
	var value any
	return json.Unmarshal(text, &value) == nil && holds(schema, value)
}
