package features

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/segments"
)

// strategyBody is a strategy as it is sent. What is missing stays as it is.
type strategyBody struct {
	Name        engine.Optional[string]                   `json:"name"`
	Title       engine.Optional[*string]                  `json:"title"`
	Disabled    engine.Optional[*bool]                    `json:"disabled"`
	SortOrder   engine.Optional[float64]                  `json:"sortOrder"`
	Constraints engine.Optional[[]constraints.Constraint] `json:"constraints"`
	Variants    engine.Optional[[]Variant]                `json:"variants"`
	Parameters  engine.Optional[map[string]string]        `json:"parameters"`
	Segments    engine.Optional[[]int64]                  `json:"segments"`
}

// fill puts what was sent into a strategy, in the order in which a real server checks it
// (O).
func (b strategyBody) fill(r engine.Reader, s *Strategy) (err error) {
	s.Name = b.Name.Or(s.Name)
	if !slices.Contains(types, s.Name) {
		return apierror.BadData("Could not find strategy type with name " + s.Name)
	}
	if err := b.checkSegments(r); err != nil {
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
		if err := checkVariants(b.Variants.Value, asSent, true); err != nil {
			return err
		}
		if s.Variants, err = spread(b.Variants.Value); err != nil {
			return err
		}
		s.Variants = sorted(s.Variants)
	}
	s.Title, s.Disabled = b.Title.Or(s.Title), b.Disabled.Or(s.Disabled)
	if b.SortOrder.Sent {
		if err := checkOrder("sortOrder", b.SortOrder.Value); err != nil {
			return err
		}
		s.SortOrder = int64(b.SortOrder.Value)
	}
	if b.Segments.Sent {
		s.Segments = b.Segments.Value
	}
	if b.Parameters.Sent {
		s.Parameters = parameters(b.Parameters.Value)
	}
	return nil
}

func (b strategyBody) checkSegments(r engine.Reader) error {
	ids := b.Segments.Value
	for i, id := range ids {
		if _, err := segments.Find(r, id); err != nil {
			return err
		}
		if slices.Contains(ids[:i], id) && len(ids) <= segments.MaxOfStrategy { // a real server answers 500
			return apierror.BadData(fmt.Sprintf("The segment %d is there twice", id))
		}
	}
	if len(ids) > segments.MaxOfStrategy {
		return apierror.BadData("Strategies may not have more than 5 segments")
	}
	return nil
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
	Segments    []int64                  `json:"segments"`
	Constraints []constraints.Constraint `json:"constraints"`
	Variants    []Variant                `json:"variants"`
	Parameters  map[string]string        `json:"parameters"`
}

// read fills the form with the result of a patch, or returns what its schema refuses.
func (f *strategyForm) read(value any) error {
	object, is := value.(*v8json.Object)
	if !is {
		return apierror.BadData("The patch leaves no strategy")
	}
	if _, has := object.Get("name"); !has {
		return missing("name")
	}
	for _, name := range object.Keys() {
		if !slices.Contains(patchable, name) {
			return unfit(apierror.Detail{PathFirst: true, Path: name, Message: fmt.Sprintf("The root object of the request body does not allow additional properties. Your request included the `%s` property.", name)})
		}
	}
	if problems := engine.Fill(f, value, nil, true); len(problems) > 0 {
		return wrongType(value, problems[0])
	}
	if err := demand(object, "constraints", "contextName", "operator"); err != nil {
		return err
	}
	return demand(object, "variants", "name", "weight", "weightType", "stickiness")
}

// demand refuses a list in which an object lacks one of the properties.
func demand(object *v8json.Object, list string, properties ...string) error {
	value, _ := object.Get(list)
	elements, _ := value.([]any)
	for i, element := range elements {
		for _, name := range properties {
			if inner, err := child(element, name); err == nil && inner == (absent{}) {
				return missing(fmt.Sprintf("/%s/%d/%s", list, i, name))
			}
		}
	}
	return nil
}

// patchable are the properties that a strategy may have after a patch.
var patchable = []string{"id", "name", "title", "disabled", "featureName", "sortOrder", "segments", "constraints", "variants", "parameters"}

// wrongType reports a value that has the wrong type.
func wrongType(document any, problem engine.Problem) error {
	_, kind, is := strings.Cut(problem.Message, ", want ")
	if !is {
		return apierror.BadData(problem.Error())
	}
	if kind == "integer" {
		kind = "number"
	}
	for _, step := range problem.Path {
		document, _ = child(document, step)
	}
	path := problem.Pointer()
	return unfit(apierror.Detail{Path: path, Message: fmt.Sprintf("The `%s` property must be %s. You sent %s.", path, kind, v8json.Stringify(nil, document))})
}

func missing(path string) error {
	return unfit(apierror.Detail{PathFirst: true, Path: path, Message: fmt.Sprintf("The `%s` property is required. It was not present on the data you sent.", path)})
}

func (f *strategyForm) body() strategyBody {
	return strategyBody{
		Name: sent(f.Name), Title: sent(f.Title), Disabled: sent(f.Disabled), SortOrder: sent(f.SortOrder), Constraints: sent(f.Constraints),
		Variants: sent(f.Variants), Parameters: sent(f.Parameters), Segments: sent(f.Segments),
	}
}

func sent[T any](value T) engine.Optional[T] { return engine.Optional[T]{Value: value, Sent: true} }
