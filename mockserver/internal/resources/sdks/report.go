package sdks

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// Types of SDKs.
const (
	server  = "backend"
	browser = "frontend"
)

// sdk is what an SDK says it is.
type sdk struct {
	Application string `json:"appName"`
	Instance    string `json:"instanceId"`
	Version     string `json:"sdkVersion"`
}

type registration struct {
	sdk
	Strategies []string `json:"strategies"`
	_          struct{} `ignored:"platformName,platformVersion,yggdrasilVersion,specVersion,sdkFlavor,sdkFlavorVersion,interval,started"`
}

// unleashVersion is the version of Unleash that a registration is answered.
const unleashVersion = "8.2.0"

func registerServer(tx *engine.Tx, in registration) (engine.Answer[engine.None], error) {
	out := engine.Answer[engine.None]{Header: http.Header{"X-Unleash-Version": {unleashVersion}}}
	return out, in.seen(tx, server, tx.Identity.Projects, in.Strategies)
}

type browserRegistration struct {
	registration
	_ struct{} `ignored:"environment"`
}

// registerBrowser takes a registration and drops it (O).
func registerBrowser(*engine.View, browserRegistration) (engine.Answer[engine.Line], error) {
	return engine.OK(engine.Line("OK"))
}

// seen keeps an application and its instance. Projects of nil are all of them, strategies of nil
// say nothing of those that it knows.
func (s *sdk) seen(tx *engine.Tx, kind string, projects, strategies []string) error {
	before := applications.Get(tx, engine.Text(s.Application))
	if before == nil && applications.Held(tx) >= maxApplications {
		return nil
	}
	after := Application{Name: s.Application, Strategies: []string{}, Usage: []Usage{}, CreatedAt: tx.Stamp()}
	if before != nil {
		after = *before
	}
	after.UpdatedAt = tx.Stamp()
	changed := before == nil
	if len(projects) == 0 {
		projects = []string{"*"}
	}
	for _, project := range projects {
		changed = after.uses(project, tx.Identity.Environment) || changed
	}
	if strategies != nil {
		changed = changed || !slices.Equal(after.Strategies, strategies)
		after.Strategies = strategies
	}
	var err error
	switch {
	case before == nil:
		err = applications.Insert(tx, &after)
	case changed:
		err = applications.Update(tx, before, &after)
	}
	if err != nil {
		return err
	}
	return s.instanceSeen(tx, kind)
}

func (s *sdk) instanceSeen(tx *engine.Tx, kind string) error {
	after := Instance{
		Application: s.Application, Environment: tx.Identity.Environment, ID: cmp.Or(s.Instance, "default"), SDK: s.Version, Type: kind,
		LastSeen: tx.Stamp(), CreatedAt: tx.Stamp(),
	}
	if tx.Address != nil {
		after.Address = tx.Address()
	}
	before := instances.Get(tx, engine.Text(after.Application, after.Environment, after.ID))
	switch {
	case before != nil:
		after.CreatedAt, after.SDK = before.CreatedAt, cmp.Or(after.SDK, before.SDK)
		return instances.Update(tx, before, &after)
	case instances.Held(tx) < maxInstances:
		return instances.Insert(tx, &after)
	}
	return nil
}

// asked is how often a flag was asked for.
type asked struct {
	Yes      int64            `json:"yes"`
	No       int64            `json:"no"`
	Variants map[string]int64 `json:"variants"`
}

type bucket struct {
	Flags map[string]asked `json:"toggles"`
}

type metricsIn struct {
	sdk
	Bucket *bucket  `json:"bucket"`
	_      struct{} `ignored:"platformName,platformVersion,yggdrasilVersion,specVersion,sdkFlavor,sdkFlavorVersion"`
}

// keep keeps what an SDK tells.
func (in *metricsIn) keep(tx *engine.Tx, kind string) error {
	if err := in.seen(tx, kind, tx.Identity.Projects, nil); err != nil || in.Bucket == nil {
		return err
	}
	for _, flag := range slices.Sorted(maps.Keys(in.Bucket.Flags)) {
		if err := count(tx, flag, in.Application, in.Bucket.Flags[flag]); err != nil {
			return err
		}
	}
	return nil
}

// count adds to the count of this hour. Flags that are not known are not counted (O).
func count(tx *engine.Tx, flag, application string, told asked) error {
	if features.Get(tx, flag) == nil {
		return nil
	}
	key := Count{Hour: tx.Stamp().Truncate(time.Hour), Flag: flag, Application: application, Environment: tx.Identity.Environment}
	before := counts.Get(tx, counts.Key(&key))
	after := key
	if before != nil {
		after = *before
	}
	after.Yes, after.No, after.Variants = after.Yes+told.Yes, after.No+told.No, maps.Clone(after.Variants)
	if after.Variants == nil {
		after.Variants = map[string]int64{}
	}
	for name, times := range told.Variants {
		after.Variants[name] += times
	}
	if before == nil {
		return counts.Insert(tx, &after)
	}
	return counts.Update(tx, before, &after)
}

// unannounced takes back the headers of the limit on requests, which an answer to metrics
// does not have (O).
func unannounced() engine.Answer[engine.None] {
	return engine.Answer[engine.None]{Header: http.Header{
		"Ratelimit-Policy": nil, "Ratelimit-Limit": nil, "Ratelimit-Remaining": nil, "Ratelimit-Reset": nil,
	}}
}

func serverMetrics(tx *engine.Tx, in metricsIn) (engine.Answer[engine.None], error) {
	return unannounced(), in.keep(tx, server)
}

func browserMetrics(tx *engine.Tx, in metricsIn) (engine.Answer[engine.Line], error) {
	return engine.Answer[engine.Line]{Value: "OK"}, in.keep(tx, browser)
}

type bulkIn struct {
	Applications []bulkApplication `json:"applications"`
	Metrics      []bulkCount       `json:"metrics"`
	_            struct{}          `ignored:"impactMetrics,seenTokens"`
}

type bulkApplication struct {
	sdk
	Strategies []string `json:"strategies"`
	Projects   []string `json:"projects"`
	Started    any      `json:"started"`
	Interval   *float64 `json:"interval"`
}

type bulkCount struct {
	Flag        string `json:"featureName"`
	Application string `json:"appName"`
	Environment string `json:"environment"`
	asked
}

// Check refuses applications without what a registration needs, as a real server does
// without a word (O).
func (in *bulkIn) Check() error {
	for i := range in.Applications {
		switch one := &in.Applications[i]; {
		case one.Started == nil:
			return apierror.BadProperty("started", "is required", "")
		case one.Interval == nil:
			return apierror.BadProperty("interval", "is required", "")
		}
	}
	return nil
}

// bulk keeps what Edge reports about the SDKs behind it. Counts of another environment than the
// token's are passed over (O).
func bulk(tx *engine.Tx, in bulkIn) (out engine.Answer[engine.None], err error) {
	for i := range in.Applications {
		one := &in.Applications[i]
		if err := one.seen(tx, server, one.Projects, append([]string{}, one.Strategies...)); err != nil {
			return out, err
		}
	}
	for i := range in.Metrics {
		if one := &in.Metrics[i]; one.Environment == tx.Identity.Environment {
			if err := count(tx, one.Flag, one.Application, one.asked); err != nil {
				return out, err
			}
		}
	}
	return unannounced(), nil
}
