package engine

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Kind is what the credential of a request is, in the words of the journal. A
// resource with credentials of its own adds a kind.
type Kind string

// The kinds that every instance has.
const (
	// Nobody sends no Authorization header, or an empty one.
	Nobody Kind = "nobody"
	// UnknownToken sends a header that holds no known token.
	UnknownToken Kind = "unknown token"
	AdminToken   Kind = "admin API token"
	// BackendToken and FrontendToken are the API tokens of SDKs.
	BackendToken  Kind = "backend API token"
	FrontendToken Kind = "frontend API token"
	PersonalToken Kind = "personal access token"
)

// Actor is who makes a change, as events show it.
type Actor struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
}

// Sees reports whether the token of an SDK sees the flags of a project.
func (i *Identity) Sees(project string) bool {
	return i.Projects == nil || slices.Contains(i.Projects, project)
}

// SystemUserID is the user in whose name Unleash itself acts.
const SystemUserID = -1337

// Grant is a permission that somebody has. An empty project or environment is
// every one.
type Grant struct {
	Permission  spec.Permission `json:"permission"`
	Project     string          `json:"project"`
	Environment string          `json:"environment"`
}

// Identity is who makes a request.
type Identity struct {
	Kind Kind
	// Token is the kind of token by the contract's name; empty for none that is known.
	Token  spec.TokenKind
	Actor  Actor
	Grants []Grant
	// Projects are those whose flags the token of an SDK sees, nil for all, and Environment
	// is where it sees them.
	Projects    []string
	Environment string
	// Subject is what a resource knows of its own credential.
	Subject any
}

// May reports whether the identity has a permission in a project and environment,
// empty where an operation is for none.
func (i *Identity) May(permission spec.Permission, project, environment string) bool {
	return slices.ContainsFunc(i.Grants, func(grant Grant) bool {
		return (grant.Permission == spec.Admin || grant.Permission == permission) &&
			(grant.Project == "" || grant.Project == project) &&
			(grant.Environment == "" || grant.Environment == environment)
	})
}
