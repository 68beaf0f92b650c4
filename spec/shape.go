package spec

import (
	"cmp"
	"slices"
	"sync"

	"github.com/pb33f/libopenapi/datamodel/high/base"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// shapes are the shapes of schemas that a document refers to, by reference. Operations share them.
// Keeping them also makes drawing end for a schema that contains itself.
type shapes struct {
	mu    sync.Mutex
	known map[string]*openapi.Shape
}

// draw returns the shape of a schema; nil if there is no schema or it cannot be read.
func (r reader) draw(proxy *base.SchemaProxy) *openapi.Shape {
	return r.drawIn(&r.contract.shapes, proxy, false)
}

// drawText returns the shape of a value that comes as text, such as a parameter. In a document that
// others have written, it includes the shapes of the schemas that the schema is composed of.
func (r reader) drawText(proxy *base.SchemaProxy) *openapi.Shape {
	if !r.contract.schemas.lenient {
		return r.draw(proxy)
	}
	return r.drawIn(&r.contract.composed, proxy, true)
}

// drawIn draws a shape with the known shapes s. It is not a method of shapes, because a contract
// contains these: see reader.
func (reader) drawIn(s *shapes, proxy *base.SchemaProxy, composed bool) *openapi.Shape {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]*openapi.Shape{}
	}
	return drawn(proxy, s.known, composed)
}

// drawn returns the shape of a schema. With composed it includes the shapes of the schemas that the
// schema is composed of.
func drawn(proxy *base.SchemaProxy, known map[string]*openapi.Shape, composed bool) *openapi.Shape {
	if proxy == nil {
		return nil
	}
	if shape := known[proxy.GetReference()]; shape != nil {
		return shape
	}
	source := proxy.Schema()
	if source == nil {
		return nil
	}
	shape := &openapi.Shape{
		Types:    slices.Clone(source.Type),
		Nullable: source.Nullable != nil && *source.Nullable || slices.Contains(source.Type, "null"),
		Format:   source.Format,
	}
	if composed && len(shape.Types) == 0 {
		shape.Types = described(source)
	}
	if proxy.IsReference() {
		known[proxy.GetReference()] = shape
	}
	if len(source.OneOf) == 1 { // how Unleash's document writes what once had several forms
		if only := drawn(source.OneOf[0], known, composed); only != nil {
			shape.Properties = slices.Clone(only.Properties)
		}
	}
	for name, property := range source.Properties.FromOldest() {
		shape.Properties = append(shape.Properties, openapi.Property{
			Name: name, Required: slices.Contains(source.Required, name), Shape: drawn(property, known, composed),
		})
	}
	if source.AdditionalProperties != nil && source.AdditionalProperties.IsA() {
		shape.Others = drawn(source.AdditionalProperties.A, known, composed)
	}
	if source.Items != nil && source.Items.IsA() {
		shape.Items = drawn(source.Items.A, known, composed)
	}
	if len(source.OneOf) > 1 {
		for _, form := range source.OneOf {
			shape.Forms = append(shape.Forms, drawn(form, known, composed))
		}
	}
	if composed {
		for _, part := range slices.Concat(source.AllOf, source.AnyOf, source.OneOf) {
			join(shape, drawn(part, known, composed))
		}
	}
	return shape
}

// described returns the types that a schema describes without stating them.
func described(source *base.Schema) (types []string) {
	if source.Properties != nil || source.PatternProperties != nil || source.AdditionalProperties != nil && source.AdditionalProperties.IsA() {
		types = append(types, "object")
	}
	if source.Items != nil || source.PrefixItems != nil {
		types = append(types, "array")
	}
	return types
}

// join adds to a shape what it lacks from a part that it is composed of.
func join(shape, part *openapi.Shape) {
	if part == nil {
		return
	}
	for _, name := range part.Types {
		if !slices.Contains(shape.Types, name) {
			shape.Types = append(shape.Types, name)
		}
	}
	shape.Nullable = shape.Nullable || part.Nullable
	shape.Others, shape.Items = cmp.Or(shape.Others, part.Others), cmp.Or(shape.Items, part.Items)
	for _, property := range part.Properties {
		if at, known := shape.Property(property.Name); at < 0 {
			shape.Properties = append(shape.Properties, property)
		} else if known != nil && known != property.Shape {
			both := *known
			both.Types = slices.Clone(both.Types)
			shape.Properties[at].Shape = &both
			join(&both, property.Shape)
		}
	}
}
