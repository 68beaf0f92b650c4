package conformance

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// SweepOptions selects what to sweep.
type SweepOptions struct {
	// Run is the id of the run whose leftovers to remove; empty means every run.
	Run string
	// OlderThan spares anything younger, so that a run that is still going keeps what it needs.
	OlderThan time.Duration
	// DryRun removes nothing and lists what would be removed.
	DryRun bool
}

// Sweep removes what earlier runs left on a target, recognized by its names. It returns what it
// removed, or would remove, and what it could not remove and why. Even with an error, it
// returns what was done.
func Sweep(ctx context.Context, options Options, what SweepOptions) (swept, left []report.Leftover, err error) {
	if what.Run != "" && !ledger.IsRunID(what.Run) {
		return nil, nil, usage("%q is not the id of a run, which has 12 characters and begins with a date", what.Run)
	}
	options.AllowWrites = true // a sweep has to write; the names restrict it to the suite's own resources
	options.ReadOnly = what.DryRun
	s, err := newSuite(options)
	if err != nil {
		return nil, nil, err
	}
	defer s.close()
	if err := s.reach(ctx); err != nil {
		return nil, nil, err
	}
	c := s.conditions()
	if c.Mock != "" { // which tells whoever may use its control API
		swept, left = s.sweepWorkspaces(ctx, what)
	}
	if err := s.checkTokens(ctx); err != nil {
		return swept, left, err
	}
	admin := c.Tokens.Admin
	switch problem := c.NoToken["admin"]; {
	case admin != "":
	case problem != "":
		return swept, left, usage("a sweep needs an admin's token: %s", problem)
	default:
		return swept, left, usage("a sweep needs an admin's token")
	}
	config := s.run.Ledger
	config.Owns = what.owns
	earlier := ledger.New(config)
	found, err := earlier.Find(ctx, admin)
	found = slices.DeleteFunc(found, what.spares)
	for pending := found; len(pending) > 0; {
		var stuck []ledger.Thing
		var remaining []report.Leftover
		for i, t := range pending {
			if ctx.Err() != nil {
				for _, untried := range pending[i:] {
					remaining = append(remaining, earlier.Leftover(untried, "the sweep was interrupted"))
				}
				return swept, append(left, remaining...), context.Cause(ctx)
			}
			why := earlier.Unaddressed(t)
			if !what.DryRun {
				why = earlier.Remove(ctx, admin, []ledger.Thing{t})
			}
			if len(why) == 0 {
				swept = append(swept, earlier.Leftover(t, ""))
				continue
			}
			stuck, remaining = append(stuck, t), append(remaining, why...)
		}
		if len(stuck) == len(pending) || what.DryRun {
			left = append(left, remaining...)
			break
		}
		pending = stuck // a parent of flags goes only after its children
	}
	return swept, append(left, earlier.Empty(ctx, admin)...), err
}

// sweepWorkspaces removes the workspaces that runs had to themselves on a mock.
func (s *suite) sweepWorkspaces(ctx context.Context, what SweepOptions) (swept, left []report.Leftover) {
	for _, w := range s.run.Client.Workspaces(ctx) {
		run, is := strings.CutPrefix(w.Name, workspacePrefix)
		if !is || !ledger.IsRunID(run) || !what.owns(ledger.NameIn(run, "")) || what.spares(ledger.Thing{Created: w.CreatedAt}) {
			continue
		}
		var err error
		if !what.DryRun {
			err = s.run.Client.RemoveWorkspace(ctx, w.Name)
		}
		if err != nil {
			left = append(left, workspaceLeft(w.Name, s.run.Redact.Text(err.Error())))
		} else {
			swept = append(swept, workspaceLeft(w.Name, ""))
		}
	}
	return swept, left
}

// owns reports whether a name belongs to a run that is to be swept.
func (o SweepOptions) owns(name string) bool {
	run := ledger.RunOf(name)
	return run != "" && (o.Run == "" || run == o.Run)
}

// spares reports whether something is too young to be removed, or may be, because the target
// does not say when it was created.
func (o SweepOptions) spares(t ledger.Thing) bool {
	return o.OlderThan > 0 && (t.Created.IsZero() || time.Since(t.Created) < o.OlderThan)
}
