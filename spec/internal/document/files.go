package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// join returns a document with what it refers to in other files as a part of it. A document that would be too
// large stays as it is, and the reason is that of its references.
func join(d *Document, source []byte, files fs.FS) (*Document, error) {
	room := maxValues
	root, err := tree(d.text, "", &room)
	if errors.Is(err, errTooMany) {
		return d.apart(err), nil
	}
	if err != nil || root.opening != '{' {
		return d, err
	}
	j := joiner{
		files: files, source: source, root: root, left: yamljson.MaxBytes, room: maxValues,
		known: map[string]*file{}, placed: map[part]string{}, found: map[*node]leading{}, taken: map[[2]string]int{},
		visited: map[*node]bool{}, unread: map[string]string{},
	}
	j.join()
	out := layout{line: 1, origins: []origin{{line: 1, in: 1}}, limit: len(d.text) + yamljson.MaxBytes}
	if err := out.write(root, 0); err != nil {
		return d.apart(err), nil
	}
	joined := New(pointed(out.text.Bytes()))
	joined.origins, joined.unread, joined.joined = out.origins, j.unread, true
	return joined, nil
}

// apart gives the references to other files a reason why they are not followed.
func (d *Document) apart(reason error) *Document {
	d.unread = map[string]string{}
	for _, reference := range Written(d.text) {
		if isOfFile(reference) {
			d.unread[reference] = reason.Error()
		}
	}
	return d
}

// Joined reports whether the document refers to other files.
func (d *Document) Joined() bool { return d.joined }

func refersToFiles(text []byte) bool {
	for _, reference := range Written(text) {
		if isOfFile(reference) {
			return true
		}
	}
	return false
}

// isOfFile reports whether a reference leads to another file.
func isOfFile(reference string) bool {
	name, _, _ := strings.Cut(reference, "#")
	return name != "" && !strings.Contains(name, ":")
}

// joiner makes a document of several files one.
type joiner struct {
	files     fs.FS
	source    []byte // the document's text: a file with the same text is the document
	root      *node
	left      int // how many bytes the other files may still have
	room      int // and how many values
	known     map[string]*file
	placed    map[part]string   // the pointers of components made of other files
	found     map[*node]leading // what references lead to
	taken     map[[2]string]int // the names of components in each section, with the last number added to one
	visited   map[*node]bool
	unvisited []unvisited
	unread    map[string]string // references that cannot be followed, with the reason
}

// file is another file, or the reason why it cannot be read.
type file struct {
	root *node
	err  error
}

// leading is what a reference leads to, and the other file that it is in, if any.
type leading struct {
	node *node
	file string
}

// part is something in another file, as it is used.
type part struct {
	node    *node
	section string
}

type unvisited struct {
	node *node
	kind string
}

// kinds are the parts of a document with their members of interest, and what these are. A star stands for
// all members or elements.
var kinds = map[string]map[string]string{
	"document": {"paths": "pathItems", "webhooks": "pathItems", "components": "components", "*": "other"},
	"components": {
		"schemas": "schemas", "responses": "responses", "parameters": "parameters", "examples": "examples", "requestBodies": "requestBodies",
		"headers": "headers", "securitySchemes": "securitySchemes", "links": "links", "callbacks": "callbacks", "pathItems": "pathItems",
	},
	"pathItem":    {"parameters": "parameters", "summary": "", "description": "", "servers": "other", "*": "operation"},
	"operation":   {"parameters": "parameters", "requestBody": "requestBody", "responses": "responses", "callbacks": "callbacks"},
	"parameter":   {"schema": "schema", "content": "content", "examples": "examples", "example": "sample"},
	"header":      {"schema": "schema", "content": "content", "examples": "examples", "example": "sample"},
	"requestBody": {"content": "content"},
	"response":    {"headers": "headers", "content": "content", "links": "links"},
	"content":     {"*": "mediaType"},
	"mediaType":   {"schema": "schema", "examples": "examples", "example": "sample", "encoding": "encodings"},
	"encodings":   {"*": "encoding"},
	"encoding":    {"headers": "headers"},
	"example":     {"value": "sample"},
	"sample":      {"*": "sample"},
	"callback":    {"*": "pathItem"},
	"schema": {
		"properties": "schemas", "patternProperties": "schemas", "$defs": "schemas", "definitions": "schemas", "dependentSchemas": "schemas",
		"allOf": "schemas", "anyOf": "schemas", "oneOf": "schemas", "prefixItems": "schemas",
		"items": "schema", "not": "schema", "if": "schema", "then": "schema", "else": "schema", "contains": "schema", "propertyNames": "schema",
		"additionalProperties": "schema", "unevaluatedItems": "schema", "unevaluatedProperties": "schema", "contentSchema": "schema",
		"example": "sample", "discriminator": "discriminator",
	},
	"discriminator": {"mapping": "mapping"},

	"schemas": {"*": "schema"}, "responses": {"*": "response"}, "parameters": {"*": "parameter"}, "examples": {"*": "example"},
	"requestBodies": {"*": "requestBody"}, "headers": {"*": "header"}, "securitySchemes": {"*": "securityScheme"}, "links": {"*": "link"},
	"callbacks": {"*": "callback"}, "pathItems": {"*": "pathItem"},
}

// sections are the components of each kind that may be referred to. References to anything else are
// replaced with what they lead to.
var sections = func() map[string]string {
	out := map[string]string{}
	for section := range kinds["components"] {
		out[kinds[section]["*"]] = section
	}
	return out
}()

// join puts what the document refers to in other files among its components.
func (j *joiner) join() {
	components := j.root.object("components")
	j.inline(components)
	for i, section := range components.names {
		j.inline(components.below[i])
		for at, name := range components.below[i].names {
			j.taken[[2]string{section, name}] = 1
			j.adopt(components.below[i].below[at], section, name)
		}
	}
	j.unvisited = []unvisited{{j.root, "document"}}
	for len(j.unvisited) > 0 {
		last := len(j.unvisited) - 1
		next := j.unvisited[last]
		j.unvisited = j.unvisited[:last]
		j.visit(next.node, next.kind)
	}
}

// adopt puts a part of another file in the place of the component that only refers to it.
func (j *joiner) adopt(component *node, section, name string) {
	for range maxReferences {
		target, isOther := j.find(component.member("$ref"))
		if !isOther || len(component.names) > 1 || j.placed[part{target, section}] != "" {
			return
		}
		j.placed[part{target, section}] = openapi.Pointer([]string{"components", section, name})
		*component = *target
	}
}

// inline puts what an object refers to in its place, next to the object's other members.
func (j *joiner) inline(n *node) {
	for range maxReferences {
		target, _ := j.find(n.member("$ref"))
		if target == nil {
			return
		}
		was := *n
		*n = *target
		n.names, n.below, n.places = slices.Clone(n.names), slices.Clone(n.below), nil
		for i, name := range was.names {
			if name != "$ref" && n.opening == '{' && n.member(name) == nil {
				n.add(name, was.below[i])
			}
		}
	}
}

// visit makes the references of a value, and of what is below it, lead to the document.
func (j *joiner) visit(n *node, kind string) {
	if kind == "mapping" {
		for _, value := range n.below {
			if text, _ := value.string(); strings.Contains(text, "#") || fileName.MatchString(text) {
				j.settle(value, "schema")
			}
		}
		return
	}
	if sections[kind] == "" {
		j.inline(n)
	} else {
		j.settle(n.member("$ref"), kind)
	}
	if j.visited[n] {
		return
	}
	j.visited[n] = true
	for i, next := range n.below {
		name := "*"
		if n.opening == '{' && kinds[kind][n.names[i]] != "" {
			name = n.names[i]
		}
		if to := kinds[kind][name]; to != "" && next.opening != 0 {
			j.unvisited = append(j.unvisited, unvisited{next, to})
		}
	}
}

// fileName matches what is the name of a file and not of a schema.
var fileName = regexp.MustCompile(`(?i)\.(json|ya?ml)$`)

// settle makes a reference lead to the document. What it leads to in another file becomes a component.
func (j *joiner) settle(reference *node, kind string) {
	target, isOther := j.find(reference)
	if target == nil || reference.settled {
		return
	}
	text, _ := reference.string()
	_, fragment, _ := strings.Cut(text, "#")
	to := "#" + fragment
	if isOther {
		to = "#" + strings.ReplaceAll(j.place(target, sections[kind], text), "%", "%25")
	}
	reference.text, _ = jsonw.Marshal(to) // cannot fail, as it is a string
	reference.settled = true
}

// place returns a pointer to a component made of a part of another file, which it adds if there is none.
func (j *joiner) place(target *node, section, reference string) string {
	to := part{target, section}
	if j.placed[to] == "" {
		among := j.root.member("components").object(section)
		name := componentName(reference)
		first, isTaken := [2]string{section, name}, j.taken[[2]string{section, name}] > 0
		for ; isTaken; isTaken = j.taken[[2]string{section, name}] > 0 {
			j.taken[first]++
			name = first[1] + "_" + strconv.Itoa(j.taken[first])
		}
		j.taken[[2]string{section, name}] = 1
		among.add(name, target)
		j.placed[to] = openapi.Pointer([]string{"components", section, name})
		j.unvisited = append(j.unvisited, unvisited{target, kinds[section]["*"]})
	}
	return j.placed[to]
}

// componentName returns a name for what a reference leads to: its last part.
func componentName(reference string) string {
	name, fragment, _ := strings.Cut(reference, "#")
	name = strings.TrimSuffix(path.Base(name), path.Ext(name))
	if fragment = strings.TrimRight(fragment, "/"); fragment != "" {
		name = jsonpointer.Unescape(path.Base(fragment))
	}
	return unusual.ReplaceAllString(name, "_")
}

// unusual matches what the name of a component may not have.
var unusual = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// find returns what a reference leads to, and whether that is in another file. It returns nil for a reference
// that is none, that does not lead to a file, or that cannot be followed.
func (j *joiner) find(reference *node) (target *node, isOther bool) {
	text, is := reference.string()
	if !is {
		return nil, false
	}
	found, is := j.found[reference]
	if !is {
		j.found[reference] = found // nothing, for a reference that leads to itself
		found.node, found.file = j.lead(text, reference.file)
		j.found[reference] = found
	}
	return found.node, found.file != ""
}

// lead is find for a reference that is written in a file. It returns the name of the other file, if any.
func (j *joiner) lead(text, from string) (target *node, file string) {
	name, fragment, _ := strings.Cut(text, "#")
	if name == "" && from == "" || strings.Contains(name, ":") {
		return nil, ""
	}
	root, full, err := j.open(name, from)
	if err == nil {
		if target = j.at(root, fragment); target == nil {
			err = fmt.Errorf("%s has no %s", full, fragment)
		}
	}
	if err != nil {
		j.unread[text] = err.Error()
		return nil, ""
	}
	if root == j.root {
		full = ""
	}
	return target, full
}

// at returns what a JSON pointer leads to in a file, also through references.
func (j *joiner) at(n *node, fragment string) *node {
	if strings.Trim(fragment, "/") == "" {
		return n
	}
	tokens, is := openapi.Tokens("#" + fragment)
	for i := 0; is && i < len(tokens) && n != nil; i++ {
		next := n.child(tokens[i])
		if next == nil {
			if n, _ = j.find(n.member("$ref")); n != nil {
				next = n.child(tokens[i])
			}
		}
		n = next
	}
	if !is {
		return nil
	}
	return n
}

// open returns a file that another one refers to by a relative name, and the name from the document on. An empty
// name means that file itself.
func (j *joiner) open(name, from string) (root *node, full string, err error) {
	full = from
	if name != "" {
		unescaped, err := url.PathUnescape(name)
		if err != nil {
			return nil, "", err
		}
		if full = path.Join(path.Dir(from), unescaped); !fs.ValidPath(full) || unescaped[0] == '/' {
			return nil, "", errors.New("files are read only below the document's folder")
		}
	}
	if j.known[full] == nil {
		read := &file{}
		if read.root, read.err = j.read(full); errors.As(read.err, new(*fs.PathError)) {
			read.err = fmt.Errorf("%s: %w", full, errors.Unwrap(read.err))
		}
		j.known[full] = read
	}
	return j.known[full].root, full, j.known[full].err
}

// read reads a file; it returns the root if the file is the document.
func (j *joiner) read(name string) (*node, error) {
	info, err := fs.Stat(j.files, name) // opening a pipe would wait for its writer
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	opened, err := j.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	source, err := io.ReadAll(io.LimitReader(opened, max(int64(j.left), int64(len(j.source)))+1))
	if err != nil {
		return nil, err
	}
	if source = textfile.Decode(source); bytes.Equal(source, j.source) {
		return j.root, nil
	}
	text := source
	if len(source) <= j.left && !json.Valid(source) {
		if text, err = yamljson.Read(source); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if j.left -= max(len(source), len(text)); j.left < 0 { // aliases make it longer
		return nil, fmt.Errorf("with %s, the document's other files are too large", name)
	}
	root, err := tree(text, name, &j.room)
	if errors.Is(err, errTooMany) {
		err = fmt.Errorf("with %s, the document's other files are too large", name)
	}
	return root, err
}
