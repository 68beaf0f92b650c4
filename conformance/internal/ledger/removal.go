package ledger

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// removal is one pass over a ledger. It requests each list only once.
type removal struct {
	ledger *Ledger
	lists  map[string]*target.Exchange // by path; only those that were received
}

func (r *removal) listed(ctx context.Context, made *entry) ([]Thing, error) {
	if list := r.lists[made.Kind.List]; list != nil {
		all, _ := made.Kind.Things(list.Value)
		return all, nil
	}
	all, list, err := made.Kind.listed(ctx, r.ledger.Client, made.Path, made.credential)
	if err == nil {
		r.lists[made.Kind.List] = list
	}
	return all, err
}

// remove removes one entry and says why it still exists, if it does. An entry that is already
// gone is fine.
func (r *removal) remove(ctx context.Context, made *entry) string {
	if r.ledger.Keep {
		return "kept on request"
	}
	if made.Kind.Named {
		return r.ledger.removeNamed(ctx, made)
	}
	all, err := r.listed(ctx, made)
	if err != nil {
		return "not removed, because it cannot be read back: " + err.Error()
	}
	problem := r.ledger.mistaken(all, made)
	for _, t := range all {
		if !made.isIt(all, t, problem != "") || t.at() == "" || r.ledger.stranger(all, t.Path, t.ID) != nil {
			continue
		}
		if refused := r.ledger.delete(ctx, t, made.credential); refused != "" {
			return refused
		}
	}
	return problem
}

// removeNamed removes what belongs to the run by its name alone.
func (l *Ledger) removeNamed(ctx context.Context, made *entry) string {
	if !l.Owns(made.Name) {
		return "not removed, because its name does not belong to the run"
	}
	return l.delete(ctx, made.Thing, made.credential)
}

// mistaken says why an entry cannot be removed by the id that the target gave it. It returns
// an empty string if it can.
func (l *Ledger) mistaken(all []Thing, made *entry) string {
	switch {
	case made.ID == "" || made.at() != "":
	case made.Kind.IDAt != "":
		return noPath // the id is a secret
	default:
		return fmt.Sprintf("not removed by its id, because the target gives %s, which is not a positive whole number", made.ID)
	}
	if stranger := l.stranger(all, made.Path, made.ID); stranger != nil {
		return fmt.Sprintf("not removed by its id, because that belongs to %q, which the run did not create", stranger.Name)
	}
	return ""
}

// noPath is the reason for leaving something that has no usable path.
const noPath = "not removed, because what the target says about it cannot be part of a path"

// Unaddressed returns a leftover if Remove would leave t because it has no usable path.
// Otherwise it returns none.
func (l *Ledger) Unaddressed(t Thing) []report.Leftover {
	if t.at() != "" {
		return nil
	}
	return []report.Leftover{l.Leftover(t, noPath)}
}

// isIt reports whether t is what the entry refers to: by its id, or by its name if the id is
// wrong or nothing has it.
func (made *entry) isIt(all []Thing, t Thing, wrongID bool) bool {
	hasID := func(t Thing) bool { return t.Path == made.Path && t.ID == made.ID }
	if !made.listed && (wrongID || !slices.ContainsFunc(all, hasID)) {
		return t.Path == made.Path && t.Name == made.Name
	}
	return hasID(t)
}

// stranger returns a thing that has an id but does not belong to the run, or nil. An
// inconsistent target may list two things under one id.
func (l *Ledger) stranger(all []Thing, collection, id string) *Thing {
	for _, t := range all {
		if t.Path == collection && t.ID == id && !l.Owns(t.Name) {
			return &t
		}
	}
	return nil
}

// delete sends the request that removes something. The caller has checked its id and name.
func (l *Ledger) delete(ctx context.Context, t Thing, credential http.Header) string {
	path := t.at()
	if path == "" {
		return noPath
	}
	x, _, err := l.Client.Send(ctx, target.Request{Method: http.MethodDelete, Path: path, Header: credential, Repeatable: true})
	switch {
	case err != nil:
		return err.Error()
	case x.Succeeded():
		l.Bin.put(t)
		return ""
	case x.Status == http.StatusNotFound && !x.IsUnknownPath():
		return ""
	}
	return "its removal was refused: " + x.Summary()
}
