package drift

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/go-yaml"
)

// texts are the keywords that do not affect what goes over the wire.
var texts = []string{"description", "summary", "title", "example", "examples", "externalDocs", "$comment", "$schema", "$id", "$defs"}

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
	open   []*yaml.Node // the targets of references that are being copied
	nodes  int          // copied so far for the current operation
}

// maxNodes limits the size of an operation, including everything that it refers to. The
// largest of an open-source Unleash 8.2.0 has 1,189 nodes.
const maxNodes = 50_000

// tooLarge reports whether the last operation was cut short.
func (c *cleaner) tooLarge() bool { return c.nodes > maxNodes }

// clean copies a node without texts, extensions and explicit defaults. named says that the
// keys of a mapping are names.
func (c *cleaner) clean(node *yaml.Node, named bool) *yaml.Node {
	node = unalias(node)
	if c.nodes++; c.tooLarge() {
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
	return plain(node)
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
		switch {
		case named:
			set(out, key, c.clean(value, false))
		case slices.Contains(texts, key), strings.HasPrefix(key, "x-"):
		case value.Kind == yaml.ScalarNode && defaults[key] != "" && defaults[key] == value.Value:
		case slices.Contains(verbatim, key):
			set(out, key, plain(value))
		case key == "schema" && c.inline:
			set(out, key, normal(c.clean(value, false), c.document.modern))
		case key == "content" && c.inline && len(value.Content) == 0:
		case key == "content" && c.inline:
			set(out, key, c.renamed(value, mediaType))
		case key == "headers" && c.inline:
			set(out, key, allStyled(c.renamed(value, strings.ToLower), "simple"))
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

// styled writes out the style of a parameter, header or encoding, and whether it is exploded, which
// makes a difference only to arrays and objects. usual is the default style.
func styled(part *yaml.Node, usual string) {
	if field(part, "content") != nil {
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

// usualStyles are the default styles of parameters, by their place.
var usualStyles = map[string]string{"path": "simple", "query": "form", "header": "simple", "cookie": "form"}

// mediaType returns the part of a content type before its parameters, in lower case.
func mediaType(contentType string) string {
	essence, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

// plain copies a node without comments, anchors and positions.
func plain(node *yaml.Node) *yaml.Node {
	node = unalias(node)
	out := &yaml.Node{Kind: node.Kind, Tag: node.Tag, Value: node.Value, Style: node.Style &^ yaml.FlowStyle}
	for _, child := range node.Content {
		out.Content = append(out.Content, plain(child))
	}
	return out
}

// operation copies an operation. The copy includes the parameters of its path item, names
// path parameters as the other side does, and has the security that applies.
func (c *cleaner) operation(o *operation, names []string) *yaml.Node {
	c.nodes = 0
	source := mapping()
	for key, value := range fields(o.node) {
		if key != "parameters" && key != "security" && key != "tags" {
			set(source, key, value)
		}
	}
	out := c.cleanMapping(source, false)
	if parameters := c.parameters(o, names); len(parameters.Content) > 0 {
		set(out, "parameters", parameters)
	}
	if security := c.security(o); len(security.Content) > 0 {
		set(out, "security", security)
	}
	return out
}

// parameters merges the parameters of the path item and of the operation; the operation's
// take precedence.
func (c *cleaner) parameters(o *operation, names []string) *yaml.Node {
	own := pathParameters(o.path)
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	position := map[string]int{}
	for _, list := range []*yaml.Node{field(o.item, "parameters"), field(o.node, "parameters")} {
		if list == nil {
			continue
		}
		for _, entry := range list.Content {
			parameter := c.clean(entry, false)
			name := field(parameter, "name")
			in := text(field(parameter, "in"))
			if name == nil {
				continue
			}
			styled(parameter, usualStyles[in])
			if i := slices.Index(own, name.Value); in == "path" && i >= 0 && i < len(names) {
				name.Value = names[i]
			}
			if in == "header" {
				name.Value = http.CanonicalHeaderKey(name.Value)
			}
			key := in + " " + name.Value
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

// security lists the authentication methods that an operation accepts, named by what a client
// sends. An empty list means that no authentication is required.
func (c *cleaner) security(o *operation) *yaml.Node {
	requirements := field(o.node, "security")
	if requirements == nil {
		requirements = field(c.document.root, "security")
	}
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if requirements == nil {
		return out
	}
	for _, requirement := range requirements.Content {
		ways := mapping()
		for name, scopes := range fields(requirement) {
			set(ways, c.way(name), plain(scopes))
		}
		if len(ways.Content) == 0 { // authentication is optional
			return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		out.Content = append(out.Content, ways)
	}
	return out
}

// way names a security scheme by what a client sends.
func (c *cleaner) way(name string) string {
	scheme := c.document.resolve(at(c.document.root, "/components/securitySchemes/"+jsonpointer.Escape(name)))
	switch kind := text(field(scheme, "type")); kind {
	case "apiKey":
		return strings.ToLower(kind + " in " + text(field(scheme, "in")) + " " + text(field(scheme, "name")))
	case "http":
		return strings.ToLower(kind + " " + text(field(scheme, "scheme")))
	case "":
		return name
	default:
		return kind
	}
}
