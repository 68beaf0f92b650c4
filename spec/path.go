package spec

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Path is a path template of the document with its operations.
type Path struct {
	// Template is the path as the document writes it: /api/admin/segments/{id}.
	Template string
	// Operations are those of the path, in the document's order.
	Operations []*Operation

	byMethod map[string]*Operation
}

// Operation returns the path's operation for a method, or nil. For HEAD it returns the GET operation
// unless the document has one for HEAD, as HTTP servers do.
func (p *Path) Operation(method string) *Operation {
	if method == http.MethodHead && p.byMethod[method] == nil {
		method = http.MethodGet
	}
	return p.byMethod[method]
}

func (p *Path) add(operation *Operation) {
	p.Operations = append(p.Operations, operation)
	p.byMethod[operation.Method] = operation
}

// In returns the path with the operations that an edition has; nil if there are none.
func (p *Path) In(edition Edition) *Path {
	out := &Path{Template: p.Template, byMethod: map[string]*Operation{}}
	for _, operation := range p.Operations {
		if operation.GradeIn(edition) != openapi.GradeAbsent {
			out.add(operation)
		}
	}
	if out.Operations == nil {
		return nil
	}
	return out
}

// Allow returns the methods that the path answers, with HEAD after GET, as the value of an Allow
// header without blanks: GET,HEAD,POST. Where a real server also lists those of other paths, an operation
// says so, and the list begins with what it says.
func (p *Path) Allow() string {
	var methods []string
	for _, operation := range p.Operations {
		if operation.allow != "" && methods == nil {
			methods = strings.Split(operation.allow, ",")
		}
	}
	for _, operation := range p.Operations {
		methods = append(methods, operation.Method)
		if operation.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	return strings.Join(unique(methods), ",")
}

// unique returns the texts of a list without those that were there before.
func unique(list []string) []string {
	var out []string
	for _, text := range list {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// Match finds the path that a request's escaped path belongs to, the way Unleash's router does:
// letter case, a trailing slash and repeated slashes make no difference, and an exact segment
// takes precedence over a parameter. Given a method, paths that have no operation for it count only
// if there are no others. values are the segments of the parameters as they were sent,
// still escaped. canonical is the path in the document's spelling, with those values filled in.
// path is nil if the document does not have one.
func (c *Contract) Match(escapedPath string, method ...string) (path *Path, values []string, canonical string) {
	segments := strings.FieldsFunc(escapedPath, func(r rune) bool { return r == '/' })
	for _, wanted := range append(method, "") {
		if path, values = c.tree.match(segments, nil, wanted); path != nil {
			return path, values, fill(path.Template, values)
		}
	}
	return nil, nil, ""
}

// Find returns the operation that a request addresses, or nil.
func (c *Contract) Find(method, escapedPath string) *Operation {
	if path, _, _ := c.Match(escapedPath, method); path != nil {
		return path.Operation(method)
	}
	return nil
}

// fill puts values into the parameters of a template, in their order.
func fill(template string, values []string) string {
	var out strings.Builder
	for _, piece := range pieces(template) {
		if isParameter(piece) && len(values) > 0 {
			piece, values = values[0], values[1:]
		}
		out.WriteString(piece)
	}
	return out.String()
}

func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") && strings.Count(segment, "{") == 1
}

// pieces splits a template into texts and parameters: /a/{b}.json into /a/, {b} and .json.
func pieces(template string) []string {
	var out []string
	for template != "" {
		start := strings.IndexByte(template, '{')
		end := strings.IndexByte(template, '}')
		switch {
		case start < 0 || end < start:
			return append(out, template)
		case start > 0:
			out = append(out, template[:start])
		}
		out, template = append(out, template[start:end+1]), template[end+1:]
	}
	return out
}

// node is one segment in the tree of path templates.
type node struct {
	static    map[string]*node // by key
	mixed     []mixed          // segments that contain a parameter and text, those with most text first
	known     map[string]*node // those of mixed, by their pieces
	parameter *node
	path      *Path
	// exact is true if letter case matters, and characters may be escaped anywhere. Unleash's router
	// compares what was sent, ignoring case (O).
	exact bool
}

// mixed is a segment such as {name}.json.
type mixed struct {
	pieces []string // each parameter is {}
	fixed  int      // the length of the text. Of two that match, the one with more of it is meant.
	*node
}

func (n *node) key(segment string) string {
	if n.exact {
		return httpx.Unescape(segment)
	}
	return strings.ToLower(segment)
}

// at returns the node of a template, and adds it if it is missing.
func (n *node) at(template string) *node {
	for segment := range strings.SplitSeq(strings.Trim(template, "/"), "/") {
		n = n.next(segment)
	}
	return n
}

// next returns the node of a template's segment, and adds it if it is missing.
func (n *node) next(segment string) *node {
	added := &node{exact: n.exact}
	switch {
	case segment == "": // the root
		return n
	case isParameter(segment):
		if n.parameter == nil {
			n.parameter = added
		}
		return n.parameter
	case strings.Contains(segment, "{"):
		return n.mix(mixed{pieces: pieces(segment), node: added})
	}
	if n.static == nil {
		n.static = map[string]*node{}
	}
	key := n.key(segment)
	if n.static[key] == nil {
		n.static[key] = added
	}
	return n.static[key]
}

// mix returns the node of a segment that contains a parameter and text, and adds it if it is missing.
func (n *node) mix(added mixed) *node {
	for i, piece := range added.pieces {
		if isParameter(piece) {
			added.pieces[i] = "{}"
			continue
		}
		if n.exact {
			added.pieces[i] = httpx.Unescape(piece)
		}
		added.fixed += len(added.pieces[i])
	}
	key := fmt.Sprintf("%q", added.pieces)
	if known := n.known[key]; known != nil {
		return known
	}
	if n.known == nil {
		n.known = map[string]*node{}
	}
	n.known[key] = added.node
	at := sort.Search(len(n.mixed), func(i int) bool { return n.mixed[i].fixed < added.fixed })
	n.mixed = slices.Insert(n.mixed, at, added)
	return added.node
}

// match returns the first path that has an operation for a method; empty for any.
func (n *node) match(segments, values []string, method string) (*Path, []string) {
	if len(segments) == 0 {
		if n.path == nil || method != "" && n.path.Operation(method) == nil {
			return nil, nil
		}
		return n.path, values
	}
	if next := n.static[n.key(segments[0])]; next != nil {
		if path, found := next.match(segments[1:], values, method); path != nil {
			return path, found
		}
	}
	for _, next := range n.mixed {
		if inner, is := next.take(segments[0]); is {
			if path, found := next.match(segments[1:], append(slices.Clip(values), inner...), method); path != nil {
				return path, found
			}
		}
	}
	if n.parameter == nil {
		return nil, nil
	}
	return n.parameter.match(segments[1:], append(values, segments[0]), method)
}

// take returns the values of a segment's parameters. Each text between them is found as far to the
// right as what follows it allows, so nothing is tried twice, and the first parameter is the longest.
func (m mixed) take(segment string) (values []string, is bool) {
	rest, parts := segment, m.pieces
	if m.exact {
		rest = httpx.Unescape(segment)
	}
	if parts[0] != "{}" {
		if rest, is = strings.CutPrefix(rest, parts[0]); !is {
			return nil, false
		}
		parts = parts[1:]
	}
	for i, part := range slices.Backward(parts) {
		begin := 0
		switch {
		case part != "{}":
			if rest, is = strings.CutSuffix(rest, part); !is {
				return nil, false
			}
			continue
		case rest == "":
			return nil, false
		case i == 0:
		case parts[i-1] == "{}": // nothing separates them
			_, size := utf8.DecodeLastRuneInString(rest)
			begin = len(rest) - size
		default:
			before := strings.LastIndex(rest[:len(rest)-1], parts[i-1])
			if before < 0 {
				return nil, false
			}
			begin = before + len(parts[i-1])
		}
		value := rest[begin:]
		if m.exact {
			value = url.PathEscape(value)
		}
		values, rest = append(values, value), rest[:begin]
	}
	slices.Reverse(values)
	return values, rest == ""
}
