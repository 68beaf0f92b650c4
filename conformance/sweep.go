package conformance

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// SweepOptions say what to sweep.
type SweepOptions struct {
	// Run is the id of the run whose leftovers to remove; empty is every run.
	Run string
	// OlderThan spares what is younger, so that a run that is still going keeps
	// what it needs.
	OlderThan time.Duration
	// DryRun removes nothing and lists what would be removed.
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
	if what.Run != "" && !runIDText.MatchString(what.Run) {
		return nil, nil, usage("%q is not the id of a run, which has 12 characters and begins with a date", what.Run)
	}
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
		return sweptOf(found), nil, err
	}
	ledger := newLedger(s.client, what.owns, false)
	var removed []created
	var left []report.Leftover
	for _, entry := range found {
		remaining := ledger.remove(ctx, s.tokens.Admin, []created{entry})
		if left = append(left, remaining...); len(remaining) == 0 {
			removed = append(removed, entry)
		}
	}
	return sweptOf(removed), left, nil
}

func sweptOf(entries []created) []Swept {
	var out []Swept
	for _, entry := range entries {
		out = append(out, Swept{entry.kind.name, entry.name, entry.path()})
	}
	return out
}

var anyRun = regexp.MustCompile("^" + namePrefix + runIDText.String()[1:len(runIDText.String())-1] + "-")

// owns reports whether a name is one of the runs to sweep behind.
func (o SweepOptions) owns(name string) bool {
	return anyRun.MatchString(name) && strings.HasPrefix(name, namePrefix+o.Run)
}

// spares reports whether something is too young to be removed, as far as the
// target tells.
func (o SweepOptions) spares(t thing) bool {
	return o.OlderThan > 0 && (t.created.IsZero() || time.Since(t.created) < o.OlderThan)
}

// findSwept lists the leftovers. An open-source instance has no signal
// endpoints, and not every target lists its users: then it has no leftovers of
// that kind.
func (s *suite) findSwept(ctx context.Context, what SweepOptions) ([]created, error) {
	var found []created
	for _, kind := range []*kind{signalEndpoint, user} {
		all, x, err := kind.listed(ctx, s.client, authorized(s.tokens.Admin))
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil && (kind == user || x != nil && x.status == http.StatusNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, t := range all {
			if t.collection == kind.list && what.owns(t.name) && !what.spares(t) {
				found = append(found, created{kind: kind, collection: t.collection, name: t.name, id: t.id, listed: true})
			}
		}
	}
	return found, nil
}
