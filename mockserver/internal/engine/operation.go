package engine

import (
	"cmp"
	"net/http"
	"reflect"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Answer is the answer of an operation.
type Answer[T any] struct {
	Value T
	// Status is one of the contract's statuses 2xx and 3xx; 0 means the lowest of them. If
	// that has no body in the contract, Value is not sent.
	Status int
	// Location is the header of that name. ETag replaces the one computed from the body.
	// Both may be empty.
	Location, ETag string
	// Header has further headers.
	Header http.Header
}

// None is the value of an answer without a body.
type None struct{}

// Line is the value of an answer that is a line of text. The contract has its media type.
type Line string

// Appender is the value of an answer that appends itself as JSON to the buffer of the request.
type Appender func(dst []byte) []byte

// OK answers with a value and the contract's success status.
func OK[T any](value T) (Answer[T], error) { return Answer[T]{Value: value}, nil }

// Created answers with a value and its location.
func Created[T any](value T, location string) (Answer[T], error) {
	return Answer[T]{Value: value, Location: location}, nil
}

// Done answers without a body.
func Done() (Answer[None], error) { return Answer[None]{}, nil }

// Result is an encoded answer.
type Result struct {
	Status         int
	Location, ETag string
	Header         http.Header
	ContentType    string // empty without a body
	Body           []byte // the beginning of a stream's body
	// Prepared is set if the body was written earlier; it must not be changed.
	Prepared *respond.Prepared
	// Feed supplies the rest of a stream; nil for answers that end.
	Feed Feed
}

// Input is what an operation gets from a request, checked against the contract.
type Input struct {
	// Path has the path parameters' values, in the order of the path.
	Path []string
	// Query returns a query parameter: a text, or a list of texts.
	Query func(name string) (any, bool)
	// Queries returns all query parameters, decoded.
	Queries func() map[string]any
	// Header has the request's headers.
	Header http.Header
	// Body is the decoded JSON body; Text is the JSON itself, nil if there is no body.
	Body any
	Text []byte
}

// Operation is a handler with its types. Read, Write and Stream make one.
type Operation interface {
	plan(operation *spec.Operation) (*Plan, error)
	types() (in, out reflect.Type)
}

// Plan is an operation compiled for serving requests.
type Plan struct {
	run func(store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error)
}

// Judge decides whether an answer may be sent. If it returns an error, the state does not
// change.
type Judge func(Result) error

// Read returns an operation that reads the state.
func Read[In, Out any](handle func(*View, In) (Answer[Out], error)) Operation {
	return &operation{in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), read: func(view *View, in any) (reply, error) {
		answer, err := handle(view, *in.(*In))
		return answer.reply(), err
	}}
}

// Write returns an operation that changes the state in one transaction. The answer is
// encoded and judged before the change is committed.
func Write[In, Out any](handle func(*Tx, In) (Answer[Out], error)) Operation {
	return &operation{in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), write: func(tx *Tx, in any) (reply, error) {
		answer, err := handle(tx, *in.(*In))
		return answer.reply(), err
	}}
}

// Checker is an input with a second layer of validation, such as names and combinations
// of fields. Check runs after the contract's check and before the handler. Its error is
// an answer, or made by apierror.BadData.
type Checker interface{ Check() error }

// operation has either read or write. Their input is a pointer to a value of type in. Only they are
// generic: there is one of each for every operation, so what they contain weighs on the program.
type operation struct {
	in, out reflect.Type
	read    func(view *View, in any) (reply, error)
	write   func(tx *Tx, in any) (reply, error)
}

// reply is an Answer of any type. The value is a pointer.
type reply struct {
	status         int
	location, etag string
	header         http.Header
	value          any
}

func (a *Answer[T]) reply() reply { return reply{a.Status, a.Location, a.ETag, a.Header, &a.Value} }

func (o *operation) types() (in, out reflect.Type) { return o.in, o.out }

func (o *operation) plan(operation *spec.Operation) (*Plan, error) {
	input, err := newReader(o.in, operation)
	if err != nil {
		return nil, err
	}
	encoders, err := newAnswerEncoders(o.out, operation)
	if err != nil {
		return nil, err
	}
	p := &planned{operation: o, contract: operation, input: input, encoders: encoders, success: successOf(operation)}
	return &Plan{run: p.run}, nil
}

// planned is an operation with all that is compiled of its contract.
type planned struct {
	*operation
	contract *spec.Operation
	input    func(*Input) (any, error)
	encoders map[*spec.Response]answerEncoder
	success  int
}

func (p *planned) run(store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error) {
	in, err := p.input(input)
	if err != nil {
		return Result{}, err
	}
	if p.read != nil {
		view := store.View(request)
		answer, err := p.read(view, in)
		if err == nil {
			err = view.ReserveFor(answer.value)
		}
		if err != nil {
			return Result{}, err
		}
		return p.encode(&answer, dst, judge)
	}
	tx := store.Begin(request)
	defer tx.Abort()
	answer, err := p.write(tx, in)
	if err == nil {
		err = tx.Admit()
	}
	if err != nil {
		return Result{}, err
	}
	out, err := p.encode(&answer, dst, judge)
	if err == nil {
		tx.Commit()
	}
	return out, err
}

// encode encodes an answer and has it judged.
func (p *planned) encode(answer *reply, dst []byte, judge Judge) (Result, error) {
	out := Result{Status: cmp.Or(answer.status, p.success), Location: answer.location, ETag: answer.etag, Header: answer.header}
	if encode := p.encoders[p.contract.Response(out.Status)]; encode != nil {
		out.ContentType, out.Body = encode(dst, reflect.ValueOf(answer.value).Elem())
		if prepared, is := answer.value.(**respond.Prepared); is {
			out.Prepared = *prepared
		}
	}
	return out, judge(out)
}

// newReader returns a function that makes and checks the input of an operation, a pointer to a value of
// type in.
func newReader(in reflect.Type, operation *spec.Operation) (func(*Input) (any, error), error) {
	bind, err := newBinder(in, operation)
	if err != nil {
		return nil, err
	}
	return func(input *Input) (any, error) {
		out := reflect.New(in)
		bind(out.Elem(), input)
		if checked, is := out.Interface().(Checker); is {
			return checked, checked.Check()
		}
		return out.Interface(), nil
	}, nil
}

// LargeAnswer is the size in bytes from which an answer has to wait for memory before it
// is written.
const LargeAnswer = 64 << 10

// ReserveFor waits for memory for a large answer. A small state has no large answers.
// Operations call it only if they write an answer themselves. answer is a pointer.
func (v *View) ReserveFor(answer any) error {
	if v.Reserve == nil || v.reserved || v.store.Bytes() < LargeAnswer {
		return nil
	}
	if _, is := answer.(**respond.Prepared); is { // written earlier
		return nil
	}
	return v.ReserveBytes(Length(answer))
}

// ReserveAnswer waits for memory for an answer that an operation is about to write itself, in bytes. No
// more is reserved for it later: requests that hold a part of what they need could wait for each other.
func (v *View) ReserveAnswer(bytes int64) error {
	v.reserved = true
	return v.ReserveBytes(bytes)
}

// ReserveBytes waits for memory for a number of bytes, if they are many.
func (v *View) ReserveBytes(bytes int64) error {
	if v.Reserve == nil || bytes <= LargeAnswer {
		return nil
	}
	return v.Reserve(bytes)
}

// Length estimates the size of an answer as JSON, in bytes. answer is a pointer.
func Length(answer any) int64 { return int64(weigh(reflect.ValueOf(answer).Elem())) }

// weigh estimates the size of a value as JSON, in bytes.
func weigh(v reflect.Value) (size int) {
	const (
		scalar = 24 // a time, with its quotes
		name   = 16 // of a field: asking reflect for the name would cost an allocation
		// element is a key of a map and its value, for the same reason.
		element = 128
		quotes  = 3 // and a comma
	)
	switch v.Kind() {
	case reflect.String:
		return quotes + written(v.String())
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

// isSuccess reports whether a status is one that the value of an answer is for.
func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusBadRequest
}

// successOf returns the lowest success status of an operation, 200 if it has none.
func successOf(operation *spec.Operation) int {
	for _, status := range operation.Statuses() {
		if isSuccess(status) {
			return status
		}
	}
	return http.StatusOK
}

// Plans holds the plans of an engine's operations, each made when first needed.
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

// Complete makes all remaining plans, which compares every input and answer with the
// contract.
func (p *Plans) Complete() error {
	for _, plan := range p.byID {
		if _, err := plan(); err != nil {
			return err
		}
	}
	return nil
}

// Run answers a request and appends the answer's body to dst. The error is that of the
// handler or of judge.
func (p *Plans) Run(id string, store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error) {
	plan, err := p.byID[id]()
	if err != nil {
		return Result{}, err
	}
	return plan.run(store, request, input, dst, judge)
}
