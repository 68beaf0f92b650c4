package state

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Token is a token of a signal endpoint. Its secret is known to whoever got the
// answer of its creation; the store keeps a digest.
type Token struct {
	ID              int64
	Name            string
	EndpointID      int64
	CreatedAt       time.Time
	CreatedByUserID int64
	Digest          Digest
}

// Tokens lists an endpoint's tokens by id; none if the endpoint does not exist.
func (s *Store) Tokens(endpointID int64) ([]*Token, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	return tokensTxn(txn, endpointID)
}

// TokenBySecret returns the token that a secret belongs to, or nil.
func (s *Store) TokenBySecret(secret string) (*Token, error) {
	digest := DigestOf(secret)
	txn := s.db.Txn(false)
	defer txn.Abort()
	token, err := first[Token](txn, tableTokens, indexSecret, digest)
	if err != nil || token == nil || !token.Digest.Equal(digest) {
		return nil, err
	}
	return token, nil
}

// CreateToken stores a new token of an endpoint. limit is how many the endpoint
// may have; 0 or less means any number.
func (s *Store) CreateToken(endpointID int64, name, secret string, limit int, actor Actor, now time.Time) (*Token, error) {
	digest := DigestOf(secret)
	txn := s.db.Txn(true)
	defer txn.Abort()
	if _, err := endpointTxn(txn, endpointID); err != nil {
		return nil, err
	}
	present, err := tokensTxn(txn, endpointID)
	if err != nil {
		return nil, err
	}
	if limit > 0 && len(present) >= limit {
		return nil, &LimitError{Resource: ResourceToken, Limit: limit}
	}
	id, err := nextID(txn, tableTokens)
	if err != nil {
		return nil, err
	}
	token := &Token{
		ID:              id,
		Name:            name,
		EndpointID:      endpointID,
		CreatedAt:       stamp(now),
		CreatedByUserID: actor.ID,
		Digest:          digest,
	}
	if err := putToken(txn, token); err != nil {
		return nil, err
	}
	record(&s.events, EventTokenCreated, actor, now, nil, token)
	txn.Commit()
	return token, nil
}

// UpdateToken renames a token. A token of another endpoint is not found.
func (s *Store) UpdateToken(endpointID, id int64, name string, actor Actor, now time.Time) (*Token, error) {
	txn := s.db.Txn(true)
	defer txn.Abort()
	before, err := tokenTxn(txn, endpointID, id)
	if err != nil {
		return nil, err
	}
	after := *before
	after.Name = name
	if err := putToken(txn, &after); err != nil {
		return nil, err
	}
	record(&s.events, EventTokenUpdated, actor, now, before, &after)
	txn.Commit()
	return &after, nil
}

// DeleteToken removes a token. A token of another endpoint is not found.
func (s *Store) DeleteToken(endpointID, id int64, actor Actor, now time.Time) error {
	txn := s.db.Txn(true)
	defer txn.Abort()
	token, err := tokenTxn(txn, endpointID, id)
	if err != nil {
		return err
	}
	if err := txn.Delete(tableTokens, token); err != nil {
		return fmt.Errorf("deleting token %d: %w", id, err)
	}
	record(&s.events, EventTokenDeleted, actor, now, token, nil)
	txn.Commit()
	return nil
}

func tokensTxn(txn *memdb.Txn, endpointID int64) ([]*Token, error) {
	return all[Token](txn, tableTokens, indexID+"_prefix", endpointID)
}

func tokenTxn(txn *memdb.Txn, endpointID, id int64) (*Token, error) {
	token, err := first[Token](txn, tableTokens, indexID, endpointID, id)
	if err != nil {
		return nil, err
	}
	if token == nil {
		return nil, &NotFoundError{Resource: ResourceToken, ID: id}
	}
	return token, nil
}

func putToken(txn *memdb.Txn, token *Token) error {
	if err := txn.Insert(tableTokens, token); err != nil {
		return fmt.Errorf("storing token %d: %w", token.ID, err)
	}
	return nil
}
