// Package signalendpoints has what scenarios need for signal endpoints and their tokens.
package signalendpoints

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

const (
	// Path is where signal endpoints are listed and created.
	Path = "/api/admin/signal-endpoints"
	// CallPath is the path below which they are called by name.
	CallPath = "/api/signal-endpoint"

	// documentedLimit is how many signal endpoints, and how many tokens of each, an instance
	// allows unless it is configured otherwise.
	documentedLimit = 5
)

// Limits are the target's limits as the user states them. 0 means not stated.
type Limits struct{ Endpoints, Tokens int }

// Resource returns what scenarios need.
func Resource(limits Limits) gherkin.Resource {
	endpoints := &ledger.Kind{
		Name: "signal endpoint", Path: Path, CalledAt: []string{CallPath}, List: Path, Key: "/signalEndpoints", Label: "/name",
		Swept: true, Counted: true,
	}
	tokens := &ledger.Kind{Name: "signal endpoint token", Path: Path + "/*/tokens", List: Path, Key: "/signalEndpoints", Label: "/name"}
	tokens.Read = func(answer any) (all []ledger.Thing) {
		for i, endpoint := range endpoints.Entries(answer, endpoints.Key, Path) {
			all = append(all, tokens.Entries(answer, fmt.Sprintf("%s/%d/tokens", endpoints.Key, i), Path+"/"+endpoint.ID+"/tokens")...)
		}
		return all
	}
	return gherkin.Resource{
		Kinds: []*ledger.Kind{endpoints, tokens},
		Steps: []gherkin.Step{
			{Sentence: `a signal endpoint "([^"]+)"`, Makes: endpoints, Bind: func(w *gherkin.World) any { return endpoint{w}.given }},
			{Sentence: `a token "([^"]+)" of "([^"]+)"`, Bind: func(w *gherkin.World) any { return token{w}.given }},
		},
		Answers: judge.Specifics{
			Rules:   []judge.Rule{{Standing: spec.Documented, Source: "only the answers to a create and an update have the url of an endpoint", Check: noURL}},
			Secrets: []judge.Secret{{Operation: "createSignalEndpointToken", Property: "token"}},
		},
		Probe: func(ctx context.Context, s *gherkin.Setup) error { return probe{endpoints, limits}.run(ctx, s) },
	}
}

type endpoint struct{ *gherkin.World }

// given creates a signal endpoint and keeps the response.
func (w endpoint) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, Path, fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify."}`, w.OwnName(name)))
}

type token struct{ *gherkin.World }

// given creates a token for an endpoint and keeps the response.
func (w token) given(ctx context.Context, name, endpoint string) error {
	path, err := w.Path(ctx, http.MethodPost, Path+"/<"+endpoint+".id>/tokens")
	if err != nil {
		return err
	}
	return w.PrepareAsAdmin(ctx, name, path, fmt.Sprintf(`{"name":%q}`, w.OwnName(name)))
}

func noURL(x *target.Exchange) []judge.Breach {
	if x.Status >= 400 || !slices.Contains([]string{"getSignalEndpoints", "enableSignalEndpoint", "disableSignalEndpoint"}, x.OperationID()) {
		return nil
	}
	var found []judge.Breach
	jsonvalue.Walk(x.Value, func(pointer, key string, _ any) {
		if key == "url" {
			found = append(found, judge.Breach{In: "body", Pointer: pointer, Expectation: "no url", Got: "one"})
		}
	})
	return found
}
