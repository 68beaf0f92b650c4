package gherkin

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// requests builds requests from the words of steps.
type requests struct {
	values *values
	paths  *paths
	// next is used up by the next request.
	next said
}

// said is what steps have said about a request.
type said struct {
	header   http.Header
	without  []string // headers to leave out
	compress string   // gzip or deflate, for the body
}

func (r *requests) nextHeader(name, value string) error {
	if err := r.values.expandAll(&value); err != nil {
		return err
	}
	if r.next.header == nil {
		r.next.header = http.Header{}
	}
	r.next.header.Set(name, value)
	return nil
}

func (r *requests) nextWithout(name string) error {
	r.next.without = append(r.next.without, name)
	return nil
}

func (r *requests) nextCompressed(encoding string) error {
	r.next.compress = encoding
	return r.nextHeader("Content-Encoding", encoding)
}

// make builds a request. body is nil for a request without one.
func (r *requests) make(ctx context.Context, method, path, who string, body *string) (target.Request, error) {
	made := target.Request{Method: method, Header: http.Header{}}
	var err error
	if made.Path, err = r.paths.expand(ctx, method, path); err != nil {
		return made, err
	}
	if err := r.authorize(&made, who); err != nil {
		return made, err
	}
	if body != nil {
		text, err := r.paths.expandBody(ctx, method, *body)
		if err != nil {
			return made, err
		}
		made.Body = []byte(text)
	}
	if body != nil || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		made.Header.Set("Content-Type", target.JSON)
	}
	return made, r.override(&made)
}

// authorize adds the credential of the sender to a request.
func (r *requests) authorize(made *target.Request, who string) error {
	who, err := r.values.expand(who)
	if err != nil {
		return err
	}
	actor, isActor := strings.CutPrefix(who, "as the ")
	switch {
	case isActor:
		made.Actor = actor
		made.Header.Set("Authorization", r.values.run.tokens().Of(actor))
	case who != "as nobody":
		made.Header["Authorization"] = []string{strings.TrimSuffix(strings.TrimPrefix(who, `with the authorization "`), `"`)}
	}
	return nil
}

// override applies what was said about the next request, and then discards it.
func (r *requests) override(made *target.Request) error {
	next := r.next
	r.next = said{}
	maps.Copy(made.Header, next.header)
	for _, name := range next.without {
		made.Header.Del(name)
	}
	if next.compress == "" {
		return nil
	}
	var compressed bytes.Buffer
	var writer io.WriteCloser = gzip.NewWriter(&compressed)
	if next.compress == "deflate" {
		writer = zlib.NewWriter(&compressed)
	}
	_, err := writer.Write(made.Body)
	if err := cmp.Or(err, writer.Close()); err != nil {
		return fmt.Errorf("compressing the body: %w", err)
	}
	made.Body = compressed.Bytes()
	return nil
}
