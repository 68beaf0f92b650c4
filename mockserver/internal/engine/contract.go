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
		in, names, _ := strings.Cut(ignored, " ")
		for name := range strings.SplitSeq(names, ",") {
			c.bound[in+" "+name] = true
		}
		return nil
	}
	for in, fills := range parameterTypes {
		if name, is := tag.Lookup(in); is {
			return c.parameter(in, name, f.Type, fills)
		}
	}
	if _, is := tag.Lookup("queries"); is {
		for _, parameter := range c.operation.Parameters() {
			if parameter.In == "query" {
				c.bound["query "+parameter.Name] = true
			}
		}
		return c.filling(f, objectType.AssignableTo(f.Type), fromQueries)
	}
	if name, is := tag.Lookup("undeclared"); is {
		return c.filling(f, isText(f.Type), fromHeader(name))
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
		return c.filling(f, objectType.AssignableTo(f.Type), fromRest(named))
	}
	if f.json == "" {
		c.fail("nothing fills the field %s", f.Name)
		return nil
	}
	shape, known := c.claim("body", f.json)
	if !known {
		return nil
	}
	c.fits(f.Type, shape, "the property "+f.json)
	return fromProperty(f.json, f.Type)
}

var objectType = reflect.TypeFor[map[string]any]()

func isText(t reflect.Type) bool { return t.Kind() == reflect.String }

// parameterTypes are the types that each kind of parameter can fill.
var parameterTypes = map[string]func(reflect.Type) bool{
	"path":   func(t reflect.Type) bool { return t == idType || t.Kind() == reflect.Int64 || isText(t) },
	"header": isText,
	"query": func(t reflect.Type) bool {
		if inner, optional := isOptional(t); optional {
			t = inner
		}
		return t.Kind() == reflect.Interface || isText(t) || t.Kind() == reflect.Slice && isText(t.Elem())
	},
}

// filling returns the step of a field, or complains if its type cannot hold what fills it.
func (c *inputCheck) filling(f field, fits bool, step binder) binder {
	if !fits {
		c.fail("the field %s cannot be a %v", f.Name, f.Type)
		return nil
	}
	return step
}

func (c *inputCheck) parameter(in, name string, t reflect.Type, fills func(reflect.Type) bool) binder {
	shape, known := c.claim(in, name)
	switch {
	case !known:
		return nil
	case !fills(t):
		c.fail("the %s parameter %s cannot be a %v", in, name, t)
		return nil
	}
	c.fits(t, shape, "the "+in+" parameter "+name)
	switch in {
	case "path":
		return fromPath(slices.Index(c.path, name), t)
	case "header":
		return fromHeader(name)
	}
	return fromQuery(name, t)
}

// claim marks a parameter or a property of the body as bound, and returns its schema. It
// complains if the document does not have it.
func (c *inputCheck) claim(in, name string) (shape *openapi.Shape, known bool) {
	if in == "body" {
		body := c.operation.Body()
		if body == nil {
			c.fail("the request has no body for %s", name)
			return nil, false
		}
		place, property := body.Shape.Property(name)
		if place < 0 {
			c.fail("the body has no property %s", name)
			return nil, false
		}
		shape = property
	} else {
		at := slices.IndexFunc(c.operation.Parameters(), func(p *spec.Parameter) bool { return p.In == in && p.Name == name })
		if at < 0 {
			c.fail("there is no %s parameter %s", in, name)
			return nil, false
		}
		shape = c.operation.Parameters()[at].Shape
	}
	c.bound[in+" "+name] = true
	return shape, true
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
	case reflect.TypeFor[Appender]():
		return func(dst []byte, v reflect.Value) (string, []byte) {
			return respond.ContentTypeJSON, v.Interface().(Appender)(dst)
		}, nil
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
	t = elem(t)
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
	t = elem(t)
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
