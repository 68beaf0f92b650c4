package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// monitorFlags are the flags of proxy for showing the traffic.
type monitorFlags struct {
	control     string
	journalSize int
	trust       bool
}

// Values of --control.
const (
	controlOn  = "on"
	controlOff = "off"
)

func (m *monitorFlags) add(f *pflag.FlagSet) {
	f.StringVar(&m.control, "control", controlOn, "on to serve the live page and the control API under /_mock; off to pass that path on as well")
	f.BoolVar(&m.trust, "trust-forwarded", false, "trust X-Forwarded-Host for access to the live page; for a proxy that is itself behind one")
	f.IntVar(&m.journalSize, "journal-size", mockserver.DefaultBounds().Journal, "how many exchanges the journal keeps")
}

func (m *monitorFlags) check() error {
	if m.journalSize < 0 {
		return usageError("--journal-size %d is less than 0", m.journalSize)
	}
	return oneOf("--control", m.control, controlOn, controlOff)
}

// monitoring is a proxy's monitor, if it has one, and what to announce about it.
type monitoring struct {
	monitor *mockserver.Monitor // nil with --control off
	said    string
	page    bool
}

// watch gives a proxy a monitor. The monitor observes the traffic only if somebody could see it.
func (p *program) watch(flags *proxyFlags, address *net.TCPAddr, options *proxy.Options, logger *slog.Logger) (monitoring, error) {
	if flags.control == controlOff {
		return monitoring{said: "off; " + mockserver.ControlPath + " is the upstream's"}, nil
	}
	access, err := p.controlAccess(address)
	if err != nil {
		return monitoring{}, err
	}
	about := []mockserver.Option{
		mockserver.WithContract(options.Contract), mockserver.WithBasePath(options.BasePath), mockserver.WithVersion(options.Version),
		mockserver.WithLogger(logger), mockserver.WithBounds(mockserver.Bounds{Journal: flags.journalSize}), access.option,
	}
	if flags.trust {
		about = append(about, mockserver.WithTrustForwarded())
	}
	m, err := mockserver.NewMonitor(options.Upstream, about...)
	if err != nil {
		return monitoring{}, toolError("%w", err)
	}
	if access.page {
		options.Observe = m.Append
	}
	return monitoring{monitor: m, said: access.said, page: access.page}, nil
}

// logTraffic makes a proxy log everything that passes, at the level debug.
func logTraffic(options *proxy.Options, logger *slog.Logger) {
	if !logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	show := options.Observe
	options.Observe = func(seen traffic.Exchange) {
		seen.Log(logger, "")
		if show != nil {
			show(seen)
		}
	}
}

// before puts the monitor in front of a handler.
func (w monitoring) before(next http.Handler) http.Handler {
	if w.monitor == nil {
		return next
	}
	return w.monitor.Before(next)
}

// close ends the monitor's streams, so that a server can stop.
func (w monitoring) close() {
	if w.monitor != nil {
		w.monitor.Close()
	}
}

// announcement returns the lines that say where the live page is and who may use the control API.
func (w monitoring) announcement(url string) string {
	var out strings.Builder
	if w.page {
		fmt.Fprintf(&out, "  live page        %s%s\n", url, mockserver.ControlPath)
	}
	fmt.Fprintf(&out, "  control API      %s\n", w.said)
	return out.String()
}
