// Package accounts is the resource of those who may call the API: users with their
// personal access tokens, and API tokens.
package accounts

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Resource returns the resource. perMinute is how many requests a client may make
// with personal access tokens; 0 or less is any number.
func Resource(perMinute int) engine.Resource {
	return engine.Resource{
		Name:        "accounts",
		Tables:      []engine.AnyTable{users, personalTokens, apiTokens},
		Credentials: []engine.Credential{{Identify: identify}},
		Limits: []engine.Limit{{
			Requests: perMinute, Per: time.Minute,
			Applies: func(_, token string) bool { return IsPersonal(token) },
		}},
		Upgrade:   upgrade,
		WellKnown: wellKnown,
	}
}

// User is an account with a root role.
type User struct {
	ID       int64  `json:"id"`
	Username string `json:"username" state:",required"`
	Name     string `json:"name,omitzero"`
	Email    string `json:"email,omitzero"`
	RootRole string `json:"rootRole" state:",required" enum:"Admin,Editor,Viewer"`
}

// PersonalToken is a personal access token of a user.
type PersonalToken struct {
	ID     int64         `json:"id" state:"-"`
	UserID int64         `json:"userId" state:",parent"`
	Secret engine.Secret `json:"secret" pattern:"^user:.+$"`
}

// APIToken is a token of the admin, client or frontend API.
type APIToken struct {
	Name   string        `json:"name" state:",required"`
	Type   string        `json:"type" state:",required" enum:"admin,backend,frontend"`
	Secret engine.Secret `json:"secret" pattern:"^[^:]+:[^:.]+\\..+$"`
}

var users = engine.NewTable(engine.Definition[User]{
	Name: "users", Singular: "user", Noun: "user",
	ID: func(u *User) *int64 { return &u.ID },
	Recorded: engine.Recorded[User]{
		BuiltIn: true,
		Presume: func(id int64) *User {
			return &User{ID: id, Username: fmt.Sprintf("user-%d", id), RootRole: "Viewer"}
		},
	},
})

var personalTokens = engine.NewTable(engine.Definition[PersonalToken]{
	Name: "personalTokens", Singular: "personalToken", Noun: "personal access token",
	ID:     func(t *PersonalToken) *int64 { return &t.ID },
	Secret: func(t *PersonalToken) *engine.Secret { return &t.Secret },
	Parent: &engine.Parent[PersonalToken]{
		Table:  "users",
		Key:    func(t *PersonalToken) engine.Key { return engine.Int(t.UserID) },
		Nested: "tokens",
	},
})

var apiTokens = engine.NewTable(engine.Definition[APIToken]{
	Name: "apiTokens", Singular: "apiToken", Noun: "API token",
	Key:      func(t *APIToken) engine.Key { return t.Secret.Key() },
	Secret:   func(t *APIToken) *engine.Secret { return &t.Secret },
	Recorded: engine.Recorded[APIToken]{BuiltIn: true},
})

// adminTokenUser is the id of the account in whose name admin API tokens act, each by its
// own name (O).
const adminTokenUser = -42

// identities are those of API tokens, by their type.
var identities = map[string]engine.Identity{
	"admin":    {Kind: engine.AdminToken, Token: spec.AdminToken, Actor: engine.Actor{ID: adminTokenUser}, Grants: roles["Admin"]},
	"backend":  {Kind: engine.BackendToken, Token: spec.BackendToken},
	"frontend": {Kind: engine.FrontendToken, Token: spec.FrontendToken},
}

func identify(view *engine.View, secret string) (engine.Identity, bool) {
	if !IsPersonal(secret) {
		token := apiTokens.BySecret(view, secret)
		if token == nil {
			return engine.Identity{}, false
		}
		identity := identities[token.Type]
		identity.Actor.Username = token.Name
		identity.Projects, identity.Environment = scopeOf(secret)
		return identity, true
	}
	token := personalTokens.BySecret(view, secret)
	if token == nil {
		return engine.Identity{}, false
	}
	user := users.Get(view, engine.Int(token.UserID))
	if user == nil {
		return engine.Identity{}, false
	}
	return engine.Identity{
		Kind:   engine.PersonalToken,
		Token:  spec.AdminToken,
		Actor:  engine.Actor{ID: user.ID, Username: cmp.Or(user.Email, user.Username)},
		Grants: roles[user.RootRole],
	}, true
}

// scopeOf reads what a secret says of itself: the project, a star for all of them, and the
// environment.
func scopeOf(secret string) (projects []string, environment string) {
	project, rest, _ := strings.Cut(secret, ":")
	environment, _, _ = strings.Cut(rest, ".")
	if project == "*" {
		return nil, environment
	}
	return []string{project}, environment
}

// IsPersonal reports whether a token has the form of a personal access token.
func IsPersonal(token string) bool { return strings.HasPrefix(token, "user:") }
