// Package apitokens is the resource of API tokens: those for the Admin API, and those
// with which SDKs call the Client and the Frontend API.
package apitokens

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// maxTokens is how many tokens an instance may have by default (O).
const maxTokens = 2000

// Resource returns the resource.
func Resource(limits Limits) engine.Resource {
	return engine.Resource{
		Name:   "apitokens",
		Tables: []engine.AnyTable{tokens},
		Operations: engine.Operations{
			"getAllApiTokens":    engine.Read(list),
			"getApiTokensByName": engine.Read(named),
			"createApiToken":     engine.Write(create),
			"updateApiToken":     engine.Write(update),
			"deleteApiToken":     engine.Write(remove),
			"getValidTokens":     engine.Read(validate),
		},
		Credentials: []engine.Credential{{Kinds: []spec.TokenKind{spec.AdminToken, spec.BackendToken, spec.FrontendToken}, Identify: identify}},
		Limits:      limits.list(),
		WellKnown:   wellKnown,
	}
}

// Token is an API token. Its type is one of the constants below; the Admin API calls a
// backend token a client token.
type Token struct {
	Name        string        `json:"name" state:",required"`
	Type        string        `json:"type" state:",required" enum:"admin,backend,frontend"`
	Projects    []string      `json:"projects"`
	Environment string        `json:"environment"`
	ExpiresAt   *time.Time    `json:"expiresAt,omitzero"`
	CreatedAt   time.Time     `json:"createdAt"`
	Secret      engine.Secret `json:"secret" pattern:"^[^:]+:[^:.]+\\..+$"`
}

// The types of tokens.
const (
	admin    = "admin"
	backend  = "backend"
	frontend = "frontend"
)

var tokens = engine.NewTable(engine.Definition[Token]{
	Name: "apiTokens", Singular: "apiToken", Noun: "api token",
	Key:        func(t *Token) engine.Key { return t.Secret.Key() },
	Secret:     func(t *Token) *engine.Secret { return &t.Secret },
	KeepSecret: true,
	Events:     engine.Events{Created: "api-token-created", Updated: "api-token-updated", Deleted: "api-token-deleted"},
	Recorded:   engine.Recorded[Token]{BuiltIn: true},
	Default:    func(now time.Time) Token { return Token{CreatedAt: now} },
	Complete:   complete,
})

// developmentEnvironment is the environment of tokens created without one (O).
const developmentEnvironment = "development"

// Words in a secret that say what its token is for.
const (
	every   = "*"  // every project, or the environment of an admin token
	several = "[]" // several projects, which the token lists
)

// complete derives from the secret which projects and environment a token is for; the
// form is <project>:<environment>.<random>. A digest reveals nothing, so its token is
// taken for one of the well-known kind.
func complete(_ *engine.Tx, t *Token) {
	project, rest, hasProject := strings.Cut(t.Secret.Reveal(), ":")
	environment, _, _ := strings.Cut(rest, ".")
	switch {
	case t.Type == admin:
		project, environment = every, every
	case !hasProject:
		project, environment = "default", developmentEnvironment
	case project == several:
		project = every
	}
	if len(t.Projects) == 0 {
		t.Projects = []string{project}
	}
	t.Environment = cmp.Or(t.Environment, environment)
}

// all lists the tokens, oldest first.
func all(r engine.Reader) []*Token {
	found := tokens.All(r)
	slices.SortStableFunc(found, func(a, b *Token) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Name, b.Name))
	})
	return found
}

// Count returns how many tokens are for an environment and, if one is given, a project.
func Count(r engine.Reader, environment, project string) (count int64) {
	for _, token := range tokens.All(r) {
		if token.Environment == environment && (project == "" || token.sees(project)) {
			count++
		}
	}
	return count
}

func (t *Token) sees(project string) bool {
	return slices.Contains(t.Projects, every) || slices.Contains(t.Projects, project)
}

func (t *Token) expired(now time.Time) bool { return t.ExpiresAt != nil && !t.ExpiresAt.After(now) }

// identities are the identities of tokens, by the token's type.
var identities = map[string]engine.Identity{
	admin: {
		Kind: engine.AdminToken, Token: spec.AdminToken, Actor: engine.Actor{ID: engine.AdminTokenUserID},
		Grants: []engine.Grant{{Permission: spec.Admin}},
	},
	backend:  {Kind: engine.BackendToken, Token: spec.BackendToken},
	frontend: {Kind: engine.FrontendToken, Token: spec.FrontendToken},
}

// valid returns the token with a secret, or nil if there is none or it has expired.
func valid(view *engine.View, secret string) *Token {
	if token := tokens.BySecret(view, secret); token != nil && !token.expired(view.Now) {
		return token
	}
	return nil
}

func identify(view *engine.View, secret string) (engine.Identity, bool) {
	if strings.HasPrefix(secret, "user:") { // a personal access token, whatever follows (O)
		return engine.Identity{}, false
	}
	token := valid(view, secret)
	if token == nil {
		return engine.Identity{}, false
	}
	identity := identities[token.Type]
	identity.Actor.Username = token.Name
	identity.Environment, identity.Subject = token.Environment, token
	if !slices.Contains(token.Projects, every) {
		identity.Projects = token.Projects
	}
	return identity, true
}

// Of returns the token with which a request is made, or nil if it is made without one.
func Of(identity *engine.Identity) *Token {
	token, _ := identity.Subject.(*Token)
	return token
}
