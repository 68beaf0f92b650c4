package features

import (
	"fmt"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
	"github.com/unleash-mock/unleash-mock/spec"
)

// strategyBody is a strategy as it is sent. What is missing stays as it is.
type strategyBody struct {
	Name        engine.Optional[string]                   `json:"name"`
	Title       engine.Optional[*string]                  `json:"title"`
	Disabled    engine.Optional[*bool]                    `json:"disabled"`
	SortOrder   engine.Optional[float64]                  `json:"sortOrder"`
	Constraints engine.Optional[[]constraints.Constraint] `json:"constraints"`
	Variants    engine.Optional[[]any]                    `json:"variants"`
	Parameters  engine.Optional[map[string]string]        `json:"parameters"`
	Segments    engine.Optional[[]float64]                `json:"segments"`
	Sent        engine.JSON                               `body:""`
}

// fill puts what was sent into a strategy, in the order in which a real server checks it
// (O).
func (b strategyBody) fill(r engine.Reader, s *Strategy) error {
	s.Name = b.Name.Or(s.Name)
	if !slices.Contains(types, s.Name) {
		return apierror.BadData("Could not find strategy type with name " + s.Name)
	}
	ids, err := b.segmentIDs(r)
	if err != nil {
		return err
	}
	if err := withinLimits(b.Constraints.Value); err != nil {
		return err
	}
	if b.Constraints.Sent {
		if s.Constraints, err = constraints.Checked(r, b.Constraints.Value); err != nil {
			return err
		}
	}
	if b.Variants.Sent {
		variants, err := inText(b.Variants.Value, b.Sent, "variants").read()
		if err != nil {
			return err
		}
		if s.Variants, err = spread(variants); err != nil {
			return err
		}
		s.Variants = sorted(s.Variants)
	}
	s.Title, s.Disabled = b.Title.Or(s.Title), b.Disabled.Or(s.Disabled)
	if b.SortOrder.Sent {
		if err := apierror.CheckInt32("sortOrder", b.SortOrder.Value); err != nil {
			return err
		}
		s.SortOrder = int64(b.SortOrder.Value)
	}
	if b.Segments.Sent {
		s.Segments = ids
	}
	if b.Parameters.Sent {
		s.Parameters = parameters(b.Parameters.Value)
	}
	return nil
}

// segmentIDs returns the ids of the segments, all of which have to exist.
func (b strategyBody) segmentIDs(r engine.Reader) ([]int64, error) {
	ids := make([]int64, len(b.Segments.Value))
	for i, sent := range b.Segments.Value {
		if err := apierror.CheckInt32(fmt.Sprintf("segments[%d]", i), sent); err != nil {
			return nil, err
		}
		ids[i] = int64(sent)
		if _, err := segments.Find(r, ids[i]); err != nil {
			return nil, err
		}
		if slices.Contains(ids[:i], ids[i]) && len(ids) <= segments.MaxOfStrategy { // a real server answers 500
			return nil, apierror.BadData(fmt.Sprintf("The segment %d is there twice", ids[i]))
		}
	}
	if len(ids) > segments.MaxOfStrategy {
		return nil, apierror.BadData("Strategies may not have more than 5 segments")
	}
	return ids, nil
}

// withinLimits refuses more constraints than a strategy may have, and more values than
// one of its constraints may have (O). Segments have other limits.
func withinLimits(sent []constraints.Constraint) error {
	if len(sent) > maxConstraints {
		return apierror.ExceedsLimit("constraints", maxConstraints)
	}
	for i := range sent {
		if len(sent[i].Values) > maxConstraintValues {
			return apierror.ExceedsLimit("constraint values for "+sent[i].ContextName, maxConstraintValues)
		}
	}
	return nil
}

// strategyForm is a complete strategy, as a patch produces it and a default strategy has
// it. The result of a patch is checked by a schema of its own, whose properties are in
// this order (O).
type strategyForm struct {
	Name        string                   `json:"name"`
	Title       *string                  `json:"title"`
	Disabled    *bool                    `json:"disabled"`
	SortOrder   float64                  `json:"sortOrder"`
	Segments    []float64                `json:"segments"`
	Constraints []constraints.Constraint `json:"constraints"`
	Variants    []any                    `json:"variants"`
	Parameters  map[string]string        `json:"parameters"`
}

// read fills the form with the result of a patch, or returns what its schema refuses:
// whatever that of an update does, and anything without a name or with further properties.
func (f *strategyForm) read(value any) error {
	object, is := value.(*v8json.Object)
	if !is {
		return apierror.BadDetails(apierror.Detail{Root: true, Message: "The `` property must be object. You sent undefined."})
	}
	text := v8json.Stringify(nil, value)
	plain, err := v8json.Parse(text)
	if err != nil {
		return apierror.BadData(err.Error())
	}
	if _, has := object.Get("name"); !has {
		return apierror.BadDetails(apierror.Detail{PathFirst: true, Path: "name", Message: "The `name` property is required. It was not present on the data you sent."})
	}
	for _, name := range object.Keys() {
		if !slices.Contains(patchable, name) {
			return apierror.BadDetails(apierror.Detail{PathFirst: true, Path: name, Message: fmt.Sprintf("The root object of the request body does not allow additional properties. Your request included the `%s` property.", name)})
		}
	}
	if failures := spec.Default().Operation("updateFeatureStrategy").CheckBody(plain); len(failures) > 0 {
		first := failures[0]
		first.In = "" // not what was sent
		sent, _ := v8json.Restringify(text, first.Pointer)
		return apierror.BadDetails(ajv.Detail(first, sent))
	}
	if problems := engine.Fill(f, value, nil, true); len(problems) > 0 {
		return apierror.BadData(problems[0].Error())
	}
	return nil
}

// patchable are the properties that a strategy may have after a patch.
var patchable = []string{"id", "name", "title", "disabled", "featureName", "sortOrder", "segments", "constraints", "variants", "parameters"}

// body returns the strategy as it would be sent. Without segments, a strategy keeps those that it
// has (O).
func (f *strategyForm) body() strategyBody {
	return strategyBody{
		Name: sent(f.Name), Title: sent(f.Title), Disabled: sent(f.Disabled), SortOrder: sent(f.SortOrder), Constraints: sent(f.Constraints),
		Variants: sent(f.Variants), Parameters: sent(f.Parameters), Segments: engine.Optional[[]float64]{Value: f.Segments, Sent: f.Segments != nil},
	}
}

func sent[T any](value T) engine.Optional[T] { return engine.Optional[T]{Value: value, Sent: true} }
