// Package projects is what a run may leave behind of projects and environments.
package projects

import (
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

const (
	path             = "/api/admin/projects"
	environmentsPath = "/api/admin/environments"
)

// Resource is what bears a run's name. Only Unleash Enterprise makes and removes them.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{
			{Name: "project", Path: path, Named: true, List: path, Key: "/projects", Label: "/id", Swept: true},
			{Name: "environment", Path: environmentsPath, Named: true, List: environmentsPath, Key: "/environments", Label: "/name", Swept: true},
		},
	}
}
