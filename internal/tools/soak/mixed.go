package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// mixed sends mixed requests from many clients, each of which keeps in mind what it wrote;
// then it leaves connections half dead, and has each client look for what it wrote.
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
	const more = 1.2 // that memory may take afterwards
	after, err := m.settle(ctx, before*more)
	if err == nil && after > before*more {
		err = fmt.Errorf("the mock took %.0f MB before, and takes %.0f once idle", before, after)
	}
	return []row{
		{"mixed requests", fmt.Sprintf("%d over %d connections and %d workspaces, %.0f a second", crowd.sent.Load(), s.connections, s.workspaces, float64(crowd.sent.Load())/took.Seconds())},
		{"half-dead connections", fmt.Sprintf("%d of %d kinds, each for %s; %d requests of others meanwhile", s.halfDead, len(dead), s.hold, asked)},
		{"unexpected answers", "0"},
		{"of what clients wrote, lost or changed", fmt.Sprint(lost)},
		{"memory before, at most, and once idle", fmt.Sprintf("%.0f, %.0f and %.0f MB", before, most, after)},
	}, err
}

// warm has a mock do a little of everything, and returns what it takes once it is idle again.
func warm(ctx context.Context, m *mock, s settings) (float64, error) {
	s.halfDead, s.hold = min(s.halfDead/10, 500), 2*time.Second
	crowd := newCrowd(m, s)
	if err := crowd.run(ctx, min(s.requests/20, 50_000)); err != nil {
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

// crowd is clients at work.
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

// each has every client do something at once, and returns the first error.
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

// run sends so many requests.
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

// check counts what is not there any more of what the clients wrote, or otherwise: rows,
// signals, and requests that no journal has counted.
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
			log.Printf("the journal of %s has counted %d requests of %d", name, shown.Requests, want)
			missing.Add(max(want-shown.Requests, shown.Requests-want))
		}
	}
	if missing.Load() > 0 {
		return 0, fmt.Errorf("%d of what was written is lost or otherwise", missing.Load())
	}
	return 0, nil
}

// leave removes the workspaces, and closes the connections.
func (c *crowd) leave(ctx context.Context) error {
	err := c.clients[0].control(ctx, http.MethodDelete, "/_mock/workspaces", nil)
	for _, one := range c.clients {
		one.http.CloseIdleConnections()
	}
	return err
}

// client sends one request after the other, and knows what must be there.
type client struct {
	*crowd
	http      *http.Client
	random    *rand.Rand
	workspace string
	prefix    string // of the names that it gives
	named     int

	endpoints map[int64]string // their descriptions
	flags     map[string]bool  // whether they are on

	own      int64 // the endpoint that it calls
	secret   string
	signals  int
	recorded int64 // requests that the journal counts
}

// call sends a request, demands a status, and reads the answer.
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
		text, _ = json.Marshal(body) // maps and texts
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
	endpointsPath = "/api/admin/signal-endpoints"
	featuresPath  = "/api/admin/projects/default/features"
	most          = 3 // endpoints and flags of a client
)

// begin makes the endpoint that a client calls.
func (c *client) begin(ctx context.Context) error {
	if c.own != 0 {
		return nil
	}
	var made struct {
		ID    int64
		Token string
	}
	if err := c.call(ctx, http.MethodPost, endpointsPath, wellknown.Admin, fields{"name": c.prefix + "own"}, 201, &made); err != nil {
		return err
	}
	c.own = made.ID
	err := c.call(ctx, http.MethodPost, fmt.Sprintf("%s/%d/tokens", endpointsPath, c.own), wellknown.Admin, fields{"name": "own"}, 201, &made)
	c.secret = made.Token
	return err
}

// steps are what clients do, and how often of a hundred times.
var steps = []struct {
	often int
	do    func(*client, context.Context) error
}{
	{12, (*client).makeEndpoint},
	{12, (*client).changeEndpoint},
	{10, (*client).removeEndpoint},
	{10, (*client).seeEndpoints},
	{3, (*client).signal},
	{2, (*client).seeSignals},
	{6, (*client).makeFlag},
	{12, (*client).switchFlag},
	{5, (*client).removeFlag},
	{10, (*client).evaluate},
	{5, (*client).poll},
	{4, (*client).report},
	{5, (*client).beRefused},
	{4, (*client).seeJournal},
}

func (c *client) step(ctx context.Context) error {
	drawn := c.random.IntN(100)
	for _, step := range steps {
		if drawn -= step.often; drawn < 0 {
			return step.do(c, ctx)
		}
	}
	return errors.New("the steps are less than a hundred")
}

func (c *client) name() string {
	c.named++
	return fmt.Sprint(c.prefix, c.named)
}

// anyOf draws a key.
func anyOf[K int64 | string, V any](c *client, from map[K]V) (key K, found bool) {
	if len(from) == 0 {
		return key, false
	}
	keys := slices.Sorted(maps.Keys(from))
	return keys[c.random.IntN(len(keys))], true
}

func (c *client) makeEndpoint(ctx context.Context) error {
	if len(c.endpoints) == most {
		return nil
	}
	var made struct{ ID int64 }
	description := strings.Repeat("ü", c.random.IntN(300))
	err := c.call(ctx, http.MethodPost, endpointsPath, wellknown.Admin, fields{"name": c.name(), "description": description}, 201, &made)
	c.endpoints[made.ID] = description
	return err
}

func (c *client) changeEndpoint(ctx context.Context) error {
	id, found := anyOf(c, c.endpoints)
	if !found {
		return nil
	}
	c.endpoints[id] = fmt.Sprint("changed ", c.random.Uint64())
	return c.call(ctx, http.MethodPut, fmt.Sprintf("%s/%d", endpointsPath, id), wellknown.Admin, fields{"name": c.name(), "description": c.endpoints[id]}, 200, nil)
}

func (c *client) removeEndpoint(ctx context.Context) error {
	id, found := anyOf(c, c.endpoints)
	if !found {
		return nil
	}
	delete(c.endpoints, id)
	return c.call(ctx, http.MethodDelete, fmt.Sprintf("%s/%d", endpointsPath, id), wellknown.Admin, nil, 200, nil)
}

// expect is an error if the client finds something missing.
func expect(count int, err error) error {
	if err == nil && count > 0 {
		err = fmt.Errorf("%d of what it wrote is lost or otherwise", count)
	}
	return err
}

func (c *client) seeEndpoints(ctx context.Context) error { return expect(c.missingEndpoints(ctx)) }

func (c *client) missingEndpoints(ctx context.Context) (int, error) {
	var list struct {
		SignalEndpoints []struct {
			ID                int64
			Name, Description string
		}
	}
	if err := c.call(ctx, http.MethodGet, endpointsPath, wellknown.Admin, nil, 200, &list); err != nil {
		return 0, err
	}
	found := map[int64]string{}
	for _, one := range list.SignalEndpoints {
		if strings.HasPrefix(one.Name, c.prefix) && one.ID != c.own {
			found[one.ID] = one.Description
		}
	}
	return differences(c.endpoints, found), nil
}

// differences counts the keys that one of two maps lacks or has otherwise.
func differences[K, V comparable](want, got map[K]V) int {
	count := 0
	for key, value := range want {
		if other, has := got[key]; !has || other != value {
			count++
		}
	}
	for key := range got {
		if _, has := want[key]; !has {
			count++
		}
	}
	return count
}

func (c *client) signal(ctx context.Context) error {
	c.signals++
	return c.call(ctx, http.MethodPost, "/api/signal-endpoint/"+c.prefix+"own", c.secret, fields{"n": c.signals}, 200, nil)
}

// signalPage gets a page of signals, the newest first.
func (c *client) signalPage(ctx context.Context, offset, limit int) (numbers []int, err error) {
	var page struct {
		SignalEndpointSignals []struct{ Payload struct{ N int } }
	}
	err = c.call(ctx, http.MethodGet, fmt.Sprintf("%s/%d/signals?offset=%d&limit=%d", endpointsPath, c.own, offset, limit), wellknown.Admin, nil, 200, &page)
	for _, signal := range page.SignalEndpointSignals {
		numbers = append(numbers, signal.Payload.N)
	}
	return numbers, err
}

func (c *client) seeSignals(ctx context.Context) error {
	numbers, err := c.signalPage(ctx, 0, 3)
	if err == nil && c.signals > 0 && (len(numbers) == 0 || numbers[0] != c.signals) {
		err = fmt.Errorf("the newest signals are %v, not %d", numbers, c.signals)
	}
	return err
}

func (c *client) missingSignals(ctx context.Context) (int, error) {
	found := map[int]int{}
	for {
		numbers, err := c.signalPage(ctx, len(found), 500)
		if err != nil {
			return 0, err
		}
		for _, number := range numbers {
			found[number]++
		}
		if len(numbers) < 500 {
			break
		}
	}
	want := map[int]int{}
	for n := range c.signals {
		want[n+1] = 1
	}
	return differences(want, found), nil
}

func (c *client) makeFlag(ctx context.Context) error {
	if len(c.flags) == most {
		return nil
	}
	name := c.name()
	c.flags[name] = false
	return c.call(ctx, http.MethodPost, featuresPath, wellknown.Admin, fields{"name": name, "type": "release"}, 201, nil)
}

func (c *client) switchFlag(ctx context.Context) error {
	name, found := anyOf(c, c.flags)
	if !found {
		return nil
	}
	c.flags[name] = !c.flags[name]
	state := map[bool]string{true: "on", false: "off"}[c.flags[name]]
	return c.call(ctx, http.MethodPost, featuresPath+"/"+name+"/environments/development/"+state, wellknown.Admin, nil, 200, nil)
}

func (c *client) removeFlag(ctx context.Context) error {
	name, found := anyOf(c, c.flags)
	if !found {
		return nil
	}
	delete(c.flags, name)
	return c.control(ctx, http.MethodDelete, "/w/"+c.workspace+"/_mock/flags/"+name, nil)
}

// evaluate asks as a web page does: it gets the flags that are on.
func (c *client) evaluate(ctx context.Context) error {
	var answer struct{ Toggles []struct{ Name string } }
	if err := c.call(ctx, http.MethodGet, "/api/frontend?userId="+c.prefix, wellknown.Frontend, nil, 200, &answer); err != nil {
		return err
	}
	want, got := map[string]bool{}, map[string]bool{}
	for name, on := range c.flags {
		if on {
			want[name] = true
		}
	}
	for _, toggle := range answer.Toggles {
		if strings.HasPrefix(toggle.Name, c.prefix) {
			got[toggle.Name] = true
		}
	}
	return expect(differences(want, got), nil)
}

func (c *client) poll(ctx context.Context) error { return expect(c.missingFlags(ctx)) }

// missingFlags asks as a server does: it gets all flags.
func (c *client) missingFlags(ctx context.Context) (int, error) {
	var answer struct {
		Features []struct {
			Name    string
			Enabled bool
		}
	}
	if err := c.call(ctx, http.MethodGet, "/api/client/features", wellknown.Backend, nil, 200, &answer); err != nil {
		return 0, err
	}
	got := map[string]bool{}
	for _, feature := range answer.Features {
		if strings.HasPrefix(feature.Name, c.prefix) {
			got[feature.Name] = feature.Enabled
		}
	}
	return differences(c.flags, got), nil
}

func (c *client) report(ctx context.Context) error {
	if c.random.IntN(2) == 0 {
		return c.call(ctx, http.MethodPost, "/api/client/register", wellknown.Backend,
			fields{"appName": c.prefix, "instanceId": "i", "strategies": []string{"default"}, "started": "2026-01-01T00:00:00Z", "interval": 1000}, 202, nil)
	}
	return c.call(ctx, http.MethodPost, "/api/client/metrics", wellknown.Backend, fields{"appName": c.prefix, "instanceId": "i", "bucket": fields{
		"start": "2026-01-01T00:00:00Z", "stop": "2026-01-01T00:01:00Z", "toggles": fields{c.prefix: fields{"yes": 1, "no": 2}},
	}}, 202, nil)
}

func (c *client) beRefused(ctx context.Context) error {
	switch c.random.IntN(4) {
	case 0:
		return c.call(ctx, http.MethodGet, endpointsPath, "", nil, 401, nil)
	case 1:
		return c.call(ctx, http.MethodGet, "/api/admin/no-such-thing", wellknown.Admin, nil, 404, nil)
	case 2:
		return c.call(ctx, http.MethodPost, endpointsPath, wellknown.Admin, fields{"name": c.prefix + "own"}, 409, nil)
	}
	return c.call(ctx, http.MethodPost, endpointsPath, wellknown.Admin, fields{"name": 7}, 400, nil)
}

func (c *client) seeJournal(ctx context.Context) error {
	return c.control(ctx, http.MethodGet, "/w/"+c.workspace+"/_mock/requests?limit=3", nil)
}

// missing counts what is not there of all that the client wrote.
func (c *client) missing(ctx context.Context) (count int, err error) {
	for _, look := range []func(*client, context.Context) (int, error){(*client).missingEndpoints, (*client).missingFlags, (*client).missingSignals} {
		missing, err := look(c, ctx)
		if err != nil {
			return 0, err
		}
		count += missing
	}
	return count, nil
}
