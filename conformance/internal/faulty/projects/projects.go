// Package projects has the faults of projects and environments.
package projects

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Faults lists the faults of projects and environments.
func Faults() []bend.Fault {
	const standing = spec.Observed
	return []bend.Fault{
		{ID: "projects-none", Name: "lists no projects", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Set("/projects", "[]"))},
		{ID: "projects-no-favorites", Name: "omits favorite from projects that a user lists", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Drop("/projects/*/favorite"))},
		{ID: "projects-unhealthy", Name: "omits the health of projects", Operation: "getProjects", Standing: standing, Bend: bend.OK(bend.Drop("/projects/*/health"))},
		{ID: "projects-any-word", Name: "reads any value of archived as true", Operation: "getProjects", Standing: standing, Bend: bend.Query("archived", bend.Always("true"))},
		{ID: "project-without-environments", Name: "omits the environments of a project", Operation: "getProjectOverview", Standing: standing, Bend: bend.OK(bend.Drop("/environments"))},
		{ID: "project-without-stats", Name: "omits the statistics of a project", Operation: "getProjectOverview", Standing: standing, Bend: bend.OK(bend.Drop("/stats"))},
		{ID: "project-missing-other-words", Name: "words the 404 for an unknown project differently", Operation: "getProjectOverview", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Set("/message", `"No such project"`), bend.Set("/details/0/message", `"No such project"`))},
		{ID: "environments-unsorted", Name: "lists environments in reverse order", Operation: "getAllEnvironments", Standing: standing, Bend: bend.OK(bend.Edit("/environments", bend.Reversed))},
		{ID: "environments-uncounted", Name: "omits apiTokenCount from environments", Operation: "getAllEnvironments", Standing: standing, Bend: bend.OK(bend.Drop("/environments/*/apiTokenCount"))},
		{ID: "environment-of-another-name", Name: "answers with another environment's name", Operation: "getEnvironment", Standing: standing, Bend: bend.OK(bend.Set("/name", `"other"`))},
		{ID: "environment-counted", Name: "adds projectCount to a single environment", Operation: "getEnvironment", Standing: standing,
			Bend: bend.OK(bend.Whole(func(body *bend.Value) { body.Put("projectCount", bend.Scalar("1")) }))},
		{ID: "environment-missing-unnamed", Name: "does not name the environment in a 404", Operation: "getEnvironment", Standing: standing,
			Bend: bend.When(bend.Answered(http.StatusNotFound), bend.Set("/message", `"Could not find environment"`), bend.Set("/details/0/message", `"Could not find environment"`))},
		{ID: "environments-all-visible", Name: "shows every environment as visible", Operation: "getProjectEnvironments", Standing: standing, Bend: bend.OK(bend.Set("/environments/*/visible", "true"))},
		{ID: "environments-none-visible", Name: "shows no environment as visible", Operation: "getProjectEnvironments", Standing: standing, Bend: bend.OK(bend.Set("/environments/*/visible", "false"))},
		{ID: "environments-of-no-project", Name: "answers 404 for an unknown project", Operation: "getProjectEnvironments", Standing: standing,
			Bend: bend.When(func(x *bend.Exchange) bool { return x.Params[0] != "default" }, bend.OK(bend.Status(http.StatusNotFound)))},
	}
}
