package engine

import (
	"fmt"
	"reflect"

	"github.com/unleash-mock/unleash-mock/spec"
)

// EventStream is the media type of a stream of server-sent events.
const EventStream = "text/event-stream"

// Message is one message of a stream.
type Message struct {
	// ID is the id of the last event that the message covers. A client that reconnects sends
	// the last one that it has.
	ID int64
	// Event is the type of the message.
	Event string
	// Data is the message's JSON, on one line; nil if there is nothing to report. It may be
	// shared, so it must not be changed.
	Data []byte
}

// Parts returns the message in the form of server-sent events. It returns several parts,
// to avoid copying long data. A message without data becomes a comment, which shows that
// the stream is alive.
func (m Message) Parts() [][]byte {
	if m.Data == nil {
		return [][]byte{[]byte(":\n\n")}
	}
	return [][]byte{fmt.Appendf(nil, "id: %d\nevent: %s\ndata: ", m.ID, m.Event), m.Data, []byte("\n\n")}
}

// Feed returns what has happened since its last call, as a view shows it. It is called
// when the stream begins and after every change, always by the same goroutine.
type Feed func(view *View) Message

// Stream returns an operation that sends messages for as long as the client listens. open
// reads the request and returns the feed of messages.
func Stream[In any](open func(*View, In) (Feed, error)) Operation {
	return &stream{in: reflect.TypeFor[In](), open: func(view *View, in any) (Feed, error) { return open(view, *in.(*In)) }}
}

// stream has the type of its input, to which open gets a pointer.
type stream struct {
	in   reflect.Type
	open func(view *View, in any) (Feed, error)
}

func (s *stream) types() (in, out reflect.Type) { return s.in, reflect.TypeFor[Feed]() }

func (s *stream) plan(operation *spec.Operation) (*Plan, error) {
	read, err := newReader(s.in, operation)
	if err != nil {
		return nil, err
	}
	success := successOf(operation)
	if response := operation.Response(success); response == nil || response.MediaType != EventStream {
		return nil, differ(operation, "answer", []error{fmt.Errorf("a stream is of the media type %s", EventStream)})
	}
	return &Plan{run: func(store *Store, request *Request, input *Input, dst []byte, judge Judge) (Result, error) {
		in, err := read(input)
		if err != nil {
			return Result{}, err
		}
		view := store.View(request)
		feed, err := s.open(view, in)
		if err != nil {
			return Result{}, err
		}
		first := feed(view)
		if err := view.ReserveFor(&first); err != nil {
			return Result{}, err
		}
		for _, part := range first.Parts() {
			dst = append(dst, part...)
		}
		out := Result{Status: success, ContentType: EventStream, Body: dst, Feed: feed}
		return out, judge(out)
	}}, nil
}
