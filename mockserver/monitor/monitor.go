// Package monitor shows exchanges that pass elsewhere: the journal of the control
// API below /_mock, with its live page and its stream of events, without a mock.
// A proxy tells it of each exchange:
//
//	m, err := monitor.New(monitor.Options{Upstream: upstream, Access: monitor.OnLoopback()})
//	server := &http.Server{Handler: m.Before(proxy)}
//	server.RegisterOnShutdown(m.Close)
//	... for each exchange: m.Append(&traffic.Exchange{...})
//
// What only a mock has, such as state, rules and workspaces, answers 404.
package monitor

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Path is the path of the live page, and of the API below it.
const Path = control.Prefix + "/"

// DefaultJournalSize is how many exchanges are mostly kept.
const DefaultJournalSize = journal.DefaultSize

// Access is who may use the API. The zero value lets everybody who reaches it.
type Access = control.Access

// OnLoopback is for a server that listens on a loopback address only: it lets
// those who ask for that address.
func OnLoopback() Access { return control.LoopbackAccess() }

// WithToken lets those who have the token.
func WithToken(secret string) Access { return control.TokenAccess(secret) }

// Off answers every request with a 404 that says so.
func Off() Access { return control.NoAccess() }

// Options say what is shown to whom.
type Options struct {
	// Upstream is the URL that requests are passed on to; nil for none.
	Upstream *url.URL
	// Contract is what exchanges are judged by; nil is the embedded one.
	Contract *spec.Contract
	// BasePath is the path that everything is served under.
	BasePath string
	// Access is who may use the API.
	Access Access
	// JournalSize is how many exchanges are kept; 0 or less keeps none. All are
	// counted.
	JournalSize int
	// Version is that of the tool.
	Version string
	// Logger gets failures; nil is silent.
	Logger *slog.Logger
}

// Monitor serves the paths below /_mock. It is safe for concurrent use.
type Monitor struct {
	api      *control.Proxy
	journal  *journal.Journal
	basePath string
}

// New returns a monitor that has seen nothing.
func New(options Options) (*Monitor, error) {
	if options.Contract == nil {
		options.Contract = spec.Default()
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	m := &Monitor{}
	if path := strings.Trim(options.BasePath, "/"); path != "" {
		m.basePath = "/" + path
	}
	m.journal = journal.New(options.JournalSize, nil)
	m.api = control.NewProxy(control.Options{
		Contract: options.Contract,
		Access:   options.Access,
		About:    control.About{Version: options.Version, Upstream: redacted(options.Upstream), BasePath: m.basePath},
		NewID:    uuid.NewString,
		Logger:   options.Logger,
	}, m.journal)
	return m, nil
}

// redacted is a URL without what could be a secret.
func redacted(upstream *url.URL) string {
	if upstream == nil {
		return ""
	}
	shown := url.URL{Scheme: upstream.Scheme, Host: upstream.Host, Path: upstream.Path, RawPath: upstream.RawPath}
	return shown.String()
}

// Append adds an exchange to the journal, and tells those who wait for it. The monitor
// copies what it keeps but the violations, at most 16 KiB of a body, and shows none of
// its secrets.
func (m *Monitor) Append(x *traffic.Exchange) { m.journal.Append(x) }

// Close ends what goes on for longer than a request, such as streams of events, so
// that an http.Server can stop. The monitor can be used further.
func (m *Monitor) Close() { m.journal.Close() }

// Before returns a handler that answers what is for the monitor, and leaves all
// else to next.
func (m *Monitor) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, inside := m.below(r); inside {
			m.api.Serve(w, r, path)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// below takes the base path off the escaped path of a request, and reports whether the
// rest is the monitor's.
func (m *Monitor) below(r *http.Request) (string, bool) {
	path := r.URL.EscapedPath()
	if len(path) < len(m.basePath) || !strings.EqualFold(path[:len(m.basePath)], m.basePath) {
		return path, false
	}
	path = path[len(m.basePath):]
	return path, control.Has(path)
}
