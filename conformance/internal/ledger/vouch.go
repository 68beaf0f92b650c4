package ledger

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Disowned says that the target does not show what was about to be changed to be
// the run's. It is a fault of the target's.
type Disowned struct {
	*judge.Mismatch
	Seen *target.Exchange // the list that showed it, nil if none came
}

// Unwrap gives the mismatch.
func (d *Disowned) Unwrap() error { return d.Mismatch }

// Vouch makes sure that what a request is about to change belongs to the run:
// the target itself must list it under one of the run's names, since a create may
// have answered with the id of something else. What was seen to be the run's
// stays so, but for a DELETE it is looked at anew. What is gone by then is not
// somebody else's: ids are not used again.
func (l *Ledger) Vouch(ctx context.Context, admin, method, collection, id string) error {
	kind := l.Kinds.at(collection)
	if kind == nil {
		return fmt.Errorf("the suite makes nothing at %s, and so changes nothing there", collection)
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
	if err != nil {
		return l.disown(seen, http.MethodGet, cmp.Or(kind.List, collection), "a list that shows what is about to be changed", err.Error())
	}
	for _, t := range all {
		if t.ID != id {
			continue
		}
		if !l.owns(t, collection) {
			return l.disown(seen, http.MethodPost, collection, "the id of what was created", fmt.Sprintf("%s, which is that of %q", id, t.Name))
		}
		known = true
	}
	if !known {
		return l.disown(seen, http.MethodPost, collection, "the id of what was created", id+", which the list does not show")
	}
	l.vouchFor(seen)
	return nil
}

// VouchPart makes sure that a part of the answer to a create, which a request is about to name
// in its body, belongs to the run: its id as Vouch does, its name by itself. Other parts say
// nothing of whose it is.
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

// owns reports whether something that a collection lists is the run's: by its name, or
// by that of what it is attached to.
func (l *Ledger) owns(t Thing, collection string) bool {
	if t.Kind.Attached {
		return slices.ContainsFunc(strings.Split(collection, "/"), l.Owns)
	}
	return l.Owns(t.Name)
}

// disown blames the operation of a method and path.
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

// vouchFor remembers what of a list is the run's, of every kind that it shows.
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
