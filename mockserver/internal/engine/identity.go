package engine

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Kind is the kind of credential that a request has, as named in the journal. A resource
// with its own credentials adds a kind.
type Kind string

// The kinds that every instance has.
const (
	// Nobody sends no Authorization header, or an empty one.
	Nobody Kind = "nobody"
	// UnknownToken sends a header without a known token.
	UnknownToken Kind = "unknown token"
	AdminToken   Kind = "admin API token"
	// BackendToken and FrontendToken are the API tokens of SDKs.
	BackendToken  Kind = "backend API token"
	FrontendToken Kind = "frontend API token"
	PersonalToken Kind = "personal access token"
)

// Actor is the author of a change, as events show it.
type Actor struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
}

// Sees reports whether the SDK's token gives access to the flags of a project.
func (i *Identity) Sees(project string) bool {
	return i.Projects == nil || slices.Contains(i.Projects, project)
}

// Ids of users that no table has.
const (
	// SystemUserID is the id of the user that Unleash itself acts as.
	SystemUserID = -1337
	// AdminTokenUserID is the id of the account on whose behalf admin API tokens act, each under
	// its own name (O).
	AdminTokenUserID = -42
)

// Grant is a permission that an identity has. An empty project or environment means all
// of them.
type Grant struct {
	Permission  spec.Permission `json:"permission"`
	Project     string          `json:"project"`
	Environment string          `json:"environment"`
}

// Identity is the originator of a request.
type Identity struct {
	Kind Kind
	// Token is the contract's name for the kind of token; empty if the token is not known.
	Token  spec.TokenKind
	Actor  Actor
	Grants []Grant
	// Projects are the projects whose flags an SDK's token can see, nil for all, and
	// Environment is the environment of the token.
	Projects    []string
	Environment string
	// Subject is what a resource stores about a credential of its own.
	Subject any
}

// May reports whether the identity has a permission in a project and environment, which
// are empty for an operation outside any.
func (i *Identity) May(permission spec.Permission, project, environment string) bool {
	return slices.ContainsFunc(i.Grants, func(grant Grant) bool {
		return (grant.Permission == spec.Admin || grant.Permission == permission) &&
			(grant.Project == "" || grant.Project == project) &&
			(grant.Environment == "" || grant.Environment == environment)
	})
}
