package state

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"
)

// Endpoint is a signal endpoint.
type Endpoint struct {
	ID              int64
	Name            string
	Enabled         bool
	Description     *string
	CreatedAt       time.Time
	CreatedByUserID int64
}

// EndpointWithTokens is an endpoint as lists and answers show it.
type EndpointWithTokens struct {
	*Endpoint
	Tokens []*Token
}

// EndpointChange is the input of a create or an update. A nil field of an
// update keeps the present value; a create without Enabled is enabled.
type EndpointChange struct {
	Name    string
	Enabled *bool
	// Description changes only if SetDescription is true; nil then clears it.
	Description    *string
	SetDescription bool
}

// Endpoints lists the endpoints by id, each with its tokens.
func (s *Store) Endpoints() ([]EndpointWithTokens, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	endpoints, err := all[Endpoint](txn, tableEndpoints, indexID)
	if err != nil {
		return nil, err
	}
	out := make([]EndpointWithTokens, len(endpoints))
	for i, endpoint := range endpoints {
		if out[i], err = withTokens(txn, endpoint); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Endpoint returns the endpoint of that id, or a NotFoundError.
func (s *Store) Endpoint(id int64) (EndpointWithTokens, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	endpoint, err := endpointTxn(txn, id)
	if err != nil {
		return EndpointWithTokens{}, err
	}
	return withTokens(txn, endpoint)
}

// EndpointByName returns the endpoint of that name, or nil.
func (s *Store) EndpointByName(name string) (*Endpoint, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	return first[Endpoint](txn, tableEndpoints, indexName, name)
}

// CreateEndpoint stores a new endpoint. limit is how many may exist; 0 or less
// means any number. The limit is told before a taken name, as Unleash does.
func (s *Store) CreateEndpoint(change EndpointChange, limit int, actor Actor, now time.Time) (EndpointWithTokens, error) {
	txn := s.db.Txn(true)
	defer txn.Abort()
	present, err := all[Endpoint](txn, tableEndpoints, indexID)
	if err != nil {
		return EndpointWithTokens{}, err
	}
	if limit > 0 && len(present) >= limit {
		return EndpointWithTokens{}, &LimitError{Resource: ResourceEndpoint, Limit: limit}
	}
	if err := nameIsFree(txn, change.Name, 0); err != nil {
		return EndpointWithTokens{}, err
	}
	id, err := nextID(txn, tableEndpoints)
	if err != nil {
		return EndpointWithTokens{}, err
	}
	endpoint := &Endpoint{
		ID:              id,
		Name:            change.Name,
		Enabled:         change.Enabled == nil || *change.Enabled,
		Description:     change.Description,
		CreatedAt:       stamp(now),
		CreatedByUserID: actor.ID,
	}
	if err := putEndpoint(txn, endpoint); err != nil {
		return EndpointWithTokens{}, err
	}
	record(&s.events, EventEndpointCreated, actor, now, nil, endpoint)
	txn.Commit()
	return EndpointWithTokens{Endpoint: endpoint}, nil
}

// UpdateEndpoint changes an endpoint and returns what it became.
func (s *Store) UpdateEndpoint(id int64, change EndpointChange, actor Actor, now time.Time) (EndpointWithTokens, error) {
	return s.changeEndpoint(id, actor, now, func(txn *memdb.Txn, endpoint *Endpoint) error {
		if err := nameIsFree(txn, change.Name, id); err != nil {
			return err
		}
		endpoint.Name = change.Name
		if change.Enabled != nil {
			endpoint.Enabled = *change.Enabled
		}
		if change.SetDescription {
			endpoint.Description = change.Description
		}
		return nil
	})
}

// SetEndpointEnabled turns an endpoint on or off; doing it twice is no error.
func (s *Store) SetEndpointEnabled(id int64, enabled bool, actor Actor, now time.Time) (EndpointWithTokens, error) {
	return s.changeEndpoint(id, actor, now, func(_ *memdb.Txn, endpoint *Endpoint) error {
		endpoint.Enabled = enabled
		return nil
	})
}

func (s *Store) changeEndpoint(id int64, actor Actor, now time.Time, change func(*memdb.Txn, *Endpoint) error) (EndpointWithTokens, error) {
	txn := s.db.Txn(true)
	defer txn.Abort()
	before, err := endpointTxn(txn, id)
	if err != nil {
		return EndpointWithTokens{}, err
	}
	after := *before
	if err := change(txn, &after); err != nil {
		return EndpointWithTokens{}, err
	}
	if err := putEndpoint(txn, &after); err != nil {
		return EndpointWithTokens{}, err
	}
	out, err := withTokens(txn, &after)
	if err != nil {
		return EndpointWithTokens{}, err
	}
	record(&s.events, EventEndpointUpdated, actor, now, before, &after)
	txn.Commit()
	return out, nil
}

// DeleteEndpoint removes an endpoint and its tokens. Its signals stay.
func (s *Store) DeleteEndpoint(id int64, actor Actor, now time.Time) error {
	txn := s.db.Txn(true)
	defer txn.Abort()
	endpoint, err := endpointTxn(txn, id)
	if err != nil {
		return err
	}
	tokens, err := tokensTxn(txn, id)
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if err := txn.Delete(tableTokens, token); err != nil {
			return fmt.Errorf("deleting token %d: %w", token.ID, err)
		}
	}
	if err := txn.Delete(tableEndpoints, endpoint); err != nil {
		return fmt.Errorf("deleting endpoint %d: %w", id, err)
	}
	record(&s.events, EventEndpointDeleted, actor, now, endpoint, nil)
	txn.Commit()
	return nil
}

func endpointTxn(txn *memdb.Txn, id int64) (*Endpoint, error) {
	endpoint, err := first[Endpoint](txn, tableEndpoints, indexID, id)
	if err != nil {
		return nil, err
	}
	if endpoint == nil {
		return nil, &NotFoundError{Resource: ResourceEndpoint, ID: id}
	}
	return endpoint, nil
}

func withTokens(txn *memdb.Txn, endpoint *Endpoint) (EndpointWithTokens, error) {
	tokens, err := tokensTxn(txn, endpoint.ID)
	return EndpointWithTokens{Endpoint: endpoint, Tokens: tokens}, err
}

// nameIsFree makes sure that no endpoint but the given one has the name.
func nameIsFree(txn *memdb.Txn, name string, except int64) error {
	other, err := first[Endpoint](txn, tableEndpoints, indexName, name)
	if err != nil {
		return err
	}
	if other != nil && other.ID != except {
		return &NameTakenError{Resource: ResourceEndpoint, Name: name}
	}
	return nil
}

func putEndpoint(txn *memdb.Txn, endpoint *Endpoint) error {
	if err := txn.Insert(tableEndpoints, endpoint); err != nil {
		return fmt.Errorf("storing endpoint %d: %w", endpoint.ID, err)
	}
	return nil
}
