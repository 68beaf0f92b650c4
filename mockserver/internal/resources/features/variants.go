package features

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
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

// sentVariants are variants as they were sent, or as a patch leaves them, each with its keys in
// that order.
type sentVariants []any

// inText returns a list, whose values the contract has checked and perhaps changed, with the keys
// of its objects in the order of the text, if there is one. property is that of the list, if it is
// not the whole text.
func inText(list []any, text engine.JSON, property string) sentVariants {
	if text == nil {
		return list
	}
	sent := text.Value()
	if object, is := sent.(*v8json.Object); is && property != "" {
		sent, _ = object.Get(property)
	}
	ordered, _ := inOrder(list, sent).([]any)
	return ordered
}

// inOrder returns a value with the keys of objects in the order in which they were sent.
func inOrder(value, sent any) any {
	switch value := value.(type) {
	case map[string]any:
		out := v8json.NewObject()
		if object, is := sent.(*v8json.Object); is {
			for name, inner := range object.All() {
				out.Set(name, inOrder(value[name], inner))
			}
		}
		return out
	case []any:
		elements, _ := sent.([]any)
		out := make([]any, min(len(value), len(elements)))
		for i := range out {
			out[i] = inOrder(value[i], elements[i])
		}
		return out
	}
	return value
}

// read returns the variants, unless one is not as it should be (O).
func (all sentVariants) read() (variants []Variant, err error) {
	m := metadata{strict: true}
	if m.variantList("", all); m.broken != nil {
		return nil, apierror.BadDetails(m.broken[0])
	}
	err = readInto([]any(all), &variants)
	return variants, err
}

func nameOf(variant any) string {
	name, _ := propertiesOf(variant)("name")
	text, _ := name.(string)
	return text
}

// completed returns the variants with defaults, which come first, for what was not sent.
func (all sentVariants) completed() sentVariants {
	out := make(sentVariants, len(all))
	for i, one := range all {
		object, is := one.(*v8json.Object)
		if !is {
			return all
		}
		full := v8json.NewObject()
		full.Set("weightType", "variable")
		full.Set("stickiness", "default")
		for name, value := range object.All() {
			full.Set(name, value)
		}
		out[i] = full
	}
	return out
}

// weighed returns variants as they were sent, but with the weights that they got.
func (all sentVariants) weighed(variants []Variant) []engine.JSON {
	named := map[string]*v8json.Object{}
	for _, one := range all {
		named[nameOf(one)], _ = one.(*v8json.Object)
	}
	out := []engine.JSON{}
	for i := range variants {
		shown := named[variants[i].Name]
		shown.Set("weight", variants[i].Weight)
		out = append(out, v8json.Stringify(nil, shown))
	}
	return out
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
