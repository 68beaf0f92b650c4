package drift

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// texts are the keywords that do not affect what goes over the wire.
var texts = []string{"description", "summary", "title", "example", "examples", "externalDocs", "$comment", "$schema", "$id", "$anchor", "$dynamicAnchor", "$defs"}

// nameless are the keywords whose value is a map with names, not keywords, as its keys.
var nameless = []string{
	"properties", "patternProperties", "responses", "content", "headers", "paths", "callbacks", "links",
	"schemas", "securitySchemes", "parameters", "requestBodies", "variables", "$defs", "dependentSchemas", "encoding",
}

// verbatim are the keywords whose value is data.
var verbatim = []string{"enum", "default", "const", "required", "tags", "mapping"}

// defaults maps keywords to the value that they have when absent.
var defaults = map[string]string{
	"required": "false", "nullable": "false", "deprecated": "false", "readOnly": "false", "writeOnly": "false",
	"uniqueItems": "false", "additionalProperties": "true", "exclusiveMinimum": "false", "exclusiveMaximum": "false",
	"allowReserved": "false", "allowEmptyValue": "false",
}

// cleaner copies parts of a document for comparison.
type cleaner struct {
	document *document
	// inline replaces references with what they refer to, so that the names of components
	// make no difference.
	inline bool
	unsent string       // marks the properties that are not sent in the direction of what is being copied
	open   []*yaml.Node // the targets of references that are being copied
	nodes  int          // of the current operation so far
}

// maxNodes limits the size of an operation, including everything that it refers to. The
// largest of an open-source Unleash 8.2.0 has 2,395 nodes. A text counts as more nodes if it is long.
const (
	maxNodes = 12_000
	longText = 50 // bytes
)

// tooLarge reports whether the last operation was cut short.
func (c *cleaner) tooLarge() bool { return c.inline && c.nodes > maxNodes }

// count adds the nodes of a tree to those already counted. It stops once they are too many.
func count(counted int, node *yaml.Node) int {
	counted += 1 + len(node.Value)/longText
	for i, child := range node.Content {
		switch {
		case counted > maxNodes:
			return counted
		case node.Kind == yaml.MappingNode && i%2 == 0: // a key
			counted += len(child.Value) / longText
		default:
			counted = count(counted, child)
		}
	}
	return counted
}

// clean copies a node without texts, extensions and explicit defaults. Scalars and data are shared
// with the document, so nothing may change them. named says that the keys of a mapping are names.
func (c *cleaner) clean(node *yaml.Node, named bool) *yaml.Node {
	node = unalias(node)
	if c.nodes += 1 + len(node.Value)/longText; c.tooLarge() {
		return mapping()
	}
	if c.inline && !named && text(field(node, "$ref")) != "" {
		target := c.document.resolve(node)
		if c.document.modern && c.says(node) {
			return c.cleanMapping(beside(node), false)
		}
		if slices.Contains(c.open, target) {
			return mapping() // a recursive schema: its first level has been compared
		}
		if target != node {
			c.open = append(c.open, target)
			defer func() { c.open = c.open[:len(c.open)-1] }()
			return c.clean(target, false)
		}
	}
	switch node.Kind {
	case yaml.MappingNode:
		return c.cleanMapping(node, named)
	case yaml.SequenceNode:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, element := range node.Content {
			out.Content = append(out.Content, c.clean(element, false))
		}
		return out
	}
	return node
}

// says reports whether the keywords beside a reference mean anything, as they do in schemas
// of OpenAPI 3.1.
func (c *cleaner) says(reference *yaml.Node) bool {
	return len(c.cleanMapping(without(reference, "$ref"), false).Content) > 0
}

// beside rewrites a schema that has keywords beside its reference: the reference becomes a
// member of allOf.
func beside(reference *yaml.Node) *yaml.Node {
	target := mapping()
	set(target, "$ref", field(reference, "$ref"))
	members := list(target)
	if own := field(reference, "allOf"); own != nil {
		members.Content = append(members.Content, own.Content...)
	}
	out := without(reference, "$ref", "allOf")
	set(out, "allOf", members)
	return out
}

func (c *cleaner) cleanMapping(node *yaml.Node, named bool) *yaml.Node {
	out := mapping()
	for key, value := range fields(node) {
		c.nodes += len(key) / longText
		switch {
		case c.tooLarge():
			return out
		case named:
			set(out, key, c.clean(value, false))
		case slices.Contains(texts, key), strings.HasPrefix(key, "x-"):
			c.nodes++ // skipping takes time, too
		case value.Kind == yaml.ScalarNode && defaults[key] != "" && defaults[key] == value.Value:
		case slices.Contains(verbatim, key):
			c.nodes = count(c.nodes, value)
			set(out, key, value)
		case key == "schema" && c.inline:
			schema := c.clean(value, false)
			demandLess(schema, c.unsent, nil)
			set(out, key, normal(schema, c.document.modern))
		case key == "content" && c.inline && len(value.Content) == 0:
		case key == "content" && c.inline:
			set(out, key, c.renamed(value, openapi.MediaType))
		case key == "headers" && c.inline:
			if headers := c.headers(value); len(headers.Content) > 0 {
				set(out, key, headers)
			}
		case key == "encoding" && c.inline:
			set(out, key, allStyled(c.clean(value, true), "form"))
		default:
			set(out, key, c.clean(value, slices.Contains(nameless, key)))
		}
	}
	return out
}

// renamed cleans a map whose names can be spelled in several ways.
func (c *cleaner) renamed(node *yaml.Node, rename func(string) string) *yaml.Node {
	out := mapping()
	for key, value := range fields(node) {
		set(out, rename(key), c.clean(value, false))
	}
	return out
}

// headers copies the headers that are judged.
func (c *cleaner) headers(node *yaml.Node) *yaml.Node {
	judged := mapping()
	for name, header := range fields(node) {
		if openapi.JudgesHeader(name) {
			set(judged, name, header)
		}
	}
	return allStyled(c.renamed(judged, strings.ToLower), "simple")
}

// styled writes out the style of a parameter, header or encoding, and whether it is exploded, which
// makes a difference only to arrays and objects. usual is the default style.
func styled(part *yaml.Node, usual string) {
	if part.Kind != yaml.MappingNode || field(part, "content") != nil {
		return
	}
	style := cmp.Or(text(field(part, "style")), usual)
	explode := cmp.Or(text(field(part, "explode")), strconv.FormatBool(style == "form"))
	put(part, "style", scalar(style))
	remove(part, "explode")
	if slices.Contains([]string{"array", "object"}, text(field(field(part, "schema"), "type"))) {
		set(part, "explode", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: explode})
	}
}

// allStyled is styled for each member of a mapping.
func allStyled(parts *yaml.Node, usual string) *yaml.Node {
	for _, part := range fields(parts) {
		styled(part, usual)
	}
	return parts
}

// unsent maps the direction, true for requests, to the keyword that marks properties which are not
// sent in it.
var unsent = map[bool]string{true: "readOnly", false: "writeOnly"}

// operation copies an operation without its security. The copy includes the parameters of its path
// item, and names path parameters as the other side does.
func (c *cleaner) operation(o *operation, names []string) *yaml.Node {
	c.nodes = 0
	requests, responses := mapping(), mapping()
	for key, value := range fields(o.node) {
		switch key {
		case "parameters", "security", "tags":
		case "responses":
			set(responses, key, value)
		default:
			set(requests, key, value)
		}
	}
	c.unsent = unsent[false]
	out := c.cleanMapping(responses, false)
	c.unsent = unsent[true]
	out.Content = append(out.Content, c.cleanMapping(requests, false).Content...)
	if parameters := c.parameters(o, names); len(parameters.Content) > 0 {
		set(out, "parameters", parameters)
	}
	return out
}

// parameters merges the parameters of the path item and of the operation; the operation's
// take precedence.
func (c *cleaner) parameters(o *operation, names []string) *yaml.Node {
	own := pathParameters(o.path)
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	position := map[string]int{}
	for _, list := range []*yaml.Node{c.document.field(o.item, "parameters"), field(o.node, "parameters")} {
		if list == nil {
			continue
		}
		for _, entry := range list.Content {
			parameter := c.clean(entry, false)
			name, in := text(field(parameter, "name")), text(field(parameter, "in"))
			if name == "" || !openapi.IsParameter(in, name) {
				continue
			}
			styled(parameter, openapi.DefaultStyle(in))
			if i := slices.Index(own, name); in == "path" && i >= 0 && i < len(names) {
				name = names[i]
			}
			if in == "header" {
				name = http.CanonicalHeaderKey(name)
			}
			put(parameter, "name", scalar(name))
			key := in + " " + name
			if i, known := position[key]; known {
				out.Content[i] = parameter
				continue
			}
			position[key] = len(out.Content)
			out.Content = append(out.Content, parameter)
		}
	}
	return out
}

// tellApart writes the place of a parameter before its name if a parameter of either side has the same
// name in another place, because the library knows parameters by their names alone. Those in the path
// keep the name that the path has.
func tellApart(sides ...*yaml.Node) {
	const several = "several"
	var parameters []*yaml.Node
	for _, side := range sides {
		if own := field(side, "parameters"); own != nil {
			parameters = append(parameters, own.Content...)
		}
	}
	places := map[string]string{}
	for _, parameter := range parameters {
		name, in := text(field(parameter, "name")), text(field(parameter, "in"))
		if known, is := places[name]; is && known != in {
			in = several
		}
		places[name] = in
	}
	for _, parameter := range parameters {
		if name, in := text(field(parameter, "name")), text(field(parameter, "in")); places[name] == several && in != "path" {
			put(parameter, "name", scalar(in+" "+name))
		}
	}
}
