package flagfile

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// strategy is a strategy as it is in a file.
type strategy struct {
	Strategy
	Parameters  map[string]any `json:"parameters"`
	Constraints []constraint   `json:"constraints"`
	Segments    []any          `json:"segments"`
	Variants    []variant      `json:"variants"`
}

// constraint is a constraint as it is in a file: values may be texts, numbers or
// booleans.
type constraint struct {
	Constraint
	Values []any `json:"values"`
	Value  any   `json:"value"`
}

type variant struct {
	Weight *float64 `json:"weight"` // nil for a share of the rest
	Variant
	Payload any `json:"payload"`
}

type payload struct {
	Type  string `json:"type"`
	Value any    `json:"value" state:",required"`
}

// at returns a path with further steps.
func at(path []string, steps ...any) []string {
	out := slices.Clip(path)
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			out = append(out, step)
		case int:
			out = append(out, strconv.Itoa(step))
		}
	}
	return out
}

// text returns a value as text, even if YAML reads it as a number or a boolean. It
// returns false for a list or an object.
func text(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case bool:
		return strconv.FormatBool(value), true
	case float64:
		return string(v8json.FormatNumber(nil, value)), true
	case nil:
		return "", true
	}
	return "", false
}

func (r *reader) text(value any, path []string) string {
	out, is := text(value)
	if !is {
		r.complain(path, "got %s, want string", engine.TypeOf(value))
	}
	return out
}

// segmentOf returns the id of the segment to which a strategy refers; 0 after a
// complaint.
type segmentOf func(reference any, path []string) int64

func (r *reader) strategies(list []strategy, path []string, find segmentOf) []Strategy {
	var out []Strategy
	for i := range list {
		out = append(out, r.strategy(&list[i], at(path, i), find))
	}
	return out
}

func (r *reader) strategy(written *strategy, path []string, find segmentOf) Strategy {
	out := written.Strategy
	out.Parameters = map[string]string{}
	r.speller.parameters(out.Name, written.Parameters, at(path, "parameters"))
	for name, value := range written.Parameters {
		out.Parameters[name] = r.text(value, at(path, "parameters", name))
	}
	out.Constraints = r.constraints(written.Constraints, at(path, "constraints"))
	for i, reference := range written.Segments {
		if id := find(reference, at(path, "segments", i)); id != 0 {
			out.Segments = append(out.Segments, id)
		}
	}
	out.Variants = r.variants(written.Variants, at(path, "variants"))
	return out
}

func (r *reader) constraints(list []constraint, path []string) []Constraint {
	var out []Constraint
	for i, written := range list {
		constraint := written.Constraint
		for j, value := range written.Values {
			constraint.Values = append(constraint.Values, r.text(value, at(path, i, "values", j)))
		}
		if written.Value != nil {
			constraint.Value = new(r.text(written.Value, at(path, i, "value")))
		}
		out = append(out, constraint)
	}
	return out
}

// variants reads variants. Those without a weight share what the others leave of 1000.
func (r *reader) variants(list []variant, path []string) []Variant {
	left, sharing := float64(wholeWeight), 0
	for i, written := range list {
		switch {
		case written.Weight == nil:
			sharing++
		case r.foreign && (*written.Weight < 0 || *written.Weight > maxWeight):
			r.complain(at(path, i, "weight"), "%v is not a weight from 0 to %d", *written.Weight, maxWeight)
		case !r.foreign && (*written.Weight < 0 || *written.Weight > wholeWeight || *written.Weight != math.Trunc(*written.Weight)):
			r.complain(at(path, i, "weight"), "%v is not a whole weight from 0 to %d", *written.Weight, wholeWeight)
		default:
			left -= *written.Weight
		}
	}
	left = max(left, 0)
	var out []Variant
	for i, written := range list {
		variant := written.Variant
		switch {
		case written.Weight != nil:
			variant.Weight = *written.Weight
		default:
			variant.Weight = math.Trunc(left / float64(sharing))
			left, sharing = left-variant.Weight, sharing-1
		}
		variant.Payload = r.payload(written.Payload, at(path, i, "payload"))
		out = append(out, variant)
	}
	return out
}

const (
	wholeWeight = 1000
	maxWeight   = math.MaxInt32 // that an SDK reads
)

// payload reads a payload. A plain text has the type string and a plain number the type
// number; a list, or an object without a value, has the type json.
func (r *reader) payload(value any, path []string) *Payload {
	object, isObject := value.(*v8json.Object)
	if isObject {
		if _, has := object.Get("value"); has {
			var written payload
			r.fill(&written, value, path)
			if r.foreign && written.Type == "" && written.Value == "" {
				return nil // as the SDK for Go stores none
			}
			if out, is := text(written.Value); is {
				return &Payload{Type: cmp.Or(written.Type, "string"), Value: out}
			}
			return &Payload{Type: "json", Value: string(v8json.Stringify(nil, written.Value))}
		}
	}
	switch value := value.(type) {
	case nil:
		return nil
	case float64:
		return &Payload{Type: "number", Value: string(v8json.FormatNumber(nil, value))}
	case string:
		return &Payload{Type: "string", Value: value}
	}
	return &Payload{Type: "json", Value: string(v8json.Stringify(nil, value))}
}
