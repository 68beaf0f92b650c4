package document

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"

	"github.com/buger/jsonparser"
)

// References finds references of a document that cannot be followed. It reads only once what a
// component refers to.
type References struct {
	document *Document
	known    map[string]*target
	broken   bool // one of the known references leads nowhere
}

// target is what a reference leads to.
type target struct {
	dangling *Dangling // nil if it leads somewhere
	next     []string  // the references in it
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
	return &References{document: d, known: map[string]*target{}}
}

// Check returns the first reference that can be reached from texts and cannot be followed, or nil.
func (r *References) Check(texts ...[]byte) *Dangling {
	var first []string
	for _, text := range texts {
		first = append(first, r.read(text)...)
	}
	if !r.broken {
		return nil
	}
	seen := map[string]bool{}
	for len(first) > 0 {
		reference := first[0]
		first = first[1:]
		if seen[reference] {
			continue
		}
		seen[reference] = true
		found := r.known[reference]
		if found.dangling != nil {
			return found.dangling
		}
		first = append(first, found.next...)
	}
	return nil
}

// read returns the references in a text, and reads what they lead to.
func (r *References) read(text []byte) []string {
	var out []string
	for at, reference := range Written(text) {
		if r.known[reference] != nil {
			out = append(out, reference)
			continue
		}
		reached := &target{}
		object, _ := json.Marshal(map[string]string{"$ref": reference}) // cannot fail
		if value, err := r.document.Resolve(object); err != nil {
			if inData(text, at) {
				continue
			}
			reached.dangling, r.broken = &Dangling{r.document.Line(text[at:]), err.Error()}, true
			r.known[reference] = reached
		} else {
			r.known[reference] = reached // before reading what it refers to, which may lead back here
			reached.next = r.read(value)
		}
		out = append(out, reference)
	}
	return out
}

// inData reports whether a position in a text is within data, such as an example.
func inData(text []byte, at int) bool {
	parent := ""
	for value := text; ; {
		key, next := around(value, at-(cap(text)-cap(value)))
		switch {
		case next == nil:
			return false
		case isData(parent, key, next):
			return true
		}
		parent, value = key, next
	}
}

// around returns the member or element of a value that a position is in, or nil.
func around(value []byte, at int) (key string, found []byte) {
	for name, member := range Members(value) {
		if start := cap(value) - cap(member); start <= at && at < start+len(member) {
			return name, member
		}
	}
	if len(value) > 0 && value[0] == '[' {
		for _, element := range elements(value) {
			if start := cap(value) - cap(element); start <= at && at < start+len(element) {
				return "", element
			}
		}
	}
	return "", nil
}

// isData reports whether a member of an object is data, such as an example, rather than a part of
// the document. parent is the name of the member that the object is the value of.
func isData(parent, key string, value []byte) bool {
	switch parent {
	case "properties", "patternProperties", "schemas", "$defs", "definitions", "dependentSchemas", "responses", "examples":
		return false // here names are chosen by the document's author
	}
	switch key {
	case "example", "default", "enum", "const", "value":
		return true
	case "examples":
		return value[0] == '['
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
