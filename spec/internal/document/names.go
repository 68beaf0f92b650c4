package document

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"
)

// pointed returns a document whose references to the $id or the anchor of a schema in it are JSON
// pointers. Everything stays on its line.
func pointed(text []byte) []byte {
	if !slices.ContainsFunc(naming, func(keyword string) bool { return bytes.Contains(text, []byte(`"`+keyword+`"`)) }) {
		return text
	}
	text = text[:len(text):len(text)]
	n := names{places: map[string][]string{}}
	n.read(text, place{}, "", resource{uri: &url.URL{}})
	var out []byte
	end := 0
	for _, link := range n.links {
		if pointer, known := n.lead(text, link); known {
			value, _ := json.Marshal("#" + strings.ReplaceAll(pointer, "%", "%25")) // cannot fail, as it is a string
			begin := len(text) - cap(link.value)
			out = append(append(out, text[end:begin]...), value...)
			end = begin + len(link.value)
		}
	}
	return append(out, text[end:]...)
}

// naming are the keywords that name a schema, and the one that names a document.
var naming = []string{"$id", "$anchor", "$dynamicAnchor", "$self"}

// names are the names of the schemas in a document, and the references that may be such names.
type names struct {
	places map[string][]string // JSON pointers, by the URI
	links  []link
}

// resource is what has a URI of its own, to which the references in it are relative: the document, or
// a schema with an $id.
type resource struct {
	uri     *url.URL
	pointer string
}

// link is a reference: its text in the document, and where it is.
type link struct {
	value   []byte
	text    string
	pointer string
	within  resource
}

// place is where a value is: its JSON pointer, and the name of the member that it is in.
type place struct{ pointer, name string }

// maxNested is how deeply schemas with names may be nested.
const maxNested = 200

// read collects names and references in a value. parent is the name of the member around the value's.
func (n *names) read(value []byte, at place, parent string, within resource) {
	if len(value) == 0 || strings.Count(at.pointer, "/") > maxNested || isData(parent, at.name, json.Delim(value[0])) {
		return
	}
	if value[0] == '[' {
		for i, element := range elements(value) {
			n.read(element, place{at.pointer + "/" + strconv.Itoa(i), ""}, at.name, within)
		}
		return
	}
	texts := map[string]string{}
	for name, member := range Members(value) {
		var text string
		if member[0] == '"' && json.Unmarshal(member, &text) == nil {
			texts[name] = text
		}
	}
	within = n.name(texts, at.pointer, within)
	for name, member := range Members(value) {
		if text, is := texts[name]; is && (name == "$ref" || name == "$dynamicRef" && !strings.HasPrefix(text, "#")) {
			n.links = append(n.links, link{member, text, at.pointer, within})
		}
		n.read(member, place{at.pointer + "/" + jsonpointer.Escape(name), name}, at.name, within)
	}
}

// name adds the names of an object, and returns the resource that the object is in.
func (n *names) name(texts map[string]string, pointer string, within resource) resource {
	id := texts["$id"]
	if pointer == "" {
		id = texts["$self"]
	}
	if id = strings.TrimSuffix(id, "#"); id != "" && id[0] != '#' {
		if uri, err := within.uri.Parse(id); err == nil {
			within = resource{uri, pointer}
			n.add(uri.String(), pointer)
		}
	}
	for _, anchor := range []string{texts["$anchor"], texts["$dynamicAnchor"]} {
		if anchor != "" {
			n.add(within.uri.String()+"#"+anchor, pointer)
		}
	}
	return within
}

func (n *names) add(uri, pointer string) { n.places[uri] = append(n.places[uri], pointer) }

// lead returns the JSON pointer that a reference stands for. known is false if it is no name.
func (n *names) lead(text []byte, l link) (pointer string, known bool) {
	if strings.HasPrefix(l.text, "#/") || l.text == "#" { // most mean the document, even in a schema with an $id
		pointer = l.within.pointer + l.text[1:]
		return pointer, l.within.pointer != "" && leads(text, pointer)
	}
	uri, err := l.within.uri.Parse(l.text)
	if err != nil {
		return "", false
	}
	fragment := uri.Fragment
	uri.Fragment, uri.RawFragment = "", ""
	name, rest := uri.String(), fragment
	if fragment != "" && fragment[0] != '/' {
		name, rest = name+"#"+fragment, ""
	}
	places := n.places[name]
	if len(places) == 0 {
		return "", false
	}
	nearest := slices.MaxFunc(places, func(a, b string) int { return common(a, l.pointer) - common(b, l.pointer) })
	return nearest + rest, true
}

// leads reports whether a JSON pointer leads to something.
func leads(text []byte, pointer string) bool {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if text = Member(text, jsonpointer.Unescape(token)); text == nil {
			return false
		}
	}
	return true
}

// common returns the length of the text that two texts begin with.
func common(a, b string) (length int) {
	for length < min(len(a), len(b)) && a[length] == b[length] {
		length++
	}
	return length
}
