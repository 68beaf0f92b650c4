package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// recorder writes exchanges as lines of JSON. Each is a report.Exchange, and is written in a
// single call, by a goroutine of its own: a pipe that nobody reads must not keep the proxy.
type recorder struct {
	logger *slog.Logger
	lines  chan []byte
	late   chan struct{} // closed when the time to drain is over
	end    chan struct{} // closed when no more lines count
	done   chan struct{} // closed when everything is written

	mu  sync.Mutex
	err error // the first error; nothing is written after it
}

func newRecorder(out io.Writer, logger *slog.Logger) *recorder {
	r := &recorder{logger: logger, lines: make(chan []byte), late: make(chan struct{}), end: make(chan struct{}), done: make(chan struct{})}
	go r.run(out)
	return r
}

func (r *recorder) run(out io.Writer) {
	defer close(r.done)
	for {
		select {
		case <-r.end:
			return
		case line := <-r.lines:
			if r.failure() != nil {
				continue
			}
			if _, err := out.Write(line); err != nil {
				r.fail(err)
			}
		}
	}
}

// errStuck ends a recording that is not complete when the time to drain is over.
var errStuck = errors.New("the recording is not complete: writing it takes too long")

// lastLine is how long a line may take after the time to drain.
const lastLine = time.Second

// write writes an exchange after those before it.
func (r *recorder) write(x report.Exchange) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(x); err != nil {
		r.fail(err)
		return
	}
	select {
	case r.lines <- line.Bytes():
		return
	case <-r.late:
	}
	if r.failure() != nil {
		return
	}
	select {
	case r.lines <- line.Bytes():
	case <-r.done: // for a judge that was abandoned
	case <-time.After(lastLine):
		r.fail(errStuck)
	}
}

// close waits until everything is written, but not for long once it is late.
func (r *recorder) close() {
	close(r.end)
	select {
	case <-r.done:
		return
	case <-r.late:
	}
	if r.failure() != nil {
		return
	}
	select {
	case <-r.done:
	case <-time.After(lastLine):
		r.fail(errStuck)
	}
}

func (r *recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
		r.logger.Error("the recording ends here: it cannot be written", "error", err)
	}
}

// failure returns what kept the recording from being complete.
func (r *recorder) failure() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
