// Package projects has the faults of projects and environments.
package projects

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults are about projects and environments.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return []bend.Fault{
		{ID: "projects-none", Name: "no project is listed", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Set("/projects", "[]"))},
		{ID: "projects-no-favorites", Name: "people are not told whether a project is a favorite", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Drop("/projects/*/favorite"))},
		{ID: "projects-unhealthy", Name: "a project does not tell its health", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Drop("/projects/*/health"))},
		{ID: "projects-any-word", Name: "any word says whether archived projects are wanted", Operation: "getProjects", Standing: standing, Bend: bend.Query("archived", bend.Always("true"))},
		{ID: "project-without-environments", Name: "a project does not tell its environments", Operation: "getProjectOverview", Standing: standing, Bend: bend.OK(bend.Drop("/environments"))},
		{ID: "project-without-stats", Name: "a project has no statistics", Operation: "getProjectOverview", Standing: standing, Bend: bend.OK(bend.Drop("/stats"))},
		{ID: "project-missing-other-words", Name: "a project that is not there is reported in other words", Operation: "getProjectOverview", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Set("/message", `"No such project"`), bend.Set("/details/0/message", `"No such project"`))},
		{ID: "environments-unsorted", Name: "environments are not listed in their order", Operation: "getAllEnvironments", Standing: standing, Bend: bend.OK(bend.Edit("/environments", bend.Reversed))},
		{ID: "environments-uncounted", Name: "the tokens of environments are not counted", Operation: "getAllEnvironments", Standing: standing, Bend: bend.OK(bend.Drop("/environments/*/apiTokenCount"))},
		{ID: "environment-of-another-name", Name: "another environment is answered", Operation: "getEnvironment", Standing: standing, Bend: bend.OK(bend.Set("/name", `"other"`))},
		{ID: "environment-counted", Name: "a single environment tells what is in it", Operation: "getEnvironment", Standing: standing,
			Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("projectCount", bend.Scalar("1")) }))},
		{ID: "environment-missing-unnamed", Name: "an environment that is not there is not named", Operation: "getEnvironment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Set("/message", `"Could not find environment"`), bend.Set("/details/0/message", `"Could not find environment"`))},
		{ID: "environments-all-visible", Name: "every project sees every environment", Operation: "getProjectEnvironments", Standing: standing, Bend: bend.OK(bend.Set("/environments/*/visible", "true"))},
		{ID: "environments-none-visible", Name: "no project sees an environment", Operation: "getProjectEnvironments", Standing: standing, Bend: bend.OK(bend.Set("/environments/*/visible", "false"))},
		{ID: "environments-of-no-project", Name: "a project that is not there is not found", Operation: "getProjectEnvironments", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.OK(bend.Status(http.StatusNotFound)))},
	}
}
