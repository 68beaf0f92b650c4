// Package features is what scenarios need of flags and their strategies.
package features

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

const (
	// Path is where flags are listed and made.
	Path = "/api/admin/projects/default/features"
	// ArchivePath is where archived flags are deleted.
	ArchivePath = "/api/admin/archive"

	archived   = "/api/admin/search/features?archived=IS%3Atrue&limit=100&query=" + ledger.NamePrefix
	strategies = "/environments/development/strategies"
)

// Resource is what scenarios need.
func Resource() gherkin.Resource {
	archive := &ledger.Kind{
		Settling: 5 * time.Second, // a real server may end when that follows at once (O)
		Name:     "archived flag", Path: ArchivePath, CalledAt: []string{ArchivePath + "/revive"}, Named: true,
		List: archived, Key: "/features", Label: "/name", Swept: true,
	}
	return gherkin.Resource{
		Kinds: []*ledger.Kind{
			{
				Name: "flag", Path: Path, Also: []string{Path + "/*/clone"}, CalledAt: []string{"/api/admin/features", Path + "/*/dependencies"}, Named: true,
				Bin: archive, List: Path, Key: "/features", Label: "/name", Swept: true,
			},
			archive,
			{Name: "strategy", Path: Path + "/*/environments/*/strategies", Attached: true},
		},
		Steps: []gherkin.Step{
			{Sentence: `a flag "([^"]+)"`, Bind: func(w *gherkin.World) any { return flag{w}.given }},
			{Sentence: `a strategy "([^"]+)" of "([^"]+)"`, Bind: func(w *gherkin.World) any { return strategy{w}.given }},
		},
	}
}

type flag struct{ *gherkin.World }

// given makes a flag and keeps the answer.
func (w flag) given(ctx context.Context, name string) error {
	return w.PrepareAsAdmin(ctx, name, Path, fmt.Sprintf(`{"name":%q,"description":"Made by unleash-mock verify."}`, w.OwnName(name)))
}

type strategy struct{ *gherkin.World }

// given adds a strategy to a flag in the environment development and keeps the answer.
func (w strategy) given(ctx context.Context, name, flag string) error {
	path, err := w.Path(ctx, http.MethodPost, Path+"/<"+flag+".name>"+strategies)
	if err != nil {
		return err
	}
	added, err := w.Prepare(ctx, gherkin.Preparation{Path: path, Body: `{"name":"flexibleRollout"}`, Secret: w.Admin(), Actor: "admin", Status: http.StatusOK})
	if err == nil {
		w.Keep(name, added.Value)
	}
	return err
}
