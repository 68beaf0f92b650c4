package drift

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// document is an OpenAPI document as a tree of nodes.
type document struct {
	finder
	root *yaml.Node
	// ends maps references to what they lead to.
	ends map[*yaml.Node]*yaml.Node
	// modern is set for OpenAPI 3.1 and later.
	modern bool
	// operations are indexed by method and path, as wireKey writes them.
	operations map[string]*operation
	order      []string
}

type operation struct {
	id, method, path string
	node, item       *yaml.Node
}

// read parses an OpenAPI 3 document, JSON or YAML.
func read(source []byte) (*document, error) {
	written, err := yamljson.Read(textfile.Decode(source))
	switch {
	case errors.Is(err, yamljson.ErrTooLarge):
		return nil, fmt.Errorf("not an OpenAPI document: %w", err)
	case err != nil:
		return nil, fmt.Errorf("neither JSON nor YAML: %w", err)
	}
	root, err := parseTree(written)
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, errors.New("not an OpenAPI document: it is not an object")
	}
	d := &document{finder: finder{}, root: root, ends: map[*yaml.Node]*yaml.Node{}, operations: map[string]*operation{}}
	version := text(field(d.root, "openapi"))
	if !strings.HasPrefix(version, "3.") {
		return nil, fmt.Errorf("not an OpenAPI 3 document: openapi is %q", version)
	}
	d.modern = !strings.HasPrefix(version, "3.0")
	paths := field(d.root, "paths")
	if paths == nil || paths.Kind != yaml.MappingNode {
		return nil, errors.New("not an OpenAPI 3 document: it has no paths")
	}
	for path, item := range fields(paths) {
		item = d.resolve(item)
		for _, method := range openapi.Methods() {
			if node := d.field(item, method); node != nil {
				d.add(&operation{method: strings.ToUpper(method), path: path, node: node, item: item})
			}
		}
	}
	return d, nil
}

func (d *document) add(o *operation) {
	o.id = text(d.field(o.node, "operationId"))
	key := wireKey(o.method, o.path)
	d.operations[key] = o
	d.order = append(d.order, key)
}

// rebase removes a base path from the paths that start with it.
func (d *document) rebase(base string) {
	base = strings.TrimRight(base, "/")
	if base == "" {
		return
	}
	for i, key := range d.order {
		o := d.operations[key]
		path, found := strings.CutPrefix(o.path, base+"/")
		if !found {
			continue
		}
		delete(d.operations, key)
		o.path = "/" + path
		d.order[i] = wireKey(o.method, o.path)
		d.operations[d.order[i]] = o
	}
}

func (d *document) describe() Document {
	info := field(d.root, "info")
	return Document{Title: text(field(info, "title")), Version: text(field(info, "version"))}
}

// wireKey identifies an operation by what a client sends, so the names of path parameters
// make no difference.
func wireKey(method, path string) string {
	segments := strings.Split(strings.TrimRight(path, "/"), "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "{}"
		}
	}
	return method + " " + strings.Join(segments, "/")
}

func pathParameters(path string) []string {
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
		}
	}
	return names
}

// resolve follows a local reference to its end. One that leads nowhere resolves to its own node,
// which is then compared as it is. Many references may share a chain, so each is followed once.
func (d *document) resolve(node *yaml.Node) *yaml.Node {
	if end, known := d.ends[node]; known {
		return end
	}
	tokens, local := openapi.Tokens(text(d.field(node, "$ref")))
	if !local {
		return node
	}
	d.ends[node] = node // unless it leads elsewhere, and not back here
	if target := d.follow(d.root, tokens, byIndex); target != nil {
		d.ends[node] = d.resolve(target)
	}
	return d.ends[node]
}

// finder finds parts of a tree. It indexes large mappings, since a small document can make drift
// look into one again and again.
type finder map[*yaml.Node]map[string]*yaml.Node

// large is how many members a mapping has that is indexed.
const large = 32

// field returns the value of a mapping's key, or nil.
func (f finder) field(node *yaml.Node, name string) *yaml.Node {
	node = unalias(node)
	if node == nil || len(node.Content) < 2*large {
		return field(node, name)
	}
	members, known := f[node]
	if !known {
		members = map[string]*yaml.Node{}
		for key, value := range fields(node) {
			if members[key] == nil {
				members[key] = value
			}
		}
		f[node] = members
	}
	return members[name]
}

// at returns the node that the JSON pointer of a change leads to, or nil. Such a pointer has
// parameters by their names.
func (f finder) at(node *yaml.Node, pointer string) *yaml.Node {
	tokens := strings.Split(pointer, "/")[1:]
	for i, token := range tokens {
		tokens[i] = jsonpointer.Unescape(token)
	}
	return f.follow(node, tokens, byName)
}

// follow returns the node that the tokens of a JSON pointer lead to, or nil. element finds what a
// token means in a list.
func (f finder) follow(node *yaml.Node, tokens []string, element func(list *yaml.Node, token string) *yaml.Node) *yaml.Node {
	for _, token := range tokens {
		if node != nil && node.Kind == yaml.SequenceNode {
			node = element(node, token)
		} else {
			node = f.field(node, token)
		}
	}
	return node
}

// byIndex returns the element of a list with an index, or nil.
func byIndex(list *yaml.Node, index string) *yaml.Node {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(list.Content) || strconv.Itoa(i) != index {
		return nil
	}
	return list.Content[i]
}

// byName returns the element of a list with a name, or nil.
func byName(list *yaml.Node, name string) *yaml.Node {
	for _, element := range list.Content {
		if text(field(element, "name")) == name {
			return element
		}
	}
	return nil
}

// field returns the value of a mapping's key, or nil.
func field(node *yaml.Node, name string) *yaml.Node {
	for key, value := range fields(node) {
		if key == name {
			return value
		}
	}
	return nil
}

// fields iterates over the keys and values of a mapping, with aliases resolved.
func fields(node *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if node = unalias(node); node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, unalias(node.Content[i+1])) {
				return
			}
		}
	}
}

func unalias(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func text(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

// scalar returns a string node.
func scalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: yaml.DoubleQuotedStyle}
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

func set(node *yaml.Node, name string, value *yaml.Node) {
	node.Content = append(node.Content, scalar(name), value)
}

// same reports whether two trees are equal, whatever the order of their keys.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.MappingNode:
		for key, value := range fields(a) {
			if other := field(b, key); other == nil || !same(value, other) {
				return false
			}
		}
		return true
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, same)
	}
	return a.Value == b.Value && a.ShortTag() == b.ShortTag()
}
