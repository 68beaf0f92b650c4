package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// segmentsOfStrategy are the segments of a strategy as they are sent and returned. Project and
// environment are not compared with those of the strategy (O).
type segmentsOfStrategy struct {
	Project     string         `json:"projectId"`
	Environment string         `json:"environmentId"`
	Strategy    string         `json:"strategyId"`
	Segments    []int64        `json:"segmentIds"`
	Body        map[string]any `body:""`
	Sent        engine.JSON    `body:""`
}

// answer returns what was sent.
func (in segmentsOfStrategy) answer() (engine.Answer[engine.JSON], error) {
	return engine.Created(engine.JSON(v8json.Stringify(nil, inOrder(in.Body, in.Sent.Value()))), "strategies/"+in.Strategy)
}

// setSegments publishes nothing: clients see the change with the next one (O).
func setSegments(tx *engine.Tx, in segmentsOfStrategy) (out engine.Answer[engine.JSON], err error) {
	if !tx.Identity.May("UPDATE_FEATURE_STRATEGY", in.Project, in.Environment) {
		return out, silent()
	}
	if len(in.Segments) > segments.MaxOfStrategy {
		return out, apierror.BadData("Strategies may not have more than 5 segments")
	}
	before := byID.Find(tx, engine.Text(in.Strategy))
	switch {
	case before == nil && len(in.Segments) == 0: // a strategy that does not exist can be given no segments (O)
		return in.answer()
	case before == nil:
		return out, apierror.Missing("Could not find strategy with id=%s", in.Strategy) // a real server answers 500, here and below
	}
	for _, id := range in.Segments {
		if _, err := segments.Find(tx, id); err != nil {
			return out, err
		}
	}
	after := *before
	after.Segments = append([]int64{}, in.Segments...)
	slices.Sort(after.Segments)
	for i, id := range after.Segments { // one that the strategy has already may be sent twice (O)
		if i > 0 && id == after.Segments[i-1] && !slices.Contains(before.Segments, id) {
			return out, apierror.BadData("Strategies may have a segment only once")
		}
	}
	after.Segments = slices.Compact(after.Segments)
	if err := strategies.UpdateAs(tx, "", before, &after); err != nil {
		return out, err
	}
	return in.answer()
}

type strategyIn struct {
	ID string `path:"strategyId"`
}

type segmentsOut struct {
	Segments []*segments.Segment `json:"segments"`
}

// getSegments returns the segments of a strategy, which need not exist.
func getSegments(view *engine.View, in strategyIn) (engine.Answer[segmentsOut], error) {
	out := segmentsOut{[]*segments.Segment{}}
	if strategy := byID.Find(view, engine.Text(in.ID)); strategy != nil {
		for _, id := range strategy.Segments {
			if segment := segments.Get(view, id); segment != nil {
				out.Segments = append(out.Segments, segment)
			}
		}
	}
	return engine.OK(out)
}

// forgetSegment removes a deleted segment from the strategies that have it. Those can
// only belong to archived flags.
func forgetSegment(tx *engine.Tx, event *engine.Event) {
	segment, is := event.Before.(*segments.Segment)
	if !is || event.After != nil {
		return
	}
	for _, before := range strategies.All(tx) {
		if !slices.Contains(before.Segments, segment.ID) {
			continue
		}
		after := *before
		after.Segments = slices.DeleteFunc(slices.Clone(before.Segments), func(id int64) bool { return id == segment.ID })
		if err := strategies.UpdateAs(tx, "", before, &after); err != nil {
			panic("features: a strategy cannot lose a segment: " + err.Error()) // never happens: the strategy only gets smaller
		}
	}
}
