package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/seed"
)

// Restore builds a store that holds a snapshot. A snapshot that contradicts
// itself is a *SnapshotError.
func Restore(snapshot *Snapshot, options Options) (*Store, error) {
	if err := snapshot.check(); err != nil {
		return nil, err
	}
	store, err := New(seed.Seed{Invoices: compact(snapshot.Invoices, "[]"), DetailedInvoices: compact(snapshot.DetailedInvoices, "{}")}, options)
	if err != nil {
		return nil, err
	}
	txn := store.db.Txn(true)
	defer txn.Abort()
	stored := 0
	for _, put := range []func(*memdb.Txn) error{
		snapshot.putAccounts, snapshot.putEndpoints,
		func(txn *memdb.Txn) error {
			stored, err = snapshot.putSignals(store, txn)
			return err
		},
		func(txn *memdb.Txn) error { return snapshot.putSequences(txn, stored) },
	} {
		if err := put(txn); err != nil {
			return nil, err
		}
	}
	txn.Commit()
	snapshot.putEvents(store)
	return store, nil
}

// compact removes the blanks that somebody's editor has put into a file.
func compact(source json.RawMessage, whenEmpty string) []byte {
	var out bytes.Buffer
	if len(source) == 0 || json.Compact(&out, source) != nil {
		return []byte(whenEmpty)
	}
	return out.Bytes()
}

func (s *Snapshot) putAccounts(txn *memdb.Txn) error {
	for _, user := range s.Users {
		stored := &User{ID: user.ID, Username: string(user.Username), Name: string(user.Name), Email: string(user.Email), RootRole: user.RootRole}
		if err := txn.Insert(tableUsers, stored); err != nil {
			return fmt.Errorf("restoring user %d: %w", user.ID, err)
		}
	}
	for _, token := range s.APITokens {
		stored := &APIToken{Digest: token.Digest, Name: string(token.Name), Type: token.Type, UserID: token.UserID}
		if err := txn.Insert(tableAPITokens, stored); err != nil {
			return fmt.Errorf("restoring API token %s: %w", token.Name, err)
		}
	}
	return nil
}

func (s *Snapshot) putEndpoints(txn *memdb.Txn) error {
	for _, endpoint := range s.Endpoints {
		if err := putEndpoint(txn, endpoint.restored()); err != nil {
			return err
		}
		for _, token := range endpoint.Tokens {
			token.EndpointID = endpoint.ID
			if err := putToken(txn, token.restored()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e snapshotEndpoint) restored() *Endpoint {
	return &Endpoint{ID: e.ID, Name: string(e.Name), Enabled: e.Enabled, Description: (*string)(e.Description), CreatedAt: stamp(e.CreatedAt), CreatedByUserID: e.CreatedByUserID}
}

func (t snapshotToken) restored() *Token {
	return &Token{ID: t.ID, Name: string(t.Name), EndpointID: t.EndpointID, CreatedAt: stamp(t.CreatedAt), CreatedByUserID: t.CreatedByUserID, Digest: t.Digest}
}

// putSignals returns how many signals are stored.
func (s *Snapshot) putSignals(store *Store, txn *memdb.Txn) (int, error) {
	stored := 0
	for _, signal := range s.Signals {
		payload, err := v8json.CompactJSONB(signal.Payload)
		if err != nil {
			return 0, fmt.Errorf("restoring signal %d: %w", signal.ID, err)
		}
		stored, err = store.putSignal(txn, &Signal{ID: signal.ID, SourceID: signal.SourceID, TokenID: signal.TokenID, CreatedAt: stamp(signal.CreatedAt), Payload: payload}, stored)
		if err != nil {
			return 0, err
		}
	}
	return stored, nil
}

func (s *Snapshot) putSequences(txn *memdb.Txn, signals int) error {
	for table, last := range s.Sequences.byTable() {
		next := sequence{Table: table, Last: *last}
		if table == tableSignals {
			next.Stored = signals
		}
		if err := putSequence(txn, next); err != nil {
			return err
		}
	}
	return nil
}

func (s *Snapshot) putEvents(store *Store) {
	events := newest(s.Events, maxEvents)
	for _, event := range events {
		restored := &Event{ID: event.ID, Type: event.Type, CreatedAt: stamp(event.CreatedAt), CreatedBy: Actor{ID: event.CreatedBy.ID, Username: string(event.CreatedBy.Username)}}
		if change := event.Endpoint; change != nil {
			restored.Before, restored.After = side(change.Before, snapshotEndpoint.restored), side(change.After, snapshotEndpoint.restored)
		}
		if change := event.Token; change != nil {
			restored.Before, restored.After = side(change.Before, snapshotToken.restored), side(change.After, snapshotToken.restored)
		}
		store.events.ring = append(store.events.ring, restored)
	}
	store.events.last = s.Sequences.Events
}

// side is one side of an event; nil, and not a nil pointer in an interface, for
// none.
func side[From, To any](from *From, convert func(From) *To) any {
	if from == nil {
		return nil
	}
	return convert(*from)
}

// snapshotChecker finds what is wrong with a snapshot; the first counts.
type snapshotChecker struct{ problem *SnapshotError }

func (c *snapshotChecker) demand(holds bool, pointer, format string, args ...any) {
	if !holds && c.problem == nil {
		c.problem = &SnapshotError{Pointer: pointer, Message: fmt.Sprintf(format, args...)}
	}
}

// check finds what the schema of a snapshot cannot say.
func (s *Snapshot) check() error {
	c := &snapshotChecker{}
	c.demand(s.Version == SnapshotVersion, "/version", "%d is not %d, the version that is known", s.Version, SnapshotVersion)
	c.accounts(s)
	owners := c.endpoints(s)
	c.signals(s, owners)
	c.events(s)
	if c.problem != nil {
		return c.problem
	}
	return nil
}

func (c *snapshotChecker) accounts(s *Snapshot) {
	users, digests := map[int64]bool{}, map[Digest]bool{}
	for i, user := range s.Users {
		c.demand(!users[user.ID], fmt.Sprintf("/users/%d/id", i), "the user id %d is used twice", user.ID)
		users[user.ID] = true
	}
	for i, token := range s.APITokens {
		at := fmt.Sprintf("/apiTokens/%d", i)
		c.demand(!digests[token.Digest], at+"/digest", "the digest is used twice")
		digests[token.Digest] = true
		isPersonal := token.Type == seed.PersonalToken
		c.demand(isPersonal == (token.UserID != 0), at+"/userId", "a personal access token has a user, and only that")
		c.demand(!isPersonal || users[token.UserID], at+"/userId", "no user has the id %d", token.UserID)
	}
}

// endpoints returns the endpoint that each token belongs to.
func (c *snapshotChecker) endpoints(s *Snapshot) map[int64]int64 {
	ids, names, owners, digests := map[int64]bool{}, map[text]bool{}, map[int64]int64{}, map[Digest]bool{}
	for i, endpoint := range s.Endpoints {
		at := fmt.Sprintf("/endpoints/%d", i)
		c.demand(!ids[endpoint.ID], at+"/id", "the endpoint id %d is used twice", endpoint.ID)
		c.demand(!names[endpoint.Name], at+"/name", "the endpoint name %q is used twice", endpoint.Name)
		c.demand(endpoint.ID <= s.Sequences.Endpoints, "/sequences/endpoints", "endpoint %d is beyond the last id, %d", endpoint.ID, s.Sequences.Endpoints)
		c.time(at, endpoint.CreatedAt)
		ids[endpoint.ID], names[endpoint.Name] = true, true
		for j, token := range endpoint.Tokens {
			at := fmt.Sprintf("%s/tokens/%d", at, j)
			c.demand(owners[token.ID] == 0, at+"/id", "the token id %d is used twice", token.ID)
			c.demand(!digests[token.Digest], at+"/digest", "the digest is used twice")
			c.demand(token.ID <= s.Sequences.Tokens, "/sequences/tokens", "token %d is beyond the last id, %d", token.ID, s.Sequences.Tokens)
			c.time(at, token.CreatedAt)
			owners[token.ID], digests[token.Digest] = endpoint.ID, true
		}
	}
	return owners
}

func (c *snapshotChecker) signals(s *Snapshot, owners map[int64]int64) {
	last := int64(0)
	for i, signal := range s.Signals {
		at := fmt.Sprintf("/signals/%d", i)
		c.demand(signal.ID > last, at+"/id", "the signal id %d does not follow %d", signal.ID, last)
		c.demand(signal.ID <= s.Sequences.Signals, "/sequences/signals", "signal %d is beyond the last id, %d", signal.ID, s.Sequences.Signals)
		c.time(at, signal.CreatedAt)
		if signal.TokenID != nil {
			owner, exists := owners[*signal.TokenID]
			c.demand(!exists || owner == signal.SourceID, at+"/tokenId", "token %d belongs to endpoint %d, not to %d", *signal.TokenID, owner, signal.SourceID)
		}
		last = signal.ID
	}
}

func (c *snapshotChecker) events(s *Snapshot) {
	last := int64(0)
	for i, event := range s.Events {
		c.demand(event.ID > last, fmt.Sprintf("/events/%d/id", i), "the event id %d does not follow %d", event.ID, last)
		c.demand(event.ID <= s.Sequences.Events, "/sequences/events", "event %d is beyond the last id, %d", event.ID, s.Sequences.Events)
		last = event.ID
	}
}

// time refuses what a client could not read back.
func (c *snapshotChecker) time(at string, t time.Time) {
	year := t.UTC().Year()
	c.demand(year >= 0 && year <= 9999, at+"/createdAt", "the year %d has not four digits", year)
}
