package proxy

import (
	"encoding/json"
	"io"
	"log/slog"
	"sync"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// recorder writes exchanges as lines of JSON. Each is a report.Exchange, and is written in a
// single call.
type recorder struct {
	logger *slog.Logger

	mu  sync.Mutex
	out *json.Encoder
	err error // the first error; nothing is written after it
}

func newRecorder(out io.Writer, logger *slog.Logger) *recorder {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return &recorder{logger: logger, out: encoder}
}

func (r *recorder) write(x report.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	if r.err = r.out.Encode(x); r.err != nil {
		r.logger.Error("the recording ends here: it cannot be written", "error", r.err)
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
