package engine

import (
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// binder fills an input from a request. Each field's tag says where its value comes from:
//
//	path:"name"    a path parameter: ID, string or int64
//	query:"name"   a query parameter: string, []string, any, or an Optional of these
//	queries:""     all query parameters, declared or not: map[string]any
//	header:"name"  a header: string
//	undeclared:"name"  a header that the document does not declare: string
//	json:"name"    a property of the body
//	body:""        the whole body, as JSON or decoded
//	rest:""        the properties that no other field binds: map[string]any
//	ignored:"body a,b"  on a blank field: properties (body) or parameters (query, header)
//	               that Unleash ignores
type binder func(into reflect.Value, input *Input)

func newBinder(t reflect.Type, operation *spec.Operation) (binder, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("operation %s: an input must be a struct, not %v", operation.ID, t)
	}
	check := newInputCheck(operation)
	var steps []binder
	for _, f := range fieldsOf(t) {
		step := check.step(f)
		if step == nil {
			continue
		}
		steps = append(steps, func(into reflect.Value, input *Input) { step(reach(into, f.path), input) })
	}
	if err := check.finish(); err != nil {
		return nil, err
	}
	return func(into reflect.Value, input *Input) {
		for _, step := range steps {
			step(into, input)
		}
	}, nil
}

// mostWhole is the largest integer that JSON, and so a snapshot, represents exactly.
const mostWhole = 1<<53 - 1

// fromPath reads a path parameter.
func fromPath(position int, t reflect.Type) binder {
	if t == idType {
		return func(into reflect.Value, input *Input) { *into.Addr().Interface().(*ID) = ParseID(input.Path[position]) }
	}
	if t.Kind() == reflect.Int64 {
		return func(into reflect.Value, input *Input) { into.SetInt(wholeNumber(input.Path[position])) }
	}
	return func(into reflect.Value, input *Input) { into.SetString(input.Path[position]) }
}

// wholeNumber reads a parameter that the contract declares as an integer. It returns -1
// if the number does not fit into an int64.
func wholeNumber(text string) int64 {
	number, is := ajv.ParseNumber(text)
	if !is || math.Abs(number) >= 1<<63 {
		return -1
	}
	return int64(number)
}

func fromQuery(name string, t reflect.Type) binder {
	assign := newAssigner(t)
	return func(into reflect.Value, input *Input) {
		if value, has := input.Query(name); has {
			assign(into, value)
		}
	}
}

func fromQueries(into reflect.Value, input *Input) { into.Set(reflect.ValueOf(input.Queries())) }

func fromHeader(name string) binder {
	name = http.CanonicalHeaderKey(name)
	return func(into reflect.Value, input *Input) { into.SetString(strings.Join(input.Header[name], ", ")) }
}

// fromProperty reads a property of the body. A property of type JSON keeps its text.
func fromProperty(name string, t reflect.Type) binder {
	if t == jsonType {
		pointer := "/" + jsonpointer.Escape(name)
		return func(into reflect.Value, input *Input) {
			if text, found := v8json.Restringify(input.Text, pointer); found {
				into.SetBytes([]byte(text))
			}
		}
	}
	assign := newAssigner(t)
	return func(into reflect.Value, input *Input) {
		body, _ := input.Body.(map[string]any)
		if value, has := body[name]; has {
			assign(into, value)
		}
	}
}

func fromBody(t reflect.Type) binder {
	if t == jsonType {
		return func(into reflect.Value, input *Input) { into.SetBytes(input.Text) }
	}
	assign := newAssigner(t)
	return func(into reflect.Value, input *Input) { assign(into, input.Body) }
}

func fromRest(named []string) binder {
	return func(into reflect.Value, input *Input) {
		body, _ := input.Body.(map[string]any)
		rest := map[string]any{}
		for name, value := range body {
			if !slices.Contains(named, name) {
				rest[name] = value
			}
		}
		into.Set(reflect.ValueOf(rest))
	}
}

// assigner stores a decoded value in a Go value. The contract has already checked the
// value's type; without such a check, a value that does not fit is skipped. Files, which the
// planter reads, have no such check.
type assigner func(into reflect.Value, value any)

func newAssigner(t reflect.Type) assigner {
	if inner, is := isOptional(t); is {
		assign := newAssigner(inner)
		return func(into reflect.Value, value any) {
			assign(into.Field(0), value)
			into.Field(1).SetBool(true)
		}
	}
	switch t {
	case jsonType:
		return func(into reflect.Value, value any) { into.SetBytes(v8json.Stringify(nil, value)) }
	case timeType:
		return assigning(setTime)
	case secretType:
		return assigning(setSecret)
	}
	switch t.Kind() {
	case reflect.Interface:
		return func(into reflect.Value, value any) {
			if value != nil {
				into.Set(reflect.ValueOf(value))
			}
		}
	case reflect.Pointer:
		return pointerAssigner(t, newAssigner(t.Elem()))
	case reflect.String:
		return assigning(reflect.Value.SetString)
	case reflect.Bool:
		return assigning(reflect.Value.SetBool)
	case reflect.Int, reflect.Int64:
		return assigning(setWhole)
	case reflect.Float64:
		return assigning(reflect.Value.SetFloat)
	case reflect.Slice:
		return listAssigner(t, newAssigner(t.Elem()))
	case reflect.Map:
		return mapAssigner(t, newAssigner(t.Elem()))
	case reflect.Struct:
		return structAssigner(t)
	}
	panic(fmt.Sprintf("engine: an input cannot hold a %v", t))
}

// assigning returns an assigner that sets values of one type and skips others.
func assigning[T any](set func(into reflect.Value, value T)) assigner {
	return func(into reflect.Value, value any) {
		if value, is := value.(T); is {
			set(into, value)
		}
	}
}

// setWhole skips fractions, and limits numbers that JSON does not represent exactly.
func setWhole(into reflect.Value, number float64) {
	if number == math.Trunc(number) {
		into.SetInt(int64(min(max(number, -mostWhole), mostWhole)))
	}
}

// setTime reads a date in whole milliseconds, as JavaScript does. It skips one that is in a
// year without four digits in UTC, in which answers show it.
func setTime(into reflect.Value, text string) {
	if moment, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text)); err == nil && hasFourDigits(moment) {
		into.Set(reflect.ValueOf(stamp(moment)))
	}
}

// hasFourDigits reports whether the year of a moment has four digits in UTC.
func hasFourDigits(moment time.Time) bool {
	year := moment.UTC().Year()
	return year >= 0 && year <= 9999
}

func setSecret(into reflect.Value, text string) { into.Set(reflect.ValueOf(NewSecret(text))) }

func pointerAssigner(t reflect.Type, assign assigner) assigner {
	return func(into reflect.Value, value any) {
		if value != nil {
			inner := reflect.New(t.Elem())
			assign(inner.Elem(), value)
			into.Set(inner)
		}
	}
}

// listAssigner reads a list. A single value becomes a list of one, as for a query
// parameter that was sent once.
func listAssigner(t reflect.Type, assign assigner) assigner {
	return func(into reflect.Value, value any) {
		if value == nil {
			return
		}
		list, is := value.([]any)
		if !is {
			list = []any{value}
		}
		out := reflect.MakeSlice(t, len(list), len(list))
		for i, element := range list {
			assign(out.Index(i), element)
		}
		into.Set(out)
	}
}

func mapAssigner(t reflect.Type, assign assigner) assigner {
	return func(into reflect.Value, value any) {
		object, is := value.(map[string]any)
		if !is {
			return
		}
		out := reflect.MakeMapWithSize(t, len(object))
		for name, element := range object {
			inner := reflect.New(t.Elem()).Elem()
			assign(inner, element)
			out.SetMapIndex(reflect.ValueOf(name), inner)
		}
		into.Set(out)
	}
}

func structAssigner(t reflect.Type) assigner {
	type part struct {
		name   string
		path   []int
		assign assigner
	}
	var parts []part
	for _, f := range fieldsOf(t) {
		if f.json != "" {
			parts = append(parts, part{f.json, f.path, newAssigner(f.Type)})
		}
	}
	return func(into reflect.Value, value any) {
		object, _ := value.(map[string]any)
		for _, part := range parts {
			field := reach(into, part.path)
			if inner, has := object[part.name]; has {
				part.assign(field, inner)
			}
		}
	}
}
