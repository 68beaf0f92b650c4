package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// dead has the kinds of half-dead connections: what a client sends on each before it stops. It
// reads nothing.
var dead = []string{
	"",
	"GET /w/dead",
	"GET /w/dead/health HTTP/1.1\r\nHost: mock\r\nX-A: ",
	head("POST", "/w/dead"+call, wellknown.MyExternalApp, fmt.Sprintf("Content-Length: %d", bodySize)),
	head("POST", "/w/dead"+call, wellknown.MyExternalApp, fmt.Sprintf("Content-Length: %d", bodySize)) + `{"a":"`,
	head("POST", "/w/dead"+endpointsPath, wellknown.Admin, "Transfer-Encoding: chunked") + "5\r\n{\"na",
	head("PUT", "/w/dead/_mock/state", "", "Content-Length: 90000000") + "{",
	head("GET", "/w/dead/api/client/streaming", wellknown.Backend),
	head("GET", "/w/dead/_mock/events", ""),
	head("GET", "/w/dead/_mock/requests?wait=5m&count=1000000", ""),
	head("GET", "/w/dead"+longList, wellknown.Admin),
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

// halfDead opens half-dead connections, all at once, while the clients continue. It returns how
// many requests the clients sent.
func halfDead(ctx context.Context, m *mock, s settings, crowd *crowd) (asked int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	before := crowd.sent.Load()
	var opened atomic.Int64
	var group sync.WaitGroup
	over := make(chan struct{}) // closed once all have been open for s.hold
	slots := make(chan struct{}, 64)
	var opening sync.WaitGroup
	for i := range s.halfDead {
		opening.Add(1)
		group.Go(func() {
			slots <- struct{}{}
			connection, err := new(net.Dialer).DialContext(ctx, "tcp", m.address)
			if err == nil {
				opened.Add(1)
				_, _ = io.WriteString(connection, dead[i%len(dead)]) // fails if the mock has already closed the connection
			}
			<-slots
			opening.Done()
			if err != nil {
				return
			}
			<-over
			_ = connection.Close()
		})
	}
	go func() {
		opening.Wait()
		select {
		case <-time.After(s.hold):
		case <-ctx.Done():
		}
		close(over)
	}()
	err = crowd.each(ctx, func(ctx context.Context, one *client) error {
		for {
			select {
			case <-over:
				return nil
			default:
			}
			if err := one.step(ctx); err != nil {
				return err
			}
		}
	})
	cancel()
	group.Wait()
	if err == nil && opened.Load() < int64(s.halfDead) {
		err = fmt.Errorf("only %d of %d connections could be opened", opened.Load(), s.halfDead)
	}
	return crowd.sent.Load() - before, err
}
