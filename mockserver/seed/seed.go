// Package seed reads what a mocked instance starts with: endpoints and their
// tokens, signals, users, API tokens and invoices, from a YAML file.
//
// A file is checked against a JSON Schema of its own (see Schema) and against
// what a schema cannot say, such as ids that must be unique. Every complaint
// names the line and the field.
package seed

import (
	_ "embed"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/scenario"
)

//go:embed seed.schema.json
var schemaSource []byte

//go:embed default.yaml
var defaultSource []byte

// Role is the root role of a user.
type Role string

// The root roles of Unleash.
const (
	Admin  Role = "Admin"
	Editor Role = "Editor"
	Viewer Role = "Viewer"
)

// TokenType is the kind of an API token.
type TokenType string

// The types of API tokens, and the personal access tokens of users.
const (
	AdminToken    TokenType = "admin"
	BackendToken  TokenType = "backend"
	FrontendToken TokenType = "frontend"
	PersonalToken TokenType = "personal"
)

// Seed is what a mocked instance starts with. Build one with Parse or Default;
// a Seed is not changed by those who use it.
type Seed struct {
	Users     []User
	APITokens []APIToken
	Endpoints []Endpoint
	Signals   []Signal
	// Invoices and DetailedInvoices are the JSON bodies of their operations.
	// Nothing but the response contract judges them.
	Invoices         []byte
	DetailedInvoices []byte
	// Scenarios are in force from the start, in their order.
	Scenarios []scenario.Rule
}

// User is an account. Tokens are the secrets of its personal access tokens.
type User struct {
	ID       int64
	Username string
	Name     string
	Email    string
	RootRole Role
	Tokens   []string
}

// APIToken is an API token with its secret.
type APIToken struct {
	Name   string
	Type   TokenType
	Secret string
}

// Endpoint is a signal endpoint with its tokens.
type Endpoint struct {
	ID              int64
	Name            string
	Enabled         bool
	Description     *string
	CreatedAt       time.Time
	CreatedByUserID int64
	Tokens          []Token
}

// Token is a token of a signal endpoint with its secret.
type Token struct {
	ID              int64
	Name            string
	Secret          string
	CreatedAt       time.Time
	CreatedByUserID int64
}

// Signal is a signal that an endpoint has received.
type Signal struct {
	ID        int64
	SourceID  int64
	TokenID   *int64
	CreatedAt time.Time
	// Payload is a compact JSON object.
	Payload []byte
}

// Schema returns the JSON Schema of seed files.
func Schema() []byte { return append([]byte(nil), schemaSource...) }

// DefaultSource returns the built-in seed file.
func DefaultSource() []byte { return append([]byte(nil), defaultSource...) }

// Default returns the built-in seed: endpoint 1337 with token 7 as on Unleash's
// reference page, some signals, invoices, and an admin, an editor and a viewer
// with personal access tokens. now dates what the file dates relatively.
func Default(now time.Time) Seed {
	parsed, err := parsedDefault()
	if err != nil {
		panic("seed: the built-in seed does not parse: " + err.Error())
	}
	return parsed.build(now)
}

var parsedDefault = sync.OnceValues(func() (*file, error) { return read(defaultSource) })

// Secrets lists the secrets of all tokens.
func (s Seed) Secrets() []string {
	var list []string
	for _, user := range s.Users {
		list = append(list, user.Tokens...)
	}
	for _, token := range s.APITokens {
		list = append(list, token.Secret)
	}
	for _, endpoint := range s.Endpoints {
		for _, token := range endpoint.Tokens {
			list = append(list, token.Secret)
		}
	}
	return list
}

// WithAPITokens returns a copy of the seed in which the given tokens take the
// place of all of the same type.
func (s Seed) WithAPITokens(tokenType TokenType, secrets []string) Seed {
	var kept []APIToken
	for _, token := range s.APITokens {
		if token.Type != tokenType {
			kept = append(kept, token)
		}
	}
	for _, secret := range secrets {
		kept = append(kept, APIToken{Name: "configured-" + string(tokenType), Type: tokenType, Secret: secret})
	}
	s.APITokens = kept
	return s
}
