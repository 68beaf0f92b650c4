package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// The paths of signals and their endpoints. Everything that the soak sends to this resource,
// which stands for any resource, is in this file.
const (
	endpointsPath = "/api/admin/signal-endpoints"
	callPath      = "/api/signal-endpoint/"
	callsPath     = "/api/admin/signals"

	call     = callPath + "my-external-app"
	longList = callsPath + "?limit=1000"
)

// begin creates the endpoint that a client calls, and its token.
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

func (c *client) callEndpoint(ctx context.Context) error {
	c.calls++
	return c.call(ctx, http.MethodPost, callPath+c.prefix+"own", c.secret, fields{"n": c.calls}, 200, nil)
}

// callPage returns the numbers in a page of signals, newest first.
func (c *client) callPage(ctx context.Context, offset, limit int) (numbers []int, err error) {
	var page struct {
		SignalEndpointSignals []struct{ Payload struct{ N int } }
	}
	err = c.call(ctx, http.MethodGet, fmt.Sprintf("%s/%d/signals?offset=%d&limit=%d", endpointsPath, c.own, offset, limit), wellknown.Admin, nil, 200, &page)
	for _, signal := range page.SignalEndpointSignals {
		numbers = append(numbers, signal.Payload.N)
	}
	return numbers, err
}

func (c *client) seeCalls(ctx context.Context) error {
	numbers, err := c.callPage(ctx, 0, 3)
	if err == nil && c.calls > 0 && (len(numbers) == 0 || numbers[0] != c.calls) {
		err = fmt.Errorf("the newest signals are %v, not %d", numbers, c.calls)
	}
	return err
}

func (c *client) missingCalls(ctx context.Context) (int, error) {
	found := map[int]int{}
	for {
		numbers, err := c.callPage(ctx, len(found), 500)
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
	for n := range c.calls {
		want[n+1] = 1
	}
	return differences(want, found), nil
}

// backup is a state of 90 MB.
var backup = sync.OnceValue(func() []byte {
	return filled(`{"version":2,"users":[],"apiTokens":[],"endpoints":[],"signals":[`, `{"sourceId":1,"payload":{"a":[{},{},{},{},{},{},{},{}]}},`, `{"sourceId":1}],"events":[],"invoices":[],"detailedInvoices":{},"sequences":{"signals":9999999,"events":0}}`, 90<<20)
})

// secretState is a state with one long secret.
var secretState = sync.OnceValue(func() []byte {
	return filled(`{"version":2,"users":[],"endpoints":[],"signals":[],"events":[],"invoices":[],"detailedInvoices":{},"apiTokens":[{"name":"a","type":"backend","secret":"*:development.`, "x",
		`"}],"sequences":{"endpoints":0,"tokens":0,"signals":0,"events":0}}`, 90_000_000)
})

var oddStates = sync.OnceValue(func() [][]byte {
	return [][]byte{
		oddState("signals", `{},`, `{}`), oddState("signals", `"",`, `""`), oddState("signals", `[],`, `[]`), oddState("signals", `[[[[[[[[]]]]]]]],`, `0`),
		oddState("endpoints", `{"tokens":[{},{},{}]},`, `{}`), oddState("events", `{},`, `{}`), oddState("users", `{"":""},`, `{}`),
		oddState("signals", `{"sourceId":1,"payload":{"a":[{},{},{},{},{},{},{},{}]}},`, `{"sourceId":1}`),
		oddState("signals", `{"sourceId":1,"payload":{"`+strings.Repeat("k", 60_000)+`":1}},`, `{"sourceId":1}`),
		oddState("invoices", `{"a":0},`, `{}`),
	}
})

// oddState returns a state of 60 MB whose table consists of the given elements.
func oddState(table, element, last string) []byte {
	return filled(`{"version":2,"`+table+`":[`, element, last+`],"sequences":{"signals":9999999,"events":0}}`, 60<<20)
}

// endlessSeed returns a seed with many small rows.
func endlessSeed(size int) []byte {
	return filled("endpoints: [{id: 1, name: a}]\nsignals:\n", "  - {sourceId: 1, payload: {a: [{},{},{}]}}\n", "", size)
}

// exchange is a line of a recording.
const exchange = `{"operationId":"getSignalEndpoints","started":"2026-11-24T20:49:40.784Z","request":{"method":"GET","url":"/api/admin/signal-endpoints"},"response":{"status":200,"body":"{\"signalEndpoints\":[{\"id\":7,\"name\":\"a\",\"enabled\":true,\"description\":null,\"createdAt\":\"2026-11-24T20:21:31.945Z\",\"createdByUserId\":1,\"url\":\"http://h/api/signal-endpoint/a\",\"tokens\":[]}]}"}}` + "\n"

// largeExchange returns an exchange whose answer has many elements.
func largeExchange(size int) []byte {
	return filled(`{"operationId":"getSignalEndpoints","request":{"method":"GET","url":"/api/admin/signal-endpoints"},"response":{"status":200,"body":"{\"signalEndpoints\":[`, `{},`, `{}]}"}}`, size-4<<10)
}

// wideAnswer resembles the answers of several operations, and violates the contract in as many
// places as possible.
var wideAnswer = filled(`{"health":"GOOD","signalEndpoints":[`, `{},`, `{}]}`, 15<<20)
