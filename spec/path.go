package spec

import (
	"fmt"
	"net/http"
	"strings"
)

// Path is one path template of the document with its operations.
type Path struct {
	// Template is the path as the document writes it: /api/admin/segments/{id}.
	Template string
	// Operations are those of the path, in the document's order.
	Operations []*Operation

	byMethod map[string]*Operation
}

// Operation returns the path's operation for that method, or nil. HEAD is
// answered by the GET operation, as every HTTP server does.
func (p *Path) Operation(method string) *Operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return p.byMethod[method]
}

// Allow lists the methods that the path answers, HEAD after GET, as the value
// of an Allow header without blanks: GET,HEAD,POST.
func (p *Path) Allow() string {
	var methods []string
	for _, operation := range p.Operations {
		methods = append(methods, operation.Method)
		if operation.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	return strings.Join(methods, ",")
}

// Match finds the path that a request's escaped path belongs to, the way
// Unleash's router does: letter case, a trailing slash and repeated slashes
// make no difference, and an exact segment wins over a parameter. values are
// the parameters' segments as they were sent, still escaped. canonical is the
// path in the spelling of the document with those segments in place. path is nil
// if the document does not have it.
func (c *Contract) Match(escapedPath string) (path *Path, values []string, canonical string) {
	segments := strings.FieldsFunc(escapedPath, func(r rune) bool { return r == '/' })
	path, values = c.tree.match(segments, nil)
	if path == nil {
		return nil, nil, ""
	}
	return path, values, fill(path.Template, values)
}

// Find returns the operation that a request addresses, or nil.
func (c *Contract) Find(method, escapedPath string) *Operation {
	if path, _, _ := c.Match(escapedPath); path != nil {
		return path.Operation(method)
	}
	return nil
}

// fill puts values into the parameters of a template, in their order.
func fill(template string, values []string) string {
	var out strings.Builder
	for segment := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		out.WriteByte('/')
		if isParameter(segment) && len(values) > 0 {
			segment, values = values[0], values[1:]
		}
		out.WriteString(segment)
	}
	return out.String()
}

func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}

// node is one segment in the tree of path templates.
type node struct {
	static    map[string]*node // by lower-case segment
	parameter *node
	path      *Path
}

func (n *node) add(path *Path) error {
	at := n
	for segment := range strings.SplitSeq(strings.Trim(path.Template, "/"), "/") {
		if isParameter(segment) {
			if at.parameter == nil {
				at.parameter = &node{}
			}
			at = at.parameter
			continue
		}
		if at.static == nil {
			at.static = map[string]*node{}
		}
		key := strings.ToLower(segment)
		if at.static[key] == nil {
			at.static[key] = &node{}
		}
		at = at.static[key]
	}
	if at.path != nil {
		return fmt.Errorf("the paths %s and %s are the same", at.path.Template, path.Template)
	}
	at.path = path
	return nil
}

func (n *node) match(segments, values []string) (*Path, []string) {
	if len(segments) == 0 {
		return n.path, values
	}
	if next := n.static[strings.ToLower(segments[0])]; next != nil {
		if path, found := next.match(segments[1:], values); path != nil {
			return path, found
		}
	}
	if n.parameter == nil {
		return nil, nil
	}
	return n.parameter.match(segments[1:], append(values, segments[0]))
}
