package sdks

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// The types of SDKs.
const (
	server  = "backend"
	browser = "frontend"
)

// sdk is how an SDK identifies itself.
type sdk struct {
	Application string                  `json:"appName"`
	Instance    string                  `json:"instanceId"`
	Version     engine.Optional[string] `json:"sdkVersion"`
}

type registration struct {
	sdk
	Strategies []string `json:"strategies"`
	Started    any      `json:"started"`
	Interval   float64  `json:"interval"`
	_          struct{} `ignored:"body platformName,platformVersion,yggdrasilVersion,specVersion,sdkFlavor,sdkFlavorVersion"`
}

type serverRegistration struct{ registration }

// unleashVersion is the version of Unleash that the answer to a registration names.
const unleashVersion = "8.2.0"

func registerServer(tx *engine.Tx, in serverRegistration) (engine.Answer[engine.None], error) {
	out := engine.Answer[engine.None]{Header: http.Header{"X-Unleash-Version": {unleashVersion}}}
	return out, in.seen(tx, sighting{
		kind: server, environment: tx.Identity.Environment, projects: tx.Identity.Projects, strategies: known(in.Strategies), address: addressOf(tx),
	})
}

// known returns the strategies that an SDK knows, as far as there is room. Those without a
// name do not count (O).
func known(strategies []string) []string {
	out := []string{}
	for _, name := range strategies {
		if name != "" && len(out) < maxParts {
			out = append(out, name)
		}
	}
	return out
}

type browserRegistration struct {
	registration
	_ struct{} `ignored:"body environment"`
}

// registerBrowser accepts a registration and drops it (O).
func registerBrowser(*engine.View, browserRegistration) (engine.Answer[engine.Line], error) {
	return engine.OK(engine.Line("OK"))
}

// sighting says how an SDK was seen. Nil projects stand for all projects; nil strategies
// mean that it did not say which it knows. kind is empty for an SDK that only sends
// counts.
type sighting struct {
	kind, environment    string
	projects, strategies []string
	address              string
}

func addressOf(tx *engine.Tx) string {
	if tx.Address == nil {
		return ""
	}
	return tx.Address()
}

// seen stores an application and its instance, if there is room for them.
func (s *sdk) seen(tx *engine.Tx, how sighting) error {
	if tooLong(s.Application) {
		return nil
	}
	before := applications.Get(tx, engine.Text(s.Application))
	after := Application{Name: s.Application, Strategies: []string{}, Usage: []Usage{}, CreatedAt: tx.Stamp(), Anonymous: how.kind == ""}
	if before != nil {
		after = *before
	}
	after.UpdatedAt = tx.Stamp()
	if len(how.projects) == 0 && (before == nil || how.kind != "") {
		how.projects = []string{"*"}
	}
	changed := after.uses(how.projects, how.environment) || before == nil
	if how.strategies != nil {
		changed = changed || !slices.Equal(after.Strategies, how.strategies)
		after.Strategies = how.strategies
	}
	var err error
	switch fits := changed && applications.Fits(tx, before, &after); {
	case before == nil && !fits:
		return nil
	case before == nil:
		err = applications.Insert(tx, &after)
	case fits:
		err = applications.Update(tx, before, &after)
	}
	if err != nil {
		return err
	}
	return s.instanceSeen(tx, how)
}

func (s *sdk) instanceSeen(tx *engine.Tx, how sighting) error {
	after := Instance{
		Application: s.Application, Environment: how.environment, ID: cmp.Or(s.Instance, "default"), SDK: s.Version.Value, Type: how.kind,
		LastSeen: tx.Stamp(), CreatedAt: tx.Stamp(), Address: how.address,
	}
	before := instances.Get(tx, engine.Text(after.Application, after.Environment, after.ID))
	if before != nil {
		after.CreatedAt, after.SDK, after.Type = before.CreatedAt, cmp.Or(after.SDK, before.SDK), cmp.Or(after.Type, before.Type)
	}
	switch {
	case tooLong(after.Environment, after.ID, after.SDK, after.Address), !instances.Fits(tx, before, &after):
		return nil
	case before == nil:
		return instances.Insert(tx, &after)
	}
	return instances.Update(tx, before, &after)
}

// asked is how often a flag was asked for, as an SDK counts it.
type asked struct {
	Yes      float64            `json:"yes"`
	No       float64            `json:"no"`
	Variants map[string]float64 `json:"variants"`
}

type bucket struct {
	Start any              `json:"start"`
	Stop  any              `json:"stop"`
	Flags map[string]asked `json:"toggles"`
}

type metricsIn struct {
	sdk
	Bucket *bucket  `json:"bucket"`
	_      struct{} `ignored:"body platformName,platformVersion,yggdrasilVersion,specVersion,sdkFlavor,sdkFlavorVersion"`
}

// keep stores what an SDK has counted.
func (in *metricsIn) keep(tx *engine.Tx) error {
	if in.Bucket == nil {
		return nil
	}
	for _, flag := range slices.Sorted(maps.Keys(in.Bucket.Flags)) {
		if err := count(tx, flag, in.Application, in.Bucket.Flags[flag]); err != nil {
			return err
		}
	}
	return nil
}

// count adds to the count of this hour. Fractions are rounded. Unknown flags, and flags
// that were not asked for, are not counted (O).
func count(tx *engine.Tx, flag, application string, counted asked) error {
	if features.Get(tx, flag) == nil || counted.Yes == 0 && counted.No == 0 || tooLong(application) {
		return nil
	}
	if err := features.Seen(tx, flag, tx.Identity.Environment); err != nil {
		return err
	}
	key := Count{Hour: tx.Stamp().Truncate(time.Hour), Flag: flag, Application: application, Environment: tx.Identity.Environment}
	before := counts.Get(tx, counts.Key(&key))
	after := key
	if before != nil {
		after = *before
	}
	after.Yes, after.No, after.Variants = sum(after.Yes, whole(counted.Yes)), sum(after.No, whole(counted.No)), maps.Clone(after.Variants)
	if after.Variants == nil {
		after.Variants = map[string]int64{}
	}
	for _, name := range slices.Sorted(maps.Keys(counted.Variants)) {
		if before, known := after.Variants[name]; known || len(after.Variants) < maxParts && !tooLong(name) {
			after.Variants[name] = sum(before, whole(counted.Variants[name]))
		}
	}
	if before == nil {
		return counts.Insert(tx, &after)
	}
	return counts.Update(tx, before, &after)
}

// whole rounds a count, which may be sent as any number (O).
func whole(count float64) int64 { return int64(min(math.Round(count), apierror.MaxSafe)) }

// sum adds counts, up to the largest safe number.
func sum(count, more int64) int64 {
	return min(min(count, apierror.MaxSafe)+min(more, apierror.MaxSafe), apierror.MaxSafe)
}

type serverMetricsIn struct{ metricsIn }

// serverMetrics stores counts. The answer has no rate limit headers (O).
func serverMetrics(tx *engine.Tx, in serverMetricsIn) (out engine.Answer[engine.None], err error) {
	in.Version.Value = "" // ignored (O)
	err = in.seen(tx, sighting{environment: tx.Identity.Environment, address: addressOf(tx)})
	if err != nil {
		return out, err
	}
	out.Header = ratelimit.Unannounced()
	return out, in.keep(tx)
}

type browserMetricsIn struct {
	metricsIn
	SDK string `undeclared:"Unleash-SDK"`
}

// browserMetrics stores counts, and the SDK as well if it names itself and its instance
// (O).
func browserMetrics(tx *engine.Tx, in browserMetricsIn) (out engine.Answer[engine.Line], err error) {
	if in.Instance != "" && in.SDK != "" {
		in.Version.Value = in.SDK
		err = in.seen(tx, sighting{kind: browser, environment: tx.Identity.Environment, projects: tx.Identity.Projects})
		if err != nil {
			return out, err
		}
	}
	out.Value = "OK"
	return out, in.keep(tx)
}

type bulkIn struct {
	Applications []bulkApplication `json:"applications"`
	Metrics      []bulkCount       `json:"metrics"`
	_            struct{}          `ignored:"body impactMetrics,seenTokens"`
}

type bulkApplication struct {
	sdk
	Environment engine.Optional[*string] `json:"environment"`
	Kind        string                   `json:"sdkType"`
	Strategies  []string                 `json:"strategies"`
	Projects    []string                 `json:"projects"`
	Started     any                      `json:"started"`
	Interval    *float64                 `json:"interval"`
}

// isBrowser reports whether an SDK runs in a web page. Less is reported about those (O).
func (a *bulkApplication) isBrowser() bool { return a.Kind == browser && a.Version.Sent }

type bulkCount struct {
	Flag        string `json:"featureName"`
	Application string `json:"appName"`
	Environment string `json:"environment"`
	Timestamp   any    `json:"timestamp"`
	asked
}

// bulk stores what Edge reports about the SDKs behind it, in their environments. Counts
// of an environment other than the token's are ignored, and so is anything without an
// application (O).
func bulk(tx *engine.Tx, in bulkIn) (out engine.Answer[engine.None], err error) {
	for i := range in.Applications {
		one := &in.Applications[i]
		if one.Application == "" {
			continue
		}
		how := sighting{kind: server, environment: tx.Identity.Environment, projects: one.Projects, strategies: known(one.Strategies), address: addressOf(tx)}
		if one.Environment.Value != nil {
			how.environment = *one.Environment.Value
		}
		if one.isBrowser() {
			how.kind, how.strategies, how.address = browser, nil, ""
		}
		if err := one.seen(tx, how); err != nil {
			return out, err
		}
	}
	for i := range in.Metrics {
		if one := &in.Metrics[i]; one.Environment == tx.Identity.Environment && one.Application != "" {
			if err := count(tx, one.Flag, one.Application, one.asked); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}
