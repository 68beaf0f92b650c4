package spec

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/pb33f/jsonschema/v6"
)

// bound returns a schema whose dynamic references are plain ones, to where they lead from this schema. Values
// are generated from it: a part of a schema does not say by itself what a dynamic reference in it means. The caller
// holds s.linking.
func (s *schemas) bound(schema *jsonschema.Schema) *jsonschema.Schema {
	if !s.mentions("$dynamicRef") || !reachesDynamic(schema) {
		return schema
	}
	b := binder{anchors: s.anchors, copies: map[place]*jsonschema.Schema{}}
	out := b.bind(schema, dynamicScope{})
	s.bytes += len(b.copies) * compiledBytes
	return out
}

func reachesDynamic(schema *jsonschema.Schema) (reaches bool) {
	eachSchemaBelow(reflect.ValueOf(schema), map[*jsonschema.Schema]bool{}, func(s *jsonschema.Schema) {
		reaches = reaches || s.DynamicRef != nil
	})
	return reaches
}

// binder copies schemas.
type binder struct {
	anchors map[*jsonschema.Schema]map[string]*jsonschema.Schema // the dynamic anchors of each part
	copies  map[place]*jsonschema.Schema
}

// place is a schema with the name of the scope that it is in.
type place struct {
	schema *jsonschema.Schema
	scope  string
}

// dynamicScope has the schemas that dynamic anchors mean: those of the outermost part that has them.
type dynamicScope struct {
	name  string
	means map[string]*jsonschema.Schema
}

// within returns the scope of what is in a part.
func (s dynamicScope) within(anchors map[string]*jsonschema.Schema) dynamicScope {
	out := dynamicScope{s.name, maps.Clone(anchors)}
	for _, anchor := range slices.Sorted(maps.Keys(anchors)) {
		if s.means[anchor] == nil {
			out.name += fmt.Sprintf("%s %p ", anchor, anchors[anchor])
		}
	}
	maps.Copy(out.means, s.means)
	return out
}

// maxBound is how many schemas are copied. The others keep their dynamic references.
const maxBound = 10_000

func (b *binder) bind(schema *jsonschema.Schema, in dynamicScope) *jsonschema.Schema {
	if schema == nil {
		return nil
	}
	if anchors := b.anchors[schema]; anchors != nil {
		in = in.within(anchors)
	}
	key := place{schema, in.name}
	if known := b.copies[key]; known != nil || len(b.copies) >= maxBound {
		return cmp.Or(known, schema)
	}
	out := *schema
	b.copies[key] = &out
	if dynamic := schema.DynamicRef; dynamic != nil && dynamic.Ref != nil {
		target := dynamic.Ref
		if dynamic.Anchor != "" && target.DynamicAnchor == dynamic.Anchor {
			target = cmp.Or(in.means[dynamic.Anchor], target)
		}
		out.DynamicRef, out.AllOf = nil, append(slices.Clip(out.AllOf), target)
	}
	fields := reflect.ValueOf(&out).Elem()
	for i := range fields.NumField() {
		if field := fields.Type().Field(i); field.IsExported() && !slices.Contains(annotations, field.Name) {
			fields.Field(i).Set(b.copied(fields.Field(i), in))
		}
	}
	return &out
}

// copied returns a field of a schema, or a part of one, with copies of the schemas in it.
func (b *binder) copied(value reflect.Value, in dynamicScope) reflect.Value {
	switch {
	case value.Type() == compiledType:
		return reflect.ValueOf(b.bind(value.Interface().(*jsonschema.Schema), in))
	case value.Kind() == reflect.Interface && !value.IsNil():
		return b.copied(value.Elem(), in)
	case value.Kind() == reflect.Slice && value.Type().Elem() == compiledType && !value.IsNil():
		out := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		for i := range value.Len() {
			out.Index(i).Set(b.copied(value.Index(i), in))
		}
		return out
	case value.Kind() == reflect.Map && !value.IsNil():
		out := reflect.MakeMapWithSize(value.Type(), value.Len())
		for _, name := range value.MapKeys() {
			out.SetMapIndex(name, b.copied(value.MapIndex(name), in))
		}
		return out
	}
	return value
}
