package features

import (
	"slices"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// variantList has the variants of a flag in an environment.
type variantList struct {
	Version  int64     `json:"version"`
	Variants []Variant `json:"variants"`
}

// variantAnswer has variants as they were sent.
type variantAnswer struct {
	Version  int64         `json:"version"`
	Variants []engine.JSON `json:"variants"`
}

// inVariants returns the state of a flag in an environment, or the 404 for its variants
// there.
func (in inEnvironment) inVariants(r engine.Reader) (*Toggle, error) {
	if _, err := in.find(r); err != nil {
		return nil, err
	}
	toggle := In(r, in.Name, in.Environment)
	if toggle == nil {
		return nil, apierror.Missing("Could not find %s in %s", in.Name, in.Environment)
	}
	return toggle, nil
}

func listVariants(view *engine.View, in inEnvironment) (out engine.Answer[variantList], err error) {
	toggle, err := in.inVariants(view)
	if err != nil {
		return out, err
	}
	return engine.OK(variantList{1, toggle.Variants})
}

// legacy refuses to replace variants of a flag that has none in any environment. Existing
// ones date from before strategies had variants, or come from pushVariants (O).
func (in in) legacy(r engine.Reader) error {
	if slices.ContainsFunc(toggles.Under(r, engine.Text(in.Name)), func(t *Toggle) bool { return len(t.Variants) > 0 }) {
		return nil
	}
	return forbidden("Environment variants deprecated for feature: " + in.Name + ". Use strategy variants instead.")
}

type variantsIn struct {
	inEnvironment
	Variants []any       `body:""`
	Sent     engine.JSON `body:""`
}

func replaceVariants(tx *engine.Tx, in variantsIn) (out engine.Answer[variantAnswer], err error) {
	if _, err := in.find(tx); err != nil {
		return out, err
	}
	if err := in.legacy(tx); err != nil {
		return out, err
	}
	return in.store(tx, inText(in.Variants, in.Sent, ""))
}

// store checks variants, distributes their weights and stores them, if the flag is in the
// environment. Variants that do not say whether their weight is fixed are lost (O).
func (in inEnvironment) store(tx *engine.Tx, sent sentVariants) (out engine.Answer[variantAnswer], err error) {
	variants, err := sent.read()
	if err != nil {
		return out, err
	}
	typed := make([]Variant, 0, len(variants))
	for _, v := range variants {
		if v.WeightType != "" {
			typed = append(typed, v)
		}
	}
	if len(typed) == 0 && len(variants) > 0 {
		return out, apierror.BadData(`There must be at least one "variable" variant`)
	}
	spreadOut, err := spread(typed)
	if err != nil {
		return out, err
	}
	if _, err := in.inVariants(tx); err != nil {
		return out, err
	}
	stored := sorted(spreadOut)
	out.Value = variantAnswer{1, sent.weighed(stored)}
	return out, PutVariants(tx, in.Name, in.Environment, stored)
}

type patchVariantsIn struct {
	inEnvironment
	Operations engine.JSON `body:""`
}

func patchVariants(tx *engine.Tx, in patchVariantsIn) (out engine.Answer[variantAnswer], err error) {
	toggle, err := in.inVariants(tx)
	if err != nil {
		return out, err
	}
	value, err := patched(engine.Append(nil, &toggle.Variants), in.Operations, func(hole sparse) error {
		if err := in.legacy(tx); err != nil {
			return err
		}
		return apierror.BadDetails(apierror.Detail{Message: hole.Error()})
	})
	if err != nil {
		return out, err
	}
	if err := in.legacy(tx); err != nil {
		return out, err
	}
	list, is := value.([]any)
	if !is {
		m := metadata{}
		m.refuse("value", "must be an array", value)
		return out, m.err()
	}
	return in.store(tx, list)
}

type pushVariantsIn struct {
	in
	Variants     []any       `json:"variants"`
	Environments []string    `json:"environments"`
	Sent         engine.JSON `body:""`
}

// pushVariants replaces the variants of a flag in each of the given environments. The
// caller needs the permission in each of them.
func pushVariants(tx *engine.Tx, in pushVariantsIn) (out engine.Answer[variantAnswer], err error) {
	if len(in.Environments) == 0 {
		return out, apierror.BadData("No environments provided")
	}
	for _, environment := range in.Environments {
		if !tx.Identity.May(variantsPermission, in.Project, environment) {
			return out, lacking(variantsPermission, environment)
		}
	}
	if _, err := in.find(tx); err != nil {
		return out, err
	}
	sent := inText(in.Variants, in.Sent, "variants").completed()
	variants, err := sent.read()
	if err != nil {
		return out, err
	}
	if variants, err = spread(variants); err != nil {
		return out, err
	}
	for i, environment := range in.Environments {
		if slices.Contains(in.Environments[:i], environment) { // a real server answers 500
			return out, apierror.BadData("Environments are named twice")
		}
		toggle, err := inEnvironment{in.in, environment}.inVariants(tx)
		if err != nil {
			return out, err
		}
		if err := PutVariants(tx, toggle.Flag, environment, sorted(variants)); err != nil {
			return out, err
		}
	}
	return engine.OK(variantAnswer{1, sent.weighed(variants)})
}

// variantsPermission is the permission to change variants.
const variantsPermission = spec.Permission("UPDATE_FEATURE_ENVIRONMENT_VARIANTS")
