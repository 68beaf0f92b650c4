package mockserver

import (
	"net/url"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// Monitor shows exchanges that pass elsewhere, such as in a proxy: it is the journal
// of the control API, with its live page and its stream of events, without a mock.
// What only a mock has, such as state, rules and workspaces, answers 404.
type Monitor = control.Monitor

// NewMonitor returns a monitor of what passes to an upstream, which may be nil:
//
//	monitor, err := mockserver.NewMonitor(upstream, mockserver.WithControlOnLoopback())
//	judge, err := proxy.New(proxy.Options{Upstream: upstream, Observe: monitor.Append})
//	server := &http.Server{Handler: monitor.Before(judge)}
//	server.RegisterOnShutdown(monitor.Close)
//
// It honors the options for the contract, the journal's size, the base path, the version, the
// logger, the control API and proxies in front of it; the others only concern a mock.
func NewMonitor(upstream *url.URL, options ...Option) (*Monitor, error) {
	c, err := configured(options)
	if err != nil {
		return nil, err
	}
	about := control.About{Version: c.version, Upstream: upstream, BasePath: c.basePath}
	return control.NewMonitor(c.controlOptions(about), journal.New(c.bounds.Journal, int(c.bounds.Bytes/16), c.secrets)), nil
}
