package proxy

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// recorder writes exchanges as lines of JSON, each a report.Exchange.
type recorder struct {
	mu  sync.Mutex
	out *json.Encoder
	err error // the first; nothing is written after it
}

func newRecorder(out io.Writer) *recorder {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return &recorder{out: encoder}
}

func (r *recorder) write(x report.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = r.out.Encode(x)
	}
}

// failure is what kept the recording from being complete.
func (r *recorder) failure() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
