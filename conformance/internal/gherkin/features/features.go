// Package features has what scenarios need for flags and their strategies.
package features

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

const (
	// ArchivePath is where archived flags are deleted.
	ArchivePath = "/api/admin/archive"

	search   = "/api/admin/search/features?limit=100&query=" + ledger.NamePrefix
	archived = search + "&archived=IS%3Atrue"
)

// Path returns where the flags of a project are listed and created.
func Path(project string) string { return "/api/admin/projects/" + project + "/features" }

// Resource returns what scenarios need that create flags in a project.
func Resource(project string) gherkin.Resource {
	path := Path(project)
	archive := &ledger.Kind{
		Settling: 5 * time.Second, // the process of a real server may exit if that follows at once (O)
		Name:     "archived flag", Path: ArchivePath, CalledAt: []string{ArchivePath + "/revive"}, Named: true,
		List: archived, Key: "/features", Label: "/name", Paged: true, Fitted: true, Swept: true,
	}
	flags := &ledger.Kind{
		Name: "flag", Path: path, Also: []string{path + "/*/clone"}, CalledAt: []string{"/api/admin/features", path + "/*/dependencies"}, Named: true,
		Bin: archive, List: search, Key: "/features", Label: "/name", PathOf: projectOf, Instead: path, Paged: true, Fitted: true, Swept: true,
		Counted: true, Limit: "featureFlags", Total: "/api/admin/search/features?limit=1",
	}
	return gherkin.Resource{
		Kinds: []*ledger.Kind{
			flags,
			archive,
			{Name: "tag", Path: tagsPath, CalledAt: []string{"/api/admin/features/*/tags/*"}, Named: true, List: tagsPath, Key: "/tags", Label: "/value", PathOf: typeOf, Swept: true},
			{Name: "strategy", Path: path + "/*/environments/*/strategies", Attached: true},
		},
		Steps: []gherkin.Step{
			{Sentence: `a flag "([^"]+)"`, Makes: flags, Needs: []string{plan.Project}, Bind: func(w *gherkin.World) any { return flag{w}.given }},
			{Sentence: `a flag "([^"]+)" that is on, with a variant for each strategy`, Makes: flags, Needs: []string{plan.Project, plan.Environment}, Bind: func(w *gherkin.World) any { return flag{w}.on }},
			{Sentence: `archived flags may be deleted`, Bind: func(w *gherkin.World) any {
				return func(ctx context.Context) error { return w.Settle(ctx, archive) }
			}},
			{Sentence: `a strategy "([^"]+)" of "([^"]+)"`, Needs: []string{plan.Project, plan.Environment}, Bind: func(w *gherkin.World) any { return strategy{w}.given }},
		},
	}
}

// projectOf returns the path of the flags of a found flag's project; empty if none is stated. A project
// without a name gives a path that cannot be used.
func projectOf(entry any) string {
	value, _ := jsonvalue.At(entry, "/project")
	if project, is := value.(string); is {
		return Path(url.PathEscape(project))
	}
	return ""
}

// tagsPath is where all tags are listed. Below it, a tag is removed by its type and value.
const tagsPath = "/api/admin/tags"

// typeOf returns the path below which a tag is removed by its value.
func typeOf(entry any) string {
	return tagsPath + "/" + url.PathEscape(jsonvalue.String(entry, "/type"))
}

type flag struct{ *gherkin.World }

// given creates a flag and keeps the response.
func (w flag) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, Path(w.Place().Project), fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify."}`, w.FlagName(name)))
}

// on creates a flag and adds the strategies of a table, each the JSON of what is not the default,
// with a variant that shows which of them applied. Then it switches the flag on.
func (w flag) on(ctx context.Context, name string, rows *godog.Table) error {
	if err := w.given(ctx, name); err != nil {
		return err
	}
	for _, row := range rows.Rows {
		variant := map[string]any{"name": row.Cells[0].Value, "weight": 1000, "weightType": "variable", "stickiness": "default"}
		body := map[string]any{"name": "flexibleRollout", "variants": []any{variant}}
		if err := json.Unmarshal([]byte(row.Cells[1].Value), &body); err != nil {
			return fmt.Errorf("the strategy %s: %w", row.Cells[0].Value, err)
		}
		if _, err := post(ctx, w.World, name, "strategies", jsonvalue.Text(body)); err != nil {
			return err
		}
	}
	_, err := post(ctx, w.World, name, "on", "")
	return err
}

type strategy struct{ *gherkin.World }

// given adds a strategy to a flag in the run's environment and keeps the response.
func (w strategy) given(ctx context.Context, name, flag string) error {
	added, err := post(ctx, w.World, flag, "strategies", `{"name":"flexibleRollout"}`)
	if err == nil {
		w.Keep(name, added.Value)
	}
	return err
}

// post sends what prepares a flag in the run's environment.
func post(ctx context.Context, w *gherkin.World, flag, below, body string) (*target.Exchange, error) {
	place := w.Place()
	path, err := w.Path(ctx, http.MethodPost, Path(place.Project)+"/<"+flag+".name>/environments/"+place.Environment+"/"+below)
	if err != nil {
		return nil, err
	}
	return w.Prepare(ctx, gherkin.Preparation{Path: path, Body: body, Secret: w.Admin(), Actor: "admin", Status: http.StatusOK})
}
