package engine

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Lessons describe what recorded exchanges show of a resource.
type Lessons struct {
	// Shown has the lessons by operationId.
	Shown map[string]Lesson
	// Finish makes up what no answer has shown; nil if there is nothing to make up.
	Finish func(l *Learned)
}

// Lesson learns from the successful answers to an operation. Shows makes one.
type Lesson interface {
	types() (in, out reflect.Type)
	take(l *Learned, operation *spec.Operation, path []string, body []byte) bool
}

// Shows returns a lesson for an operation with this input and answer. Only the path
// parameters of the input are set. learn reports whether the answer showed anything; it
// must not guess what the answer does not show.
func Shows[In, Out any](learn func(l *Learned, in In, out Out) bool) Lesson {
	return &lesson[In, Out]{learn: learn}
}

type lesson[In, Out any] struct {
	learn func(*Learned, In, Out) bool
	read  assigner // reads answers; made when first needed
}

func (*lesson[In, Out]) types() (in, out reflect.Type) {
	return reflect.TypeFor[In](), reflect.TypeFor[Out]()
}

func (s *lesson[In, Out]) take(l *Learned, operation *spec.Operation, path []string, body []byte) bool {
	var in In
	readPath(reflect.ValueOf(&in).Elem(), operation.PathParameters(), path)
	var out Out
	switch into := any(&out).(type) {
	case *None:
		return s.learn(l, in, out)
	case *JSON:
		*into = body
	}
	value, err := v8json.Parse(body)
	if err != nil {
		return false
	}
	if t := reflect.TypeFor[Out](); t != jsonType {
		if s.read == nil {
			s.read = newAssigner(t)
		}
		s.read(reflect.ValueOf(&out).Elem(), value)
	}
	return s.learn(l, in, out)
}

// readPath fills the fields of an input that come from the path.
func readPath(into reflect.Value, names, values []string) {
	for _, f := range fieldsOf(into.Type()) {
		name := f.Tag.Get("path")
		if position := slices.Index(names, name); name != "" && position >= 0 {
			fromPath(position, f.Type)(at(into, f.path), &Input{Path: values})
		}
	}
}

// checkLessons finds lessons for operations that the resource does not have or with other
// types, and tables whose secrets lack a placeholder.
func (r *Resource) checkLessons(fail func(format string, args ...any)) {
	if r.Lessons == nil {
		return
	}
	for _, table := range r.Tables {
		if table.secretOf(table.fresh(time.Time{})) != nil && table.recording().placeholder == nil {
			fail("table %s has no placeholder for secrets that recordings hide", table.name())
		}
	}
	for id, lesson := range r.Lessons().Shown {
		operation := r.Operations[id]
		if operation == nil {
			fail("there is a lesson for %s, but no such operation", id)
			continue
		}
		in, out := lesson.types()
		if wantIn, wantOut := operation.types(); in != wantIn || out != wantOut {
			fail("the lesson for %s takes %v and %v, but the operation takes %v and %v", id, in, out, wantIn, wantOut)
		}
	}
}

// URL is a URL of the instance itself. A replayed answer shows the mock's own address in
// it.
type URL string

var urlType = reflect.TypeFor[URL]()

// Place marks a text in answers that cannot be replayed as it was recorded.
type Place int

// The places.
const (
	SecretPlace Place = iota + 1
	URLPlace
)

// Places returns where the answers to an operation show secrets and URLs of the instance,
// by JSON pointer. A star in a pointer stands for any element of a list.
func (e *Engine) Places(operationID string) map[string]Place {
	out := map[string]Place{}
	if operation := e.operations[operationID]; operation != nil {
		_, answer := operation.types()
		findPlaces(answer, "", out)
	}
	return out
}

func findPlaces(t reflect.Type, pointer string, out map[string]Place) {
	if inner, is := isOptional(t); is {
		t = inner
	}
	switch {
	case t == secretType:
		out[pointer] = SecretPlace
	case t == urlType:
		out[pointer] = URLPlace
	case t == timeType, t == jsonType:
	case t.Kind() == reflect.Pointer:
		findPlaces(t.Elem(), pointer, out)
	case t.Kind() == reflect.Slice:
		findPlaces(t.Elem(), pointer+"/*", out)
	case t.Kind() == reflect.Struct:
		for _, f := range fieldsOf(t) {
			if f.json != "" {
				findPlaces(f.Type, fmt.Sprintf("%s/%s", pointer, f.json), out)
			}
		}
	}
}
