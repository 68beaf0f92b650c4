package spec

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Permission is a permission, by Unleash's name for it.
type Permission string

const (
	// Admin is the permission that includes every other one.
	Admin Permission = "ADMIN"
	// None is listed by operations that need no particular permission.
	None Permission = "NONE"
)

// Known reports whether Unleash has the permission.
func (p Permission) Known() bool { return p.scope() != 0 }

// OfEnvironment reports whether the permission is granted for an environment of a project.
func (p Permission) OfEnvironment() bool { return p.scope() == environment }

// scope is what a permission is granted for.
type scope int

const (
	instance    scope = iota + 1
	project           // one project, or all
	environment       // one environment of a project, or all
)

// scope returns the scope of a permission of Unleash 8.2.0, or 0 if Unleash has no such permission.
func (p Permission) scope() scope {
	switch p {
	case Admin,
		"CREATE_ADDON", "CREATE_CLIENT_API_TOKEN", "CREATE_CONTEXT_FIELD", "CREATE_FRONTEND_API_TOKEN",
		"CREATE_PROJECT", "CREATE_SEGMENT", "CREATE_STRATEGY", "CREATE_TAG_TYPE", "DELETE_ADDON",
		"DELETE_CLIENT_API_TOKEN", "DELETE_CONTEXT_FIELD", "DELETE_FRONTEND_API_TOKEN", "DELETE_SEGMENT",
		"DELETE_STRATEGY", "DELETE_TAG_TYPE", "READ_CLIENT_API_TOKEN", "READ_FRONTEND_API_TOKEN", "READ_LOGS",
		"READ_ROLE", "RELEASE_PLAN_TEMPLATE_CREATE", "RELEASE_PLAN_TEMPLATE_DELETE",
		"RELEASE_PLAN_TEMPLATE_UPDATE", "UPDATE_ADDON", "UPDATE_APPLICATION", "UPDATE_AUTH_CONFIGURATION",
		"UPDATE_CLIENT_API_TOKEN", "UPDATE_CONTEXT_FIELD", "UPDATE_CORS", "UPDATE_FRONTEND_API_TOKEN",
		"UPDATE_INSTANCE_BANNERS", "UPDATE_MAINTENANCE_MODE", "UPDATE_SEGMENT", "UPDATE_STRATEGY",
		"UPDATE_TAG_TYPE":
		return instance
	case "CREATE_FEATURE", "CREATE_PROJECT_API_TOKEN", "DELETE_FEATURE", "DELETE_PROJECT",
		"DELETE_PROJECT_API_TOKEN", "MOVE_FEATURE_TOGGLE", "PROJECT_CHANGE_REQUEST_READ",
		"PROJECT_CHANGE_REQUEST_WRITE", "PROJECT_DEFAULT_STRATEGY_READ", "PROJECT_DEFAULT_STRATEGY_WRITE",
		"PROJECT_SETTINGS_READ", "PROJECT_SETTINGS_WRITE", "PROJECT_USER_ACCESS_READ",
		"PROJECT_USER_ACCESS_WRITE", "READ_PROJECT_API_TOKEN", "UPDATE_FEATURE", "UPDATE_FEATURE_DEPENDENCY",
		"UPDATE_FEATURE_VARIANTS", "UPDATE_PROJECT", "UPDATE_PROJECT_CONTEXT",
		"UPDATE_PROJECT_RELEASE_TEMPLATE", "UPDATE_PROJECT_SEGMENT":
		return project
	case "APPLY_CHANGE_REQUEST", "APPROVE_CHANGE_REQUEST", "CREATE_FEATURE_STRATEGY", "DELETE_FEATURE_STRATEGY",
		"SKIP_CHANGE_REQUEST", "UPDATE_FEATURE_ENVIRONMENT", "UPDATE_FEATURE_ENVIRONMENT_VARIANTS",
		"UPDATE_FEATURE_STRATEGY":
		return environment
	}
	return 0
}

// TokenKind is a kind of token, by the name in the extension x-unleash-token of the contract's
// security schemes. A resource may have a kind of its own.
type TokenKind string

// The kinds of token that do not belong to a resource.
const (
	AdminToken    TokenKind = "admin" // an admin API token, or a user's personal access token
	BackendToken  TokenKind = "backend"
	FrontendToken TokenKind = "frontend"
)

// Admits reports whether the operation is open to a kind of token; the empty kind means no
// token, or an unknown one.
func (o *Operation) Admits(kind TokenKind) bool {
	return o.Public || slices.Contains(o.Tokens, kind)
}

// Permits reports whether a caller may use the operation; holds reports which permissions the
// caller has. If the contract names no permission, nobody may.
func (o *Operation) Permits(holds func(Permission) bool) bool {
	return o.Public || slices.ContainsFunc(o.Permissions, func(permission Permission) bool {
		return permission == None || holds(permission)
	})
}

// NeedsPermission reports whether a token alone is not enough.
func (o *Operation) NeedsPermission() bool {
	return !o.Permits(func(Permission) bool { return false })
}

// requirements are the security requirements in a document; nil if the document states none.
type requirements []map[string][]string

// access is what the document says about who may use an operation, apart from the permissions.
type access struct {
	project, environment map[string]string
	security             requirements // nil for the security of the whole document
	ignored              error        // what is wrong with the rest of the operation's head
}

// admit sets who may use an operation.
func (o *Operation) admit(a access, schemes map[string]scheme) error {
	if o.Edition != "" && o.Edition != Enterprise {
		return fmt.Errorf("%s: it must be %s, not %q", extensionEdition, Enterprise, o.Edition)
	}
	if err := o.setTokens(a.security, schemes); err != nil {
		return fmt.Errorf("security: %w", err)
	}
	if err := o.checkPermissions(); err != nil {
		return fmt.Errorf("%s: %w", extensionPermission, err)
	}
	var err error
	if o.Project, err = o.source(a.project, project); err != nil {
		return fmt.Errorf("%s: %w", extensionProject, err)
	}
	if o.Environment, err = o.source(a.environment, environment); err != nil {
		return fmt.Errorf("%s: %w", extensionEnvironment, err)
	}
	return nil
}

// setTokens sets the kinds of token that the security requirements name. The operation is public
// only if the list of requirements is empty, or contains an empty requirement. It is not public
// merely because the document states no requirements.
func (o *Operation) setTokens(written requirements, schemes map[string]scheme) error {
	o.Public = written != nil && len(written) == 0
	for _, requirement := range written {
		if requirement == nil {
			return errors.New("null is not a requirement; one that nobody need meet is {}")
		}
		o.Public = o.Public || len(requirement) == 0
		var together []*openapi.Scheme
		for _, name := range slices.Sorted(maps.Keys(requirement)) {
			scheme, has := schemes[name]
			switch {
			case !has:
				return fmt.Errorf("the document has no security scheme %q", name)
			case scheme.err != nil:
				return fmt.Errorf("the security scheme %q: %w", name, scheme.err)
			}
			together = append(together, scheme.Scheme)
			if kind := TokenKind(scheme.Token); kind != "" && !slices.Contains(o.Tokens, kind) {
				o.Tokens = append(o.Tokens, kind)
			}
		}
		o.Security = append(o.Security, together)
	}
	slices.Sort(o.Tokens)
	return nil
}

// schemeProblem returns why no request can satisfy a security scheme; nil if the scheme is usable.
func schemeProblem(scheme *openapi.Scheme) error {
	switch {
	case !slices.Contains([]string{"apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"}, scheme.Type):
		return fmt.Errorf("it has the unknown type %q", scheme.Type)
	case scheme.Type == "apiKey" && (!slices.Contains([]string{"cookie", "header", "query"}, scheme.In) || scheme.Name == ""):
		return errors.New("it does not say where its key is")
	case scheme.Type == "http" && scheme.HTTP == "":
		return errors.New("it does not name its HTTP scheme")
	}
	return nil
}

func (o *Operation) checkPermissions() error {
	for _, permission := range o.Permissions {
		switch {
		case permission == None && len(o.Permissions) > 1:
			return errors.New("NONE must stand alone")
		case permission == None:
		case !permission.Known():
			return fmt.Errorf("there is no permission %q", permission)
		case o.Public:
			return fmt.Errorf("%s needs a token, but the operation requires none", permission)
		}
	}
	return nil
}

// source reads where a request names the project or environment that a permission is for.
func (o *Operation) source(written map[string]string, of scope) (openapi.Source, error) {
	if written == nil {
		return openapi.Source{}, nil
	}
	if !slices.ContainsFunc(o.Permissions, func(permission Permission) bool { return permission.scope() >= of }) {
		return openapi.Source{}, errors.New("no permission of the operation needs it")
	}
	if len(written) != 1 {
		return openapi.Source{}, errors.New("it must have exactly one entry")
	}
	var source openapi.Source
	for in, name := range written {
		source = openapi.Source{In: in, Name: name}
	}
	switch source.In {
	case "path", "of":
		if !slices.Contains(o.PathParameters(), source.Name) {
			return openapi.Source{}, fmt.Errorf("the path has no parameter {%s}", source.Name)
		}
	case "query", "body":
	default:
		return openapi.Source{}, fmt.Errorf("it must be path, query, body or of, not %q", source.In)
	}
	return source, nil
}

// checkSources returns an error if a source names a query parameter or a body property that the
// document does not declare.
func (o *Operation) checkSources(declared *content) error {
	for extension, source := range map[string]openapi.Source{extensionProject: o.Project, extensionEnvironment: o.Environment} {
		switch source.In {
		case "query":
			if !slices.ContainsFunc(declared.parameters, func(p *Parameter) bool { return p.In == "query" && p.Name == source.Name }) {
				return fmt.Errorf("%s: the query has no parameter %q", extension, source.Name)
			}
		case "body":
			if declared.body == nil {
				return fmt.Errorf("%s: there is no body", extension)
			}
			if _, shape := declared.body.Shape.Property(source.Name); shape == nil {
				return fmt.Errorf("%s: the body has no property %q", extension, source.Name)
			}
		}
	}
	return nil
}
