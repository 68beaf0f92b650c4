package client

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/configuration"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// step is one change to what SDKs have, with its keys in the order of a real server (O).
type step struct {
	EventID     int64                   `json:"eventId"`
	Type        string                  `json:"type"`
	Segment     *configuration.Segment  `json:"segment,omitzero"`
	SegmentID   int64                   `json:"segmentId,omitzero"`
	Segments    []configuration.Segment `json:"segments,omitzero"`
	Features    []feature               `json:"features,omitzero"`
	Feature     *feature                `json:"feature,omitzero"`
	FeatureName string                  `json:"featureName,omitzero"`
	Project     string                  `json:"project,omitzero"`
}

// feature is a flag with its keys in the order that they have in a delta (O).
type feature struct {
	ImpressionData bool                       `json:"impressionData"`
	Enabled        bool                       `json:"enabled"`
	Name           string                     `json:"name"`
	Description    *string                    `json:"description"`
	Project        string                     `json:"project"`
	Stale          bool                       `json:"stale"`
	Type           string                     `json:"type"`
	Variants       []features.Variant         `json:"variants"`
	Strategies     []configuration.Strategy   `json:"strategies"`
	Dependencies   []configuration.Dependency `json:"dependencies,omitzero"`
}

func featureOf(f *configuration.Feature) feature {
	return feature{f.ImpressionData, f.Enabled, f.Name, f.Description, f.Project, f.Stale, f.Type, f.Variants, f.Strategies, f.Dependencies}
}

// unknown means no revision. An SDK that has none gets everything.
const unknown = -1

// Limits of what a revision remembers: how many entries, and how many bytes they have
// together. A single entry may have more.
const (
	maxRemembered      = 16
	maxRememberedBytes = 1 << 20
)

// remembered holds the changes that led to a revision. They are computed once for all
// SDKs that have the same earlier revision.
type remembered struct {
	mu    sync.Mutex
	since map[int64]steps
	bytes atomic.Int64
}

// Size implements engine.Sized.
func (r *remembered) Size() int64 { return r.bytes.Load() }

// put remembers steps. If there is no room for them, it forgets all others.
func (r *remembered) put(from int64, s steps) {
	if r.since == nil || len(r.since) == maxRemembered || r.bytes.Load()+int64(cap(s.body)) > maxRememberedBytes {
		r.since = map[int64]steps{}
		r.bytes.Store(0)
	}
	r.since[from] = s
	r.bytes.Add(int64(cap(s.body)))
}

// steps are changes as JSON, nil if there are none, and the id of the last change.
type steps struct {
	body engine.JSON
	last int64
}

// since returns what changed after a revision, as seen by a token. If the events after it
// are no longer kept, it returns everything.
func since(view *engine.View, from int64) steps {
	identity := &view.Identity
	revision := Revision(view, identity.Environment)
	events, known := view.EventsAfter(from)
	if !known {
		from = unknown
	}
	key := fmt.Sprintf("client delta %q %q", identity.Environment, identity.Projects)
	made := engine.Derived(view, key, revision, func() *remembered { return &remembered{} })
	made.mu.Lock()
	defer made.mu.Unlock()
	if out, is := made.since[from]; is {
		return out
	}
	d := &differ{view: view, identity: identity, revision: revision, founded: engine.Founded(view), now: Configuration(view, identity)}
	if known {
		d.changes(events)
	} else {
		d.everything()
	}
	out := steps{last: revision}
	if count := len(d.steps); count > 0 {
		out.last = d.steps[count-1].EventID
		out.body = append(engine.Append([]byte(`{"events":`), &d.steps), '}')
	}
	made.put(from, out)
	return out
}

// differ collects the steps that lead to a configuration.
type differ struct {
	view     *engine.View
	identity *engine.Identity
	revision int64
	founded  int64
	now      *configuration.Configuration
	segments map[int64]*configuration.Segment // those that flags use and no step has told yet
	steps    []step
}

func (d *differ) everything() {
	all := make([]feature, len(d.now.Features))
	for i := range d.now.Features {
		all[i] = featureOf(&d.now.Features[i])
	}
	d.steps = []step{{EventID: d.revision, Type: "hydration", Segments: d.now.Segments, Features: all}}
}

// changes turns events into steps: one for each flag and segment, at its last event (O).
func (d *differ) changes(events []*engine.Event) {
	var last []*engine.Event
	seen := map[any]bool{}
	projects := map[string]string{} // of flags, according to the events
	for _, event := range slices.Backward(events) {
		subject, counts := d.subject(event)
		if _, flag := features.FlagOf(event); flag != nil && projects[flag.Name] == "" {
			projects[flag.Name] = flag.Project
		}
		if counts && !seen[subject] {
			seen[subject] = true
			last = append(last, event)
		}
	}
	d.segments = map[int64]*configuration.Segment{}
	used := configuration.SegmentsOf(d.now.Features, d.now.Segments)
	for i := range used {
		d.segments[used[i].ID] = &used[i]
	}
	for _, event := range slices.Backward(last) {
		if segment, is := event.Row().(*segments.Segment); is {
			d.segment(event, segment.ID)
			continue
		}
		name, _ := features.FlagOf(event)
		d.flag(d.founded+event.ID, name, projects[name])
	}
}

// subject returns what an event is about: the name of a flag or the id of a segment.
// counts is false if the event is newer than the revision, or cannot change what SDKs
// have.
func (d *differ) subject(event *engine.Event) (subject any, counts bool) {
	if d.founded+event.ID > d.revision {
		return nil, false
	}
	if segment, is := event.Row().(*segments.Segment); is {
		return segment.ID, true
	}
	environment, counts := features.EnvironmentOf(event)
	name, _ := features.FlagOf(event)
	return name, counts && (environment == "" || environment == d.identity.Environment)
}

// segment adds the step for a segment that strategies of the SDK use, or that was deleted.
func (d *differ) segment(event *engine.Event, id int64) {
	if event.After == nil {
		d.steps = append(d.steps, step{EventID: d.founded + event.ID, Type: "segment-removed", SegmentID: id})
		return
	}
	d.used(d.founded+event.ID, id)
}

// used adds the step for a segment as it is now, unless it was added before.
func (d *differ) used(event, id int64) {
	if segment := d.segments[id]; segment != nil {
		delete(d.segments, id)
		d.steps = append(d.steps, step{EventID: event, Type: "segment-updated", Segment: segment})
	}
}

// flag adds the step for a flag as it is now, after those for the segments that it uses:
// an SDK that lacks one takes the flag to be off. For a flag that is gone, it adds a
// removal.
func (d *differ) flag(event int64, name, project string) {
	at, found := slices.BinarySearchFunc(d.now.Features, name, func(f configuration.Feature, name string) int { return strings.Compare(f.Name, name) })
	if !found {
		if flag := features.Get(d.view, name); flag != nil {
			project = flag.Project
		}
		if d.identity.Sees(project) {
			d.steps = append(d.steps, step{EventID: event, Type: "feature-removed", FeatureName: name, Project: project})
		}
		return
	}
	shown := featureOf(&d.now.Features[at])
	for i := range shown.Strategies {
		for _, id := range shown.Strategies[i].Segments {
			d.used(event, id)
		}
	}
	d.steps = append(d.steps, step{EventID: event, Type: "feature-updated", Feature: &shown})
}

type deltaIn struct {
	Match string `header:"If-None-Match"`
}

func delta(view *engine.View, in deltaIn) (out engine.Answer[engine.JSON], err error) {
	from := revisionIn(strings.Trim(strings.TrimPrefix(in.Match, "W/"), `"`))
	if from >= Revision(view, view.Identity.Environment) {
		return engine.Answer[engine.JSON]{Status: http.StatusNotModified}, nil
	}
	if from == engine.Founded(view) { // as for any state before the first change (O)
		from = unknown
	}
	changed := since(view, from)
	if changed.body == nil {
		return engine.Answer[engine.JSON]{Status: http.StatusNotModified}, nil
	}
	return engine.Answer[engine.JSON]{Value: changed.body, ETag: fmt.Sprintf(`"%d"`, changed.last)}, nil
}

// revisionIn reads a revision, which consists of digits. Anything else is unknown.
func revisionIn(text string) int64 {
	number, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return unknown
	}
	return int64(number)
}

type followIn struct {
	Last string `header:"Last-Event-ID"`
}

// follow streams changes. It first sends everything or, to an SDK that reconnects, what
// has changed since.
func follow(view *engine.View, in followIn) (engine.Feed, error) {
	position, event := revisionIn(in.Last), "unleash-connected"
	if position > Revision(view, view.Identity.Environment) || position == engine.Founded(view) { // perhaps from another server
		position = unknown
	}
	return func(view *engine.View) (out engine.Message) {
		revision := Revision(view, view.Identity.Environment)
		if revision != position {
			out = engine.Message{ID: revision, Event: event, Data: since(view, position).body}
		}
		position, event = revision, "unleash-updated"
		return out
	}, nil
}
