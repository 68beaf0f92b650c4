package sdks

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// listed is an application as the list shows it.
type listed struct {
	Name        string    `json:"appName"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	Description *string   `json:"description"`
	Strategies  []string  `json:"strategies"`
	CreatedBy   string    `json:"createdBy"`
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
	_ struct{} `ignored:"query,offset,limit,sortBy,sortOrder"`
}

func list(view *engine.View, _ listIn) (engine.Answer[listOut], error) {
	out := listOut{Applications: []listed{}}
	for _, a := range applications.All(view) {
		shown := listed{
			Name: a.Name, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Strategies: a.Strategies, CreatedBy: "unleash_system_user", Usage: a.Usage,
		}
		if len(a.Usage) > 0 {
			shown.Project, shown.Environment = a.Usage[0].Project, a.Usage[0].Environments[0]
		}
		out.Applications = append(out.Applications, shown)
	}
	out.Total = int64(len(out.Applications))
	return engine.OK(out)
}

// strategy is one that an application knows.
type strategy struct {
	Name string `json:"name"`
}

// running is an instance as its application shows it.
type running struct {
	Application string    `json:"appName"`
	ID          string    `json:"instanceId"`
	SDK         *string   `json:"sdkVersion"`
	Type        string    `json:"sdkType"`
	Address     string    `json:"clientIp"`
	LastSeen    time.Time `json:"lastSeen"`
	CreatedAt   time.Time `json:"createdAt"`
	Environment string    `json:"environment"`
}

// sdkVersion is null for an SDK that did not say.
func (i *Instance) sdkVersion() *string {
	if i.SDK == "" {
		return nil
	}
	return &i.SDK
}

// seenFlag is a flag that an application was asked for.
type seenFlag struct {
	*features.Flag
	Archived bool `json:"archived"`
}

type links struct {
	Self string `json:"self"`
}

type details struct {
	Name        string     `json:"appName"`
	CreatedAt   time.Time  `json:"createdAt"`
	Description *string    `json:"description"`
	URL         *string    `json:"url"`
	Color       *string    `json:"color"`
	Icon        *string    `json:"icon"`
	Strategies  []strategy `json:"strategies"`
	Instances   []running  `json:"instances"`
	SeenFlags   []seenFlag `json:"seenToggles"`
	Links       links      `json:"links"`
}

type oneIn struct {
	Name string `path:"appName"`
}

func one(view *engine.View, in oneIn) (out engine.Answer[*details], err error) {
	a := applications.Get(view, engine.Text(in.Name))
	if a == nil {
		return out, &apierror.Error{
			Status: http.StatusNotFound, Envelope: apierror.Handler, Name: "NotFoundError", Message: "Could not find appName=" + in.Name,
		}
	}
	shown := &details{
		Name: a.Name, CreatedAt: a.CreatedAt, Strategies: []strategy{}, Instances: []running{}, SeenFlags: seenBy(view, a.Name),
		Links: links{"/api/applications/" + a.Name},
	}
	for _, name := range a.Strategies {
		shown.Strategies = append(shown.Strategies, strategy{name})
	}
	for _, i := range instances.Under(view, engine.Text(a.Name)) {
		shown.Instances = append(shown.Instances, running{i.Application, i.ID, i.sdkVersion(), i.Type, i.Address, i.LastSeen, i.CreatedAt, i.Environment})
	}
	return engine.OK(shown)
}

// remove forgets an application. One that is not known is passed over (O).
func remove(tx *engine.Tx, in oneIn) (out engine.Answer[engine.None], err error) {
	if a := applications.Get(tx, engine.Text(in.Name)); a != nil {
		err = applications.Delete(tx, a)
	}
	return out, err
}

// seenBy lists the flags that an application was asked for.
func seenBy(view *engine.View, application string) []seenFlag {
	names := map[string]bool{}
	for _, c := range counts.All(view) {
		names[c.Flag] = names[c.Flag] || c.Application == application
	}
	out := []seenFlag{}
	for _, f := range features.All(view) {
		if names[f.Name] {
			out = append(out, seenFlag{f, f.ArchivedAt != nil})
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
	Address  string    `json:"clientIp"`
	SDK      *string   `json:"sdkVersion"`
	LastSeen time.Time `json:"lastSeen"`
}

type instancesOut struct {
	Instances []shortly `json:"instances"`
}

func instancesOf(view *engine.View, in instancesIn) (engine.Answer[instancesOut], error) {
	out := instancesOut{[]shortly{}}
	for _, i := range instances.Under(view, engine.Text(in.Name, in.Environment)) {
		out.Instances = append(out.Instances, shortly{i.ID, i.Address, i.sdkVersion(), i.LastSeen})
	}
	return engine.OK(out)
}

// What every answer about counts says of itself.
const (
	countsVersion = 1
	maturity      = "stable"
)

type flagIn struct {
	Name string `path:"name"`
}

// hourCount is what an environment counted of a flag in an hour.
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

// summary tells who asked for a flag within the last day, and how often within this hour.
func summary(view *engine.View, in flagIn) (engine.Answer[summaryOut], error) {
	out := summaryOut{countsVersion, maturity, in.Name, []hourCount{}, []string{}}
	hour := view.Stamp().Truncate(time.Hour)
	for _, c := range since(view, in.Name, hour.Add(-day)) {
		if !slices.Contains(out.Applications, c.Application) {
			out.Applications = append(out.Applications, c.Application)
		}
		if !c.Hour.Equal(hour) {
			continue
		}
		at := slices.IndexFunc(out.LastHour, func(h hourCount) bool { return h.Environment == c.Environment })
		if at < 0 {
			out.LastHour = append(out.LastHour, hourCount{Environment: c.Environment, Timestamp: hour})
			at = len(out.LastHour) - 1
		}
		out.LastHour[at].Yes, out.LastHour[at].No = out.LastHour[at].Yes+c.Yes, out.LastHour[at].No+c.No
	}
	slices.Sort(out.Applications)
	return engine.OK(out)
}

// hoursBack is how many hours are shown.
const (
	hoursBack = 24
	day       = hoursBack * time.Hour
)

// since lists what was counted of a flag from an hour on.
func since(view *engine.View, flag string, hour time.Time) (found []*Count) {
	for c := range counts.Rows(view, engine.Int(hour.Unix())) {
		if c.Flag == flag {
			found = append(found, c)
		}
	}
	return found
}

// hourly is what an application was asked in an hour.
type hourly struct {
	Flag        string           `json:"featureName"`
	Application string           `json:"appName"`
	Environment string           `json:"environment"`
	Timestamp   time.Time        `json:"timestamp"`
	Yes         int64            `json:"yes"`
	No          int64            `json:"no"`
	Variants    map[string]int64 `json:"variants"`
}

type rawOut struct {
	Version  int64    `json:"version"`
	Maturity string   `json:"maturity"`
	Data     []hourly `json:"data"`
}

// raw tells what was counted of a flag hour by hour, the newest first; hours in between
// without any count are there too (O).
func raw(view *engine.View, in flagIn) (engine.Answer[rawOut], error) {
	out := rawOut{countsVersion, maturity, []hourly{}}
	hour := view.Stamp().Truncate(time.Hour)
	places := map[string]int{} // of the newest hour of an application in an environment
	for _, c := range since(view, in.Name, hour.Add(time.Hour-day)) {
		key := fmt.Sprintf("%q %q", c.Application, c.Environment)
		first, known := places[key]
		if !known {
			first = len(out.Data)
			places[key] = first
			for i := range hoursBack {
				out.Data = append(out.Data, hourly{c.Flag, c.Application, c.Environment, hour.Add(-time.Duration(i) * time.Hour), 0, 0, map[string]int64{}})
			}
		}
		if at := int(hour.Sub(c.Hour) / time.Hour); at >= 0 && at < hoursBack {
			row := &out.Data[first+at]
			row.Yes, row.No, row.Variants = c.Yes, c.No, c.Variants
		}
	}
	return engine.OK(out)
}
