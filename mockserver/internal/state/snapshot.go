package state

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/seed"
)

// SnapshotVersion is the version of the format of snapshots.
const SnapshotVersion = 1

// Snapshot is the content of a store in a form that can be kept as JSON. In the
// place of secrets it has their digests.
type Snapshot struct {
	Version          int                `json:"version"`
	Users            []snapshotUser     `json:"users"`
	APITokens        []snapshotAPIToken `json:"apiTokens"`
	Endpoints        []snapshotEndpoint `json:"endpoints"`
	Signals          []snapshotSignal   `json:"signals"`
	Events           []snapshotEvent    `json:"events"`
	Invoices         json.RawMessage    `json:"invoices"`
	DetailedInvoices json.RawMessage    `json:"detailedInvoices"`
	Sequences        snapshotSequences  `json:"sequences"`
}

type snapshotUser struct {
	ID       int64     `json:"id"`
	Username text      `json:"username"`
	Name     text      `json:"name,omitempty"`
	Email    text      `json:"email,omitempty"`
	RootRole seed.Role `json:"rootRole"`
}

type snapshotAPIToken struct {
	Name   text           `json:"name"`
	Type   seed.TokenType `json:"type"`
	UserID int64          `json:"userId,omitempty"`
	Digest Digest         `json:"digest"`
}

type snapshotEndpoint struct {
	ID              int64           `json:"id"`
	Name            text            `json:"name"`
	Enabled         bool            `json:"enabled"`
	Description     *text           `json:"description"`
	CreatedAt       time.Time       `json:"createdAt"`
	CreatedByUserID int64           `json:"createdByUserId"`
	Tokens          []snapshotToken `json:"tokens,omitzero"`
}

type snapshotToken struct {
	ID              int64     `json:"id"`
	Name            text      `json:"name"`
	EndpointID      int64     `json:"endpointId,omitempty"` // only in events
	CreatedAt       time.Time `json:"createdAt"`
	CreatedByUserID int64     `json:"createdByUserId"`
	Digest          Digest    `json:"digest"`
}

type snapshotSignal struct {
	ID        int64           `json:"id"`
	SourceID  int64           `json:"sourceId"`
	TokenID   *int64          `json:"tokenId"`
	CreatedAt time.Time       `json:"createdAt"`
	Payload   json.RawMessage `json:"payload"`
}

type snapshotActor struct {
	ID       int64 `json:"id"`
	Username text  `json:"username"`
}

type snapshotEvent struct {
	ID        int64                             `json:"id"`
	Type      string                            `json:"type"`
	CreatedAt time.Time                         `json:"createdAt"`
	CreatedBy snapshotActor                     `json:"createdBy"`
	Endpoint  *snapshotChange[snapshotEndpoint] `json:"endpoint,omitempty"`
	Token     *snapshotChange[snapshotToken]    `json:"token,omitempty"`
}

type snapshotChange[T any] struct {
	Before *T `json:"before,omitempty"`
	After  *T `json:"after,omitempty"`
}

type snapshotSequences struct {
	Endpoints int64 `json:"endpoints"`
	Tokens    int64 `json:"tokens"`
	Signals   int64 `json:"signals"`
	Events    int64 `json:"events"`
}

// text is a string that may hold a lone surrogate, which encoding/json would
// replace.
type text string

// MarshalJSON writes the text.
func (t text) MarshalJSON() ([]byte, error) { return jsonw.AppendString(nil, string(t)), nil }

// UnmarshalJSON reads the text.
func (t *text) UnmarshalJSON(source []byte) error {
	value, err := v8json.Parse(source)
	if err != nil {
		return err
	}
	read, isText := value.(string)
	if !isText {
		return fmt.Errorf("%.20s is no string", source)
	}
	*t = text(read)
	return nil
}

const digestPrefix = "sha256:"

// MarshalText writes the digest as sha256:<hex>.
func (d Digest) MarshalText() ([]byte, error) {
	return hex.AppendEncode([]byte(digestPrefix), d[:]), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Digest) UnmarshalText(source []byte) error {
	digits, found := bytes.CutPrefix(source, []byte(digestPrefix))
	if !found || len(digits) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("a digest has the form %s and %d hexadecimal digits", digestPrefix, hex.EncodedLen(len(d)))
	}
	_, err := hex.Decode(d[:], digits)
	return err
}

// Snapshot returns the content of the store with the newest signals and events,
// up to those numbers; less than 0 is all of them.
func (s *Store) Snapshot(signals, events int) (*Snapshot, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	out := &Snapshot{
		Version:          SnapshotVersion,
		Users:            []snapshotUser{},
		APITokens:        []snapshotAPIToken{},
		Endpoints:        []snapshotEndpoint{},
		Signals:          []snapshotSignal{},
		Events:           []snapshotEvent{},
		Invoices:         s.invoices,
		DetailedInvoices: s.detailed,
	}
	for _, take := range []func(*memdb.Txn) error{
		out.takeAccounts, out.takeEndpoints, out.takeSequences,
		func(txn *memdb.Txn) error { return out.takeSignals(txn, signals) },
	} {
		if err := take(txn); err != nil {
			return nil, err
		}
	}
	out.takeEvents(s.Events(), events)
	return out, nil
}

func (s *Snapshot) takeAccounts(txn *memdb.Txn) error {
	users, err := all[User](txn, tableUsers, indexID)
	if err != nil {
		return err
	}
	for _, user := range users {
		s.Users = append(s.Users, snapshotUser{ID: user.ID, Username: text(user.Username), Name: text(user.Name), Email: text(user.Email), RootRole: user.RootRole})
	}
	tokens, err := all[APIToken](txn, tableAPITokens, indexID)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		s.APITokens = append(s.APITokens, snapshotAPIToken{Name: text(token.Name), Type: token.Type, UserID: token.UserID, Digest: token.Digest})
	}
	return nil
}

func (s *Snapshot) takeEndpoints(txn *memdb.Txn) error {
	endpoints, err := all[Endpoint](txn, tableEndpoints, indexID)
	if err != nil {
		return err
	}
	for _, endpoint := range endpoints {
		taken := takeEndpoint(endpoint)
		tokens, err := tokensTxn(txn, endpoint.ID)
		if err != nil {
			return err
		}
		taken.Tokens = []snapshotToken{}
		for _, token := range tokens {
			inside := takeToken(token)
			inside.EndpointID = 0
			taken.Tokens = append(taken.Tokens, inside)
		}
		s.Endpoints = append(s.Endpoints, taken)
	}
	return nil
}

func takeEndpoint(e *Endpoint) snapshotEndpoint {
	return snapshotEndpoint{ID: e.ID, Name: text(e.Name), Enabled: e.Enabled, Description: (*text)(e.Description), CreatedAt: e.CreatedAt, CreatedByUserID: e.CreatedByUserID}
}

func takeToken(t *Token) snapshotToken {
	return snapshotToken{ID: t.ID, Name: text(t.Name), EndpointID: t.EndpointID, CreatedAt: t.CreatedAt, CreatedByUserID: t.CreatedByUserID, Digest: t.Digest}
}

func (s *Snapshot) takeSignals(txn *memdb.Txn, count int) error {
	signals, err := all[Signal](txn, tableSignals, indexID)
	if err != nil {
		return err
	}
	for _, signal := range newest(signals, count) {
		s.Signals = append(s.Signals, snapshotSignal{ID: signal.ID, SourceID: signal.SourceID, TokenID: signal.TokenID, CreatedAt: signal.CreatedAt, Payload: signal.Payload})
	}
	return nil
}

func (s *Snapshot) takeSequences(txn *memdb.Txn) error {
	for table, last := range s.Sequences.byTable() {
		current, err := sequenceTxn(txn, table)
		if err != nil {
			return err
		}
		*last = current.Last
	}
	return nil
}

func (s *snapshotSequences) byTable() map[string]*int64 {
	return map[string]*int64{tableEndpoints: &s.Endpoints, tableTokens: &s.Tokens, tableSignals: &s.Signals}
}

func (s *Snapshot) takeEvents(events []*Event, count int) {
	if len(events) > 0 {
		s.Sequences.Events = events[len(events)-1].ID
	}
	for _, event := range newest(events, count) {
		taken := snapshotEvent{ID: event.ID, Type: event.Type, CreatedAt: event.CreatedAt, CreatedBy: snapshotActor{ID: event.CreatedBy.ID, Username: text(event.CreatedBy.Username)}}
		if before, after := half[Endpoint](event.Before), half[Endpoint](event.After); before != nil || after != nil {
			taken.Endpoint = &snapshotChange[snapshotEndpoint]{Before: converted(before, takeEndpoint), After: converted(after, takeEndpoint)}
		}
		if before, after := half[Token](event.Before), half[Token](event.After); before != nil || after != nil {
			taken.Token = &snapshotChange[snapshotToken]{Before: converted(before, takeToken), After: converted(after, takeToken)}
		}
		s.Events = append(s.Events, taken)
	}
}

// half is one side of an event if it is of that type.
func half[T any](side any) *T {
	object, _ := side.(*T)
	return object
}

func converted[From, To any](from *From, convert func(*From) To) *To {
	if from == nil {
		return nil
	}
	to := convert(from)
	return &to
}

// newest returns the last count of a list; less than 0 is all.
func newest[T any](list []T, count int) []T {
	if count < 0 || count >= len(list) {
		return list
	}
	return list[len(list)-count:]
}

// SnapshotError says what is wrong with a snapshot.
type SnapshotError struct {
	// Pointer is the JSON pointer of the value.
	Pointer string
	Message string
}

func (e *SnapshotError) Error() string { return strings.TrimPrefix(e.Pointer+": "+e.Message, ": ") }
