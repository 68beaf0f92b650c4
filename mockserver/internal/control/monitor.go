package control

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Monitor is the control API of something that is not a mock, such as a proxy: it shows
// exchanges that others answer. Whatever only a mock has, such as state, rules and
// workspaces, answers 404. It is safe for concurrent use.
type Monitor struct {
	api     *api
	journal *journal.Journal
}

// NewMonitor returns a monitor that writes to a journal.
func NewMonitor(options Options, journal *journal.Journal) *Monitor {
	m := &Monitor{newAPI(options, modeProxy), journal}
	m.api.contract = func() (*spec.Contract, error) { return spec.Control(), nil }
	return m
}

// Append adds an exchange to the journal, which redacts its secrets. The journal copies
// what it keeps, except the violations, and at most 16 KiB of each body.
func (m *Monitor) Append(x traffic.Exchange) { m.journal.Append(&x) }

// Close ends everything that outlasts a request, such as streams of events, so that an
// http.Server can stop. The monitor remains usable.
func (m *Monitor) Close() { m.journal.Close() }

// Before returns a handler that answers requests for the monitor, and passes all others
// to next.
func (m *Monitor) Before(next http.Handler) http.Handler {
	input := request{workspace: workspace.Default, journal: m.journal}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, inside := m.below(r); inside {
			m.api.serve(w, r, path, input)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// below removes the base path from the escaped path of a request, and reports whether the
// rest belongs to the monitor.
func (m *Monitor) below(r *http.Request) (string, bool) {
	path, inside := httpx.CutPath(r.URL.EscapedPath(), m.api.About.BasePath)
	return path, inside && Has(path)
}
