package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// steps are what clients do, and how often, in percent.
var steps = []struct {
	often int
	do    func(*client, context.Context) error
}{
	{12, (*client).makeEndpoint},
	{12, (*client).changeEndpoint},
	{10, (*client).removeEndpoint},
	{10, (*client).seeEndpoints},
	{3, (*client).callEndpoint},
	{2, (*client).seeCalls},
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
	return errors.New("the steps do not add up to 100")
}

func (c *client) name() string {
	c.named++
	return fmt.Sprint(c.prefix, c.named)
}

// anyOf picks a random key.
func anyOf[K int64 | string, V any](c *client, from map[K]V) (key K, found bool) {
	if len(from) == 0 {
		return key, false
	}
	keys := slices.Sorted(maps.Keys(from))
	return keys[c.random.IntN(len(keys))], true
}

// expect returns an error if the count of what a client misses is not 0.
func expect(count int, err error) error {
	if err == nil && count > 0 {
		err = fmt.Errorf("%d things that it wrote are lost or changed", count)
	}
	return err
}

// differences counts the keys that only one of two maps has, or that have different values.
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

// evaluate sends a request as a web page does, and gets the flags that are on.
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

// missingFlags sends a request as a server SDK does, and gets all flags.
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

// missing counts what is lost or changed of everything that the client wrote.
func (c *client) missing(ctx context.Context) (count int, err error) {
	for _, look := range []func(*client, context.Context) (int, error){(*client).missingEndpoints, (*client).missingFlags, (*client).missingCalls} {
		missing, err := look(c, ctx)
		if err != nil {
			return 0, err
		}
		count += missing
	}
	return count, nil
}
