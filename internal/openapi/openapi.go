// Package openapi holds the content of a document as plain data: shapes of values,
// examples, security schemes, grades of operations, and what is wrong with the document.
package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"
)

// Grade is how a mock answers an operation.
type Grade string

// The grades.
const (
	// GradeStateful operations have a handler and state.
	GradeStateful Grade = "stateful"
	// GradeExample operations are answered from the document.
	GradeExample Grade = "example"
	// GradeAbsent means that there is no such operation, or not in this edition.
	GradeAbsent Grade = "absent"
)

// Shape holds what a compiled schema does not keep: the order of properties and the plain
// types. They decide which failure is reported first and how a value may be coerced.
type Shape struct {
	Types      []string
	Nullable   bool
	Format     string
	Properties []Property
	// Others is the shape of properties without a name here; nil if the schema does not
	// give one.
	Others *Shape
	Items  *Shape
	// Forms are the shapes of a oneOf that has several.
	Forms []*Shape
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

// At returns the shape of the value at a path, or nil if it is not known.
func (s *Shape) At(path []string) *Shape {
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

// Plain returns the types that a shape allows, except null.
func (s *Shape) Plain() []string {
	if s == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Types), func(name string) bool { return name == "null" })
}

// Example is an example that a document gives for a body.
type Example struct {
	Name string
	// Value is the example as JSON.
	Value []byte
}

// Scheme is a security scheme of a document: where a request carries its credential.
type Scheme struct {
	// Type is apiKey, http, oauth2, openIdConnect or mutualTLS.
	Type string `json:"type"`
	// In and Name locate an API key: In is query, header or cookie.
	In   string `json:"in"`
	Name string `json:"name"`
	// HTTP is the scheme of the header Authorization, such as bearer or basic.
	HTTP string `json:"scheme"`
	// Token is the kind of token that Unleash accepts for it.
	Token string `json:"x-unleash-token"`
}

// Source says where a request names the project or environment in which a permission is
// needed. In is path, query or body, and Name is the parameter or property there. Or In
// is "of", and Name is the path parameter that names something belonging to the project.
// With the zero value, the permission concerns no particular project.
type Source struct{ In, Name string }

// Problem describes what is wrong with a part of a document.
type Problem struct {
	// Method and Operation, the operationId, are empty if the problem concerns a whole
	// path.
	Method, Path, Operation string
	// File is the file that the document refers to and that has the problem; empty for the document.
	File string
	// Line is the line in the document or the file, counted from 1.
	Line   int
	Reason string
	// Used is true if the operation can be used nevertheless.
	Used bool
}

// Error names the operation, the line and the reason.
func (p Problem) Error() string {
	name := p.Path
	if p.Method != "" {
		name = p.Method + " " + p.Path
	}
	where := strings.TrimSpace(fmt.Sprintf("%s line %d", p.File, p.Line))
	if p.Operation != "" {
		where = p.Operation + ", " + where
	}
	return fmt.Sprintf("%s (%s): %s", name, where, p.Reason)
}

// MediaType returns a media type without its parameters, in lower case.
func MediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// IsJSON reports whether a media type is JSON or based on it, so that a body has one value.
func IsJSON(contentType string) bool {
	name := MediaType(contentType)
	return name == "application/json" || name == "text/json" || strings.HasSuffix(name, "+json")
}

// Tokens returns the tokens of a reference within a document, such as #/components/schemas/a. It
// returns false for any other reference.
func Tokens(reference string) ([]string, bool) {
	fragment, here := strings.CutPrefix(reference, "#/")
	if !here {
		return nil, false
	}
	fragment, err := url.PathUnescape(fragment)
	tokens := strings.Split(fragment, "/")
	for i, token := range tokens {
		tokens[i] = jsonpointer.Unescape(token)
	}
	return tokens, err == nil
}

// Pointer returns the JSON pointer that consists of tokens.
func Pointer(tokens []string) string {
	var out strings.Builder
	for _, token := range tokens {
		out.WriteString("/" + jsonpointer.Escape(token))
	}
	return out.String()
}

// Methods returns the members of a path that are operations.
func Methods() []string {
	return []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}
}

// DefaultStyle returns the style of parameters that do not name one, by where they are.
func DefaultStyle(in string) string {
	if in == "query" || in == "cookie" {
		return "form"
	}
	return "simple"
}

// IsParameter reports whether OpenAPI treats what is declared as a parameter as one. It ignores the
// headers that contents and security describe.
func IsParameter(in, name string) bool {
	return in != "header" || !slices.Contains([]string{"accept", "authorization", "content-type"}, strings.ToLower(name))
}

// JudgesHeader reports whether responses are judged by a header. The contents describe the content
// type, and the others belong to the connection.
func JudgesHeader(name string) bool { return !slices.Contains(unjudged, strings.ToLower(name)) }

var unjudged = []string{"content-type", "content-length", "transfer-encoding", "connection", "content-encoding", "date"}

// JudgesFormat reports whether values are judged by a format. Other formats are only hints.
func JudgesFormat(name string) bool { return judged[name] }

// judged are the formats that the schema library judges, and those that package spec adds.
var judged = map[string]bool{
	"uuid": true, "date-time": true, "date": true, "time": true, "duration": true, "email": true, "hostname": true, "ipv4": true,
	"ipv6": true, "uri": true, "iri": true, "uri-reference": true, "iri-reference": true, "uri-template": true,
	"json-pointer": true, "relative-json-pointer": true, "regex": true, "semver": true, "period": true,
	"int32": true, "int64": true, "byte": true,
}
