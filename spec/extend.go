package spec

import (
	_ "embed"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// Extend combines the contract with a document that Load has read: that of the user's own Unleash,
// or any other. The document counts as Unleash's if it has an operation of the contract under /api;
// otherwise the result has only the document's operations, and the contract's health probes unless
// the document has these paths. Operations of the contract get the grade stateful; those that only
// the document has get the grade example. With documentWins, operations in both are judged by the
// document; the contract still decides who may use them. Problems of the result are about operations
// of the document whose paths a mock keeps for itself.
func (c *Contract) Extend(with *Contract, documentWins bool) *Contract {
	twins := map[*Operation]*Operation{} // operations of the document, by those of the contract
	isUnleash := false
	for _, operation := range with.operations {
		if twin := c.counterpart(operation); twin != nil {
			twins[twin] = operation
			isUnleash = isUnleash || c.isOurs(operation)
		}
	}
	joined := &Contract{
		title: c.title, version: c.version, source: c.source, document: c.document,
		byID: map[string]*Operation{}, tree: &node{exact: !isUnleash}, foreign: !isUnleash,
	}
	joined.complete = sync.OnceValue(joined.readAll)
	if !isUnleash {
		joined.title, joined.version, joined.source, joined.document = with.title, with.version, with.source, with.document
		twins = nil
	} else {
		for _, operation := range c.operations {
			twin := twins[operation]
			if twin != nil {
				joined.shared = append(joined.shared, twin)
			}
			if twin == nil || !documentWins {
				joined.take(operation, openapi.GradeStateful)
				continue
			}
			joined.take(operation.judgedBy(twin), openapi.GradeStateful)
		}
	}
	for _, operation := range with.operations {
		if isUnleash && c.counterpart(operation) != nil {
			continue
		}
		if isReserved(operation) {
			joined.problems = append(joined.problems, with.wrong(operation, errors.New("the mock keeps this path for itself")))
			continue
		}
		added := joined.take(operation, openapi.GradeExample)
		if isUnleash {
			added.admitByTable()
		}
	}
	if !isUnleash {
		joined.takeProbes(c)
	}
	return joined
}

// metricsPath is where a mock has its metrics, as Unleash does.
const metricsPath = "/internal-backstage/prometheus"

// isReserved reports whether a mock answers an operation's path itself, whatever the document has: as
// its control API, a workspace or its metrics.
func isReserved(o *Operation) bool {
	return strings.HasPrefix(o.Path+"/", "/_mock/") || strings.HasPrefix(o.Path, "/w/") || o.Path == metricsPath && o.Method == http.MethodGet
}

// probes are the paths that a container's health check and a load balancer request, whatever the
// document has.
var probes = []string{"/health", "/ready"}

// takeProbes adds the probes of a contract that nothing here answers.
func (c *Contract) takeProbes(from *Contract) {
	for _, path := range probes {
		if c.Find(http.MethodGet, path) != nil {
			continue
		}
		if probe, _, _ := from.Match(path); probe != nil {
			c.take(probe.byMethod[http.MethodGet], openapi.GradeStateful)
		}
	}
}

// Shared returns the operations that are in both the contract and the document that extended it, as
// the document has them.
func (c *Contract) Shared() []*Operation { return slices.Clone(c.shared) }

// counterpart returns the operation that is the same as one of another document, or nil.
func (c *Contract) counterpart(other *Operation) *Operation {
	path, _, _ := c.Match(parameter.ReplaceAllString(other.Path, "{}"))
	if path == nil || parameter.ReplaceAllString(path.Template, "{}") != parameter.ReplaceAllString(other.Path, "{}") {
		return nil
	}
	return path.byMethod[other.Method]
}

// isOurs reports whether an operation of another document makes it one of Unleash's.
func (c *Contract) isOurs(other *Operation) bool {
	twin := c.counterpart(other)
	return twin != nil && twin.ID == other.ID && strings.HasPrefix(other.Path, "/api/")
}

// parameter matches a parameter of a path template.
var parameter = regexp.MustCompile(`\{[^{}]*\}`)

// take adds a copy of an operation. The copy reads its content from the contract that defined it.
func (c *Contract) take(operation *Operation, grade openapi.Grade) *Operation {
	taken := &Operation{
		ID: operation.ID, Method: operation.Method, Path: operation.Path, Summary: operation.Summary, Tags: operation.Tags,
		Public: operation.Public, Tokens: operation.Tokens, Security: operation.Security, Permissions: operation.Permissions,
		Project: operation.Project, Environment: operation.Environment, Edition: operation.Edition, Mode: operation.Mode,
		AcceptsAnyContentType: operation.AcceptsAnyContentType, Grade: grade, allow: operation.allow,
		contract: operation.contract, text: operation.text, shared: operation.shared,
	}
	at := c.tree.at(taken.Path)
	if at.path == nil {
		at.path = &Path{Template: taken.Path, byMethod: map[string]*Operation{}}
		c.paths = append(c.paths, at.path)
	}
	c.include(at.path, taken)
	return taken
}

// Part returns a document with some operations and everything that they reference.
func (c *Contract) Part(operations []*Operation) ([]byte, error) {
	paths := map[string]map[string][]byte{}
	for _, operation := range operations {
		if paths[operation.Path] == nil {
			paths[operation.Path] = map[string][]byte{}
		}
		paths[operation.Path][strings.ToLower(operation.Method)] = operation.text
		if operation.shared != nil {
			paths[operation.Path]["parameters"] = operation.shared
		}
	}
	return c.document.Part(paths)
}

// judgedBy returns a copy of the operation whose exchanges are judged by its twin in another
// document.
func (o *Operation) judgedBy(twin *Operation) *Operation {
	names := o.PathParameters()
	renamed := func(source openapi.Source) openapi.Source {
		if at := slices.Index(names, source.Name); at >= 0 && (source.In == "path" || source.In == "of") {
			source.Name = twin.PathParameters()[at]
		}
		return source
	}
	return &Operation{
		ID: o.ID, Method: o.Method, Path: twin.Path, Summary: twin.Summary, Tags: twin.Tags,
		Public: o.Public, Tokens: o.Tokens, Permissions: o.Permissions,
		Project: renamed(o.Project), Environment: renamed(o.Environment), Edition: o.Edition, Mode: o.Mode,
		AcceptsAnyContentType: o.AcceptsAnyContentType, allow: o.allow,
		contract: twin.contract, text: twin.text, shared: twin.shared,
	}
}

// Foreign reports whether the contract is a document that is not Unleash's, and is therefore served
// only by its own rules.
func (c *Contract) Foreign() bool { return c.foreign }

// realms are the parts of Unleash's API, with the kind of token that each takes.
var realms = []struct {
	under string
	token TokenKind
}{{"/api/admin", AdminToken}, {"/api/client", BackendToken}, {"/api/frontend", FrontendToken}}

// admitByTable sets who may use an operation of Unleash that the contract lacks. If its permissions
// are not known, an operation of the Admin API is for admins only. Outside the three APIs Unleash
// requires no token.
func (o *Operation) admitByTable() {
	o.Tokens, o.Permissions = nil, nil
	for _, realm := range realms {
		if o.Path == realm.under || strings.HasPrefix(o.Path, realm.under+"/") {
			o.Tokens = []TokenKind{realm.token}
		}
	}
	known, is := permissionsOf()[o.ID]
	o.Public = o.Tokens == nil
	switch {
	case o.Public:
		return
	case is:
		o.Permissions = known
	case o.Tokens[0] == AdminToken:
		o.Permissions, o.Edition = []Permission{Admin}, Enterprise
	default:
		o.Permissions = []Permission{None}
	}
	o.Project = o.named(project, "projectId", "project")
	o.Environment = o.named(environment, "environment", "environmentId")
}

// named returns the path parameter that names what a permission of a scope is needed for; it has one
// of the given names.
func (o *Operation) named(of scope, names ...string) openapi.Source {
	if !slices.ContainsFunc(o.Permissions, func(p Permission) bool { return p.scope() >= of }) {
		return openapi.Source{}
	}
	for _, name := range names {
		if slices.Contains(o.PathParameters(), name) {
			return openapi.Source{In: "path", Name: name}
		}
	}
	return openapi.Source{}
}

//go:embed permissions.txt
var permissionsText string

// permissionsOf returns the permissions of the operations of Unleash 8.2.0, by operationId.
var permissionsOf = sync.OnceValue(func() map[string][]Permission {
	out := map[string][]Permission{}
	var permissions []Permission
	for line := range strings.Lines(permissionsText) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t"):
			for _, id := range words {
				out[id] = permissions
			}
		default:
			permissions = nil
			for _, word := range words {
				permissions = append(permissions, Permission(word))
			}
		}
	}
	return out
})
