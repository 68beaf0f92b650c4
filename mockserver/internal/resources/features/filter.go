package features

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// Filter says which flags are wanted, as a query sends it. A real server checks it after
// the schema (O).
type Filter struct {
	NamePrefix engine.Optional[any] `query:"namePrefix"`
	Tags       engine.Optional[any] `query:"tag"`
}

// Wanted is a filter that was checked.
type Wanted struct {
	NamePrefix string     // empty for any
	Tags       [][]string // type and value, one of which must match; nil for any
	Projects   []string   // nil, or containing a star, for any
	name       Pattern
}

var tagPattern = regexp.MustCompile(`[A-Za-z0-9_]:.`)

// Read returns the filter with the projects that are asked for, or refuses everything
// that is wrong with them.
func (f *Filter) Read(projects engine.Optional[any]) (*Wanted, error) {
	out := &Wanted{}
	m := metadata{}
	if f.Tags.Sent {
		if err := f.readTags(&m, out); err != nil {
			return nil, err
		}
	}
	if projects.Sent {
		readProjects(&m, projects.Value, out)
	}
	if f.NamePrefix.Sent {
		switch prefix, is := f.NamePrefix.Value.(string); {
		case !is:
			m.refuse("namePrefix", "must be a string", f.NamePrefix.Value)
		case prefix == "":
			m.refuse("namePrefix", "is not allowed to be empty", "")
		default:
			out.NamePrefix, out.name = prefix, Like(prefix)
		}
	}
	return out, m.err()
}

func (f *Filter) readTags(m *metadata, out *Wanted) error {
	if f.Tags.Value == "" {
		m.refuse("tag", "must be an array", "")
		return nil
	}
	list, is := f.Tags.Value.([]any)
	if !is {
		list = []any{f.Tags.Value}
	}
	for i, element := range list {
		name := fmt.Sprintf("tag[%d]", i)
		switch tag, is := element.(string); {
		case !is:
			m.refuse(name, "must be a string", element)
		case tag == "":
			m.refuse(name, "is not allowed to be empty", "")
		case !tagPattern.MatchString(tag):
			m.refuse(name, "with value "+string(v8json.Stringify(nil, tag))+" fails to match the tag pattern", tag)
		case strings.Count(tag, ":") > 1: // a real server answers 500
			return apierror.BadData("A tag is a type and a value with a colon between: " + tag)
		default:
			out.Tags = append(out.Tags, strings.SplitN(tag, ":", 2))
		}
	}
	return nil
}

func readProjects(m *metadata, sent any, out *Wanted) {
	if sent == "" {
		m.refuse("project", "must be an array", "")
		return
	}
	list, is := sent.([]any)
	if !is {
		list = []any{sent}
	}
	for i, element := range list {
		at := fmt.Sprintf("project[%d]", i)
		project, is := element.(string)
		if !is {
			m.refuse(at, "must be a string", element)
		} else if refusal, is := names.Check(at, project).(*apierror.Error); is {
			m.broken = append(m.broken, refusal.Details...)
		} else {
			out.Projects = append(out.Projects, project)
		}
	}
	if out.Projects == nil {
		m.refuse("project", "does not contain 1 required value(s)", list)
	}
}

// All reports whether every flag passes the filter.
func (w *Wanted) All() bool { return w.name == nil && w.Tags == nil && w.Projects == nil }

// Admits reports whether a flag of a project passes the filter.
func (w *Wanted) Admits(r engine.Reader, project, name string) bool {
	if w.name != nil && !w.name.Match(name) {
		return false
	}
	return w.Sees(project) && w.Tagged(r, name)
}

// Sees reports whether a project is asked for.
func (w *Wanted) Sees(project string) bool {
	return w.Projects == nil || slices.Contains(w.Projects, "*") || slices.Contains(w.Projects, project)
}

// Tagged reports whether a flag has one of the tags.
func (w *Wanted) Tagged(r engine.Reader, name string) bool {
	return w.Tags == nil || slices.ContainsFunc(tagsOf(r, name), func(tag *Tag) bool {
		return slices.ContainsFunc(w.Tags, func(wanted []string) bool { return wanted[0] == tag.Type && wanted[1] == tag.Value })
	})
}
