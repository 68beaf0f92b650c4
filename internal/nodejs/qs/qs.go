// Package qs reads query strings and forms as Unleash does, whose router, Express 4,
// parses them with the npm package of the same name: a=1&a=2 and a[]=1 make
// arrays, a[b]=1 makes an object, and what cannot be decoded stays as it was
// sent. Where two parameters claim the same place they merge by rules that are
// the package's own; they are stated where they are followed.
//
// Most query strings have no brackets. Those are not taken apart at all: a
// parameter is looked up in the text.
package qs

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// Bounds of the parser, as Express sets them or the package has them.
const (
	// MaxParameters is how many parameters are read; the rest of a query string
	// is ignored, a form with more is refused.
	MaxParameters = 1000
	// maxDepth is how many brackets of a name nest; the rest is one key.
	maxDepth = 5
	// maxFormDepth is that of a form, where more is an error.
	maxFormDepth = 32
	// maxLength is the highest index of an array, and one more; beyond it an index is
	// the key of an object. It is Express's, the package's own is 20.
	maxLength = 1000
)

// Values are the parameters of a query string. A nil *Values is empty. It does
// not change and may be used by several goroutines.
type Values struct {
	flat string     // a query string without brackets
	root *container // of another one
}

// Parse reads a raw query string, without the question mark. It never fails.
func Parse(rawQuery string) *Values {
	switch {
	case rawQuery == "":
		return nil
	case hasBrackets(rawQuery):
		root, _ := parseTree(rawQuery, maxDepth)
		return &Values{root: root}
	}
	return &Values{flat: rawQuery}
}

// ParseForm reads the fields of a form, which may nest deeper than those of a
// query string; false if they nest too deep.
func ParseForm(text string) (fields *Values, ok bool) {
	root, tooDeep := parseTree(text, maxFormDepth)
	return &Values{root: root}, !tooDeep
}

// All returns all parameters, each as Get does, in a map[string]any.
func (v *Values) All() any { return v.tree().plain() }

// AllOrdered returns all parameters as Ordered does, in an *v8json.Object.
func (v *Values) AllOrdered() any { return v.tree().ordered() }

func (v *Values) tree() *container {
	switch {
	case v == nil:
		return newObject()
	case v.root != nil:
		return v.root
	}
	root, _ := parseTree(v.flat, maxDepth)
	return root
}

// Get returns a parameter: a string, []any or map[string]any, with the same
// inside. A parameter sent without a value is "". The second result is false if
// it was not sent.
func (v *Values) Get(name string) (value any, ok bool) {
	value, ok = v.find(name)
	if object, isContainer := value.(*container); isContainer {
		return object.plain(), true
	}
	return value, ok
}

// Ordered is Get with objects as *v8json.Object, whose keys have an order.
func (v *Values) Ordered(name string) (value any, ok bool) {
	value, ok = v.find(name)
	if object, isContainer := value.(*container); isContainer {
		return object.ordered(), true
	}
	return value, ok
}

// find returns a parameter: a string, []any of strings or *container.
func (v *Values) find(name string) (any, bool) {
	switch {
	case v == nil:
		return nil, false
	case v.root != nil:
		return v.root.get(name)
	}
	return lookup(v.flat, name)
}

// Print returns a parameter as JSON.stringify prints it, and undefined for one
// that was not sent.
func (v *Values) Print(name string) string {
	value, ok := v.Ordered(name)
	if !ok {
		return "undefined"
	}
	return Stringify(value)
}

// Stringify prints a value of Get or Ordered as JSON.stringify does. Only
// Ordered knows the order in which the keys of an object came.
func Stringify(value any) string {
	return string(v8json.Stringify(nil, value))
}

// parseTree reads a query string of any form, and reports whether a name in it
// nests more brackets than depth.
func parseTree(query string, depth int) (root *container, tooDeep bool) {
	flat := newObject()
	for part := range parts(unescapeBrackets(query)) {
		flat.repeat(split(part))
	}
	root = newObject()
	for key, value := range flat.all() {
		if key == "" {
			continue
		}
		path, over := segments(key, depth)
		tooDeep = tooDeep || over
		mergeContainers(root, build(path, value))
	}
	return root, tooDeep
}

// repeat gives a key a value, or one more.
func (c *container) repeat(key, value string) {
	present, has := c.get(key)
	if !has {
		c.set(key, value)
		return
	}
	list, isList := present.(*container)
	if !isList {
		list = newList(present)
		c.set(key, list)
	}
	list.push(value)
}

// split cuts a parameter at the first = behind its brackets. Without any = it
// is a name.
func split(part string) (key, value string) {
	at := strings.Index(part, "]=") + 1
	if at == 0 {
		at = strings.IndexByte(part, '=')
	}
	if at < 0 {
		return decode(part), ""
	}
	return decode(part[:at]), decode(part[at+1:])
}
