// Package qs reads query strings as Unleash does, whose router parses them with
// the npm package of the same name: a=1&a=2 and a[]=1 make arrays, a[b]=1 makes
// an object, and what cannot be decoded stays as it was sent.
package qs

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/v8json"
)

// Bounds of the parser, as Express sets them.
const (
	maxParameters = 1000
	maxDepth      = 5
	maxArray      = 1000
)

// Values are the parameters of a query string. A nil *Values is empty.
type Values struct {
	root *v8json.Object
}

// Parse reads a raw query string. It never fails.
func Parse(query string) *Values {
	if query == "" {
		return nil
	}
	if strings.ContainsAny(query, "%[]") {
		query = brackets.Replace(query)
	}
	flat := v8json.NewObject()
	for i, part := range strings.SplitN(query, "&", maxParameters+1) {
		if i == maxParameters {
			break
		}
		key, value := split(part)
		if present, has := flat.Get(key); has {
			flat.Set(key, combine(present, value))
		} else {
			flat.Set(key, value)
		}
	}
	root := v8json.NewObject()
	for _, key := range flat.Keys() {
		value, _ := flat.Get(key)
		path := segments(key)
		name := path[0]
		if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") {
			name = name[1 : len(name)-1]
		}
		if name == "__proto__" {
			continue
		}
		present, has := root.Get(name)
		nested := build(path[1:], value)
		if has {
			nested = merge(present, nested)
		}
		root.Set(name, nested)
	}
	return &Values{root: root}
}

var brackets = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

// split cuts a part at the first = behind its brackets.
func split(part string) (key string, value any) {
	at := strings.Index(part, "]=") + 1
	if at == 0 {
		at = strings.IndexByte(part, '=')
	}
	if at < 0 {
		return decode(part), ""
	}
	return decode(part[:at]), decode(part[at+1:])
}

// decode turns + into blanks and decodes percents, or leaves all of it.
func decode(text string) string {
	if !strings.ContainsAny(text, "+%") {
		return text
	}
	text = strings.ReplaceAll(text, "+", " ")
	decoded, err := url.PathUnescape(text)
	if err != nil || strings.ToValidUTF8(decoded, "") != decoded {
		return text
	}
	return decoded
}

// segments splits a[b][] into a, [b], []. What lies deeper than the bound is
// one last segment.
func segments(key string) []string {
	var out []string
	open := nextBracket(key, 0)
	if open < 0 {
		return unclosed(key)
	}
	if open > 0 {
		out = append(out, key[:open])
	}
	for depth := 0; open >= 0; depth++ {
		if depth == maxDepth {
			return append(out, "["+key[open:]+"]")
		}
		end := open + strings.IndexByte(key[open:], ']')
		out = append(out, key[open:end+1])
		open = nextBracket(key, end+1)
	}
	return out
}

// unclosed splits a key without any [...]. A bracket that never closes begins a
// name of its own.
func unclosed(key string) []string {
	if at := strings.IndexByte(key, '['); at > 0 {
		return []string{key[:at], "[" + key[at:] + "]"}
	}
	return []string{key}
}

// nextBracket finds the next [...] without a bracket inside.
func nextBracket(key string, from int) int {
	for at := from; at < len(key); at++ {
		if key[at] != '[' {
			continue
		}
		inner := strings.IndexAny(key[at+1:], "[]")
		if inner < 0 {
			return -1
		}
		if key[at+1+inner] == ']' {
			return at
		}
	}
	return -1
}

// build nests a value in what the segments of its key make.
func build(path []string, value any) any {
	for i, segment := range slices.Backward(path) {
		name := segment[1 : len(segment)-1]
		switch index, err := strconv.Atoi(name); {
		case segment == "[]":
			_, isList := value.([]any)
			_, isObject := value.(*v8json.Object)
			if grown := isObject && i == len(path)-1; !isList && !grown {
				value = []any{value}
			}
		case err == nil && index >= 0 && strconv.Itoa(index) == name && index < maxArray:
			list := make([]any, index+1)
			list[index] = value
			value = list
		default:
			object := v8json.NewObject()
			if name != "__proto__" {
				object.Set(name, value)
			}
			value = object
		}
	}
	return value
}

// combine joins values of a repeated key. A list that grows over the bound
// becomes an object with the indexes for keys.
func combine(first, second any) any {
	if object, isObject := first.(*v8json.Object); isObject {
		object.Set(strconv.Itoa(len(object.Keys())), second)
		return object
	}
	return bounded(append(slices.Clone(asList(first)), asList(second)...))
}

func bounded(list []any) any {
	if len(list) <= maxArray {
		return list
	}
	return asObject(list)
}

func asList(value any) []any {
	if list, isList := value.([]any); isList {
		return list
	}
	return []any{value}
}

func asObject(list []any) *v8json.Object {
	object := v8json.NewObject()
	for i, element := range list {
		if element != nil {
			object.Set(strconv.Itoa(i), element)
		}
	}
	return object
}

// merge joins what two keys make of the same parameter.
func merge(target, source any) any {
	first, firstIsList := target.([]any)
	second, secondIsList := source.([]any)
	object, isObject := target.(*v8json.Object)
	other, otherIsObject := source.(*v8json.Object)
	switch {
	case firstIsList && secondIsList:
		return mergeLists(first, second)
	case firstIsList && otherIsObject:
		return mergeObjects(asObject(first), other)
	case firstIsList:
		if source == "" {
			return target
		}
		return bounded(append(slices.Clone(first), source))
	case isObject && otherIsObject:
		return mergeObjects(object, other)
	case isObject && secondIsList:
		return mergeObjects(object, asObject(second))
	case isObject:
		if source == "" {
			return target
		}
		return []any{target, source}
	case secondIsList:
		return bounded(append([]any{target}, compact(second)...))
	}
	return []any{target, source}
}

func mergeLists(target, source []any) any {
	for i, element := range source {
		switch {
		case element == nil:
		case i < len(target) && target[i] != nil:
			target = append(target, element)
		case i < len(target):
			target[i] = element
		default:
			target = append(append(target, make([]any, i-len(target))...), element)
		}
	}
	return bounded(target)
}

func mergeObjects(target, source *v8json.Object) any {
	for _, key := range source.Keys() {
		value, _ := source.Get(key)
		if present, has := target.Get(key); has {
			value = merge(present, value)
		}
		target.Set(key, value)
	}
	return target
}

// compact drops the holes of a list.
func compact(list []any) []any {
	return slices.DeleteFunc(slices.Clone(list), func(element any) bool { return element == nil })
}

// Get returns a parameter: a string, []any or map[string]any. The second result
// is false if it was not sent.
func (v *Values) Get(name string) (any, bool) {
	if v == nil {
		return nil, false
	}
	value, has := v.root.Get(name)
	return plain(value), has
}

// Print returns a parameter as JSON.stringify prints it.
func (v *Values) Print(name string) string {
	if v == nil {
		return "undefined"
	}
	value, has := v.root.Get(name)
	if !has {
		return "undefined"
	}
	return string(v8json.Stringify(nil, whole(value)))
}

// whole drops the holes of all lists in a value.
func whole(value any) any {
	switch container := value.(type) {
	case []any:
		list := compact(container)
		for i := range list {
			list[i] = whole(list[i])
		}
		return list
	case *v8json.Object:
		for _, key := range container.Keys() {
			element, _ := container.Get(key)
			container.Set(key, whole(element))
		}
	}
	return value
}

// plain turns a value into what a JSON decoder would give.
func plain(value any) any {
	switch container := value.(type) {
	case []any:
		list := compact(container)
		for i := range list {
			list[i] = plain(list[i])
		}
		return list
	case *v8json.Object:
		object := make(map[string]any, len(container.Keys()))
		for _, key := range container.Keys() {
			element, _ := container.Get(key)
			object[key] = plain(element)
		}
		return object
	}
	return value
}
