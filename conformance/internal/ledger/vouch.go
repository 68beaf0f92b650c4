package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Disowned means that the target does not show that what was about to be changed belongs to
// the run. That is a fault of the target.
type Disowned struct {
	*judge.Mismatch
	Seen *target.Exchange // the list that showed it, or nil if none was received
}

// Unwrap returns the mismatch.
func (d *Disowned) Unwrap() error { return d.Mismatch }

// Vouch makes sure that what a request is about to change belongs to the run. The target
// itself must list it under one of the run's names, since a create may have answered with the
// id of something else. What has been confirmed stays so, except that it is checked again
// before a DELETE. If it is gone by then, it cannot be someone else's, because ids are not
// reused.
func (l *Ledger) Vouch(ctx context.Context, admin, method, collection, id string) error {
	kind := l.Kinds.at(collection)
	if kind == nil {
		return fmt.Errorf("the suite creates nothing at %s, so it changes nothing there", collection)
	}
	if kind.Named {
		if l.Owns(id) {
			return nil
		}
		return l.disown(nil, http.MethodPost, kind.Path, "the name of what was created", strconv.Quote(id))
	}
	if !kind.isID(id) {
		return l.disown(nil, http.MethodPost, collection, "the id of what was created", strconv.Quote(id))
	}
	known := l.isVouched(kind, id)
	if known && method != http.MethodDelete {
		return nil
	}
	all, seen, err := kind.listed(ctx, l.Client, collection, target.Authorized(admin))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil && seen == nil && !errors.As(err, new(*target.NoAnswerError)) { // the target is away
		return err
	}
	if err != nil {
		return l.disown(seen, http.MethodGet, cmp.Or(kind.List, collection), "a list that shows what is about to be changed", err.Error())
	}
	for _, t := range all {
		if t.ID != id {
			continue
		}
		if !l.owns(t, collection) {
			return l.disown(seen, http.MethodPost, collection, "the id of what was created", fmt.Sprintf("%s, which belongs to %q", id, t.Name))
		}
		known = true
	}
	if !known {
		return l.disown(seen, http.MethodPost, collection, "the id of what was created", id+", which the list does not show")
	}
	l.vouchFor(seen)
	return nil
}

// VouchPart makes sure that a part of the response to a create belongs to the run, before a
// request names that part in its body. An id is checked as in Vouch, a name by itself. Other
// parts do not show who owns them.
func (l *Ledger) VouchPart(ctx context.Context, admin, method string, of Created, pointer, value string) error {
	switch {
	case of.Kind == nil:
		return nil
	case pointer == of.Kind.Label && !l.Owns(value):
		return l.disown(nil, http.MethodPost, of.Collection, "the name of what was created", strconv.Quote(value))
	case !of.Kind.Named && pointer == cmp.Or(of.Kind.IDAt, "/id"):
		return l.Vouch(ctx, admin, method, of.Collection, value)
	}
	return nil
}

// owns reports whether something that a collection lists belongs to the run: by its name, or
// by the parent's name if it is attached.
func (l *Ledger) owns(t Thing, collection string) bool {
	if t.Kind.Attached {
		return slices.ContainsFunc(strings.Split(collection, "/"), l.Owns)
	}
	return l.Owns(t.Name)
}

// disown returns an error that blames the operation with a method and path.
func (l *Ledger) disown(seen *target.Exchange, method, path, expectation, got string) error {
	blamed := ""
	if operation := l.Client.Contract.Find(method, path); operation != nil {
		blamed = operation.ID
	}
	return &Disowned{judge.Blames(blamed, expectation, got), seen}
}

func (l *Ledger) isVouched(kind *Kind, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.vouched[kind.Name+" "+id]
}

// vouchFor remembers what in a list belongs to the run, for every kind that the list shows.
func (l *Ledger) vouchFor(list *target.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, kind := range l.Kinds {
		if !kind.isListed(list.Path) {
			continue
		}
		all, _ := kind.Things(list.Value)
		for _, t := range all {
			if l.owns(t, list.Path) && (kind.Attached || l.stranger(all, t.Path, t.ID) == nil) {
				l.vouched[kind.Name+" "+t.ID] = true
			}
		}
	}
}
