package conformance

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// givenEndpoint creates a signal endpoint and keeps the answer.
func (w *world) givenEndpoint(ctx context.Context, name string) error {
	body := fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify."}`, w.ownName(name))
	return w.create(ctx, name, endpointsPath, body, "admin", w.tokens.Admin, http.StatusCreated)
}

// givenToken creates a token of an endpoint and keeps the answer.
func (w *world) givenToken(ctx context.Context, name, endpoint string) error {
	path, err := w.expandPath(ctx, http.MethodPost, endpointsPath+"/<"+endpoint+".id>/tokens")
	if err != nil {
		return err
	}
	return w.create(ctx, name, path, fmt.Sprintf(`{"name":%q}`, w.ownName(name)), "admin", w.tokens.Admin, http.StatusCreated)
}

// givenSignal calls an endpoint and keeps the signal.
func (w *world) givenSignal(ctx context.Context, name, endpoint, token string) error {
	path, err := w.expandPath(ctx, http.MethodPost, callPrefix+"<"+endpoint+".name>")
	if err != nil {
		return err
	}
	secret, err := w.expand("<" + token + ".token>")
	if err != nil {
		return err
	}
	if err := w.create(ctx, name, path, fmt.Sprintf(`{"signal":%q}`, name), "", secret, http.StatusOK); err != nil {
		return err
	}
	signal, found := at(w.kept[name], "/signals/0")
	if !found {
		return differs("/signals/0", "the signal that was sent", summary(w.last))
	}
	w.kept[name] = signal
	return nil
}

// create sends what prepares a scenario. That it fails speaks against the
// operation that was asked, not against what the scenario is about.
func (w *world) create(ctx context.Context, name, path, body, actor, authorization string, status int) error {
	header := authorized(authorization)
	header.Set("Content-Type", jsonType)
	err := w.send(ctx, request{method: http.MethodPost, path: path, header: header, body: []byte(body), actor: actor})
	if err != nil {
		return err
	}
	if w.last.status != status {
		return &mismatch{[]finding{{breach: breach{expectation: fmt.Sprintf("status %d", status), got: summary(w.last)}, operation: w.lastOperation()}}}
	}
	w.kept[name] = w.last.value
	return nil
}

func (w *world) nextHeader(name, value string) error {
	if err := w.expandAll(&value); err != nil {
		return err
	}
	if w.next.header == nil {
		w.next.header = http.Header{}
	}
	w.next.header.Set(name, value)
	return nil
}

func (w *world) nextWithout(name string) error {
	w.next.without = append(w.next.without, name)
	return nil
}

func (w *world) nextCompressed(encoding string) error {
	w.next.compress = encoding
	return w.nextHeader("Content-Encoding", encoding)
}

func (w *world) sendPlain(ctx context.Context, method, path, who string) error {
	r, err := w.request(ctx, method, path, who, nil)
	if err != nil {
		return err
	}
	return w.send(ctx, r)
}

func (w *world) sendBody(ctx context.Context, method, path, who string, body docString) error {
	return w.sendText(ctx, method, path, who, body.Content)
}

func (w *world) sendText(ctx context.Context, method, path, who, body string) error {
	r, err := w.request(ctx, method, path, who, &body)
	if err != nil {
		return err
	}
	return w.send(ctx, r)
}

// sendLong sends a JSON object of that many bytes.
func (w *world) sendLong(ctx context.Context, method, path, who, size string) error {
	count, err := strconv.Atoi(size)
	if err != nil {
		return fmt.Errorf("the size of the body: %w", err)
	}
	const frame = `{"name":""}`
	return w.sendText(ctx, method, path, who, `{"name":"`+strings.Repeat("a", count-len(frame))+`"}`)
}

// sendUntil repeats a request; <n> in its body is the number of the try.
func (w *world) sendUntil(ctx context.Context, method, path, who, body, status, most string) error {
	if err := w.expandAll(&most); err != nil {
		return err
	}
	tries, err := strconv.Atoi(most)
	if err != nil {
		return fmt.Errorf("how often: %w", err)
	}
	for i := range tries {
		w.kept["n"] = strconv.Itoa(i + 1)
		if err := w.sendText(ctx, method, path, who, body); err != nil {
			return err
		}
		if strconv.Itoa(w.last.status) == status {
			return nil
		}
	}
	return nil // what came last is for the next step to judge
}

// window is the time within which calls are limited.
const window = time.Second

// sendAtOnce sends a request several times, the last answers as if it were one
// that was refused, if any was.
func (w *world) sendAtOnce(ctx context.Context, method, path, who, times string) error {
	return w.burst(ctx, method, path, who, nil, times)
}

func (w *world) sendTextAtOnce(ctx context.Context, method, path, who, body, times string) error {
	return w.burst(ctx, method, path, who, &body, times)
}

func (w *world) burst(ctx context.Context, method, path, who string, body *string, times string) error {
	if err := w.expandAll(&times); err != nil {
		return err
	}
	count, err := strconv.Atoi(times)
	if err != nil {
		return fmt.Errorf("how often: %w", err)
	}
	r, err := w.request(ctx, method, path, who, body)
	if err != nil {
		return err
	}
	r.burst = true
	if isCall(r.path) {
		if err := w.client.calls.fresh(ctx); err != nil {
			return err
		}
	}
	began := time.Now()
	answers, err := w.together(ctx, r, count)
	if err != nil {
		for _, x := range answers {
			if x != nil {
				w.ledger.note(x)
			}
		}
		return err
	}
	if isCall(r.path) && time.Since(began) >= window {
		return &disabledError{fmt.Sprintf("the target is too slow to tell: %d calls at once took %s", count, time.Since(began).Round(time.Millisecond))}
	}
	return w.takeBurst(answers)
}

// together sends a request several times at once.
func (w *world) together(ctx context.Context, r request, count int) ([]*exchange, error) {
	answers, errs := make([]*exchange, count), make([]error, count)
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() { answers[i], _, errs[i] = w.client.send(ctx, r) })
	}
	all.Wait()
	return answers, errors.Join(errs...)
}

// takeBurst notes and judges the answers of a burst.
func (w *world) takeBurst(answers []*exchange) error {
	w.accepted, w.last = 0, nil
	var broken []finding
	for _, x := range answers {
		breaches := w.judge(x)
		w.note(x, breaches)
		var found *mismatch
		if errors.As(w.asMismatch(x, breaches), &found) {
			broken = append(broken, found.found...)
		}
		if x.status >= 200 && x.status < 300 {
			w.accepted++
		}
		if w.last == nil || w.last.status != http.StatusTooManyRequests {
			w.last = x
		}
	}
	if len(broken) > 0 {
		return &mismatch{broken}
	}
	return nil
}

// request builds a request from the words of a step and what was said of the
// next one.
func (w *world) request(ctx context.Context, method, path, who string, body *string) (request, error) {
	r := request{method: method, header: http.Header{}}
	var err error
	if r.path, err = w.expandPath(ctx, method, path); err != nil {
		return r, err
	}
	if who, err = w.expand(who); err != nil {
		return r, err
	}
	switch actor, isActor := strings.CutPrefix(who, "as the "); {
	case isActor:
		r.actor = actor
		r.header.Set("Authorization", w.token(actor))
	case who != "as nobody":
		r.header["Authorization"] = []string{strings.TrimSuffix(strings.TrimPrefix(who, `with the authorization "`), `"`)}
	}
	if body != nil {
		text, err := w.expand(*body)
		if err != nil {
			return r, err
		}
		r.body = []byte(text)
	}
	if body != nil || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		r.header.Set("Content-Type", jsonType)
	}
	return r, w.override(&r)
}

// override applies what was said of the next request, and forgets it.
func (w *world) override(r *request) error {
	next := w.next
	w.next = overrides{}
	for name, values := range next.header {
		r.header[name] = values
	}
	for _, name := range next.without {
		r.header.Del(name)
	}
	if next.compress == "" {
		return nil
	}
	var compressed bytes.Buffer
	var writer io.WriteCloser = gzip.NewWriter(&compressed)
	if next.compress == "deflate" {
		writer = zlib.NewWriter(&compressed)
	}
	if _, err := writer.Write(r.body); err != nil {
		return fmt.Errorf("compressing the body: %w", err)
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("compressing the body: %w", err)
	}
	r.body = compressed.Bytes()
	return nil
}
