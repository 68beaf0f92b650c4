// Package projects has the projects and environments that a run may leave behind.
package projects

import (
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

const (
	path             = "/api/admin/projects"
	environmentsPath = "/api/admin/environments"
)

// Resource returns what may have a run's name. Only Unleash Enterprise creates and removes
// projects and environments.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{
			{Name: "project", Path: path, Named: true, List: path, Key: "/projects", Label: "/id", Swept: true},
			{Name: "environment", Path: environmentsPath, Named: true, List: environmentsPath, Key: "/environments", Label: "/name", Swept: true},
		},
	}
}
