package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// mixed sends mixed requests from many clients, each of which remembers what it wrote. It then
// opens half-dead connections, and makes each client check that everything it wrote is there.
func mixed(ctx context.Context, s settings) ([]row, error) {
	m, err := start(ctx, s, "--limits", "off")
	if err != nil {
		return nil, err
	}
	defer m.stop()
	before, err := warm(ctx, m, s)
	if err != nil {
		return nil, fmt.Errorf("warming up: %w", err)
	}
	crowd := newCrowd(m, s)
	began := time.Now()
	if err := crowd.run(ctx, s.requests); err != nil {
		return nil, err
	}
	took := time.Since(began)
	log.Printf("%d requests in %s", crowd.sent.Load(), took.Round(time.Second))
	asked, err := halfDead(ctx, m, s, crowd)
	if err != nil {
		return nil, fmt.Errorf("with half-dead connections: %w", err)
	}
	lost, err := crowd.check(ctx)
	if err != nil {
		return nil, err
	}
	_, most, err := m.memory()
	if err != nil {
		return nil, err
	}
	if err := crowd.leave(ctx); err != nil {
		return nil, err
	}
	const more = 1.2 // the factor by which memory may have grown at the end
	after, err := m.settle(ctx, before*more)
	if err == nil && after > before*more {
		err = fmt.Errorf("the mock took %.0f MB before, and takes %.0f once idle", before, after)
	}
	return []row{
		{"mixed requests", fmt.Sprintf("%d over %d connections and %d workspaces, %.0f per second", crowd.sent.Load(), s.connections, s.workspaces, float64(crowd.sent.Load())/took.Seconds())},
		{"half-dead connections", fmt.Sprintf("%d of %d kinds, each for %s; %d requests by others meanwhile", s.halfDead, len(dead), s.hold, asked)},
		{"unexpected answers", "0"},
		{"writes of clients lost or changed", fmt.Sprint(lost)},
		{"memory before, at its peak, and once idle", fmt.Sprintf("%.0f, %.0f and %.0f MB", before, most, after)},
	}, err
}

// warm makes a mock do enough of everything to fill what it keeps for all clients, such as verdicts, and returns
// how many megabytes it uses once it is idle again.
func warm(ctx context.Context, m *mock, s settings) (float64, error) {
	s.halfDead, s.hold = min(s.halfDead/2, 500), 2*time.Second
	crowd := newCrowd(m, s)
	if err := crowd.run(ctx, min(s.requests/2, 50_000)); err != nil {
		return 0, err
	}
	if _, err := halfDead(ctx, m, s, crowd); err != nil {
		return 0, err
	}
	if err := crowd.leave(ctx); err != nil {
		return 0, err
	}
	return m.rest(ctx)
}

// crowd is a number of clients at work.
type crowd struct {
	mock    *mock
	clients []*client
	sent    atomic.Int64
}

func newCrowd(m *mock, s settings) *crowd {
	c := &crowd{mock: m}
	for i := range s.connections {
		c.clients = append(c.clients, &client{
			crowd: c, http: newClient(1), random: rand.New(rand.NewPCG(1, uint64(i))),
			workspace: fmt.Sprintf("w%d", i%s.workspaces), prefix: fmt.Sprintf("c%d-", i),
			endpoints: map[int64]string{}, flags: map[string]bool{},
		})
	}
	return c
}

// each makes all clients do something at the same time, and returns the first error.
func (c *crowd) each(ctx context.Context, do func(context.Context, *client) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	for _, one := range c.clients {
		group.Go(func() {
			if err := do(ctx, one); err != nil {
				cancel(fmt.Errorf("client %sof workspace %s: %w", one.prefix, one.workspace, err))
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// run makes the clients send the given number of requests.
func (c *crowd) run(ctx context.Context, requests int) error {
	ticks := time.NewTicker(20 * time.Second)
	defer ticks.Stop()
	done := make(chan error, 1)
	go func() {
		done <- c.each(ctx, func(ctx context.Context, one *client) error {
			if err := one.begin(ctx); err != nil {
				return err
			}
			for c.sent.Load() < int64(requests) {
				if err := one.step(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	for {
		select {
		case err := <-done:
			return err
		case <-ticks.C:
			now, most, err := c.mock.memory()
			if err != nil {
				return err
			}
			log.Printf("%8d requests, %4.0f MB, at most %.0f", c.sent.Load(), now, most)
		}
	}
}

// check counts what is lost or changed of what the clients wrote, and requests that the journals
// did not count. It returns an error if there is anything.
func (c *crowd) check(ctx context.Context) (lost int64, err error) {
	var missing atomic.Int64
	err = c.each(ctx, func(ctx context.Context, one *client) error {
		count, err := one.missing(ctx)
		missing.Add(int64(count))
		return err
	})
	if err != nil {
		return 0, err
	}
	recorded := map[string]int64{}
	for _, one := range c.clients {
		recorded[one.workspace] += one.recorded
	}
	for name, want := range recorded {
		var shown struct{ Requests int64 }
		if err := c.clients[0].control(ctx, http.MethodGet, "/_mock/workspaces/"+name, &shown); err != nil {
			return 0, err
		}
		if shown.Requests != want {
			log.Printf("the journal of %s has %d requests, but %d were sent", name, shown.Requests, want)
			missing.Add(max(want-shown.Requests, shown.Requests-want))
		}
	}
	if missing.Load() > 0 {
		return 0, fmt.Errorf("%d things that were written are lost or changed", missing.Load())
	}
	return 0, nil
}

// leave removes the workspaces and closes the connections.
func (c *crowd) leave(ctx context.Context) error {
	err := c.clients[0].control(ctx, http.MethodDelete, "/_mock/workspaces", nil)
	for _, one := range c.clients {
		one.http.CloseIdleConnections()
	}
	return err
}

// client sends one request after another, and knows what the mock must have.
type client struct {
	*crowd
	http      *http.Client
	random    *rand.Rand
	workspace string
	prefix    string // prefix of the names that it gives
	named     int

	endpoints map[int64]string // descriptions, by id
	flags     map[string]bool  // whether each is on, by name

	own      int64 // the endpoint that it calls
	secret   string
	calls    int   // how often it has called it
	recorded int64 // requests that the journal counts
}

// call sends a request, requires a status, and decodes the answer.
func (c *client) call(ctx context.Context, method, path, token string, body any, want int, into any) error {
	c.recorded++
	return c.exchange(ctx, method, "/w/"+c.workspace+path, token, body, want, into)
}

func (c *client) control(ctx context.Context, method, path string, into any) error {
	return c.exchange(ctx, method, path, "", nil, http.StatusOK, into)
}

func (c *client) exchange(ctx context.Context, method, path, token string, body any, want int, into any) error {
	c.sent.Add(1)
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body) // cannot fail for the maps and texts used here
	}
	request, err := http.NewRequestWithContext(ctx, method, c.mock.url(path), bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", method, path, err)
	case response.StatusCode != want:
		return fmt.Errorf("%s %s: got %d, want %d: %.500s", method, path, response.StatusCode, want, answer)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: %w: %.500s", method, path, err, answer)
	}
	return nil
}

type fields map[string]any

const (
	featuresPath = "/api/admin/projects/default/features"
	most         = 3 // maximum number of endpoints, and of flags, per client
)
