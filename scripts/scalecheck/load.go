package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const (
	// checksTake is how long HAProxy takes to notice that a mock is gone or back: two checks, one
	// per second, and the timeout of one.
	checksTake = 3 * time.Second
	// settles is how long workspaces may then take to go back to a mock that has come back.
	settles = 2 * time.Second
	// writesTake is how much longer than a second a change may take to be stored, as everything
	// runs on one machine.
	writesTake = 500 * time.Millisecond
	// retryAfter is how long a client waits after a failure.
	retryAfter = 100 * time.Millisecond
)

type outcome struct {
	mu       sync.Mutex
	sent     int
	failures []failure
	foreign  []string        // answers with data that was not the client's own
	lost     []time.Duration // ages of the acknowledged writes that a kill lost
	tooOld   []string        // lost writes that were old enough to have been stored
	events   []event
	slowest  time.Duration // of requests that succeeded

	handedOver, lostThere, writes int

	owners map[string][]string // the mocks that own a workspace, by its name
}

// failure is a request that got no answer, or one other than 200.
type failure struct {
	at     time.Time
	status int // 0 for no answer
	text   string
}

// event is a mock that was killed or came back.
type event struct {
	at     time.Time
	name   string
	killed bool
}

// explains returns how long after the event requests may fail.
func (e event) explains() time.Duration {
	if e.killed {
		return checksTake
	}
	return checksTake + settles
}

// endure runs the load. Meanwhile two mocks are killed and come back; for a while both are down.
func (c *cluster) endure(ctx context.Context) (*outcome, error) {
	out := &outcome{}
	load, cancel := context.WithTimeout(ctx, time.Duration(c.seconds)*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for number := range c.clients {
		group.Go(func() { c.newVisitor(out, number).run(load) })
	}
	failed := []error{c.disturb(load, out)}
	group.Wait()
	if failed[0] != nil {
		return nil, failed[0]
	}
	time.Sleep(settles)
	for name, number := range map[string]*int{
		"unleash_mock_store_handed_over_total": &out.handedOver, "unleash_mock_store_lost_total": &out.lostThere, "unleash_mock_store_writes_total": &out.writes,
	} {
		count, err := c.metric(ctx, name)
		*number = count
		failed = append(failed, err)
	}
	owners, err := c.owners(ctx)
	out.owners = owners
	return out, errors.Join(append(failed, err)...)
}

// owners asks each mock, through HAProxy, which workspaces it owns.
func (c *cluster) owners(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	for _, mock := range c.mocks {
		got, err := c.send(ctx, http.MethodGet, "http://"+c.haproxy.address+"/instance/"+mock.name+"/_mock/workspaces", "Bearer "+controlToken, "")
		if err != nil || got.status != http.StatusOK {
			return nil, fmt.Errorf("the workspaces of %s: %d %s %w", mock.name, got.status, got.text, err)
		}
		var list struct {
			Workspaces []struct{ Name, Instance string }
		}
		if err := json.Unmarshal([]byte(got.text), &list); err != nil {
			return nil, err
		}
		for _, workspace := range list.Workspaces {
			if workspace.Instance != mock.name {
				return nil, fmt.Errorf("%s lists %s of %s", mock.name, workspace.Name, workspace.Instance)
			}
			out[workspace.Name] = append(out[workspace.Name], mock.name)
		}
	}
	return out, nil
}

// disturb kills two mocks and starts them again, at fixed fractions of the load's duration.
func (c *cluster) disturb(ctx context.Context, out *outcome) error {
	tenth := time.Duration(c.seconds) * time.Second / 10
	for _, step := range []struct {
		wait  time.Duration
		mock  *node
		kills bool
	}{{2 * tenth, c.mocks[1], true}, {tenth, c.mocks[2], true}, {2 * tenth, c.mocks[1], false}, {tenth, c.mocks[2], false}} {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(step.wait):
		}
		at := time.Now()
		if step.kills {
			step.mock.kill()
		} else if err := c.startMock(ctx, step.mock); err != nil {
			return err
		}
		out.mu.Lock()
		out.events = append(out.events, event{at, step.mock.name, step.kills})
		out.mu.Unlock()
	}
	return nil
}

// visitor is a client with workspaces of its own.
type visitor struct {
	*cluster
	out        *outcome
	workspaces []*owned
}

// owned is a visitor's workspace, and what the visitor knows about it.
type owned struct {
	name  string
	sent  int
	acked []acknowledged // acknowledged writes that must still be there, oldest first
}

// acknowledged is a write that was answered with 200.
type acknowledged struct {
	number int
	at     time.Time
	by     string // the mock that answered
}

func (c *cluster) newVisitor(out *outcome, number int) *visitor {
	v := &visitor{cluster: c, out: out}
	for i := number; i < c.settings.workspaces; i += c.clients {
		v.workspaces = append(v.workspaces, &owned{name: fmt.Sprintf("team-%d-%d", number, i)})
	}
	return v
}

// run writes and reads the workspaces in turn until the context ends.
func (v *visitor) run(ctx context.Context) {
	for round := 0; ctx.Err() == nil; round++ {
		start, w := time.Now(), v.workspaces[round%len(v.workspaces)]
		v.write(ctx, w)
		v.read(ctx, w)
		pause(ctx, v.pace-time.Since(start))
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// write sets a flag to the workspace's name and a number that only increases.
func (v *visitor) write(ctx context.Context, w *owned) {
	w.sent++
	body := fmt.Sprintf(`{"variant":{"name":"v","payload":{"type":"string","value":"%s %d"}}}`, w.name, w.sent)
	if got, ok := v.ask(ctx, http.MethodPatch, "/w/"+w.name+"/_mock/flags/number", "Bearer "+controlToken, body); ok {
		w.acked = append(w.acked, acknowledged{w.sent, time.Now(), got.by})
	}
}

// read compares the flags that SDKs get with what was written.
func (v *visitor) read(ctx context.Context, w *owned) {
	got, ok := v.ask(ctx, http.MethodGet, "/w/"+w.name+"/api/client/features", wellknown.Backend, "")
	if !ok {
		return
	}
	number, err := numberIn(got.text, w.name)
	if err != nil {
		v.out.report(&v.out.foreign, fmt.Sprintf("%s: %v", w.name, err))
		return
	}
	v.judge(w, number)
}

// numberIn returns the number of a workspace in the flags that SDKs get; 0 if it was never set.
func numberIn(text, workspace string) (int, error) {
	var flags struct {
		Features []struct {
			Name     string
			Variants []struct{ Payload struct{ Value string } }
		}
	}
	if err := json.Unmarshal([]byte(text), &flags); err != nil {
		return 0, err
	}
	for _, feature := range flags.Features {
		if feature.Name != "number" {
			continue
		}
		if len(feature.Variants) != 1 {
			return 0, fmt.Errorf("the flag has %d variants", len(feature.Variants))
		}
		name, number := "", 0
		value := feature.Variants[0].Payload.Value
		if _, err := fmt.Sscanf(value, "%s %d", &name, &number); err != nil || name != workspace {
			return 0, fmt.Errorf("it holds %q", value)
		}
		return number, nil
	}
	return 0, nil
}

// judge looks for acknowledged writes that are missing, given the number that was read.
func (v *visitor) judge(w *owned, number int) {
	if number > w.sent {
		v.out.report(&v.out.foreign, fmt.Sprintf("%s has %d, and %d were sent", w.name, number, w.sent))
	}
	for _, write := range w.acked {
		if write.number > number {
			v.out.lose(w.name, write)
		}
	}
	// Once seen, a write must not disappear either.
	w.acked = slices.DeleteFunc(w.acked, func(write acknowledged) bool { return write.number != number })
}

func (o *outcome) report(list *[]string, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	*list = append(*list, text)
}

// lose records an acknowledged write that has disappeared. Only writes that were younger than a
// second when the mock that acknowledged them was killed may be lost.
func (o *outcome) lose(workspace string, write acknowledged) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		age := e.at.Sub(write.at)
		if e.killed && e.name == write.by && age > -retryAfter && age < time.Second+writesTake {
			o.lost = append(o.lost, max(age, 0))
			return
		}
	}
	o.tooOld = append(o.tooOld, fmt.Sprintf("write %d of %s, acknowledged by %s at %s", write.number, workspace, write.by, write.at.Format("15:04:05.000")))
}

// ask sends a request through HAProxy, and reports whether it was answered with 200. After a
// failure it waits for retryAfter.
func (v *visitor) ask(ctx context.Context, method, path, token, body string) (got answer, ok bool) {
	start := time.Now()
	got, err := v.send(context.WithoutCancel(ctx), method, "http://"+v.cluster.haproxy.address+path, token, body)
	if err != nil {
		got.text = err.Error()
	}
	ok = err == nil && got.status == http.StatusOK
	v.out.mu.Lock()
	v.out.sent++
	if ok {
		v.out.slowest = max(v.out.slowest, time.Since(start))
	} else {
		v.out.failures = append(v.out.failures, failure{time.Now(), got.status, got.text})
	}
	v.out.mu.Unlock()
	if !ok {
		pause(ctx, retryAfter)
	}
	return got, ok
}

// check returns an error that lists the broken promises.
func (o *outcome) check(s settings) error {
	var broken []error
	add := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	if len(o.foreign) > 0 {
		add("%d answers were not the client's own: %s", len(o.foreign), o.foreign[0])
	}
	if len(o.tooOld) > 0 {
		add("%d acknowledged writes were lost that should have been stored by then: %s", len(o.tooOld), o.tooOld[0])
	}
	if o.lostThere > 0 {
		add("mocks dropped their changes to %d workspaces, because another mock had written them", o.lostThere)
	}
	for name, owners := range o.owners {
		if len(owners) != 1 {
			add("%s belongs to %v", name, owners)
		}
	}
	if len(o.owners) < s.workspaces {
		add("only %d of %d workspaces have an owner", len(o.owners), s.workspaces)
	}
	if o.handedOver == 0 {
		add("no workspace was handed back to a mock that had returned")
	}
	if least := s.clients * s.seconds; o.sent < least {
		add("%d requests are too few to judge by; at least %d are needed", o.sent, least)
	}
	for _, f := range o.failures {
		if _, _, found := o.cause(f); !found {
			add("a request failed at %s, too long after any kill or return to be explained by it: %d %s", f.at.Format("15:04:05.000"), f.status, f.text)
			break
		}
	}
	return errors.Join(broken...)
}

// cause returns the event before a failure, and the time between them. found is false if there
// was no event, or so long ago that it does not explain the failure.
func (o *outcome) cause(f failure) (e event, after time.Duration, found bool) {
	for _, e := range slices.Backward(o.events) {
		if after := f.at.Sub(e.at); after >= 0 {
			return e, after, after < e.explains()
		}
	}
	return event{}, 0, false
}

// after counts the failures that an event caused, in total and by kind, and returns when the last
// one was.
func (o *outcome) after(e event) (count int, last time.Duration, kinds string) {
	byKind := map[string]int{}
	for _, f := range o.failures {
		of, after, found := o.cause(f)
		if !found || of != e {
			continue
		}
		count++
		last = max(last, after)
		byKind[kind(f)]++
	}
	var parts []string
	for kind, count := range byKind {
		parts = append(parts, fmt.Sprintf("%d %s", count, kind))
	}
	slices.Sort(parts)
	return count, last, strings.Join(parts, ", ")
}

func kind(f failure) string {
	switch f.status {
	case 0:
		return "without an answer"
	case http.StatusServiceUnavailable:
		return "with 503"
	}
	return fmt.Sprintf("with %d", f.status)
}
