package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// heartbeat is how often an idle stream shows that it is alive.
const heartbeat = 15 * time.Second

// streamEvents follows the journal from the last event that the client has seen, or else
// from now on.
func (a *api) streamEvents(_ context.Context, r *request) (response, error) {
	chosen, newest := filter(r), r.journal.Stats().Newest
	switch last, err := strconv.ParseInt(r.header.Get("Last-Event-ID"), 10, 64); {
	case err == nil && last > newest: // from an earlier mock or workspace
		chosen.After = 0
	case err == nil:
		chosen.After = last
	case r.query["after"] == "":
		chosen.After = newest
	}
	return response{status: http.StatusOK, value: &eventStream{workspace: r.workspace, journal: r.journal, store: r.store, reading: &a.streams, filter: chosen}}, nil
}

// eventStream writes the exchanges of a journal and changes to the state as server-sent events.
// It reads the journal at its own pace, so a slow client delays only
// itself.
type eventStream struct {
	workspace string // its name
	journal   *journal.Journal
	store     func() *engine.Store // the current one of the workspace; nil for a proxy
	changed   <-chan struct{}      // closed by the next change; nil for a proxy
	reading   *sync.Mutex          // shared by all streams
	filter    journal.Filter
	w         http.ResponseWriter
	flush     func() error
}

func (s *eventStream) stream(w http.ResponseWriter, r *http.Request) {
	connection := http.NewResponseController(w)
	// A stream outlasts the server's time limits for a request.
	_ = connection.SetWriteDeadline(time.Time{})
	_ = connection.SetReadDeadline(time.Time{})
	s.w, s.flush = w, connection.Flush
	header := w.Header()
	header["Content-Type"] = []string{"text/event-stream"}
	header["X-Accel-Buffering"] = []string{"no"} // a proxy that buffers answers would never send it
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	s.expectChange()
	hello := struct {
		Workspace string `json:"workspace"`
		Newest    int64  `json:"newest"`
	}{s.workspace, s.journal.Stats().Newest}
	text, err := appendEvent(nil, "hello", 0, hello)
	if err != nil {
		return
	}
	if _, err := w.Write(text); err != nil || s.flush() != nil {
		return
	}
	for r.Context().Err() == nil && !s.journal.Closed() {
		if err := s.next(r.Context()); err != nil {
			return // the client has disconnected
		}
	}
}

// next sends the next exchange, or waits for one. For a client that does not read, it
// keeps only the text that is being sent.
func (s *eventStream) next(ctx context.Context) error {
	text, err := s.read()
	if err != nil {
		return err
	}
	if len(text) > 0 {
		_, err = s.w.Write(text)
		return err
	}
	if err := s.flush(); err != nil {
		return err
	}
	return s.wait(ctx)
}

// read returns the events of the next matching exchange, preceded by an event if the
// client has missed any. It returns nothing if there is no such exchange. Only one stream
// reads at a time, since an exchange takes many times the memory of its text.
func (s *eventStream) read() (text []byte, err error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	page := s.journal.Oldest(s.filter, 1)
	if page.Missed > 0 {
		gap := struct {
			Missed int64 `json:"missed"`
		}{page.Missed}
		if text, err = appendEvent(text, "gap", s.filter.After+page.Missed, gap); err != nil {
			return nil, err
		}
	}
	for _, entry := range page.Entries {
		if text, err = appendExchange(text, entry); err != nil {
			return nil, err
		}
	}
	s.filter.After = page.Last // skip what does not match next time
	return text, nil
}

// wait waits for an exchange that matches or a change to the state, and sends a heartbeat
// if neither arrives.
func (s *eventStream) wait(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	changed := s.changed
	go func() {
		select {
		case <-changed:
			cancel()
		case <-waiting.Done():
		}
	}()
	if s.journal.Wait(waiting, s.filter, 1) > 0 || ctx.Err() != nil || s.journal.Closed() {
		return nil
	}
	text := []byte(":\n\n")
	select {
	case <-changed:
		change := struct {
			Revision int64 `json:"revision"`
		}{s.expectChange()}
		var err error
		if text, err = appendEvent(nil, "state", 0, change); err != nil {
			return err
		}
	default:
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.flush()
}

// expectChange sets changed to the channel that the next change to the state closes, and returns
// the revision before that change.
func (s *eventStream) expectChange() (revision int64) {
	if s.store == nil {
		return 0
	}
	store := s.store()
	s.changed = store.Changed() // before the revision is read
	return store.Revision()
}

// appendExchange appends the events of an exchange.
func appendExchange(out []byte, x traffic.Exchange) (_ []byte, err error) {
	exchange := summarized(x)
	for _, breach := range exchange.Violations {
		violation := struct {
			Exchange  int64   `json:"exchange"`
			Operation *string `json:"operationId"`
			wireBreach
		}{x.ID, exchange.Operation, breach}
		if out, err = appendEvent(out, "violation", 0, violation); err != nil {
			return nil, err
		}
	}
	return appendEvent(out, "exchange", x.ID, exchange)
}

// appendEvent appends one event; an id of 0 means none.
func appendEvent(out []byte, event string, id int64, value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	if id > 0 {
		out = fmt.Appendf(out, "id: %d\n", id)
	}
	return fmt.Appendf(out, "event: %s\ndata: %s\n\n", event, data), nil
}
