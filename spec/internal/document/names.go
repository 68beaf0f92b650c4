package document

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// pointed returns a document whose references to the $id or the anchor of a schema in it are JSON
// pointers. Everything stays on its line.
func pointed(text []byte) []byte {
	if !slices.ContainsFunc(naming, func(keyword string) bool { return bytes.Contains(text, []byte(`"`+keyword+`"`)) }) {
		return text
	}
	d := New(bytes.TrimLeft(text, " \t\r\n"))
	n := names{document: d, places: map[name][]*place{}}
	n.read(&place{text: d.text}, "", "", resource{uri: &url.URL{}})
	var out []byte
	end, room := 0, MaxJSON // what all pointers may add
	for _, link := range n.links {
		to, tokens, known := n.lead(link)
		if known {
			room -= to.length
		}
		if !known || room < 0 {
			continue
		}
		value, _ := json.Marshal("#" + strings.ReplaceAll(openapi.Pointer(append(to.tokens(), tokens...)), "%", "%25")) // cannot fail, as it is a string
		begin := len(text) - cap(link.value)
		out = append(append(out, text[end:begin]...), value...)
		end = begin + len(link.value)
	}
	if out == nil {
		return text
	}
	return append(out, text[end:]...)
}

// naming are the keywords that name a schema, and the one that names a document.
var naming = []string{"$id", "$anchor", "$dynamicAnchor", "$self"}

// maxURI is the maximum length of the URI of a schema. A longer one is not a name.
const maxURI = 1000

// names are the names of the schemas in a document, and the references that may be such names.
type names struct {
	document *Document
	places   map[name][]*place // in the document's order
	links    []link
	count    int // of places
}

// name is the name of a schema: the URI of a resource, and the anchor of a schema in it, if any.
type name struct{ uri, anchor string }

// resource is what has a URI of its own, to which the references in it are relative: the document, or
// a schema with an $id.
type resource struct {
	uri  *url.URL
	name string // the URI as text
	at   *place // nil for the document
}

// link is a reference: its text in the document, and where it is.
type link struct {
	value  []byte
	text   string
	at     *place
	within resource
}

// place is where an object or an array is.
type place struct {
	text   []byte
	above  *place
	token  string // its name or its position in what is above
	number int    // its position among all places of the document
	depth  int
	length int // of its JSON pointer, about
}

func (p *place) below(token string, text []byte) *place {
	return &place{text: text, above: p, token: token, depth: p.depth + 1, length: p.length + len("/") + len(token)}
}

// tokens returns the names and positions that lead to a place.
func (p *place) tokens() []string {
	if p.above == nil {
		return nil
	}
	return append(p.above.tokens(), p.token)
}

// read collects names and references in an object or an array. parent is the name of the member around it.
func (n *names) read(at *place, name, parent string, within resource) {
	if at.depth > maxTokens || isData(parent, name, json.Delim(at.text[0])) {
		return
	}
	at.number = n.count
	n.count++
	if at.text[0] == '[' {
		for i, element := range elements(at.text) {
			if isContainer(element) {
				n.read(at.below(strconv.Itoa(i), element), "", name, within)
			}
		}
		return
	}
	type member struct {
		name string
		text []byte
	}
	var members []member
	texts := map[string]string{}
	for name, text := range Members(at.text) {
		value := ""
		isName := slices.Contains(naming, name) || name == "$ref" || name == "$dynamicRef"
		if isName && text[0] == '"' && json.Unmarshal(text, &value) == nil {
			texts[name] = value
		}
		if isName || isContainer(text) {
			members = append(members, member{name, text})
		}
	}
	within = n.name(texts, at, within)
	for _, m := range members {
		text, is := texts[m.name]
		switch {
		case isContainer(m.text):
			n.read(at.below(m.name, m.text), m.name, name, within)
		case is && (m.name == "$ref" || m.name == "$dynamicRef" && !strings.HasPrefix(text, "#")):
			n.links = append(n.links, link{m.text, text, at, within})
		}
	}
}

func isContainer(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }

// name adds the names of an object, and returns the resource that the object is in.
func (n *names) name(texts map[string]string, at *place, within resource) resource {
	id := texts["$id"]
	if at.above == nil {
		id = texts["$self"]
	}
	if id = strings.TrimSuffix(id, "#"); id != "" && id[0] != '#' && len(id) <= maxURI {
		if uri, err := within.uri.Parse(id); err == nil && len(uri.String()) <= maxURI {
			named := taken(uri)
			within = resource{uri, named.uri, at}
			n.add(named, at)
		}
	}
	for _, anchor := range []string{texts["$anchor"], texts["$dynamicAnchor"]} {
		if anchor != "" {
			n.add(name{within.name, anchor}, at)
		}
	}
	return within
}

func (n *names) add(as name, at *place) { n.places[as] = append(n.places[as], at) }

// taken takes the fragment off a URI.
func taken(uri *url.URL) name {
	anchor := uri.Fragment
	uri.Fragment, uri.RawFragment = "", ""
	return name{uri.String(), anchor}
}

// lead returns the place that a reference leads to, or the tokens that lead on from there. known is false if
// it is not a name.
func (n *names) lead(l link) (to *place, tokens []string, known bool) {
	tokens, isPointer := openapi.Tokens(l.text)
	if isPointer || l.text == "#" { // most mean the document, even in a schema with an $id
		return l.within.at, tokens, l.within.at != nil && n.document.from(l.within.at.text, tokens) != nil
	}
	named := name{uri: l.within.name}
	if anchor, isHere := strings.CutPrefix(l.text, "#"); isHere {
		var err error
		if named.anchor, err = url.PathUnescape(anchor); err != nil {
			return nil, nil, false
		}
	} else {
		uri, err := l.within.uri.Parse(l.text)
		if err != nil {
			return nil, nil, false
		}
		named = taken(uri)
	}
	if strings.HasPrefix(named.anchor, "/") {
		for token := range strings.SplitSeq(named.anchor[1:], "/") {
			tokens = append(tokens, jsonpointer.Unescape(token))
		}
		named.anchor = ""
	}
	places := n.places[named]
	if len(places) == 0 {
		return nil, nil, false
	}
	return nearest(places, l.at), tokens, true
}

// nearest returns that of some places which has most in common with another. As they are in the document's
// order, it is one of the two next to the other.
func nearest(places []*place, other *place) *place {
	behind, _ := slices.BinarySearchFunc(places, other.number+1, func(p *place, number int) int { return p.number - number })
	switch {
	case behind == 0:
		return places[0]
	case behind < len(places) && common(places[behind], other) > common(places[behind-1], other):
		return places[behind]
	}
	return places[behind-1]
}

// common returns how deep the deepest place is that two places are in.
func common(a, b *place) int {
	for a != b {
		if a.depth >= b.depth {
			a, b = b, a
		}
		b = b.above
	}
	return a.depth
}
