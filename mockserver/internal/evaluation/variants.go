package evaluation

import (
	"math"
	"slices"
)

// Variant is the variant of a flag for a context, in the form that SDKs return.
type Variant struct {
	Name           string   `json:"name"`
	Payload        *Payload `json:"payload,omitempty"`
	Enabled        bool     `json:"enabled"`
	FeatureEnabled bool     `json:"feature_enabled"`
}

// disabled is the name that stands for no variant.
const disabled = "disabled"

// variants are the variants of a flag or a strategy. All contexts of a group are divided
// between them in proportion to their weights.
type variants struct {
	list   []variant
	total  float64
	group  []byte
	sticky stickiness
}

type variant struct {
	*VariantDefinition
	through   float64 // the sum of the weights up to this one
	overrides []override
}

type override struct {
	field
	values []string
}

// compileVariants compiles a list of variants. The stickiness of the first applies to
// all; if it has none, elseSticky applies.
func compileVariants(definitions []VariantDefinition, group, elseSticky string, options Options) variants {
	compiled := variants{group: hashGroup(group)}
	for i := range definitions {
		definition := &definitions[i]
		if i == 0 && definition.Stickiness != "" {
			elseSticky = definition.Stickiness
		}
		compiled.total += definition.Weight
		v := variant{VariantDefinition: definition, through: compiled.total}
		for _, o := range definition.Overrides {
			v.overrides = append(v.overrides, override{fieldNamed(o.ContextName), o.Values})
		}
		compiled.list = append(compiled.list, v)
	}
	compiled.sticky = variantStickiness(elseSticky, options)
	return compiled
}

func variantStickiness(name string, options Options) stickiness {
	fields := []field{fieldNamed(name)}
	if name == "default" || name == "" {
		fields = []field{ownField("userId"), ownField("sessionId"), ownField("remoteAddress")}
	}
	return stickiness{fields: fields, random: options.Random}
}

// choose returns the variant for a context, or nil if the weights do not reach its place.
func (v *variants) choose(c *run) *VariantDefinition {
	if v.total <= 0 {
		return nil
	}
	for i := range v.list {
		if v.list[i].overridden(c) {
			return v.list[i].VariantDefinition
		}
	}
	hash, _ := v.sticky.hash(c, v.group, variantSeed)
	target := remainder(hash, v.total) + 1
	for i := range v.list {
		if v.list[i].through >= target {
			return v.list[i].VariantDefinition
		}
	}
	return nil
}

// remainder divides a hash by a number above 0. Weights are seldom fractions, for which it takes much longer.
func remainder(hash uint32, by float64) float64 {
	if whole := uint32(by); float64(whole) == by {
		return float64(hash % whole)
	}
	return math.Mod(float64(hash), by)
}

func (v *variant) overridden(c *run) bool {
	for _, o := range v.overrides {
		if value, present := c.value(o.field); present && slices.Contains(o.values, value) {
			return true
		}
	}
	return false
}
