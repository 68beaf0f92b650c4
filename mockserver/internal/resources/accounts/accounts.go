// Package accounts is the resource of the users who may call the API, and of their
// personal access tokens.
package accounts

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Resource returns the resource. perMinute is how many requests a minute a client may
// make with personal access tokens; 0 or less means no limit.
func Resource(perMinute int) engine.Resource {
	return engine.Resource{
		Name:        "accounts",
		Tables:      []engine.AnyTable{users, personalTokens, projectRoles},
		Operations:  engine.Operations{"getMe": engine.Read(me)},
		Credentials: []engine.Credential{{Kinds: []spec.TokenKind{spec.AdminToken}, Identify: identify}},
		Limits: []engine.Limit{{
			Requests: perMinute, Per: time.Minute,
			Applies: func(_, _, token string) bool { return isPersonal(token) },
		}},
		Upgrade:   upgrade,
		WellKnown: wellKnown,
	}
}

// User is an account with a root role. It may have further roles in projects.
type User struct {
	ID       int64  `json:"id"`
	Username string `json:"username" state:",required"`
	Name     string `json:"name,omitzero"`
	Email    string `json:"email,omitzero"`
	RootRole string `json:"rootRole" state:",required" enum:"Admin,Editor,Viewer"`
	// CreatedAt is omitted for users known only from a recording.
	CreatedAt time.Time `json:"createdAt,omitzero"`
}

// PersonalToken is a personal access token of a user.
type PersonalToken struct {
	ID     int64         `json:"id" state:"-"`
	UserID int64         `json:"userId" state:",parent"`
	Secret engine.Secret `json:"secret" pattern:"^user:(.+)$"`
}

var users = engine.NewTable(engine.Definition[User]{
	Name: "users", Singular: "user", Noun: "user",
	ID:      func(u *User) *int64 { return &u.ID },
	Default: func(now time.Time) User { return User{CreatedAt: now} },
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

func identify(view *engine.View, secret string) (engine.Identity, bool) {
	if !isPersonal(secret) {
		return engine.Identity{}, false
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
		Actor:  engine.Actor{ID: user.ID, Username: user.username()},
		Grants: user.grants(view),
	}, true
}

// username is the name under which events know a user.
func (u *User) username() string { return cmp.Or(u.Email, u.Username) }

// UsernameOf returns the username of an account, or of one of the server's own; none if there is no such account.
func UsernameOf(r engine.Reader, id int64) string {
	switch id {
	case engine.AdminTokenUserID:
		return "admin"
	case engine.SystemUserID:
		return "system"
	}
	if user := users.Get(r, engine.Int(id)); user != nil {
		return user.username()
	}
	return ""
}

// isPersonal reports whether a token has the form of a personal access token.
func isPersonal(token string) bool { return strings.HasPrefix(token, "user:") }
