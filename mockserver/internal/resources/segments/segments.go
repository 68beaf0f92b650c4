// Package segments is the resource of segments: constraints that activation strategies
// share.
package segments

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/usage"
)

// The default limits of an instance (O).
const (
	// MaxSegments is how many segments an instance may have.
	MaxSegments = 300
	// MaxValues is how many values the constraints of one segment may have together.
	MaxValues = 1000
	// MaxOfStrategy is how many segments an activation strategy may have.
	MaxOfStrategy = 5
)

// Resource returns the resource. usedBy finds the strategies that have segments.
func Resource(usedBy usage.Of[int64]) engine.Resource {
	return engine.Resource{
		Name:   "segments",
		Tables: []engine.AnyTable{segments},
		Operations: engine.Operations{
			"getSegments":              engine.Read(list(usedBy)),
			"createSegment":            engine.Write(create),
			"getSegment":               engine.Read(get),
			"updateSegment":            engine.Write(update(usedBy)),
			"removeSegment":            engine.Write(remove(usedBy)),
			"validateSegment":          engine.Read(validate),
			"getStrategiesBySegmentId": engine.Read(strategies(usedBy)),
		},
	}
}

// Segment is a named list of constraints.
type Segment struct {
	ID          int64                    `json:"id"`
	Name        string                   `json:"name" state:",required"`
	Description *string                  `json:"description"`
	Project     string                   `json:"project,omitzero"`
	Constraints []constraints.Constraint `json:"constraints"`
	CreatedBy   string                   `json:"createdBy"`
	CreatedAt   time.Time                `json:"createdAt"`
}

var byName = engine.Unique("name",
	func(s *Segment) engine.Key { return engine.Text(s.Name) },
	func(*Segment) error { return nameExists() })

var segments = engine.NewTable(engine.Definition[Segment]{
	Name: "segments", Singular: "segment", Noun: "segment",
	ID:      func(s *Segment) *int64 { return &s.ID },
	Indexes: []*engine.Index[Segment]{byName},
	Events:  engine.Events{Created: "segment-created", Updated: "segment-updated", Deleted: "segment-deleted"},
	Default: func(now time.Time) Segment {
		return Segment{Constraints: []constraints.Constraint{}, CreatedAt: now}
	},
})

func nameExists() error {
	return apierror.Taken("Segment name already exists")
}

// Get returns the segment with an id, or nil if there is none.
func Get(r engine.Reader, id int64) *Segment { return segments.Get(r, engine.Int(id)) }

// All returns all segments in the order of their ids.
func All(r engine.Reader) []*Segment { return segments.All(r) }

// Find returns the segment with an id, or a 404 that says the id.
func Find(r engine.Reader, id int64) (*Segment, error) {
	if found := Get(r, id); found != nil {
		return found, nil
	}
	return nil, missing(id)
}

func missing(id int64) error {
	return apierror.Missing("No segment exists with ID \"%d\"", id)
}

// used is a segment with the number of projects and flags that use it.
type used struct {
	*Segment
	usage.Counts
}

type listOut struct {
	Segments []used `json:"segments"`
}

func list(usedBy usage.Of[int64]) func(*engine.View, struct{}) (engine.Answer[listOut], error) {
	return func(view *engine.View, _ struct{}) (engine.Answer[listOut], error) {
		out, users := listOut{[]used{}}, usedBy(view)
		for _, segment := range segments.All(view) {
			out.Segments = append(out.Segments, used{segment, usage.Count(users[segment.ID])})
		}
		slices.SortStableFunc(out.Segments, func(a, b used) int { return cmp.Compare(a.Name, b.Name) })
		return engine.OK(out)
	}
}

type one struct {
	ID int64 `path:"id"`
}

func get(view *engine.View, in one) (out engine.Answer[*Segment], err error) {
	out.Value, err = Find(view, in.ID)
	return out, err
}

// body is a segment as it is sent.
type body struct {
	Name        string                   `json:"name"`
	Description engine.Optional[*string] `json:"description"`
	Project     *string                  `json:"project"`
	Constraints []constraints.Constraint `json:"constraints"`
}

// Check refuses texts that the contract allows but Unleash does not.
func (b body) Check() error {
	if b.Name == "" {
		return apierror.BadProperty("name", "is not allowed to be empty", "")
	}
	for i := range b.Constraints {
		if err := b.Constraints[i].CheckTexts(fmt.Sprintf("constraints[%d].", i)); err != nil {
			return err
		}
	}
	return nil
}

// fill puts what was sent into a segment. A description that was not sent is kept; a
// project that was not sent is removed (O).
func (b body) fill(r engine.Reader, s *Segment) (err error) {
	s.Name, s.Project = b.Name, ""
	if b.Description.Sent {
		s.Description = b.Description.Value
	}
	if b.Project != nil {
		s.Project = *b.Project
	}
	if s.Constraints, err = constraints.Checked(r, b.Constraints); err != nil {
		return err
	}
	values := 0
	for i := range s.Constraints {
		values += len(s.Constraints[i].Values)
	}
	if values > MaxValues {
		return apierror.BadData(fmt.Sprintf("Segments may not have more than %d values", MaxValues))
	}
	return nil
}

// checkProject refuses a project that does not exist, or other than that of the strategies that
// use the segment. Everything else is checked before (O).
func (s *Segment) checkProject(r engine.Reader, usedBy []usage.Strategy) error {
	var used []string
	for _, strategy := range usedBy {
		if !slices.Contains(used, strategy.Project) {
			used = append(used, strategy.Project)
		}
	}
	switch {
	case s.Project == "":
		return nil
	case len(used) > 0 && !slices.Equal(used, []string{s.Project}):
		return apierror.BadData("Invalid project. Segment is being used by strategies in other projects: " + strings.Join(used, ", "))
	case projects.Find(r, s.Project) == nil:
		return apierror.BadData("No project found with id " + s.Project) // a real server answers 500
	}
	return nil
}

func create(tx *engine.Tx, in body) (out engine.Answer[*Segment], err error) {
	if err := segments.Below(tx, MaxSegments, nil); err != nil {
		return out, err
	}
	segment := &Segment{CreatedBy: tx.Identity.Actor.Username, CreatedAt: tx.Stamp()}
	if err := in.fill(tx, segment); err != nil {
		return out, err
	}
	if err := segments.Insert(tx, segment); err != nil {
		return out, err
	}
	if err := segment.checkProject(tx, nil); err != nil {
		return out, err
	}
	return engine.Created(segment, fmt.Sprintf("segments/%d", segment.ID))
}

type updateIn struct {
	one
	body
}

func update(usedBy usage.Of[int64]) func(*engine.Tx, updateIn) (engine.Answer[engine.None], error) {
	return func(tx *engine.Tx, in updateIn) (out engine.Answer[engine.None], err error) {
		before, changed := Get(tx, in.ID), Segment{}
		if before != nil {
			changed = *before
		}
		if err := in.fill(tx, &changed); err != nil { // checked before the id (O)
			return out, err
		}
		if before == nil {
			return out, missing(in.ID)
		}
		if err := segments.Update(tx, before, &changed); err != nil {
			return out, err
		}
		return out, changed.checkProject(tx, usedBy(tx)[in.ID])
	}
}

func remove(usedBy usage.Of[int64]) func(*engine.Tx, one) (engine.Answer[engine.None], error) {
	return func(tx *engine.Tx, in one) (out engine.Answer[engine.None], err error) {
		if len(usedBy(tx)[in.ID]) > 0 {
			return out, &apierror.Error{Status: http.StatusConflict, Envelope: apierror.Empty}
		}
		segment, err := Find(tx, in.ID)
		if err != nil {
			return out, err
		}
		segments.Delete(tx, segment)
		return out, nil
	}
}

type nameIn struct {
	Name string `json:"name"`
}

// validate answers without a body if a name is free.
func validate(view *engine.View, in nameIn) (out engine.Answer[engine.None], err error) {
	switch {
	case in.Name == "":
		return out, apierror.BadData("Segment name cannot be empty")
	case byName.Find(view, engine.Text(in.Name)) != nil:
		return out, nameExists()
	}
	return out, nil
}

// ReplaceAll replaces all segments. The new ones keep their ids.
func ReplaceAll(tx *engine.Tx, all []Segment) error {
	segments.DeleteEach(tx, segments.All(tx))
	for i := range all {
		segment := all[i]
		segment.CreatedBy, segment.CreatedAt = tx.Identity.Actor.Username, tx.Stamp()
		if err := cmp.Or(segments.Insert(tx, &segment), tx.Admit()); err != nil { // before the rows of all of them exist
			return err
		}
	}
	return nil
}

// Put stores a segment, replacing the one with its id if there is one. A new segment
// without an id gets one.
func Put(tx *engine.Tx, segment *Segment) error {
	if before := Get(tx, segment.ID); before != nil {
		return segments.Update(tx, before, segment)
	}
	return segments.Insert(tx, segment)
}

// Delete deletes a segment, used or not.
func Delete(tx *engine.Tx, segment *Segment) { segments.Delete(tx, segment) }

// Named returns the segment with a name, or nil if there is none.
func Named(r engine.Reader, name string) *Segment { return byName.Find(r, engine.Text(name)) }

type strategiesOut struct {
	Strategies []usage.Strategy `json:"strategies"`
	// Changes are the strategies that change requests would create. Only Enterprise has
	// change requests.
	Changes []usage.Strategy `json:"changeRequestStrategies"`
}

func strategies(usedBy usage.Of[int64]) func(*engine.View, one) (engine.Answer[strategiesOut], error) {
	return func(view *engine.View, in one) (out engine.Answer[strategiesOut], err error) {
		if _, err := Find(view, in.ID); err != nil {
			return out, err
		}
		return engine.OK(strategiesOut{append([]usage.Strategy{}, usedBy(view)[in.ID]...), []usage.Strategy{}})
	}
}
