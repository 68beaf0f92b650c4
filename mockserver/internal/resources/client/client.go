// Package client is the resource of the Client API, from which server SDKs get flags with
// their strategies, and the changes to them.
package client

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/configuration"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
)

// Resource returns the resource.
func Resource() engine.Resource {
	return engine.Resource{
		Name:   "client",
		Tables: []engine.AnyTable{revisions},
		Operations: engine.Operations{
			"getAllClientFeatures": engine.Read(all),
			"getClientFeature":     engine.Read(one),
			"getDelta":             engine.Read(delta),
			"streamDelta":          engine.Stream(follow),
		},
		Listen: listen,
	}
}

// Configuration returns what SDKs get of an identity's environment and projects; if its
// projects are nil, of all projects.
func Configuration(view *engine.View, identity *engine.Identity) *configuration.Configuration {
	environment := identity.Environment
	key := fmt.Sprintf("client %q %q", environment, identity.Projects)
	return engine.Derived(view, key, Revision(view, environment), func() *configuration.Configuration {
		return configuration.Of(view, environment, identity.Sees)
	})
}

// inlined is Configuration for SDKs that do not know segments: strategies then contain the
// segments' constraints.
func inlined(view *engine.View, identity *engine.Identity) (*configuration.Configuration, error) {
	key := fmt.Sprintf("client inlined %q %q", identity.Environment, identity.Projects)
	most := view.MaxAnswer()
	found := engine.Derived(view, key, Revision(view, identity.Environment), func() *configuration.Configuration {
		return Configuration(view, identity).Inlined(most)
	})
	if found == nil {
		return nil, apierror.Unavailable(fmt.Sprintf("With the segments in each strategy that uses them, the flags take more than %d bytes. An SDK that knows segments gets them once.", most))
	}
	return found, nil
}

func configurationFor(view *engine.View, inline bool) (*configuration.Configuration, error) {
	if inline {
		return inlined(view, &view.Identity)
	}
	return Configuration(view, &view.Identity), nil
}

type allIn struct {
	features.Filter
	Project engine.Optional[any] `query:"project"`
	Spec    string               `header:"Unleash-Client-Spec"`
	Match   string               `header:"If-None-Match"`
	_       struct{}             `ignored:"query environment"`
}

// asked returns the projects that are asked for. Only a token for all projects leaves
// that choice (O).
func asked(view *engine.View, projects engine.Optional[any]) engine.Optional[any] {
	if view.Identity.Projects != nil {
		return engine.Optional[any]{}
	}
	return projects
}

// segmentsSince is the first version of the client specification with which SDKs know
// segments.
const segmentsSince = "v4.2.0"

// tooLarge matches a number that JavaScript does not hold exactly; versions contain none.
var tooLarge = regexp.MustCompile(`^[^-+]*[0-9]{17}`)

// knowsSegments reports whether an SDK that follows a version of the client specification
// knows segments. A version that is not strictly valid is a 400.
func knowsSegments(version string) (bool, error) {
	switch {
	case version == "":
		return false, nil
	case version[0] < '0' || version[0] > '9':
		return false, apierror.BadData(fmt.Sprintf("Invalid prefix in the Unleash-Client-Spec header: \"%s\".", version))
	case !semver.IsValid("v"+version) || tooLarge.MatchString(version) || strings.Count(strings.FieldsFunc(version, func(c rune) bool { return c == '-' || c == '+' })[0], ".") != 2:
		return false, apierror.BadData(fmt.Sprintf("Invalid SemVer in the Unleash-Client-Spec header: \"%s\".", version))
	}
	return semver.Compare("v"+version, segmentsSince) >= 0, nil
}

func all(view *engine.View, in allIn) (out engine.Answer[*respond.Prepared], err error) {
	segments, err := knowsSegments(in.Spec)
	if err != nil {
		return out, err
	}
	wanted, err := in.Read(asked(view, in.Project))
	if err != nil {
		return out, err
	}
	identity := &view.Identity
	projects := identity.Projects
	if projects == nil {
		projects = wanted.Projects
	}
	q := &query{Wanted: wanted, Projects: projects, Environment: identity.Environment, Inline: !segments}
	revision := Revision(view, identity.Environment)
	hash := q.hash()
	out.ETag = fmt.Sprintf(`"%s:%d:v1"`, hash, revision)
	if in.Match == out.ETag {
		return engine.Answer[*respond.Prepared]{Status: http.StatusNotModified, Header: ratelimit.Unannounced()}, nil
	}
	key := fmt.Sprintf("client answer %q %q %t", q.Environment, q.Projects, q.Inline)
	if made, is := engine.Made[*respond.Prepared](view, key, revision); is && wanted.All() {
		out.Value = made
		return out, nil
	}
	found, err := configurationFor(view, q.Inline)
	if err != nil {
		return out, err
	}
	if !wanted.All() { // filters that clients make up are not cached
		filtered := *found
		filtered.Features = slices.DeleteFunc(slices.Clone(found.Features), func(f configuration.Feature) bool { return !wanted.Admits(view, f.Project, f.Name) })
		if err := view.ReserveFor(&filtered); err != nil {
			return out, err
		}
		out.Value = q.answer(&filtered, revision, hash, out.ETag)
		return out, nil
	}
	out.Value = engine.Derived(view, key, revision, func() *respond.Prepared {
		_ = view.ReserveFor(found) // others need the answer even if this request ends
		return q.answer(found, revision, hash, out.ETag)
	})
	return out, nil
}

// answer writes the answer, with keys in the order of a real server.
func (q *query) answer(found *configuration.Configuration, revision int64, hash, etag string) *respond.Prepared {
	out := engine.Append([]byte(`{"version":2,"features":`), &found.Features)
	out = append(append(out, `,"query":`...), q.json()...)
	if !q.Inline {
		out = engine.Append(append(out, `,"segments":`...), &found.Segments)
	}
	meta := v8json.NewObject()
	meta.Set("revisionId", float64(revision))
	meta.Set("etag", etag)
	meta.Set("queryHash", hash)
	out = v8json.Stringify(append(out, `,"meta":`...), meta)
	return respond.Prepare(append(out, '}'))
}

func (q *query) json() []byte {
	out := v8json.NewObject()
	if q.Tags != nil {
		tags := make([]any, len(q.Tags))
		for i, tag := range q.Tags {
			tags[i] = []any{tag[0], tag[1]}
		}
		out.Set("tag", tags)
	}
	if q.Projects != nil {
		projects := make([]any, len(q.Projects))
		for i, project := range q.Projects {
			projects[i] = project
		}
		out.Set("project", projects)
	}
	if q.NamePrefix != "" {
		out.Set("namePrefix", q.NamePrefix)
	}
	out.Set("environment", q.Environment)
	out.Set("inlineSegmentConstraints", q.Inline)
	return v8json.Stringify(nil, out)
}

type oneIn struct {
	Name string `path:"featureName"`
	features.Filter
	Query map[string]any `queries:""` // the document does not name project here
	Spec  string         `header:"Unleash-Client-Spec"`
}

func one(view *engine.View, in oneIn) (out engine.Answer[*configuration.Feature], err error) {
	segments, err := knowsSegments(in.Spec)
	if err != nil {
		return out, err
	}
	project, sent := in.Query["project"]
	wanted, err := in.Read(asked(view, engine.Optional[any]{Value: project, Sent: sent}))
	if err != nil {
		return out, err
	}
	found, err := configurationFor(view, !segments)
	if err != nil {
		return out, err
	}
	for i := range found.Features {
		if found.Features[i].Name == in.Name && wanted.Sees(found.Features[i].Project) && wanted.Tagged(view, in.Name) {
			return engine.OK(&found.Features[i])
		}
	}
	return out, apierror.Missing("Could not find feature flag %s", in.Name)
}
