// Package qs reads query strings and forms as Unleash does. Its router, Express 4, parses
// them with the npm package of the same name: a=1&a=2 and a[]=1 make arrays, a[b]=1 makes
// an object, and what cannot be decoded stays as it was sent. Parameters that claim the
// same place are merged by that package's own rules, which are stated here where they are
// followed.
//
// Most query strings have no brackets. Those are not taken apart at all: a parameter is
// looked up in the text.
package qs

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// Limits of the parser, as set by Express or by the package itself.
const (
	// MaxParameters is how many parameters are read. The rest of a query string is
	// ignored; a form that has more is refused.
	MaxParameters = 1000
	// maxDepth is how deeply the brackets of a name nest; the rest becomes one key.
	maxDepth = 5
	// maxFormDepth is the same for a form, where deeper nesting is an error.
	maxFormDepth = 32
	// maxLength is one more than the highest index of an array. A higher index becomes
	// the key of an object. The value is set by Express; the package's own default is 20.
	maxLength = 1000
)

// Values holds the parameters of a query string. A nil *Values is empty. Values never
// change and are safe for concurrent use.
type Values struct {
	flat string     // a query string without brackets, as text
	root *container // a query string with brackets, parsed
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

// ParseForm reads the fields of a form, which may nest deeper than those of a query
// string. ok is false if they nest too deeply.
func ParseForm(text string) (fields *Values, ok bool) {
	root, tooDeep := parseTree(text, maxFormDepth)
	return &Values{root: root}, !tooDeep
}

// All returns all parameters in a map[string]any, each as Get returns it.
func (v *Values) All() any { return v.tree().plain() }

// AllOrdered returns all parameters in an *v8json.Object, each as Ordered returns it.
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

// Get returns a parameter: a string, []any or map[string]any, containing the same types.
// A parameter sent without a value is "". ok is false if the parameter was not sent.
func (v *Values) Get(name string) (value any, ok bool) {
	value, ok = v.find(name)
	if object, isContainer := value.(*container); isContainer {
		return object.plain(), true
	}
	return value, ok
}

// Ordered is like Get, but returns objects as *v8json.Object, whose keys have an order.
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

// Print returns a parameter as JSON.stringify prints it, or undefined if it was not sent.
func (v *Values) Print(name string) string {
	value, ok := v.Ordered(name)
	if !ok {
		return "undefined"
	}
	return Stringify(value)
}

// Stringify prints a value from Get or Ordered as JSON.stringify does. Only values from
// Ordered keep the order in which the keys of an object came.
func Stringify(value any) string {
	return string(v8json.Stringify(nil, value))
}

// parseTree reads any query string and reports whether a name in it nests brackets deeper
// than depth.
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

// repeat sets the value of a key, or adds another value to it.
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

// split cuts a parameter at the first = after its brackets. Without any =, all of it is
// the name.
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
