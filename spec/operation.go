package spec

import (
	"net/http"
	"strings"
	"sync"
)

// Standing is how well a fact of the contract is known.
type Standing string

// The standings, best known first.
const (
	Documented Standing = "documented" // in Unleash's public API reference
	Observed   Standing = "observed"   // on a running Unleash 8.2.0
	Measured   Standing = "measured"   // on the server's own framework around echo handlers
	Inferred   Standing = "inferred"   // from a sibling resource of the same server
	Assumed    Standing = "assumed"    // no public evidence
)

// Edition is an edition of Unleash.
type Edition string

// The editions.
const (
	Enterprise Edition = "enterprise"
	OpenSource Edition = "open-source"
)

// Operation is one operation of the document.
type Operation struct {
	// ID is the operationId.
	ID string
	// Method is the HTTP method in capitals.
	Method string
	// Path is the path template.
	Path string
	// Summary is the operation's one-line text.
	Summary string
	// Tags are the operation's tags.
	Tags []string
	// Public is true if no token is demanded.
	Public bool
	// Tokens are the kinds of token that the operation is open to, otherwise.
	Tokens []TokenKind
	// Permissions are those of which a caller needs one. None stands alone, for any
	// caller with a token of the right kind; an empty list admits nobody.
	Permissions []Permission
	// Project and Environment say what the permissions are needed for.
	Project, Environment Source
	// Edition is Enterprise for what an open-source instance does not have.
	Edition Edition
	// Mode is "serve" for what only a mock has, and a proxy does not; of the control
	// API.
	Mode string
	// AcceptsAnyContentType is true if the operation demands no content type.
	AcceptsAnyContentType bool

	contract *Contract
	text     []byte // in the document
	shared   []byte // the parameters of its path, nil for none
	once     sync.Once
	content  content
	err      error
}

// content is what is read of an operation when it is first needed.
type content struct {
	parameters []*Parameter
	body       *Body
	responses  []*Response
}

// read reads the content. The error is for Contract.Complete to tell.
func (o *Operation) read() *content {
	o.once.Do(func() { o.content, o.err = newReader(o.contract).content(o) })
	return &o.content
}

// Parameters are the parameters in the order of the document, which is the order of the
// checks.
func (o *Operation) Parameters() []*Parameter { return o.read().parameters }

// Body describes the request body; nil if the document gives none.
func (o *Operation) Body() *Body { return o.read().body }

// Responses are the documented responses by ascending status.
func (o *Operation) Responses() []*Response { return o.read().responses }

// DemandsContentType reports whether a request must say that it is JSON: where
// something is changed, body or not.
func (o *Operation) DemandsContentType() bool {
	return !o.AcceptsAnyContentType && o.Method != http.MethodGet && o.Method != http.MethodDelete
}

// Parameter is one declared path, query or header parameter.
type Parameter struct {
	Name     string
	In       string // path, query or header
	Required bool
	Shape    *Shape

	schema *schema
	// anyString is true if the schema has nothing to say of a string.
	anyString bool
}

// Body is a declared request body.
type Body struct {
	MediaType string
	Required  bool
	Shape     *Shape

	schema   *schema
	verdicts verdicts
}

// Response is one documented response of an operation.
type Response struct {
	Status      int
	Description string
	Standing    Standing
	// MediaType of the content; empty if the response has no body.
	MediaType string
	Shape     *Shape
	Headers   []*Header

	schema   *schema
	verdicts verdicts
	items    known // of its lists
}

// Header is a documented response header.
type Header struct {
	Name     string
	Required bool

	schema *schema
}

// Shape is the part of a schema that a compiled one does not keep: the order of
// properties and the plain types, which decide what is told first and how a
// value may be coerced.
type Shape struct {
	Types      []string
	Nullable   bool
	Properties []Property
	// Others is the shape of properties that are not named; nil if nothing is said of it.
	Others *Shape
	Items  *Shape
}

// Property is a named part of an object's shape.
type Property struct {
	Name     string
	Required bool
	Shape    *Shape
}

// Property returns the position and shape of a property, or -1 and nil.
func (s *Shape) Property(name string) (int, *Shape) {
	if s == nil {
		return -1, nil
	}
	for i, property := range s.Properties {
		if property.Name == name {
			return i, property.Shape
		}
	}
	return -1, nil
}

// at returns the shape of the value at a path, nil if it is not known.
func (s *Shape) at(path []string) *Shape {
	for _, name := range path {
		if s == nil {
			return nil
		}
		if _, next := s.Property(name); next != nil {
			s = next
		} else {
			s = s.Items
		}
	}
	return s
}

// types are the types that a shape allows, null aside.
func (s *Shape) types() []string {
	if s == nil {
		return nil
	}
	return withoutNull(s.Types)
}

// Response returns the documented response of that status, or nil.
func (o *Operation) Response(status int) *Response {
	for _, response := range o.Responses() {
		if response.Status == status {
			return response
		}
	}
	return nil
}

// Statuses lists the documented statuses, ascending.
func (o *Operation) Statuses() []int {
	statuses := make([]int, len(o.Responses()))
	for i, response := range o.Responses() {
		statuses[i] = response.Status
	}
	return statuses
}

// PathParameters names the parameters of the path template in their order.
func (o *Operation) PathParameters() []string {
	var names []string
	for segment := range strings.SplitSeq(o.Path, "/") {
		if isParameter(segment) {
			names = append(names, segment[1:len(segment)-1])
		}
	}
	return names
}
