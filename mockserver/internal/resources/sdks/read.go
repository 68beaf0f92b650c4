package sdks

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/pages"
)

// listed is an application as the list shows it.
type listed struct {
	Name        string    `json:"appName"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	Description *string   `json:"description"`
	Strategies  []string  `json:"strategies"`
	CreatedBy   *string   `json:"createdBy"`
	URL         *string   `json:"url"`
	Color       *string   `json:"color"`
	Icon        *string   `json:"icon"`
	Project     string    `json:"project"`
	Environment string    `json:"environment"`
	Usage       []Usage   `json:"usage"`
}

type listOut struct {
	Applications []listed `json:"applications"`
	Total        int64    `json:"total"`
}

type listIn struct {
	pages.Page
	Query     string   `query:"query"`
	SortOrder string   `query:"sortOrder"`
	_         struct{} `ignored:"query sortBy"`
}

// names returns a pattern for each word of the query, or nil if it has none.
func (in *listIn) names() (patterns []features.Pattern) {
	for word := range strings.SplitSeq(strings.ToLower(in.Query), ",") {
		if word = strings.TrimSpace(word); word != "" {
			patterns = append(patterns, features.Like("%"+word))
		}
	}
	return patterns
}

// list sorts applications by name, whatever property the query sorts by (O).
func list(view *engine.View, in listIn) (engine.Answer[listOut], error) {
	found, names := applications.All(view), in.names()
	if names != nil {
		found = slices.DeleteFunc(found, func(a *Application) bool {
			name := strings.ToLower(a.Name)
			return !slices.ContainsFunc(names, func(p features.Pattern) bool { return p.Match(name) })
		})
	}
	if in.SortOrder == "desc" {
		slices.Reverse(found)
	}
	out := listOut{Applications: []listed{}, Total: int64(len(found))}
	limit, offset := in.Bounds(defaultLimit)
	for _, a := range pages.Cut(found, limit, offset) {
		shown := listed{
			Name: a.Name, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Strategies: a.Strategies, CreatedBy: a.createdBy(), Usage: a.Usage,
		}
		if len(a.Usage) > 0 {
			shown.Project = a.Usage[0].Project
			if environments := a.Usage[0].Environments; len(environments) > 0 { // an imported state may have none
				shown.Environment = environments[0]
			}
		}
		out.Applications = append(out.Applications, shown)
	}
	if len(out.Applications) == 0 {
		out.Total = 0 // on a page beyond the last one (O)
	}
	return engine.OK(out)
}

func (a *Application) createdBy() *string {
	if a.Anonymous {
		return nil
	}
	return new("unleash_system_user")
}

// defaultLimit is how many applications are listed by default.
const defaultLimit = 1000

// missing is a strategy or a flag that an application knows but the instance does not.
type missing struct {
	Name    string `json:"name"`
	Missing bool   `json:"notFound"`
}

// builtIn are the strategies of an instance as it shows them (O).
var builtIn = map[string]engine.JSON{
	"flexibleRollout":     engine.JSON(`{"displayName":"Gradual rollout","name":"flexibleRollout","editable":false,"description":"Roll out to a percentage of your userbase, and ensure that the experience is the same for the user on each visit.","parameters":[{"name":"rollout","type":"percentage","description":"","required":false},{"name":"stickiness","type":"string","description":"Used define stickiness. Possible values: default, userId, sessionId, random","required":true},{"name":"groupId","type":"string","description":"Used to define a activation groups, which allows you to correlate across feature toggles.","required":true}],"deprecated":false,"title":null}`),
	"default":             engine.JSON(`{"displayName":"Standard","name":"default","editable":false,"description":"This strategy turns on / off for your entire userbase. Prefer using \"Gradual rollout\" strategy (100%=on, 0%=off).","parameters":[],"deprecated":false,"title":null}`),
	"remoteAddress":       engine.JSON(`{"displayName":"IPs","name":"remoteAddress","editable":false,"description":"Enable the feature for a specific set of IP addresses.","parameters":[{"name":"IPs","type":"list","description":"List of IPs to enable the feature toggle for.","required":true}],"deprecated":false,"title":null}`),
	"applicationHostname": engine.JSON(`{"displayName":"Hosts","name":"applicationHostname","editable":false,"description":"Enable the feature for a specific set of hostnames.","parameters":[{"name":"hostNames","type":"list","description":"List of hostnames to enable the feature toggle for.","required":false}],"deprecated":false,"title":null}`),
}

func strategy(name string) engine.JSON {
	if found := builtIn[name]; found != nil {
		return found
	}
	return engine.Append(nil, &missing{name, true})
}

// running is an instance as its application shows it.
type running struct {
	Application string    `json:"appName"`
	ID          string    `json:"instanceId"`
	SDK         *string   `json:"sdkVersion"`
	Type        *string   `json:"sdkType"`
	Address     *string   `json:"clientIp"`
	LastSeen    time.Time `json:"lastSeen"`
	CreatedAt   time.Time `json:"createdAt"`
	Environment string    `json:"environment"`
}

// seenFlag is a flag that an application has counted and that is not archived.
type seenFlag struct {
	*features.Flag
	Archived bool `json:"archived"`
}

type links struct {
	Self string `json:"self"`
}

type details struct {
	Name        string        `json:"appName"`
	CreatedAt   time.Time     `json:"createdAt"`
	Description *string       `json:"description"`
	URL         *string       `json:"url"`
	Color       *string       `json:"color"`
	Icon        *string       `json:"icon"`
	Strategies  []engine.JSON `json:"strategies"`
	Instances   []running     `json:"instances"`
	SeenFlags   []engine.JSON `json:"seenToggles"`
	Links       links         `json:"links"`
}

type oneIn struct {
	Name string `path:"appName"`
}

func one(view *engine.View, in oneIn) (out engine.Answer[*details], err error) {
	a := applications.Get(view, engine.Text(in.Name))
	if a == nil {
		return out, apierror.Missing("Could not find appName=%s", in.Name)
	}
	shown := &details{
		Name: a.Name, CreatedAt: a.CreatedAt, Strategies: []engine.JSON{}, Instances: []running{}, SeenFlags: seenBy(view, a.Name),
		Links: links{"/api/applications/" + a.Name},
	}
	for _, name := range a.Strategies {
		shown.Strategies = append(shown.Strategies, strategy(name))
	}
	for _, i := range instances.Under(view, engine.Text(a.Name)) {
		shown.Instances = append(shown.Instances, running{i.Application, i.ID, engine.OrNull(i.SDK), engine.OrNull(i.Type), engine.OrNull(i.Address), i.LastSeen, i.CreatedAt, i.Environment})
	}
	return engine.OK(shown)
}

// remove deletes an application. An unknown one is ignored (O).
func remove(tx *engine.Tx, in oneIn) (out engine.Answer[engine.None], err error) {
	if a := applications.Get(tx, engine.Text(in.Name)); a != nil {
		applications.Delete(tx, a)
	}
	return out, nil
}

// seenBy lists the flags that an application has counted. Those that are archived or deleted
// by now are missing (O).
func seenBy(view *engine.View, application string) []engine.JSON {
	names := map[string]bool{}
	for _, c := range counts.All(view) {
		if c.Application == application {
			names[c.Flag] = true
		}
	}
	out := []engine.JSON{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if f := features.Get(view, name); f != nil && f.ArchivedAt == nil {
			out = append(out, engine.Append(nil, &seenFlag{f, false}))
		} else {
			out = append(out, engine.Append(nil, &missing{name, true}))
		}
	}
	return out
}

type instancesIn struct {
	Name        string `path:"appName"`
	Environment string `path:"environment"`
}

// shortly is an instance as its environment shows it.
type shortly struct {
	ID       string    `json:"instanceId"`
	Address  *string   `json:"clientIp"`
	SDK      *string   `json:"sdkVersion"`
	LastSeen time.Time `json:"lastSeen"`
}

type instancesOut struct {
	Instances []shortly `json:"instances"`
}

func instancesOf(view *engine.View, in instancesIn) (engine.Answer[instancesOut], error) {
	out := instancesOut{[]shortly{}}
	for _, i := range instances.Under(view, engine.Text(in.Name, in.Environment)) {
		out.Instances = append(out.Instances, shortly{i.ID, engine.OrNull(i.Address), engine.OrNull(i.SDK), i.LastSeen})
	}
	return engine.OK(out)
}

// What every answer about counts contains.
const (
	countsVersion = 1
	maturity      = "stable"
)

type flagIn struct {
	Name string `path:"name"`
}

// hourCount is how often a flag was counted in an environment within an hour.
type hourCount struct {
	Environment string    `json:"environment"`
	Timestamp   time.Time `json:"timestamp"`
	Yes         int64     `json:"yes"`
	No          int64     `json:"no"`
}

type summaryOut struct {
	Version      int64       `json:"version"`
	Maturity     string      `json:"maturity"`
	Flag         string      `json:"featureName"`
	LastHour     []hourCount `json:"lastHourUsage"`
	Applications []string    `json:"seenApplications"`
}

// summary returns which applications counted a flag within the last day, and how often it
// was counted within this hour.
func summary(view *engine.View, in flagIn) (engine.Answer[summaryOut], error) {
	out := summaryOut{countsVersion, maturity, in.Name, []hourCount{}, []string{}}
	hour := view.Stamp().Truncate(time.Hour)
	for _, c := range since(view, in.Name, hour.Add(-day)) {
		out.Applications = append(out.Applications, c.Application)
		if !c.Hour.Equal(hour) {
			continue
		}
		at := slices.IndexFunc(out.LastHour, func(h hourCount) bool { return h.Environment == c.Environment })
		if at < 0 {
			out.LastHour = append(out.LastHour, hourCount{Environment: c.Environment, Timestamp: hour})
			at = len(out.LastHour) - 1
		}
		out.LastHour[at].Yes, out.LastHour[at].No = sum(out.LastHour[at].Yes, c.Yes), sum(out.LastHour[at].No, c.No)
	}
	slices.Sort(out.Applications)
	out.Applications = slices.Compact(out.Applications)
	return engine.OK(out)
}

// Asked returns how often a flag was counted in an environment within this hour.
func Asked(view *engine.View, flag, environment string) (yes, no int64) {
	for _, c := range since(view, flag, view.Stamp().Truncate(time.Hour)) {
		if c.Environment == environment {
			yes, no = sum(yes, c.Yes), sum(no, c.No)
		}
	}
	return yes, no
}

// hoursBack is how many hours are shown by default.
const (
	hoursBack = 24
	day       = hoursBack * time.Hour
)

// since lists the counts of a flag, from an hour to the present one.
func since(view *engine.View, flag string, hour time.Time) (found []*Count) {
	for ; !hour.After(view.Stamp()); hour = hour.Add(time.Hour) {
		found = append(found, counts.Under(view, engine.Join(engine.Int(hour.Unix()), engine.Text(flag)))...)
	}
	return found
}

// hourly is what an application counted within an hour.
type hourly struct {
	Flag        string           `json:"featureName"`
	Application string           `json:"appName"`
	Environment string           `json:"environment"`
	Timestamp   time.Time        `json:"timestamp"`
	Yes         int64            `json:"yes"`
	No          int64            `json:"no"`
	Variants    map[string]int64 `json:"variants"`
}

// quiet is an hour in which an application counted nothing.
type quiet struct {
	Timestamp   time.Time `json:"timestamp"`
	No          int64     `json:"no"`
	Yes         int64     `json:"yes"`
	Application string    `json:"appName"`
	Environment string    `json:"environment"`
	Flag        string    `json:"featureName"`
}

type rawIn struct {
	flagIn
	Query map[string]any `queries:""` // no document names hoursBack, but the UI sends it
}

// hours returns how many hours are asked for. A value that is not a usable number falls
// back to the default (O).
func (in *rawIn) hours() int {
	const most = 48
	text, _ := in.Query["hoursBack"].(string)
	if number, is := ajv.ParseNumber(text); is && number >= 1 && number <= most {
		return int(math.Ceil(number))
	}
	return hoursBack
}

type rawOut struct {
	Version  int64         `json:"version"`
	Maturity string        `json:"maturity"`
	Data     []engine.JSON `json:"data"`
}

// raw returns the counts of a flag hour by hour, the oldest first. Each hour has every
// application in every environment, whether it counted anything then or not (O).
func raw(view *engine.View, in rawIn) (engine.Answer[rawOut], error) {
	out := rawOut{countsVersion, maturity, []engine.JSON{}}
	oldest := view.Stamp().Truncate(time.Hour).Add(time.Duration(1-in.hours()) * time.Hour)
	var environments, names []string
	found := map[string]*Count{}
	key := func(hour time.Time, environment, name string) string {
		return fmt.Sprintf("%d %q %q", hour.Unix(), environment, name)
	}
	for _, c := range since(view, in.Name, oldest) {
		environments, names = append(environments, c.Environment), append(names, c.Application)
		found[key(c.Hour, c.Environment, c.Application)] = c
	}
	slices.Sort(names)
	names = slices.Compact(names)
	names = names[:min(len(names), 100)] // as many as a real server reports (O)
	slices.Sort(environments)
	environments = slices.Compact(environments)
	for i := range in.hours() {
		hour := oldest.Add(time.Duration(i) * time.Hour)
		for _, environment := range environments {
			for _, name := range names {
				if c := found[key(hour, environment, name)]; c != nil {
					out.Data = append(out.Data, engine.Append(nil, &hourly{c.Flag, name, environment, hour, c.Yes, c.No, c.Variants}))
				} else {
					out.Data = append(out.Data, engine.Append(nil, &quiet{hour, 0, 0, name, environment, in.Name}))
				}
			}
		}
	}
	return engine.OK(out)
}
