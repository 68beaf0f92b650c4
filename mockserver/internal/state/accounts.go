package state

import "github.com/unleash-mock/unleash-mock/mockserver/seed"

// User is an account with a root role.
type User struct {
	ID       int64
	Username string
	Name     string
	Email    string
	RootRole seed.Role
}

// APIToken is a credential of the admin, client or frontend API: an API token
// of one of the three types, or a user's personal access token.
type APIToken struct {
	Digest Digest
	Name   string
	Type   seed.TokenType
	// UserID is the owner of a personal access token.
	UserID int64
}

// APITokenBySecret returns the API token or personal access token that a secret
// is, with the user that owns it; nil if there is none.
func (s *Store) APITokenBySecret(secret string) (*APIToken, *User, error) {
	digest := DigestOf(secret)
	txn := s.db.Txn(false)
	defer txn.Abort()
	token, err := first[APIToken](txn, tableAPITokens, indexID, digest)
	if err != nil || token == nil || !token.Digest.Equal(digest) {
		return nil, nil, err
	}
	if token.Type != seed.PersonalToken {
		return token, nil, nil
	}
	user, err := first[User](txn, tableUsers, indexID, token.UserID)
	if err != nil || user == nil {
		return nil, nil, err
	}
	return token, user, nil
}

// Users lists the users by id.
func (s *Store) Users() ([]*User, error) {
	txn := s.db.Txn(false)
	defer txn.Abort()
	return all[User](txn, tableUsers, indexID)
}

// Invoices returns the invoices as the JSON of their operation.
func (s *Store) Invoices() []byte { return s.invoices }

// DetailedInvoices returns the detailed invoices as the JSON of their operation.
func (s *Store) DetailedInvoices() []byte { return s.detailed }
