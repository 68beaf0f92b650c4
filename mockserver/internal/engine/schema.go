package engine

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// SeedSchema returns the JSON Schema of seed files, for use in editors: the tables and
// values of the resources, and the section that holds rules.
func (e *Engine) SeedSchema(rules string) []byte {
	properties := v8json.NewObject()
	for table := range e.sections() {
		properties.Set(table.name(), e.listSchema(table, false))
	}
	for _, value := range e.values {
		properties.Set(value.Name, object("description", "What an operation answers, verbatim.", "type", []any{value.kind(), "null"}))
	}
	properties.Set(rules, object("description", "Errors, delays and faults instead of the usual answers; the schema rule of the control API describes them.",
		"type", []any{"array", "null"}, "items", object("type", "object")))
	schema := object(
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "Seed of unleash-mock",
		"description", "The state that the mock starts with. Times are RFC 3339 or relative to the start, such as -2h; a missing time means the start.",
		"type", "object", "additionalProperties", false, "properties", properties)
	var out bytes.Buffer
	must(json.Indent(&out, v8json.Stringify(nil, schema), "", "  "))
	return append(out.Bytes(), '\n')
}

// object makes an object from names and values.
func object(pairs ...any) *v8json.Object {
	out := v8json.NewObject()
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i].(string), pairs[i+1])
	}
	return out
}

func (e *Engine) listSchema(table AnyTable, nested bool) any {
	properties, required := v8json.NewObject(), []any{}
	for _, col := range table.codec().fields {
		if col.parent && nested {
			continue
		}
		properties.Set(col.name, col.schema())
		if col.required || col.Type == secretType {
			required = append(required, col.name)
		}
	}
	for list, child := range e.nestedIn(table) {
		properties.Set(list, e.listSchema(child, true))
	}
	var row any = object("type", "object", "additionalProperties", false, "required", required, "properties", properties)
	if secret := table.codec().onlySecret(); nested && secret != nil {
		row = secret.schema()
	}
	return object("type", []any{"array", "null"}, "items", row)
}

// onlySecret returns the secret's column if it is the only one that the rows have when
// nested in their parent; otherwise nil.
func (c *codec) onlySecret() *column {
	var secret *column
	for i := range c.fields {
		switch col := &c.fields[i]; {
		case col.Type == secretType:
			secret = col
		case !col.parent:
			return nil
		}
	}
	return secret
}

func (c *column) schema() *v8json.Object {
	out := typeSchema(c.Type)
	if c.id {
		out.Set("minimum", 1.0)
		out.Set("maximum", float64(maxID))
	}
	if c.pattern != nil {
		out.Set("pattern", c.pattern.String())
	}
	if c.enum != nil {
		values := make([]any, len(c.enum))
		for i, value := range c.enum {
			values[i] = value
		}
		out.Set("enum", values)
	}
	if c.required && c.Type.Kind() == reflect.String && c.pattern == nil && c.enum == nil {
		out.Set("minLength", 1.0)
	}
	return out
}

func typeSchema(t reflect.Type) *v8json.Object {
	switch {
	case t == timeType, t == secretType, t.Kind() == reflect.String:
		return object("type", "string")
	case t == jsonType:
		return object("type", "object")
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := typeSchema(t.Elem())
		kind, _ := inner.Get("type")
		inner.Set("type", []any{kind, "null"})
		return inner
	case reflect.Bool:
		return object("type", "boolean")
	case reflect.Int, reflect.Int64:
		return object("type", "integer")
	case reflect.Float64:
		return object("type", "number")
	case reflect.Slice:
		return object("type", "array", "items", typeSchema(t.Elem()))
	case reflect.Map:
		return object("type", "object", "additionalProperties", typeSchema(t.Elem()))
	}
	properties := v8json.NewObject()
	for _, f := range fieldsOf(t) {
		properties.Set(f.json, typeSchema(f.Type))
	}
	return object("type", "object", "additionalProperties", false, "properties", properties)
}
