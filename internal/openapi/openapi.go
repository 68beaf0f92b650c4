// Package openapi holds what a document says as plain data: shapes of values, examples,
// security schemes, grades of operations, and what is wrong with a document.
package openapi

import (
	"fmt"
	"slices"
)

// Grade is how a mock answers an operation.
type Grade string

// The grades.
const (
	// GradeStateful operations have a handler and state.
	GradeStateful Grade = "stateful"
	// GradeExample operations are answered from the document.
	GradeExample Grade = "example"
	// GradeAbsent is what there is no operation for, or not in the edition.
	GradeAbsent Grade = "absent"
)

// Shape is the part of a schema that a compiled one does not keep: the order of
// properties and the plain types, which decide what is told first and how a
// value may be coerced.
type Shape struct {
	Types      []string
	Nullable   bool
	Format     string
	Properties []Property
	// Others is the shape of properties that are not named; nil if nothing is said of it.
	Others *Shape
	Items  *Shape
	// Forms are the shapes of a oneOf, if there are several.
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

// At returns the shape of the value at a path, nil if it is not known.
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

// Plain are the types that a shape allows, null aside.
func (s *Shape) Plain() []string {
	if s == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Types), func(name string) bool { return name == "null" })
}

// Example is a value that a document gives for a body.
type Example struct {
	Name string
	// Value is the example as JSON.
	Value []byte
}

// Scheme is a security scheme of a document: where a request carries what authenticates it.
type Scheme struct {
	// Type is apiKey, http, oauth2, openIdConnect or mutualTLS.
	Type string `json:"type"`
	// In and Name say where an API key is: query, header or cookie.
	In   string `json:"in"`
	Name string `json:"name"`
	// HTTP is the scheme of the header Authorization, such as bearer or basic.
	HTTP string `json:"scheme"`
	// Token is the kind of token that Unleash takes for it.
	Token string `json:"x-unleash-token"`
}

// Source says where a request names the project or the environment that a permission is
// needed in. In is path, query or body, and Name the parameter or the property there; or
// In is "of", and the path parameter Name names what belongs to the project. The zero
// value is for a permission that no project in particular is asked for.
type Source struct{ In, Name string }

// Problem is what is wrong with a part of a document.
type Problem struct {
	// Method and Operation, the operationId, are empty for a whole path.
	Method, Path, Operation string
	// Line is where the document has it, from 1.
	Line   int
	Reason string
	// Used is true if the operation can be used all the same.
	Used bool
}

// Error names the operation, the line and the reason.
func (p Problem) Error() string {
	name := p.Path
	if p.Method != "" {
		name = p.Method + " " + p.Path
	}
	where := fmt.Sprintf("line %d", p.Line)
	if p.Operation != "" {
		where = p.Operation + ", " + where
	}
	return fmt.Sprintf("%s (%s): %s", name, where, p.Reason)
}
