package engine

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// inputCheck compares an input with the contract while its binder is made: each field
// must exist in the document, and everything in the document must have a field or be
// marked as ignored by Unleash.
type inputCheck struct {
	operation *spec.Operation
	path      []string
	bound     map[string]bool // "path name", "query name", "body name"
	whole     bool            // the body is bound as a whole
	problems  []error
}

func newInputCheck(operation *spec.Operation) *inputCheck {
	return &inputCheck{operation: operation, path: operation.PathParameters(), bound: map[string]bool{}}
}

func (c *inputCheck) fail(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf(format, args...))
}

// step returns the binder of a field, nil if the field is not filled from a request.
func (c *inputCheck) step(f field) binder {
	tag := f.Tag
	if ignored, is := tag.Lookup("ignored"); is {
		for name := range strings.SplitSeq(ignored, ",") {
			for _, in := range []string{"query", "header", "body"} {
				c.bound[in+" "+name] = true
			}
		}
		return nil
	}
	if name, is := tag.Lookup("path"); is {
		position := slices.Index(c.path, name)
		if position < 0 {
			c.fail("the path has no parameter %s", name)
			return nil
		}
		c.bound["path "+name] = true
		return fromPath(position, f.Type)
	}
	if _, is := tag.Lookup("queries"); is {
		for _, parameter := range c.operation.Parameters() {
			if parameter.In == "query" {
				c.bound["query "+parameter.Name] = true
			}
		}
		return fromQueries
	}
	if name, is := tag.Lookup("undeclared"); is {
		return fromHeader(name)
	}
	for _, in := range []string{"query", "header"} {
		name, is := tag.Lookup(in)
		if !is {
			continue
		}
		if !slices.ContainsFunc(c.operation.Parameters(), func(p *spec.Parameter) bool { return p.In == in && p.Name == name }) {
			c.fail("there is no %s parameter %s", in, name)
			return nil
		}
		c.bound[in+" "+name] = true
		if in == "header" {
			return fromHeader(name)
		}
		return fromQuery(name, f.Type)
	}
	if _, is := tag.Lookup("body"); is {
		c.whole = true
		return fromBody(f.Type)
	}
	if _, is := tag.Lookup("rest"); is {
		c.whole = true
		var named []string
		for name := range c.bound {
			if property, is := strings.CutPrefix(name, "body "); is {
				named = append(named, property)
			}
		}
		return fromRest(named)
	}
	if f.json == "" {
		c.fail("nothing fills the field %s", f.Name)
		return nil
	}
	c.bound["body "+f.json] = true
	if c.operation.Body() == nil {
		c.fail("the request has no body for %s", f.json)
		return nil
	}
	place, shape := c.operation.Body().Shape.Property(f.json)
	if place < 0 {
		c.fail("the body has no property %s", f.json)
		return nil
	}
	c.fits(f.Type, shape, "the property "+f.json)
	return fromProperty(f.json, f.Type)
}

// fits compares a field with its schema in the document.
func (c *inputCheck) fits(t reflect.Type, shape *openapi.Shape, name string) {
	inner, optional := isOptional(t)
	if !optional {
		inner = t
	}
	if problem := mismatch(inner, shape); problem != "" {
		c.fail("%s: %s", name, problem)
	}
	if shape != nil && shape.Nullable && inner.Kind() != reflect.Pointer && inner.Kind() != reflect.Interface && inner != jsonType {
		c.fail("%s may be null, but %v cannot", name, t)
	}
}

// finish complains about parts of the document that the input does not bind.
func (c *inputCheck) finish() error {
	for _, name := range c.path {
		if !c.bound["path "+name] {
			c.fail("the path parameter %s is not bound", name)
		}
	}
	for _, parameter := range c.operation.Parameters() {
		if parameter.In != "path" && !c.bound[parameter.In+" "+parameter.Name] {
			c.fail("the %s parameter %s is not bound", parameter.In, parameter.Name)
		}
	}
	if c.operation.Body() != nil && !c.whole && c.operation.Body().Shape != nil {
		for _, property := range c.operation.Body().Shape.Properties {
			if !c.bound["body "+property.Name] {
				c.fail("the property %s of the body is not bound", property.Name)
			}
		}
	}
	return differ(c.operation, "input", c.problems)
}

func differ(operation *spec.Operation, what string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("the %s of %s and the contract differ: %w", what, operation.ID, errors.Join(problems...))
}

// answerEncoder writes the value of an answer and returns its content type.
type answerEncoder func(dst []byte, v reflect.Value) (contentType string, body []byte)

// newAnswerEncoders makes the encoder for each success response that has a body. It returns
// an error if the answer's type does not fit one of them.
func newAnswerEncoders(t reflect.Type, operation *spec.Operation) (map[*spec.Response]answerEncoder, error) {
	var problems []error
	if operation.Response(successOf(operation)) == nil {
		problems = append(problems, errors.New("there is no success response"))
	}
	encoders := map[*spec.Response]answerEncoder{}
	for _, response := range operation.Responses() {
		if !isSuccess(response.Status) || response.MediaType == "" {
			continue
		}
		encode, different := newAnswerEncoder(t, response)
		encoders[response], problems = encode, append(problems, different...)
	}
	if len(encoders) == 0 && t != reflect.TypeFor[None]() {
		problems = append(problems, errors.New("no success response has a body"))
	}
	return encoders, differ(operation, "answer", problems)
}

func newAnswerEncoder(t reflect.Type, response *spec.Response) (encode answerEncoder, problems []error) {
	fail := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("status %d"+format, append([]any{response.Status}, args...)...))
	}
	switch t {
	case reflect.TypeFor[None]():
		fail(" has a body")
		return nil, problems
	case reflect.TypeFor[Line]():
		contentType := response.MediaType + "; charset=utf-8"
		return func(dst []byte, v reflect.Value) (string, []byte) { return contentType, append(dst, v.String()...) }, nil
	case reflect.TypeFor[*respond.Prepared]():
		return func(_ []byte, v reflect.Value) (string, []byte) {
			return respond.ContentTypeJSON, v.Interface().(*respond.Prepared).Bytes()
		}, nil
	}
	if compare(t, response.Shape, "", fail); problems != nil {
		return nil, problems
	}
	write := newEncoder(t, response.Shape)
	return func(dst []byte, v reflect.Value) (string, []byte) { return respond.ContentTypeJSON, write(dst, v) }, nil
}

// compare finds the differences between the type of an answer and the document, in both
// directions.
func compare(t reflect.Type, shape *openapi.Shape, path string, fail func(string, ...any)) {
	if inner, is := isOptional(t); is {
		t = inner
	}
	if t == jsonType || t.Kind() == reflect.Interface || shape == nil {
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if problem := mismatch(t, shape); problem != "" {
		fail("%s: %s", path, problem)
		return
	}
	switch {
	case t.Kind() == reflect.Slice:
		compare(t.Elem(), shape.Items, path+"[]", fail)
	case t.Kind() == reflect.Struct && t != timeType && t != secretType && len(shape.Properties) > 0:
		compareFields(t, shape, path, fail)
	}
}

func compareFields(t reflect.Type, shape *openapi.Shape, path string, fail func(string, ...any)) {
	shown := map[string]bool{}
	for _, f := range fieldsOf(t) {
		if f.json == "" {
			continue
		}
		shown[f.json] = true
		place, inner := shape.Property(f.json)
		if place < 0 {
			fail("%s.%s is not in the document", path, f.json)
			continue
		}
		_, optional := isOptional(f.Type)
		omitted := f.omitZero || optional || f.Type == secretType
		if shape.Properties[place].Required && omitted {
			fail("%s.%s is required, but may be left out", path, f.json)
		}
		if f.Type.Kind() == reflect.Pointer && !f.omitZero && f.Type.Elem().Kind() != reflect.Struct && inner != nil && !inner.Nullable {
			fail("%s.%s may be null, which the document does not allow", path, f.json)
		}
		compare(f.Type, inner, path+"."+f.json, fail)
	}
	for _, property := range shape.Properties {
		if property.Required && !shown[property.Name] {
			fail("%s.%s is required, but never shown", path, property.Name)
		}
	}
}

// mismatch describes how a Go type and the types of a document differ. It returns an
// empty string if they do not.
func mismatch(t reflect.Type, shape *openapi.Shape) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if shape == nil || len(shape.Types) == 0 || t.Kind() == reflect.Interface || t == jsonType {
		return ""
	}
	var want []string
	switch {
	case t == timeType, t == secretType, t == idType, t.Kind() == reflect.String:
		want = []string{"string"}
	case t.Kind() == reflect.Bool:
		want = []string{"boolean"}
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int32, t.Kind() == reflect.Int64:
		want = []string{"integer", "number"}
	case t.Kind() == reflect.Float64:
		want = []string{"number"}
	case t.Kind() == reflect.Slice:
		want = []string{"array"}
	default:
		want = []string{"object"}
	}
	if slices.ContainsFunc(shape.Types, func(one string) bool { return slices.Contains(want, one) }) {
		return ""
	}
	return fmt.Sprintf("%v is not one of %s", t, strings.Join(shape.Types, ", "))
}
