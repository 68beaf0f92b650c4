package features

import (
	"fmt"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// Variant is a variant of a flag or of a strategy, as it is stored: only what was sent,
// with its keys in the order of jsonb (O).
type Variant struct {
	Name       string     `json:"name" state:",required"`
	Weight     float64    `json:"weight"`
	Payload    *Payload   `json:"payload,omitzero"`
	Overrides  []Override `json:"overrides,omitzero"`
	Stickiness string     `json:"stickiness,omitzero"`
	WeightType string     `json:"weightType,omitzero"`
}

// Payload is what a variant carries.
type Payload struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Override assigns a variant to contexts whose field has one of the values.
type Override struct {
	Values      []string `json:"values"`
	ContextName string   `json:"contextName"`
}

// wholeWeight is the sum of the weights of all variants.
const wholeWeight = 1000

// Orders in which a refusal lists the properties of a variant.
var (
	asSent    = []string{"name", "weight", "weightType", "stickiness"}
	completed = []string{"weightType", "stickiness", "name", "weight"}
)

// checkVariants refuses names that are invalid or occur twice, weights that are not whole
// or out of bounds, and payloads that are not what they claim to be. If sticky is true, it
// also refuses variants without a stickiness (O).
func checkVariants(variants []Variant, order []string, sticky bool) error {
	seen := map[string]bool{}
	for i := range variants {
		v := &variants[i]
		if err := names.Check(fmt.Sprintf("[%d].name", i), v.Name); err != nil {
			return err
		}
		m := metadata{at: fmt.Sprintf("[%d].", i)}
		m.thousandths(v.Weight)
		if v.WeightType != "" {
			m.weightType(v.WeightType)
		}
		if m.broken != nil {
			return unfit(m.broken[0])
		}
		if v.Payload != nil {
			if err := v.Payload.check(fmt.Sprintf("[%d].payload.value", i)); err != nil {
				return err
			}
		}
		if sticky && v.Stickiness == "" {
			return apierror.BadProperty(fmt.Sprintf("[%d].stickiness", i), "is not allowed to be empty", "")
		}
		if seen[v.Name] {
			return apierror.BadProperty(fmt.Sprintf("[%d]", i), "contains a duplicate value", v.told(order))
		}
		seen[v.Name] = true
	}
	return nil
}

// told returns a variant as JSON, with its keys in the given order.
func (v *Variant) told(order []string) string {
	values := map[string]any{"name": v.Name, "weight": v.Weight, "weightType": v.WeightType, "stickiness": v.Stickiness}
	out := v8json.NewObject()
	for _, key := range order {
		out.Set(key, values[key])
	}
	return string(v8json.Stringify(nil, out))
}

func (p *Payload) check(property string) error {
	if p.Value == "" {
		return apierror.BadProperty(property, "is not allowed to be empty", "")
	}
	if p.Type != "json" || isContainer(p.Value) {
		return nil
	}
	return unfit(apierror.Detail{Message: fmt.Sprintf("'value' must be a valid json string when 'type' is json. You provided %s.", v8json.Stringify(nil, p.Value))})
}

// isContainer reports whether a text is a JSON object or array. A JSON payload can be
// nothing else (O).
func isContainer(text string) bool {
	value, err := v8json.Parse([]byte(text))
	if err != nil {
		return false
	}
	switch value.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// spread distributes what fixed weights leave of 1000 over the other variants: evenly,
// with the remainder going to the first of them (O).
func spread(variants []Variant) ([]Variant, error) {
	left, variable := wholeWeight, 0
	for i := range variants {
		if variants[i].isFixed() {
			left -= int(variants[i].Weight)
		} else {
			variable++
		}
	}
	switch {
	case len(variants) == 0:
		return []Variant{}, nil
	case variable == 0:
		return nil, apierror.BadData(`There must be at least one "variable" variant`)
	case left < 0:
		return nil, apierror.BadData("The traffic distribution total must equal 100%")
	}
	out := slices.Clone(variants)
	share, rest := left/variable, left%variable
	for i := range out {
		if out[i].isFixed() {
			continue
		}
		out[i].Weight = float64(share)
		if rest > 0 {
			out[i].Weight++
			rest--
		}
	}
	return out, nil
}

func (v *Variant) isFixed() bool { return v.WeightType == "fix" }

// sorted returns variants as they are stored: by name, in the order of a language rather
// than of bytes (O). SDKs choose by that order.
func sorted(variants []Variant) []Variant {
	out, byName := slices.Clone(variants), collate.New(language.Und)
	slices.SortStableFunc(out, func(a, b Variant) int { return byName.CompareString(a.Name, b.Name) })
	return out
}
