package document

import (
	"bytes"
	"encoding/json"
	"iter"
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

// Check returns a reference that can be reached from texts and cannot be followed, or nil.
func (r *References) Check(texts ...[]byte) *Dangling {
	var first []*target
	for _, text := range texts {
		first = append(first, r.read(text)...)
	}
	for len(r.unread) > 0 {
		last := len(r.unread) - 1
		reached := r.unread[last]
		r.unread = r.unread[:last]
		reached.next = r.read(reached.text)
	}
	if r.broken {
		r.prove()
	}
	for _, reached := range first {
		if reached.dangling != nil {
			return reached.dangling
		}
	}
	return nil
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

// read returns what the references in a text lead to.
func (r *References) read(text []byte) []*target {
	var out []*target
	data := sync.OnceValue(func() []span { return dataIn(text) })
	for at, reference := range Written(text) {
		reached := r.known[reference]
		if reached == nil {
			var err error
			if reached, err = r.follow(reference); err != nil {
				if within(data(), at) {
					continue
				}
				reached = &target{dangling: &Dangling{r.document.Line(text[at:]), err.Error()}}
				r.broken = true
			}
			r.known[reference] = reached
		}
		out = append(out, reached)
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

// span is a part of a text, from a position up to another.
type span struct{ from, to int64 }

// within reports whether a position is in one of some spans, which are in order.
func within(spans []span, at int) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to > int64(at) })
	return i < len(spans) && spans[i].from <= int64(at)
}

// dataIn returns the objects and arrays of a JSON text that are data, such as examples.
func dataIn(text []byte) []span {
	var spans []span
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a number may be larger than a float64 can be
	var read func(parent, key string, inData bool)
	read = func(parent, key string, inData bool) {
		token, _ := decoder.Token()
		opening, is := token.(json.Delim)
		if !is {
			return
		}
		begin, begins := decoder.InputOffset(), !inData && isData(parent, key, opening)
		for decoder.More() {
			name := ""
			if opening == '{' {
				token, _ := decoder.Token()
				name, _ = token.(string)
			}
			read(key, name, inData || begins)
		}
		_, _ = decoder.Token() // the closing one
		if begins {
			spans = append(spans, span{begin, decoder.InputOffset()})
		}
	}
	read("", "", false)
	return spans
}

// isData reports whether a member of an object is data, such as an example, rather than a part of
// the document. parent is the name of the member that the object is the value of; opening is what the
// member's value begins with.
func isData(parent, key string, opening json.Delim) bool {
	switch parent {
	case "properties", "patternProperties", "schemas", "$defs", "definitions", "dependentSchemas", "responses", "examples":
		return false // here names are chosen by the document's author
	}
	switch key {
	case "example", "default", "enum", "const", "value":
		return true
	case "examples":
		return opening == '['
	}
	return strings.HasPrefix(key, "x-")
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
