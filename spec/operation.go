package spec

import (
	"cmp"
	"net/http"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Standing is how well a fact of the contract is known.
type Standing string

// The standings, the best first.
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
	// Handler is the operationId by which handlers are bound. ID differs if it was taken.
	Handler string
	// Method is the HTTP method in capitals.
	Method string
	// Path is the path template.
	Path string
	// Summary is the operation's one-line text.
	Summary string
	// Tags are the operation's tags.
	Tags []string
	// Public is true if no token is required.
	Public bool
	// Tokens are the kinds of token that the operation is otherwise open to.
	Tokens []TokenKind
	// Security has the schemes that the document requires. Any one of the lists suffices; an empty
	// list requires nothing.
	Security [][]*openapi.Scheme
	// Permissions are the permissions of which a caller needs one. None is always the only one, and
	// admits any caller with a token of the right kind; an empty list admits nobody.
	Permissions []Permission
	// Project and Environment say what the permissions are needed for.
	Project, Environment openapi.Source
	// Edition is Enterprise if an open-source instance does not have the operation.
	Edition Edition
	// Mode is "serve" for operations of the control API that a mock has, but a proxy has not.
	Mode string
	// Grade is how a mock of an edition that has the operation answers it; empty means
	// openapi.GradeStateful.
	Grade openapi.Grade
	// AcceptsAnyContentType is true if the operation requires no content type.
	AcceptsAnyContentType bool

	allow    string // what Allow of its path returns; empty for the methods that it has
	contract *Contract
	text     []byte // the operation in the document
	shared   []byte // the parameters of its path; nil for none
	once     sync.Once
	content  content
	err      error
}

// content is the part of an operation that is read when it is first needed.
type content struct {
	parameters []*Parameter
	body       *Body
	responses  []*Response
}

// read reads the content, once. Contract.Complete reports the error.
func (o *Operation) read() *content {
	o.once.Do(func() { o.content, o.err = reader{o.contract}.content(o) })
	return &o.content
}

// Complete reads everything about the operation that no exchange has needed yet. The error says what
// is wrong with the document and where. If the operation then has no Responses, it cannot be judged
// at all.
func (o *Operation) Complete() error {
	if err := o.readAll(); err != nil {
		return o.contract.wrong(o, err)
	}
	return nil
}

// Parameters returns the parameters in the document's order, which is the order of the checks.
func (o *Operation) Parameters() []*Parameter { return o.read().parameters }

// Body returns the description of the request body; nil if the document has none.
func (o *Operation) Body() *Body { return o.read().body }

// Responses returns the documented responses by ascending status.
func (o *Operation) Responses() []*Response { return o.read().responses }

// DemandsContentType reports whether a request must declare itself as JSON, with or without a body.
// Requests with GET and DELETE need not, nor those to operations that accept any content type.
func (o *Operation) DemandsContentType() bool {
	return !o.AcceptsAnyContentType && o.Method != http.MethodGet && o.Method != http.MethodDelete
}

// Parameter is one declared parameter.
type Parameter struct {
	Name     string
	In       string // path, query, header or cookie
	Required bool
	Shape    *openapi.Shape
	// Style and Explode say how an array or an object is written.
	Style   string
	Explode bool
	// JSON is true if the value is written as JSON.
	JSON bool
	// MayBeEmpty is true if a query may have the name without a value, whatever the schema says.
	MayBeEmpty bool
	// Sample is a value from the document, as JSON: its example or default; nil for none.
	Sample []byte

	schema *schema
	others []string // see Gather
	// anyString is true if the schema allows every string.
	anyString bool
}

// Body is a declared request body.
type Body struct {
	Required bool
	*Content // the first of the contents
	// Contents are the forms that the body may have, in the order of the document.
	Contents []*Content
}

// Content is a body in one media type.
type Content struct {
	// MediaType is as written in the document; a range has stars.
	MediaType string
	Shape     *openapi.Shape
	// Examples are the document's examples; one without a name has the empty name.
	Examples []openapi.Example
	// Fields are the fields of a form whose style the document states, by name.
	Fields map[string]*Parameter

	schema   *schema
	verdicts verdicts
	items    known // the items of its lists
}

// Response is one documented response of an operation.
type Response struct {
	// Status is the lowest status of a range, and 0 for the response default.
	Status int
	// Code is the status as the document writes it: 200, 4XX or default.
	Code        string
	Description string
	Standing    Standing
	// MediaType is that of the first content; empty if the response has no body.
	MediaType string
	Shape     *openapi.Shape
	// Contents are the forms that the body may have, in the order of the document.
	Contents []*Content
	Headers  []*Header

	ranged bool
	unsaid bool // the document describes no response at all
	empty  bool // for one of its reasons the response has no body
}

// IsRange reports whether the response is for several statuses: a range or the default.
func (r *Response) IsRange() bool { return r.ranged }

// Header is a documented response header.
type Header struct {
	Name     string
	Required bool
	Shape    *openapi.Shape
	// JSON is true if the value is written as JSON.
	JSON bool
	// Explode says how an object is written.
	Explode bool
	// Sample is a value from the document, as JSON; nil for none.
	Sample []byte

	schema *schema
}

// Response returns the documented response for a status, or nil. The response for the status itself
// takes precedence over that for its range, such as 4XX, and that over the default.
func (o *Operation) Response(status int) *Response {
	var found *Response
	for _, response := range o.Responses() {
		switch {
		case response.Status == status && !response.ranged:
			return response
		case response.ranged && response.Status == status/100*100, response.Status == 0 && found == nil:
			found = response
		}
	}
	return found
}

// Statuses returns the documented statuses, ascending, without ranges and the default.
func (o *Operation) Statuses() []int {
	var statuses []int
	for _, response := range o.Responses() {
		if !response.ranged {
			statuses = append(statuses, response.Status)
		}
	}
	return statuses
}

// GradeIn returns how a mock of an edition answers the operation, which may be nil.
func (o *Operation) GradeIn(edition Edition) openapi.Grade {
	if o == nil || o.Edition == Enterprise && edition == OpenSource {
		return openapi.GradeAbsent
	}
	return cmp.Or(o.Grade, openapi.GradeStateful)
}

// PathParameters returns the names of the parameters in the path template, in their order.
func (o *Operation) PathParameters() []string {
	var names []string
	for _, piece := range pieces(o.Path) {
		if isParameter(piece) {
			names = append(names, piece[1:len(piece)-1])
		}
	}
	return names
}
