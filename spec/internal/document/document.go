// Package document reads an OpenAPI document in parts, so that reading an operation takes no more of
// the document than the operation needs.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/buger/jsonparser"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// Document is an OpenAPI document as JSON, in which everything is on the same line as in the text
// that it was read from.
type Document struct {
	text  []byte
	lines func() []int // how many lines end before each block of the text

	mutex    sync.Mutex
	children map[int]map[string][]byte // of what references lead through, by its capacity

	joined  bool              // of several files
	origins []origin          // which file each line is from
	unread  map[string]string // references to files that cannot be followed, with the reason
}

// MaxJSON is the maximum size of a document in JSON, in bytes. Package yamljson sets the bounds of a
// document in YAML, all of whose values are read at once.
const MaxJSON = 64 << 20

// Read reads a document in JSON or YAML. beside has the other files that it may refer to.
func Read(source []byte, beside ...fs.FS) (*Document, error) {
	d, err := readOne(source)
	if err != nil || len(beside) == 0 || !refersToFiles(d.text) {
		return d, err
	}
	return join(d, source, beside[0])
}

// readOne reads a document that is one file.
func readOne(source []byte) (*Document, error) {
	if len(source) <= MaxJSON && json.Valid(source) {
		return New(pointed(source)), nil
	}
	text, err := yamljson.Read(source)
	if errors.Is(err, yamljson.ErrTooLarge) {
		err = fmt.Errorf("%w; in JSON it may have %d bytes", err, MaxJSON)
	}
	if err != nil {
		return nil, err
	}
	return New(pointed(text)), nil
}

// New returns a document for a text that is known to be JSON.
func New(text []byte) *Document {
	d := &Document{text: text[:len(text):len(text)]}
	d.lines = sync.OnceValue(d.countLines)
	d.children = map[int]map[string][]byte{}
	return d
}

// Prepare reads the components, which operations share, before an operation needs them.
func (d *Document) Prepare() {
	for section := range Members(d.child(d.text, "components")) {
		d.at([]string{"components", section, ""})
	}
}

// Text returns the document's JSON.
func (d *Document) Text() []byte { return d.text }

// Compact returns the document without blanks.
func (d *Document) Compact() []byte {
	var out bytes.Buffer
	_ = json.Compact(&out, d.text) // cannot fail, as the text is JSON
	return out.Bytes()
}

// ServedAt returns the document without blanks, and with one server instead of its own. note, which
// may be nil, returns the value of an extension to add to an operation; empty adds none.
func (d *Document) ServedAt(url, extension string, note func(path, method string) string) []byte {
	servers, _ := json.Marshal([]map[string]string{{"url": url}})
	text := rewritten(d.text, func(name string, value []byte) []byte {
		if name != "paths" || note == nil {
			return value
		}
		return rewritten(value, func(path string, item []byte) []byte {
			return rewritten(item, func(method string, operation []byte) []byte {
				return noted(operation, extension, note(path, method))
			}, member{})
		}, member{})
	}, member{"servers", "info", servers})
	return New(text).Compact()
}

// noted adds an extension to an object.
func noted(object []byte, extension, note string) []byte {
	if note == "" {
		return object
	}
	return rewritten(object, func(_ string, value []byte) []byte { return value }, member{name: extension, value: strconv.AppendQuote(nil, note)})
}

// member is a member to add to an object: after another one, or first.
type member struct {
	name, behind string
	value        []byte
}

// rewritten returns an object with its values changed and a member added. A value that is not an
// object is returned unchanged.
func rewritten(object []byte, change func(name string, value []byte) []byte, added member) []byte {
	if !bytes.HasPrefix(bytes.TrimLeft(object, " \t\r\n"), []byte{'{'}) {
		return object
	}
	var members [][]byte
	add := func(name string, value []byte) {
		key, _ := json.Marshal(name)
		members = append(members, slices.Concat(key, []byte{':'}, value))
	}
	if added.name != "" && added.behind == "" {
		add(added.name, added.value)
	}
	for name, value := range Members(object) {
		if name != added.name {
			add(name, change(name, value))
		}
		if name == added.behind {
			add(added.name, added.value)
		}
	}
	return slices.Concat([]byte{'{'}, bytes.Join(members, []byte{','}), []byte{'}'})
}

// Line returns the line on which a part of the document begins.
func (d *Document) Line(part []byte) int {
	// A part is a slice of the text, so its capacity is the length of the text from its beginning on.
	begin := cap(d.text) - cap(part)
	block := begin / lineBlock
	return 1 + d.lines()[block] + bytes.Count(d.text[block*lineBlock:begin], []byte{'\n'})
}

// lineBlock is the size of the blocks that lines are counted by, in bytes.
const lineBlock = 1 << 14

func (d *Document) countLines() []int {
	counts := []int{0}
	for block := range slices.Chunk(d.text, lineBlock) {
		counts = append(counts, counts[len(counts)-1]+bytes.Count(block, []byte{'\n'}))
	}
	return counts
}

// Members yields the members of an object in their order. A value that is not an object has none.
func Members(object []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		_ = jsonparser.ObjectEach(object, func(name, value []byte, kind jsonparser.ValueType, end int) error {
			size := len(value)
			if kind == jsonparser.String {
				size += len(`""`) // the value comes without its quotes
			}
			if !yield(string(name), object[end-size:end]) {
				return errEnough
			}
			return nil
		})
	}
}

var errEnough = errors.New("enough")

// Member returns a member of an object, or nil if there is no such member.
func Member(object []byte, name string) []byte {
	for other, value := range Members(object) {
		if other == name {
			return value
		}
	}
	return nil
}

// Resolve returns what an object refers to, or the object itself if it refers to nothing.
func (d *Document) Resolve(object []byte) ([]byte, error) { return d.follow(object, written) }

// follow is Resolve with a function that returns the reference that an object consists of, if any.
func (d *Document) follow(object []byte, written func([]byte) (string, bool)) ([]byte, error) {
	for range maxReferences {
		reference, is := written(object)
		if !is {
			return object, nil
		}
		var err error
		if object, err = d.At(reference); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("a reference leads to itself")
}

// written returns the reference that an object consists of, if any.
func written(object []byte) (reference string, is bool) {
	value := Member(object, "$ref")
	return reference, value != nil && json.Unmarshal(value, &reference) == nil
}

// At returns what a reference leads to, which may be another reference.
func (d *Document) At(reference string) ([]byte, error) {
	tokens, here := openapi.Tokens(reference)
	if reason := d.unread[reference]; reason != "" && !here {
		return nil, fmt.Errorf("the reference %q cannot be followed: %s", reference, reason)
	}
	if !here {
		return nil, fmt.Errorf("the reference %q leads out of the document", reference)
	}
	value := d.at(tokens)
	if value == nil {
		return nil, fmt.Errorf("the reference %q leads nowhere", reference)
	}
	return value, nil
}

// Limits of references: how many may each lead to the next, and how deep one may lead. Each level may
// take as long to read as the document.
const (
	maxReferences = 100
	maxTokens     = 100
)

// at returns what a JSON pointer leads to, or nil.
func (d *Document) at(tokens []string) []byte { return d.from(d.text, tokens) }

// from returns what tokens lead to from a part of the document on, or nil.
func (d *Document) from(value []byte, tokens []string) []byte {
	if len(tokens) > maxTokens {
		return nil
	}
	for _, token := range tokens {
		value = d.child(value, token)
	}
	return value
}

// child returns a member of an object or an element of an array, or nil. It reads the object or array
// only once. Of several members with the same name, the last counts.
func (d *Document) child(value []byte, token string) []byte {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	children, known := d.children[cap(value)]
	if !known && len(value) > 0 {
		children = map[string][]byte{}
		for name, member := range Members(value) {
			children[name] = member
		}
		if value[0] == '[' {
			for i, element := range elements(value) {
				children[strconv.Itoa(i)] = element
			}
		}
		d.children[cap(value)] = children
	}
	return children[token]
}

// elements yields the elements of an array with their positions.
func elements(array []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		position, more := 0, true
		_, _ = jsonparser.ArrayEach(array, func(value []byte, kind jsonparser.ValueType, start int, _ error) {
			end := start + len(value)
			if kind == jsonparser.String {
				start -= len(`""`) // the value comes without its quotes
			}
			more = more && yield(position, array[start:end]) // a part of the text, unlike the value
			position++
		})
	}
}

// Operation returns a document with one operation: the operation, the parameters of its path if there
// are any, and everything that they refer to. It includes schemas in the order in which they are
// reached, up to the given number of bytes for the request and as many for the responses; the rest
// allow everything. It leaves out callbacks, links and members of the wrong kind, on which the library
// would fail.
func (d *Document) Operation(path, method string, operation, parameters []byte, schemas int) ([]byte, error) {
	operation = withoutUnused(operation)
	reached := d.reach(schemas, [][]byte{parameters, Member(operation, "parameters"), Member(operation, "requestBody")}, [][]byte{operation})
	item := map[string]json.RawMessage{}
	if paths, is := reached["paths"].(map[string]any); is {
		if whole, is := paths[path].(json.RawMessage); is { // a reference leads to its own path
			for name, member := range Members(whole) {
				item[name] = member
			}
		}
	}
	own := map[string]json.RawMessage{}
	for name, value := range Members(operation) {
		if string(value) != "null" && !Misplaced(name, value) {
			own[name] = value
		}
	}
	item[method], _ = json.Marshal(own) // cannot fail, as the values are JSON
	if delete(item, "parameters"); parameters != nil && !Misplaced("parameters", parameters) {
		item["parameters"] = parameters
	}
	part := map[string]any{
		"openapi": json.RawMessage(Member(d.text, "openapi")),
		"info":    map[string]string{"title": "", "version": ""},
	}
	maps.Copy(part, reached)
	put(part, []string{"paths", path}, item)
	return json.Marshal(part)
}

// Misplaced reports whether a member of an operation is of the wrong kind: parameters that are not a
// list, or a request body or responses that are not an object. value must not be empty.
func Misplaced(name string, value []byte) bool {
	switch name {
	case "parameters":
		return value[0] != '['
	case "requestBody", "responses":
		return value[0] != '{'
	}
	return false
}

// Part returns a document with some operations and everything that they refer to, and with the head
// and the security of this document. paths has the members of each path.
func (d *Document) Part(paths map[string]map[string][]byte) ([]byte, error) {
	part := map[string]any{}
	var texts [][]byte
	for name, value := range Members(d.text) {
		if name != "paths" && name != "components" && name != "tags" {
			part[name] = json.RawMessage(value)
		}
	}
	items := map[string]map[string]json.RawMessage{}
	for path, members := range paths {
		items[path] = map[string]json.RawMessage{}
		for name, value := range members {
			items[path][name] = value
			texts = append(texts, value)
		}
	}
	maps.Copy(part, d.reach(math.MaxInt, texts))
	if schemes := Member(Member(d.text, "components"), "securitySchemes"); schemes != nil {
		put(part, []string{"components", "securitySchemes"}, json.RawMessage(schemes))
	}
	part["paths"] = items
	return json.Marshal(part)
}

// reach returns what texts refer to, directly or indirectly, as members of a document that contain
// nothing else. Nearer targets come first. In each group of texts, schemas beyond the given number
// of bytes become empty.
func (d *Document) reach(schemas int, groups ...[][]byte) map[string]any {
	reached, seen := map[string]any{}, map[string]bool{}
	for _, texts := range groups {
		left := schemas
		for len(texts) > 0 {
			text := texts[0]
			texts = texts[1:]
			for reference := range references(text) {
				tokens, here := openapi.Tokens(reference)
				if !here || len(tokens) < depths[tokens[0]] {
					continue
				}
				tokens = tokens[:max(1, depths[tokens[0]])]
				key := strings.Join(tokens, "\n")
				if seen[key] {
					continue
				}
				seen[key] = true
				target := d.at(tokens)
				if target == nil {
					continue
				}
				if tokens[0] == "paths" || tokens[0] == "components" && tokens[1] == "responses" {
					target = withoutUnused(target)
				}
				if tokens[0] == "components" && tokens[1] == "schemas" {
					if left -= len(target); left < 0 {
						target = []byte("{}")
					}
				}
				put(reached, tokens, json.RawMessage(target))
				texts = append(texts, target)
			}
		}
	}
	return reached
}

// depths says how many levels deep the parts of a document are that are taken separately. Other
// members of the document are taken as a whole.
var depths = map[string]int{"components": 3, "paths": 2}

// put puts a value into nested objects, at a path.
func put(into map[string]any, at []string, value any) {
	for _, name := range at[:len(at)-1] {
		next, is := into[name].(map[string]any)
		if !is {
			next = map[string]any{}
			into[name] = next
		}
		into = next
	}
	into[at[len(at)-1]] = value
}

// references yields all strings of a JSON text that look like references within the document. Some
// are in discriminators, and some are not references at all.
func references(text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			at := bytes.Index(text, []byte(`"#`))
			if at < 0 {
				return
			}
			text = text[at+1:]
			end := max(bytes.IndexByte(text, '"'), 0)
			if reference, err := jsonparser.ParseString(text[:end]); err == nil && !yield(reference) {
				return
			}
			text = text[end:]
		}
	}
}
