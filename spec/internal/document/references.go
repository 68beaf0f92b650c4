package document

import (
	"bytes"
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/buger/jsonparser"
)

// References finds references of a document that cannot be followed. It reads only once what the
// references lead to.
type References struct {
	document *Document
	known    map[string]*target // by reference
	targets  map[int]*target    // those that are a part of the document, by its capacity
	written  map[int]*string    // the references that parts consist of, by capacity; nil for none
	unread   []*target
	unproven []*target // they may lead to what is dangling
	broken   bool      // something is dangling
}

// target is what a reference leads to.
type target struct {
	text     []byte    // nil if it leads nowhere
	next     []*target // what the text refers to
	dangling *Dangling // the first reference found that it leads to and that cannot be followed
}

// Dangling is a reference that cannot be followed.
type Dangling struct {
	Line   int
	Reason string
}

// Error returns the reason.
func (d *Dangling) Error() string { return d.Reason }

// References returns a finder for the document.
func (d *Document) References() *References {
	return &References{document: d, known: map[string]*target{}, targets: map[int]*target{}, written: map[int]*string{}}
}

// Check returns the first reference that can be reached from texts and cannot be followed, or nil: of
// those that requests and answers depend on, and of those in callbacks and links.
func (r *References) Check(texts ...[]byte) (found, unused *Dangling) {
	for _, text := range texts {
		r.read(text)
	}
	for len(r.unread) > 0 {
		last := len(r.unread) - 1
		reached := r.unread[last]
		r.unread = r.unread[:last]
		reached.next = r.read(reached.text)
	}
	if !r.broken {
		return nil, nil
	}
	r.prove()
	for _, text := range texts {
		needed, other := r.danglingIn(text)
		found, unused = cmp.Or(found, needed), cmp.Or(unused, other)
	}
	return found, unused
}

// danglingIn returns what Check does, for a text that has been read with all that it leads to.
func (r *References) danglingIn(text []byte) (found, unused *Dangling) {
	asides := sync.OnceValue(func() []span { return asidesIn(text) })
	for at, reference := range Written(text) {
		reached := r.known[reference]
		if reached.dangling == nil {
			continue
		}
		aside := around(asides(), at)
		if aside != nil && (aside.isData || unused != nil) {
			continue
		}
		dangling := reached.dangling
		if reached.text == nil {
			dangling = r.at(text[at:], dangling)
		}
		if aside == nil {
			return dangling, unused
		}
		unused = dangling
	}
	return nil, unused
}

// at returns a reference that leads nowhere, as it is written in one of several places.
func (r *References) at(place []byte, dangling *Dangling) *Dangling {
	return &Dangling{r.document.Line(place), dangling.Reason}
}

// prove finds out which targets lead to what is dangling. All that they lead to has been read.
func (r *References) prove() {
	from := map[*target][]*target{}
	var dangling []*target
	for _, reached := range r.unproven {
		for _, next := range reached.next {
			if from[next] = append(from[next], reached); len(from[next]) == 1 && next.dangling != nil {
				dangling = append(dangling, next)
			}
		}
	}
	r.unproven = nil
	for len(dangling) > 0 {
		reached := dangling[0]
		dangling = dangling[1:]
		for _, source := range from[reached] {
			if source.dangling == nil {
				source.dangling = reached.dangling
				dangling = append(dangling, source)
			}
		}
	}
}

// read returns what the references in a text lead to, up to the first that leads nowhere.
func (r *References) read(text []byte) []*target {
	var out []*target
	asides := sync.OnceValue(func() []span { return asidesIn(text) })
	isWhole := true
	for at, reference := range Written(text) {
		reached := r.known[reference]
		if reached == nil {
			var err error
			if reached, err = r.follow(reference); err != nil {
				reached = &target{dangling: &Dangling{Reason: err.Error()}}
				r.broken = true
			}
			r.known[reference] = reached
		}
		switch {
		case !isWhole:
		case reached.text != nil:
			out = append(out, reached)
		case around(asides(), at) == nil:
			out = append(out, &target{dangling: r.at(text[at:], reached.dangling)})
			isWhole = false
		}
	}
	return out
}

// follow returns what a reference leads to in the end.
func (r *References) follow(reference string) (*target, error) {
	text, err := r.document.At(reference)
	if err == nil {
		text, err = r.document.follow(text, r.writtenIn)
	}
	if err != nil {
		return nil, err
	}
	reached := r.targets[cap(text)]
	if reached == nil {
		reached = &target{text: text}
		r.targets[cap(text)] = reached
		r.unread, r.unproven = append(r.unread, reached), append(r.unproven, reached)
	}
	return reached, nil
}

// writtenIn is written, and reads each object only once.
func (r *References) writtenIn(object []byte) (string, bool) {
	known, is := r.written[cap(object)]
	if !is {
		if reference, is := written(object); is {
			known = &reference
		}
		r.written[cap(object)] = known
	}
	if known == nil {
		return "", false
	}
	return *known, true
}

// span is a part of a text, from a position up to another, that requests and answers do not depend on.
type span struct {
	from, to int64
	isData   bool // and not callbacks or links
}

// around returns the one of some spans, which are in order, that a position is in, or nil.
func around(spans []span, at int) *span {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to > int64(at) })
	if i == len(spans) || spans[i].from > int64(at) {
		return nil
	}
	return &spans[i]
}

// asidesIn returns the objects and arrays of a JSON text that are data, such as examples, or callbacks
// or links.
func asidesIn(text []byte) []span {
	var spans []span
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a number may be larger than a float64 can be
	var read func(parents [2]string, key string, within bool)
	read = func(parents [2]string, key string, within bool) {
		token, _ := decoder.Token()
		opening, is := token.(json.Delim)
		if !is {
			return
		}
		data := isData(parents[1], key, opening)
		begin, begins := decoder.InputOffset(), !within && (data || isUnused(parents, key, opening))
		for decoder.More() {
			name := ""
			if opening == '{' {
				token, _ := decoder.Token()
				name, _ = token.(string)
			}
			read([2]string{parents[1], key}, name, within || begins)
		}
		_, _ = decoder.Token() // the closing one
		if begins {
			spans = append(spans, span{begin, decoder.InputOffset(), data})
		}
	}
	read([2]string{}, "", false)
	return spans
}

// isData reports whether a member of an object is data, such as an example, rather than a part of
// the document. parent is the name of the member that the object is the value of; opening is what the
// member's value begins with.
func isData(parent, key string, opening json.Delim) bool {
	if isNaming(parent) {
		return false
	}
	switch key {
	case "example", "default", "enum", "const", "value":
		return true
	case "examples":
		return opening == '['
	}
	return strings.HasPrefix(key, "x-")
}

// isUnused reports whether a member of an operation is its callbacks, or one of a response its links. parents
// are the names of the members that it is in, the innermost last; none for a member of a whole text.
func isUnused(parents [2]string, key string, opening json.Delim) bool {
	isTop := parents == [2]string{}
	switch key {
	case "callbacks":
		return opening == '{' && (isTop || slices.Contains(methods, parents[1]))
	case "links":
		return opening == '{' && (isTop || parents[0] == "responses" && !isNaming(parents[1]))
	}
	return false
}

// methods are the members of a path that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// withoutUnused returns an operation, a response or a path with its callbacks and links emptied.
func withoutUnused(text []byte) []byte {
	if !bytes.Contains(text, []byte(`"callbacks"`)) && !bytes.Contains(text, []byte(`"links"`)) {
		return text
	}
	out := bytes.Clone(text)
	for _, aside := range asidesIn(text) {
		for at := aside.from; !aside.isData && at < aside.to-1; at++ {
			out[at] = ' '
		}
	}
	return out
}

// isNaming reports whether the names in an object, which is the value of a member, are chosen by the
// document's author.
func isNaming(member string) bool {
	switch member {
	case "properties", "patternProperties", "schemas", "$defs", "definitions", "dependentSchemas", "responses", "examples":
		return true
	}
	return false
}

// Written yields the references in a text with their positions.
func Written(text []byte) iter.Seq2[int, string] {
	const key, blanks = `"$ref"`, " \t\r\n"
	return func(yield func(int, string) bool) {
		for at := 0; ; at += len(key) {
			next := bytes.Index(text[at:], []byte(key))
			if next < 0 {
				return
			}
			at += next
			value, isMember := bytes.CutPrefix(bytes.TrimLeft(text[at+len(key):], blanks), []byte{':'})
			value, isText := bytes.CutPrefix(bytes.TrimLeft(value, blanks), []byte{'"'})
			if !isMember || !isText {
				continue
			}
			reference, err := jsonparser.ParseString(value[:max(bytes.IndexByte(value, '"'), 0)])
			if err == nil && !yield(at, reference) {
				return
			}
		}
	}
}
