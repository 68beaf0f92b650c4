package state

import (
	"fmt"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/seed"
)

// plant fills an empty store with a seed, which is taken to be checked. Ids go
// on after the highest of the seed.
func (s *Store) plant(source seed.Seed) error {
	txn := s.db.Txn(true)
	defer txn.Abort()
	last := map[string]int64{}
	seen := func(table string, id int64) { last[table] = max(last[table], id) }
	for _, user := range source.Users {
		if err := plantUser(txn, user); err != nil {
			return err
		}
	}
	for _, token := range source.APITokens {
		stored := &APIToken{Digest: DigestOf(token.Secret), Name: token.Name, Type: token.Type}
		if err := txn.Insert(tableAPITokens, stored); err != nil {
			return fmt.Errorf("seeding API token %s: %w", token.Name, err)
		}
	}
	for _, endpoint := range source.Endpoints {
		seen(tableEndpoints, endpoint.ID)
		if err := putEndpoint(txn, &Endpoint{
			ID:              endpoint.ID,
			Name:            endpoint.Name,
			Enabled:         endpoint.Enabled,
			Description:     endpoint.Description,
			CreatedAt:       stamp(endpoint.CreatedAt),
			CreatedByUserID: endpoint.CreatedByUserID,
		}); err != nil {
			return err
		}
		for _, token := range endpoint.Tokens {
			seen(tableTokens, token.ID)
			if err := putToken(txn, &Token{
				ID:              token.ID,
				Name:            token.Name,
				EndpointID:      endpoint.ID,
				CreatedAt:       stamp(token.CreatedAt),
				CreatedByUserID: token.CreatedByUserID,
				Digest:          DigestOf(token.Secret),
			}); err != nil {
				return err
			}
		}
	}
	stored := 0
	for _, signal := range source.Signals {
		seen(tableSignals, signal.ID)
		payload, err := v8json.CompactJSONB(signal.Payload)
		if err != nil {
			return fmt.Errorf("seeding signal %d: %w", signal.ID, err)
		}
		if stored, err = s.putSignal(txn, &Signal{
			ID:        signal.ID,
			SourceID:  signal.SourceID,
			CreatedAt: stamp(signal.CreatedAt),
			TokenID:   signal.TokenID,
			Payload:   payload,
		}, stored); err != nil {
			return err
		}
	}
	for table, id := range last {
		next := sequence{Table: table, Last: id}
		if table == tableSignals {
			next.Stored = stored
		}
		if err := putSequence(txn, next); err != nil {
			return err
		}
	}
	txn.Commit()
	return nil
}

func plantUser(txn *memdb.Txn, user seed.User) error {
	if err := txn.Insert(tableUsers, &User{
		ID:       user.ID,
		Username: user.Username,
		Name:     user.Name,
		Email:    user.Email,
		RootRole: user.RootRole,
	}); err != nil {
		return fmt.Errorf("seeding user %d: %w", user.ID, err)
	}
	for _, secret := range user.Tokens {
		if err := txn.Insert(tableAPITokens, &APIToken{
			Digest: DigestOf(secret), Name: user.Username, Type: seed.PersonalToken, UserID: user.ID,
		}); err != nil {
			return fmt.Errorf("seeding a token of user %d: %w", user.ID, err)
		}
	}
	return nil
}
