package bend

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// Value is JSON that keeps the order of its keys: an object, a list, or a scalar as its text.
type Value struct {
	Kind  byte // '{', '[' or 's'
	Keys  []string
	Items []*Value
	Text  string
}

// Scalar parses any JSON text. It panics if the text is invalid.
func Scalar(text string) *Value {
	parsed, ok := ParseJSON([]byte(text))
	if !ok {
		panic("faulty: not JSON: " + text)
	}
	return parsed
}

// Quoted returns a string value.
func Quoted(text string) *Value {
	quoted, _ := jsonw.Marshal(text) // encoding a string never fails
	return &Value{Kind: 's', Text: string(quoted)}
}

// ParseJSON parses a text and reports whether it is JSON.
func ParseJSON(text []byte) (*Value, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	parsed, err := parseValue(decoder)
	if err != nil || decoder.More() {
		return nil, false
	}
	return parsed, true
}

func parseValue(decoder *json.Decoder) (*Value, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	delim, isDelim := token.(json.Delim)
	if !isDelim {
		if text, isText := token.(string); isText {
			return Quoted(text), nil
		}
		text, err := json.Marshal(token)
		return &Value{Kind: 's', Text: string(text)}, err
	}
	out := &Value{Kind: byte(delim)}
	for decoder.More() {
		if out.Kind == '{' {
			key, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			out.Keys = append(out.Keys, key.(string))
		}
		item, err := parseValue(decoder)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, item)
	}
	_, err = decoder.Token() // the closing delimiter
	return out, err
}

// Append writes the value compactly.
func (v *Value) Append(dst []byte) []byte {
	if v.Kind == 's' {
		return append(dst, v.Text...)
	}
	dst = append(dst, v.Kind)
	for i, item := range v.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v.Kind == '{' {
			dst = append(Quoted(v.Keys[i]).Append(dst), ':')
		}
		dst = item.Append(dst)
	}
	return append(dst, v.Kind+2) // the codes of } and ] are those of { and [ plus 2
}

// Get returns a member of an object, or nil.
func (v *Value) Get(key string) *Value {
	if i := slices.Index(v.Keys, key); i >= 0 {
		return v.Items[i]
	}
	return nil
}

// Put sets a member of an object. A nil item removes it.
func (v *Value) Put(key string, item *Value) {
	i := slices.Index(v.Keys, key)
	switch {
	case i >= 0 && item != nil:
		v.Items[i] = item
	case i >= 0:
		v.Keys = slices.Delete(v.Keys, i, i+1)
		v.Items = slices.Delete(v.Items, i, i+1)
	case item != nil:
		v.Keys = append(v.Keys, key)
		v.Items = append(v.Items, item)
	}
}

// String returns the text of a string, number or literal, unquoted.
func (v *Value) String() string {
	if v == nil {
		return ""
	}
	var text string
	if json.Unmarshal([]byte(v.Text), &text) == nil {
		return text
	}
	return v.Text
}

// Int returns the value's number, or 0 if it is not a number.
func (v *Value) Int() int64 {
	number, _ := strconv.ParseInt(v.String(), 10, 64)
	return number
}

// IsInt reports whether the value is a whole number.
func (v *Value) IsInt() bool {
	if v == nil || v.Kind != 's' {
		return false
	}
	_, err := strconv.ParseInt(v.Text, 10, 64)
	return err == nil
}

// Integer returns a number value.
func Integer(number int64) *Value {
	return &Value{Kind: 's', Text: strconv.FormatInt(number, 10)}
}

// Edit applies change to the values that a pointer addresses. A * stands for every entry of a
// list. change gets nil for a missing member, and returns nil to remove one.
func (v *Value) Edit(pointer string, change func(*Value) *Value) *Value {
	if pointer == "" {
		return change(v)
	}
	if v == nil {
		return nil
	}
	head, rest, more := strings.Cut(pointer[1:], "/")
	if more {
		rest = "/" + rest
	}
	switch {
	case v.Kind == '[' && head == "*":
		items := v.Items[:0:0]
		for _, item := range v.Items {
			if item = item.Edit(rest, change); item != nil {
				items = append(items, item)
			}
		}
		v.Items = items
	case v.Kind == '[':
		if i, err := strconv.Atoi(head); err == nil && i < len(v.Items) {
			if item := v.Items[i].Edit(rest, change); item != nil {
				v.Items[i] = item
			} else {
				v.Items = slices.Delete(v.Items, i, i+1)
			}
		}
	case v.Kind == '{':
		if member := v.Get(head); member != nil || rest == "" {
			v.Put(head, member.Edit(rest, change))
		}
	}
	return v
}
