package qs

import (
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// segment is a part of a parameter's name: a[b][] consists of a, b and an empty one. Only
// the first can be outside brackets.
type segment struct {
	name      string
	bracketed bool
}

// segments splits a name. A bracket that never closes begins a segment that takes the
// rest, brackets included. So does one that is nested too deeply, which tooDeep reports.
// Text between a closing bracket and the next opening one is lost.
func segments(name string, depth int) (list []segment, tooDeep bool) {
	open := strings.IndexByte(name, '[')
	if open < 0 {
		return []segment{{name: name}}, false
	}
	list = make([]segment, 0, maxDepth+2)
	if open > 0 {
		list = append(list, segment{name: name[:open]})
	}
	for range depth {
		size := balanced(name[open:])
		if size == 0 {
			return append(list, segment{name: name[open:], bracketed: true}), false
		}
		list = append(list, segment{name: name[open+1 : open+size-1], bracketed: true})
		next := strings.IndexByte(name[open+size:], '[')
		if next < 0 {
			return list, false
		}
		open += size + next
	}
	return append(list, segment{name: name[open:], bracketed: true}), true
}

// balanced returns the length of text up to the bracket that closes its first one, or 0
// if none does.
func balanced(text string) int {
	level := 0
	for i := range len(text) {
		switch text[i] {
		case '[':
			level++
		case ']':
			if level--; level == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// build makes the containers that a parameter's name describes around its value, which is
// a string or a list of strings.
func build(path []segment, value any) *container {
	for i := len(path) - 1; i > 0; i-- {
		value = wrap(path[i], value)
	}
	return wrap(path[0], value)
}

// wrap puts a value into the container that a segment describes. Empty brackets make a
// list, unless the value is one already. An index makes a list if it is below maxLength.
func wrap(by segment, value any) *container {
	if by.bracketed && by.name == "" {
		if inner, isContainer := value.(*container); isContainer && inner.list {
			return inner
		}
		return newList(value)
	}
	if index, isIndex := elementKey(by.name); by.bracketed && isIndex && index < maxLength {
		list := &container{list: true}
		list.setIndex(index, value)
		return list
	}
	object := newObject()
	if by.name != proto {
		object.set(by.name, value)
	}
	return object
}

// wholeNumber parses a key that is exactly what JavaScript prints for a whole number of 0
// or more.
func wholeNumber(key string) (float64, bool) {
	const longest = len("999999999999999900000") // below 1e21
	if key == "" || len(key) > longest || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(key, 64)
	return number, err == nil && numberKey(number) == key
}

// numberKey returns the key that JavaScript makes of a number.
func numberKey(number float64) string {
	return string(v8json.FormatNumber(nil, number))
}
