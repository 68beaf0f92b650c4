// Package example answers an operation from its document: with one of its examples, or
// else with a value that its schema allows, which is the same for equal requests.
package example

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Wanted describes the answer that a request needs.
type Wanted struct {
	// Status is the status code; 0 means the operation's success.
	Status int
	// Example is the name of an example; empty means the first.
	Example string
	// Accept is the header of that name.
	Accept string
	// Seed determines made-up values.
	Seed uint64
}

// Answer is an answer from a document. It must not be changed.
type Answer struct {
	Status      int
	Header      http.Header
	ContentType string
	Body        []byte // may be nil
}

// UnknownError is the error for a request for something that the document does not have.
type UnknownError struct{ Message string }

// Error returns the message for the client.
func (e *UnknownError) Error() string { return e.Message }

// Maker makes answers and caches some of them. It is safe for concurrent use.
type Maker struct {
	logger *slog.Logger
	cache  cache
	logged sync.Map // of exampleKey: examples that break their schema, once logged
	fits   sync.Map // of exampleKey: JSON examples that fit their schema, which are sent as they are

	reading sync.Mutex // held while reading a large example
}

// exampleKey identifies an example by its position.
type exampleKey struct {
	content *spec.Content
	at      int
}

// large is the size in bytes from which examples are read one at a time: reading one
// takes many times its size.
const large = 64 << 10

// NewMaker returns a maker. It logs examples that break their own schema.
func NewMaker(logger *slog.Logger) *Maker { return &Maker{logger: logger} }

// Make answers an operation. An error that is not an *UnknownError says why the document
// yields no answer.
func (m *Maker) Make(o *spec.Operation, wanted Wanted) (*Answer, error) {
	key := keyOf(o, wanted)
	if known := m.cache.get(key); known != nil {
		return known, nil
	}
	made, err := m.make(o, wanted)
	if err != nil {
		return nil, err
	}
	m.cache.put(key, made)
	return made, nil
}

func (m *Maker) make(o *spec.Operation, wanted Wanted) (*Answer, error) {
	status, response := choose(o, wanted.Status)
	if response == nil {
		if wanted.Status != 0 {
			return nil, &UnknownError{fmt.Sprintf("the document has no answer of %s with the status %d", o.ID, wanted.Status)}
		}
		return nil, fmt.Errorf("the document has no answer of %s that can be used", o.ID)
	}
	out := &Answer{Status: status, Header: http.Header{}}
	for _, header := range response.Headers {
		switch value, err := header.Value(wanted.Seed); {
		case err == nil:
			out.Header.Set(header.Name, printable(header.Text(value)))
		case header.Required:
			return nil, fmt.Errorf("the header %s: %w", header.Name, err)
		}
	}
	if len(response.Contents) == 0 || status == http.StatusNoContent || status == http.StatusNotModified {
		if wanted.Example != "" {
			return nil, unknownExample(wanted.Example, status, nil)
		}
		return out, nil
	}
	content, err := pick(response.Contents, wanted, status)
	if err != nil {
		return nil, err
	}
	out.ContentType = concrete(content)
	out.Body, err = m.body(o, content, out.ContentType, wanted)
	return out, err
}

// choose returns the response for a status, or else for a success, and its status.
func choose(o *spec.Operation, status int) (int, *spec.Response) {
	if status != 0 {
		return status, o.Response(status)
	}
	var best *spec.Response
	rank := func(r *spec.Response) int {
		switch {
		case r.Status/100 == 2 && !r.IsRange():
			return 4
		case r.Status/100 == 2:
			return 3
		case r.Status == 0:
			return 2
		case r.Status >= 300:
			return 1
		}
		return 0
	}
	for _, response := range o.Responses() { // by ascending status
		if rank(response) > 0 && (best == nil || rank(response) > rank(best)) {
			best = response
		}
	}
	switch {
	case best == nil:
		return 0, nil
	case best.Status == 0:
		return http.StatusOK, best
	}
	return best.Status, best
}

// printable returns what a header can hold of a text: everything but control characters.
// Characters beyond ASCII are sent in UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// plain writes a value as text.
func plain(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		words := make([]string, len(value))
		for i, element := range value {
			words[i] = plain(element)
		}
		return strings.Join(words, ",")
	}
	text, _ := json.Marshal(value) // cannot fail: the value was JSON
	return string(text)
}

// pick chooses the content: the one with the requested example, or else by Accept.
func pick(contents []*spec.Content, wanted Wanted, status int) (*spec.Content, error) {
	contents = accepted(contents, wanted.Accept)
	if wanted.Example == "" {
		return contents[0], nil
	}
	var names []string
	for _, content := range contents {
		for _, example := range content.Examples {
			if example.Name == wanted.Example {
				return content, nil
			}
			if example.Name != "" && !slices.Contains(names, example.Name) {
				names = append(names, example.Name)
			}
		}
	}
	return nil, unknownExample(wanted.Example, status, names)
}

func unknownExample(name string, status int, names []string) error {
	has := "it has none"
	if len(names) > 0 {
		has = "it has " + strings.Join(names, ", ")
	}
	return &UnknownError{fmt.Sprintf("the document has no example %s for the status %d: %s", strconv.Quote(name), status, has)}
}

// body makes the body from an example that fits its schema, or else from the schema.
func (m *Maker) body(o *spec.Operation, content *spec.Content, contentType string, wanted Wanted) ([]byte, error) {
	for at, example := range content.Examples {
		if wanted.Example != "" && example.Name != wanted.Example {
			continue
		}
		if body, fits := m.fromExample(o, content, at, contentType); fits {
			return body, nil
		}
	}
	value, err := content.Sample(wanted.Seed)
	if err != nil {
		return nil, err
	}
	return write(contentType, value, nil), nil
}

// fromExample makes the body from one example, and reports whether it fits its schema.
func (m *Maker) fromExample(o *spec.Operation, content *spec.Content, at int, contentType string) (body []byte, fits bool) {
	example, key := &content.Examples[at], exampleKey{content, at}
	if len(example.Value) > large {
		m.reading.Lock()
		defer m.reading.Unlock()
	}
	if _, known := m.fits.Load(key); known {
		return example.Value, true
	}
	var value any
	if err := json.Unmarshal(example.Value, &value); err != nil {
		return nil, false
	}
	body = write(contentType, value, example.Value)
	failures := content.CheckResponse(contentType, body)
	if len(failures) == 0 {
		if openapi.IsJSON(contentType) {
			m.fits.Store(key, true)
		}
		return body, true
	}
	if _, known := m.logged.LoadOrStore(key, true); !known {
		m.logger.Warn("an example breaks its own schema and is not sent", "operation", o.ID, "example", example.Name, "reason", failures[0].Error())
	}
	return nil, false
}

// write encodes a value in a media type. text is its JSON; nil to encode that, too.
func write(contentType string, value any, text []byte) []byte {
	plain, isText := value.(string)
	name := openapi.MediaType(contentType)
	switch {
	case openapi.IsJSON(contentType):
	case isText:
		return []byte(plain)
	case strings.HasSuffix(name, "xml"):
		return writeXML(value)
	case name == "application/x-www-form-urlencoded":
		return []byte(form(value))
	case name == "text/event-stream":
		return append(append([]byte("data: "), marshal(value)...), "\n\n"...)
	}
	if text != nil {
		return text
	}
	return marshal(value)
}

// marshal writes JSON as answers have it, without escaping for HTML.
func marshal(value any) []byte {
	text, _ := jsonw.Marshal(value) // cannot fail: the value was JSON
	return text
}
