package engine

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Answer is what an operation answers.
type Answer[T any] struct {
	Value T
	// Status is that of the answer; 0 is the success that the contract has.
	Status int
	// Location is the header of that name, ETag one that is not made of the body;
	// empty for none.
	Location, ETag string
	// Header are further headers.
	Header http.Header
}

// None is the value of an answer without a body.
type None struct{}

// Line is the value of an answer that is a line of text, of the media type that the
// contract has.
type Line string

// OK answers a value with the contract's success.
func OK[T any](value T) (Answer[T], error) { return Answer[T]{Value: value}, nil }

// Created answers a value and where it is found.
func Created[T any](value T, location string) (Answer[T], error) {
	return Answer[T]{Value: value, Location: location}, nil
}

// Done answers without a body.
func Done() (Answer[None], error) { return Answer[None]{}, nil }

// Result is an answer on its way to the client.
type Result struct {
	Status         int
	Location, ETag string
	Header         http.Header
	ContentType    string // empty for no body
	Body           []byte // of a stream, what it begins with
	// Prepared is the body if it was written before, and must not be changed.
	Prepared *respond.Prepared
	// Feed gives what comes after the body of a stream; nil for answers that end.
	Feed Feed
}

// Input is what a request gives an operation, checked against the contract.
type Input struct {
	// Path are the values of the path's parameters in the order of the path.
	Path []string
	// Query returns a parameter of the query: a text, or a list of them.
	Query func(name string) (any, bool)
	// Queries returns all parameters of the query, decoded.
	Queries func() map[string]any
	// Header are the request's headers.
	Header http.Header
	// Body is the decoded JSON body; Text is the JSON itself, nil if there is none.
	Body any
	Text []byte
}

// Operation is a handler with its input and answer. Read, Write and Stream make one.
type Operation interface {
	plan(operation *spec.Operation) (*Plan, error)
	types() (in, out reflect.Type)
}

// Plan is an operation with all that its requests need compiled.
type Plan struct {
	run func(store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error)
}

// Judge says whether an answer may leave. What it refuses leaves no trace in the
// state.
type Judge func(Result) error

// Read returns an operation that reads the state.
func Read[In, Out any](handle func(*View, In) (Answer[Out], error)) Operation {
	return operation[In, Out]{read: handle}
}

// Write returns an operation that changes the state, in one transaction: the answer
// is encoded and judged before the change that it shows is committed.
func Write[In, Out any](handle func(*Tx, In) (Answer[Out], error)) Operation {
	return operation[In, Out]{write: handle}
}

// Checker is an input with a second layer of validation, after the contract's check
// and before the handler: names, combinations of fields. Its error is an answer, or
// one that apierror.BadData makes.
type Checker interface{ Check() error }

type operation[In, Out any] struct {
	read  func(*View, In) (Answer[Out], error)
	write func(*Tx, In) (Answer[Out], error)
}

func (operation[In, Out]) types() (in, out reflect.Type) {
	return reflect.TypeFor[In](), reflect.TypeFor[Out]()
}

func (o operation[In, Out]) plan(operation *spec.Operation) (*Plan, error) {
	read, err := newReader[In](operation)
	if err != nil {
		return nil, err
	}
	encode, err := newAnswerEncoder(reflect.TypeFor[Out](), operation)
	if err != nil {
		return nil, err
	}
	success := successOf(operation)
	return &Plan{run: func(store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error) {
		in, err := read(input)
		if err != nil {
			return Result{}, err
		}
		finish := func(answer *Answer[Out]) (Result, error) {
			out := Result{Status: answer.Status, Location: answer.Location, ETag: answer.ETag, Header: answer.Header}
			if out.Status == 0 {
				out.Status = success
			}
			if out.Status != http.StatusNotModified {
				if prepared, is := any(&answer.Value).(**respond.Prepared); is {
					out.ContentType, out.Body, out.Prepared = respond.ContentTypeJSON, (*prepared).Bytes(), *prepared
				} else {
					out.ContentType, out.Body = encode(dst, reflect.ValueOf(&answer.Value).Elem())
				}
			}
			return out, judge(out)
		}
		if o.read != nil {
			view := store.View(request)
			answer, err := o.read(view, in)
			if err == nil {
				err = view.ReserveFor(&answer.Value)
			}
			if err != nil {
				return Result{}, err
			}
			return finish(&answer)
		}
		tx := store.Begin(request)
		defer tx.Abort()
		answer, err := o.write(tx, in)
		if err == nil {
			err = tx.Admit()
		}
		if err != nil {
			return Result{}, err
		}
		out, err := finish(&answer)
		if err == nil {
			tx.Commit()
		}
		return out, err
	}}, nil
}

// newReader returns what fills and checks the input of an operation.
func newReader[In any](operation *spec.Operation) (func(*Input) (In, error), error) {
	bind, err := newBinder(reflect.TypeFor[In](), operation)
	if err != nil {
		return nil, err
	}
	return func(input *Input) (in In, err error) {
		bind(reflect.ValueOf(&in).Elem(), input)
		if checked, is := any(&in).(Checker); is {
			err = checked.Check()
		}
		return in, err
	}, nil
}

// LargeAnswer is from how many bytes on an answer is written only once there is memory
// for it.
const LargeAnswer = 64 << 10

// ReserveFor waits for memory for an answer, if it is large; a small state gives no such. An
// operation asks for it only if it writes an answer itself for the one request. answer is a
// pointer.
func (v *View) ReserveFor(answer any) error {
	if v.Reserve == nil || v.store.Bytes() < LargeAnswer {
		return nil
	}
	if _, is := answer.(**respond.Prepared); is { // which was written before
		return nil
	}
	if size := weigh(reflect.ValueOf(answer).Elem()); size > LargeAnswer {
		return v.Reserve(int64(size))
	}
	return nil
}

// weigh estimates how many bytes a value has as JSON.
func weigh(v reflect.Value) (size int) {
	const (
		scalar = 24 // a time, with its quotes
		name   = 16 // of a field: to ask reflect for it costs an allocation
		// element is a key of a map and its value, for the same reason.
		element = 128
	)
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return weigh(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Len()
		}
		for i := range v.Len() {
			size += weigh(v.Index(i))
		}
		return size
	case reflect.Map:
		return element * v.Len()
	case reflect.Struct:
		if v.Type() == timeType || v.Type() == secretType {
			return scalar
		}
		for i := range v.NumField() {
			size += name + weigh(v.Field(i))
		}
		return size
	}
	return scalar
}

// successOf is the lowest status of an operation's successes.
func successOf(operation *spec.Operation) int {
	for _, status := range operation.Statuses() {
		if status >= http.StatusOK && status < http.StatusMultipleChoices {
			return status
		}
	}
	return http.StatusOK
}

// Plans are the plans of an engine's operations, each made when it is first needed.
type Plans struct {
	byID map[string]func() (*Plan, error)
}

// Plans returns the plans of all operations.
func (e *Engine) Plans() *Plans {
	out := &Plans{byID: map[string]func() (*Plan, error){}}
	for id, operation := range e.operations {
		out.byID[id] = sync.OnceValues(func() (*Plan, error) { return operation.plan(e.contract.Operation(id)) })
	}
	return out
}

// Complete makes the plans that no request has needed yet, and so compares every
// input and answer with the contract.
func (p *Plans) Complete() error {
	for _, plan := range p.byID {
		if _, err := plan(); err != nil {
			return err
		}
	}
	return nil
}

// Run answers a request. The answer's body is appended to dst. The error is that of
// the handler or of judge.
func (p *Plans) Run(id string, store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error) {
	plan, err := p.byID[id]()
	if err != nil {
		return Result{}, err
	}
	return plan.run(store, request, input, dst, judge)
}
