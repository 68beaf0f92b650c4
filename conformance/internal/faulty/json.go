package faulty

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// value is JSON with its keys in order: an object, a list, or a scalar by its
// text.
type value struct {
	kind  byte // '{', '[' or 's'
	keys  []string
	items []*value
	text  string
}

// scalar makes a value of any JSON text.
func scalar(text string) *value {
	parsed, ok := parseJSON([]byte(text))
	if !ok {
		panic("faulty: no JSON: " + text)
	}
	return parsed
}

// quoted makes a string value.
func quoted(text string) *value {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return &value{kind: 's', text: strings.TrimSuffix(out.String(), "\n")}
}

// parseJSON reads a text, and tells whether it is JSON.
func parseJSON(text []byte) (*value, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	parsed, err := parseValue(decoder)
	if err != nil || decoder.More() {
		return nil, false
	}
	return parsed, true
}

func parseValue(decoder *json.Decoder) (*value, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	delim, isDelim := token.(json.Delim)
	if !isDelim {
		if text, isText := token.(string); isText {
			return quoted(text), nil
		}
		text, err := json.Marshal(token)
		return &value{kind: 's', text: string(text)}, err
	}
	out := &value{kind: byte(delim)}
	for decoder.More() {
		if out.kind == '{' {
			key, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			out.keys = append(out.keys, key.(string))
		}
		item, err := parseValue(decoder)
		if err != nil {
			return nil, err
		}
		out.items = append(out.items, item)
	}
	_, err = decoder.Token() // the closing one
	return out, err
}

// append writes the value compactly.
func (v *value) append(dst []byte) []byte {
	if v.kind == 's' {
		return append(dst, v.text...)
	}
	dst = append(dst, v.kind)
	for i, item := range v.items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v.kind == '{' {
			dst = append(quoted(v.keys[i]).append(dst), ':')
		}
		dst = item.append(dst)
	}
	return append(dst, v.kind+2) // } and ] are two behind { and [
}

// get returns a member of an object, or nil.
func (v *value) get(key string) *value {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i]
	}
	return nil
}

// put sets a member of an object; nil takes it out.
func (v *value) put(key string, item *value) {
	i := slices.Index(v.keys, key)
	switch {
	case i >= 0 && item != nil:
		v.items[i] = item
	case i >= 0:
		v.keys = slices.Delete(v.keys, i, i+1)
		v.items = slices.Delete(v.items, i, i+1)
	case item != nil:
		v.keys = append(v.keys, key)
		v.items = append(v.items, item)
	}
}

// string is the text of a string, number or literal, unquoted.
func (v *value) string() string {
	if v == nil {
		return ""
	}
	var text string
	if json.Unmarshal([]byte(v.text), &text) == nil {
		return text
	}
	return v.text
}

// int is the number that the value holds, 0 if it is none.
func (v *value) int() int64 {
	number, _ := strconv.ParseInt(v.string(), 10, 64)
	return number
}

// isInt tells whether the value is a whole number.
func (v *value) isInt() bool {
	if v == nil || v.kind != 's' {
		return false
	}
	_, err := strconv.ParseInt(v.text, 10, 64)
	return err == nil
}

func integer(number int64) *value {
	return &value{kind: 's', text: strconv.FormatInt(number, 10)}
}

// edit passes the values that a pointer addresses through change. A * stands
// for every entry of a list. A member that is not there is nil, and so is the
// result for one that is to go.
func (v *value) edit(pointer string, change func(*value) *value) *value {
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
	case v.kind == '[' && head == "*":
		items := v.items[:0:0]
		for _, item := range v.items {
			if item = item.edit(rest, change); item != nil {
				items = append(items, item)
			}
		}
		v.items = items
	case v.kind == '[':
		if i, err := strconv.Atoi(head); err == nil && i < len(v.items) {
			if item := v.items[i].edit(rest, change); item != nil {
				v.items[i] = item
			} else {
				v.items = slices.Delete(v.items, i, i+1)
			}
		}
	case v.kind == '{':
		if member := v.get(head); member != nil || rest == "" {
			v.put(head, member.edit(rest, change))
		}
	}
	return v
}
