package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// metricsPerMinute is how many reports of metrics the mocks accept from each client. Unleash sets
// that limit by the variable for registrations (O).
const metricsPerMinute = "1"

// limitEach checks that the mocks tell clients apart by their addresses, which they only know from
// HAProxy: one that has reached a limit must not use up another's.
func (c *cluster) limitEach(ctx context.Context) error {
	for _, report := range []struct {
		from string
		want int
	}{
		{"127.0.0.1", http.StatusAccepted},
		{"127.0.0.2", http.StatusAccepted},
		{"127.0.0.1", http.StatusTooManyRequests},
	} {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(report.from)}}
		client := &http.Client{Timeout: c.client.Timeout, Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
		got, err := send(ctx, client, http.MethodPost, "http://"+c.haproxy.address+"/w/limits/api/client/metrics", wellknown.Backend,
			`{"appName":"limits","bucket":{"start":"2030-01-01T00:00:00Z","stop":"2030-01-01T00:01:00Z","toggles":{}}}`)
		if err != nil || got.status != report.want {
			return fmt.Errorf("metrics from %s: %d instead of %d, %s %w", report.from, got.status, report.want, got.text, err)
		}
	}
	return nil
}
