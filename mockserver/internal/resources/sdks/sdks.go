// Package sdks is the resource of what SDKs report: applications with their instances,
// and how often they were asked for flags.
package sdks

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// How much of what SDKs report is kept. Further applications and instances are ignored;
// of counts, the oldest hours are dropped.
const (
	maxApplications = 1000
	maxInstances    = 5000
	maxCounts       = 20000
	// maxParts is how many strategies an application has, in how many environments of
	// projects it uses flags, and how many variants a count has. More are ignored.
	maxParts = 1000
	// maxText is how many characters texts have that identify something. Things with longer
	// ones are ignored, as a real server cannot store them (O).
	maxText = 255
)

// Resource returns the resource. Each of its tables may take a number of bytes; 0 means no
// limit.
func Resource(bytes int) engine.Resource {
	return engine.Resource{
		Name:   "sdks",
		Tables: []engine.AnyTable{applications, instances, counts},
		Operations: engine.Operations{
			"registerClientApplication":          engine.Write(registerServer),
			"registerClientMetrics":              engine.Write(serverMetrics),
			"clientBulkMetrics":                  engine.Write(bulk),
			"registerFrontendClient":             engine.Read(registerBrowser),
			"registerFrontendMetrics":            engine.Write(browserMetrics),
			"getApplications":                    engine.Read(list),
			"getApplication":                     engine.Read(one),
			"deleteApplication":                  engine.Write(remove),
			"getApplicationEnvironmentInstances": engine.Read(instancesOf),
			"getFeatureUsageSummary":             engine.Read(summary),
			"getRawFeatureMetrics":               engine.Read(raw),
		},
		Bounds: []engine.Bound{
			{Table: applications.Name, Rows: maxApplications, Bytes: bytes},
			{Table: instances.Name, Rows: maxInstances, Bytes: bytes},
			{Table: counts.Name, Rows: maxCounts, Bytes: bytes},
		},
	}
}

// Usage is where an application uses flags: in a project, or a star for all, and in which
// environments.
type Usage struct {
	Project      string   `json:"project"`
	Environments []string `json:"environments"`
}

// Application is a program that uses an SDK.
type Application struct {
	Name       string    `json:"appName" state:",required"`
	Strategies []string  `json:"strategies"`
	Usage      []Usage   `json:"usage"`
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
	// Anonymous is true for an application that was first known from its counts. It has
	// no creator (O).
	Anonymous bool `json:"anonymous,omitzero"`
}

var applications = engine.NewTable(engine.Definition[Application]{
	Name: "applications", Singular: "application", Noun: "application",
	Key: func(a *Application) engine.Key { return engine.Text(a.Name) },
	Default: func(now time.Time) Application {
		return Application{Strategies: []string{}, Usage: []Usage{}, CreatedAt: now, UpdatedAt: now}
	},
})

// Instance is an SDK of an application, running somewhere.
type Instance struct {
	Application string    `json:"appName" state:",parent" parent:"appName"`
	Environment string    `json:"environment" state:",required"`
	ID          string    `json:"instanceId" state:",required"`
	SDK         string    `json:"sdkVersion,omitzero"`
	Type        string    `json:"sdkType,omitzero"`
	Address     string    `json:"clientIp,omitzero"`
	LastSeen    time.Time `json:"lastSeen"`
	CreatedAt   time.Time `json:"createdAt"`
}

var instances = engine.NewTable(engine.Definition[Instance]{
	Name: "instances", Singular: "instance", Noun: "instance",
	Key: func(i *Instance) engine.Key { return engine.Text(i.Application, i.Environment, i.ID) },
	Parent: &engine.Parent[Instance]{
		Table: applications.Name, Key: func(i *Instance) engine.Key { return engine.Text(i.Application) }, Nested: "instances",
	},
	Default: func(now time.Time) Instance { return Instance{CreatedAt: now, LastSeen: now} },
})

// Count is how often an application was asked for a flag within an hour.
type Count struct {
	Hour        time.Time        `json:"hour" state:",required"`
	Flag        string           `json:"featureName" state:",required"`
	Application string           `json:"appName" state:",required"`
	Environment string           `json:"environment" state:",required"`
	Yes         int64            `json:"yes"`
	No          int64            `json:"no"`
	Variants    map[string]int64 `json:"variants"`
}

var counts = engine.NewTable(engine.Definition[Count]{
	Name: "flagCounts", Singular: "flagCount", Noun: "count of a flag",
	Key: func(c *Count) engine.Key {
		return engine.Join(engine.Int(c.Hour.Unix()), engine.Text(c.Flag, c.Application, c.Environment))
	},
	Check: func(_ engine.Reader, c *Count) (field, complaint string) {
		switch {
		case c.Yes < 0:
			return "yes", "a count must be at least 0"
		case c.No < 0:
			return "no", "a count must be at least 0"
		}
		for _, count := range c.Variants {
			if count < 0 {
				return "variants", "a count must be at least 0"
			}
		}
		return "", ""
	},
})

// uses records in which projects an application uses flags, and reports whether that is
// new. An environment without a name stands for all of them (O).
func (a *Application) uses(projects []string, environment string) bool {
	environment = cmp.Or(environment, "*")
	before := 0
	for _, u := range a.Usage {
		before += len(u.Environments)
	}
	parts := before
	for _, project := range projects {
		if parts >= maxParts {
			break
		}
		at := slices.IndexFunc(a.Usage, func(u Usage) bool { return u.Project == project })
		if tooLong(project, environment) || at >= 0 && slices.Contains(a.Usage[at].Environments, environment) {
			continue
		}
		if parts == before { // until then it is that of the stored row
			a.Usage = slices.Clone(a.Usage)
		}
		if parts++; at < 0 {
			a.Usage = append(a.Usage, Usage{project, []string{environment}})
		} else {
			a.Usage[at].Environments = append(slices.Clip(a.Usage[at].Environments), environment)
		}
	}
	return parts > before
}

// Connected reports whether an application uses a project. One that uses all projects does not
// count (O).
func Connected(view *engine.View, project string) bool {
	return slices.ContainsFunc(applications.All(view), func(a *Application) bool {
		return slices.ContainsFunc(a.Usage, func(u Usage) bool { return u.Project == project })
	})
}

// tooLong reports whether one of the texts has more than maxText characters.
func tooLong(texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return utf8.RuneCountInString(text) > maxText })
}
