package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// SweepOptions say what to sweep.
type SweepOptions struct {
	// Run is the id of the run whose leftovers to remove; empty is every run.
	Run string
	// OlderThan spares what is younger, so that a run that is on its way keeps
	// what it needs.
	OlderThan time.Duration
	// DryRun removes nothing and tells what would be removed.
	DryRun bool
}

// Swept is a leftover of an earlier run that was removed, or would be.
type Swept struct {
	Kind string
	Name string
	Path string
}

// Sweep removes the signal endpoints, with their tokens, and the users that
// earlier runs left on a target. It knows them by their names. It returns what
// it removed, and what it could not remove.
func Sweep(ctx context.Context, options Options, what SweepOptions) ([]Swept, []report.Leftover, error) {
	options.AllowWrites = true // what a sweep is for; the names keep it to the suite's own
	options.ReadOnly = what.DryRun
	s, err := newSuite(options)
	if err != nil {
		return nil, nil, err
	}
	defer s.close()
	if err := s.reach(ctx); err != nil {
		return nil, nil, err
	}
	if s.found.mock != "" {
		s.useTokens(MockTokens())
	}
	if s.tokens.Admin == "" {
		return nil, nil, usage("sweeping needs the token of an admin")
	}
	found, err := s.findSwept(ctx, what)
	if err != nil || what.DryRun {
		return found, nil, err
	}
	var removed []Swept
	var left []report.Leftover
	for _, item := range found {
		entry := created{kind: item.Kind, name: item.Name, path: item.Path}
		if reason := s.ledger.remove(ctx, &entry, s.tokens.Admin); reason != "" {
			left = append(left, report.Leftover{Kind: item.Kind, Name: item.Name, Path: item.Path, Reason: s.redact.text(reason)})
			continue
		}
		removed = append(removed, item)
	}
	return removed, left, nil
}

// findSwept lists the leftovers.
func (s *suite) findSwept(ctx context.Context, what SweepOptions) ([]Swept, error) {
	prefix := namePrefix
	if what.Run != "" {
		prefix += what.Run + "-"
	}
	before := time.Now().Add(-what.OlderThan)
	var found []Swept
	x, _, err := s.client.send(ctx, request{method: http.MethodGet, path: endpointsPath, header: authorized(s.tokens.Admin), actor: "admin"})
	if err != nil {
		return nil, fmt.Errorf("listing the signal endpoints: %w", err)
	}
	switch x.status {
	case http.StatusOK:
		var answer struct {
			SignalEndpoints []listedEndpoint `json:"signalEndpoints"`
		}
		if err := json.Unmarshal(x.received, &answer); err != nil {
			return nil, fmt.Errorf("listing the signal endpoints: %w", err)
		}
		for _, endpoint := range ownOf(answer.SignalEndpoints, prefix) {
			if what.OlderThan == 0 || endpoint.CreatedAt.Before(before) {
				found = append(found, Swept{"signal endpoint", endpoint.Name, fmt.Sprintf("%s/%d", endpointsPath, endpoint.ID)})
			}
		}
	case http.StatusNotFound: // an open-source instance has none
	default:
		return nil, fmt.Errorf("listing the signal endpoints: %s", s.redact.text(summary(x)))
	}
	users, err := s.findUsers(ctx, prefix, what, before)
	return append(found, users...), err
}

// findUsers lists the viewers that earlier runs made. A target that does not
// list its users has none of them.
func (s *suite) findUsers(ctx context.Context, prefix string, what SweepOptions, before time.Time) ([]Swept, error) {
	x, err := s.ask(ctx, "admin", usersPath)
	if err != nil || x == nil || x.status != http.StatusOK {
		return nil, err
	}
	var answer struct {
		Users []struct {
			ID        int64     `json:"id"`
			Username  string    `json:"username"`
			CreatedAt time.Time `json:"createdAt"`
		} `json:"users"`
	}
	if err := json.Unmarshal(x.received, &answer); err != nil {
		return nil, fmt.Errorf("listing the users: %w", err)
	}
	var found []Swept
	for _, user := range answer.Users {
		if strings.HasPrefix(user.Username, prefix) && (what.OlderThan == 0 || user.CreatedAt.Before(before)) {
			found = append(found, Swept{"user", user.Username, fmt.Sprintf("%s/%d", usersPath, user.ID)})
		}
	}
	return found, nil
}

// ownOf keeps the endpoints whose names have the prefix.
func ownOf(list []listedEndpoint, prefix string) []listedEndpoint {
	var own []listedEndpoint
	for _, endpoint := range list {
		if strings.HasPrefix(endpoint.Name, prefix) {
			own = append(own, endpoint)
		}
	}
	return own
}
