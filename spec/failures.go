package spec

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/jsonschema/v6/kind"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/internal/plural"
)

// maxFailures is how many failures of one value are kept: those to report first. A small body can
// have a failure for every other byte.
const maxFailures = 100

// inOrder returns the failures in a validation error, the one to report first.
func inOrder(err *jsonschema.ValidationError, order ordering, in string) []Failure {
	found := first(err, in, order.byKeys, order.compare)
	for i := range found {
		if found[i].Keyword == "type" && found[i].Want == "" {
			found[i].Want = strings.Join(order.shape.At(found[i].path).Plain(), ",")
		}
		for _, form := range found[i].forms {
			found[i].Forms = append(found[i].Forms, inOrder(form, order, in)[0])
		}
	}
	failures := make([]Failure, len(found))
	for i := range found {
		failures[i] = found[i].Failure
	}
	return failures
}

// first describes the leaves of an error, and returns those that come first in an order. byKeys compares two
// keys of the object at a path.
func first(err *jsonschema.ValidationError, in string, byKeys func(at []string, a, b string) int, order func(a, b located) int) []located {
	var found []located
	for _, leaf := range leaves(err, nil) {
		if found = append(found, describe(leaf, in, byKeys)...); len(found) >= 2*maxFailures {
			found = sorted(found, order)
		}
	}
	return sorted(found, order)
}

// sorted sorts failures and drops those beyond maxFailures.
func sorted(found []located, order func(a, b located) int) []located {
	slices.SortStableFunc(found, order)
	kept := min(len(found), maxFailures)
	clear(found[kept:])
	return found[:kept]
}

// leaves collects the errors that have no cause of their own. A value that fits none of several
// alternatives is one error, not one per alternative.
func leaves(err *jsonschema.ValidationError, into []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch err.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.PropertyNames, *kind.Contains, *kind.MinContains:
		return append(into, err)
	}
	if len(err.Causes) == 0 {
		return append(into, err)
	}
	for _, cause := range err.Causes {
		into = leaves(cause, into)
	}
	return into
}

// located is a failure with what determines its place in the order.
type located struct {
	Failure
	path []string
	rank int
	// forms are the errors of the branches of a oneOf.
	forms []*jsonschema.ValidationError
}

// describe turns one leaf into failures: one for each property if it names several.
func describe(leaf *jsonschema.ValidationError, in string, byKeys func(at []string, a, b string) int) []located {
	base := located{path: leaf.InstanceLocation}
	base.In = in
	base.Pointer = openapi.Pointer(leaf.InstanceLocation)
	one := func(rank int, keyword, want, reason string) []located {
		base.rank, base.Keyword, base.Want, base.Reason = rank, keyword, want, reason
		return []located{base}
	}
	switch reason := leaf.ErrorKind.(type) {
	case *kind.Type:
		want := strings.Join(withoutNull(reason.Want), ",")
		return one(0, "type", want, fmt.Sprintf("it must be %s, it is %s", want, reason.Got))
	case *kind.InvalidJsonValue: // an infinite number
		return one(0, "type", "", "it is not a JSON value")
	case *kind.Required:
		return several(base, 6, "required", reason.Missing, "the property %q is missing")
	case *kind.AdditionalProperties:
		names := slices.Clone(reason.Properties)
		slices.SortFunc(names, func(a, b string) int { return byKeys(leaf.InstanceLocation, a, b) })
		return several(base, 7, "additionalProperties", names, "the property %q is not allowed")
	case *kind.PropertyNames:
		return one(8, "propertyNames", "", fmt.Sprintf("the name %q is not allowed: %s", reason.Property, causes(leaf)))
	case *kind.Pattern:
		return one(3, "pattern", reason.Want, fmt.Sprintf("it must match %s", reason.Want))
	case *kind.Format:
		return one(4, "format", reason.Want, fmt.Sprintf("it is not a valid %s", reason.Want))
	case *kind.MaxLength:
		return one(1, "maxLength", fmt.Sprint(reason.Want), fmt.Sprintf("it has %s; at most %d are allowed", plural.Of(reason.Got, "character"), reason.Want))
	case *kind.MinLength:
		return one(2, "minLength", fmt.Sprint(reason.Want), fmt.Sprintf("it has %s; at least %d are needed", plural.Of(reason.Got, "character"), reason.Want))
	case *kind.Maximum:
		want := plain(reason.Want)
		return one(1, "maximum", want, "it must be <= "+want)
	case *kind.Minimum:
		want := plain(reason.Want)
		return one(2, "minimum", want, "it must be >= "+want)
	case *kind.MaxItems:
		return one(1, "maxItems", fmt.Sprint(reason.Want), fmt.Sprintf("it has %s; at most %d are allowed", plural.Of(reason.Got, "item"), reason.Want))
	case *kind.MinItems:
		return one(2, "minItems", fmt.Sprint(reason.Want), fmt.Sprintf("it has %s; at least %d are needed", plural.Of(reason.Got, "item"), reason.Want))
	case *kind.Enum:
		base.Allowed = reason.Want
		return one(9, "enum", "", "it must be one of "+strings.ReplaceAll(fmt.Sprint(reason.Want), "<nil>", "null"))
	case *kind.Contains:
		return one(8, "contains", "", "it contains none of the items that it must contain")
	case *kind.MinContains:
		return one(8, "minContains", fmt.Sprint(reason.Want), fmt.Sprintf("it contains fewer than %d of the items that it must contain", reason.Want))
	case *kind.MaxContains:
		return one(8, "maxContains", fmt.Sprint(reason.Want), fmt.Sprintf("it contains more than %d of the items of which it may contain a few", reason.Want))
	case *kind.AnyOf:
		return one(10, "anyOf", "", "it fits none of the forms that the contract allows: "+causes(leaf))
	case *kind.OneOf:
		base.forms = leaf.Causes
		return one(10, "oneOf", "", "it fits none or several of the forms that the contract allows: "+causes(leaf))
	}
	keyword := "schema"
	if path := leaf.ErrorKind.KeywordPath(); len(path) > 0 {
		keyword = path[0]
	}
	return one(8, keyword, "", leaf.Error())
}

// plain writes a bound in digits, as a schema does.
func plain(bound *big.Rat) string {
	number, _ := bound.Float64()
	return strconv.FormatFloat(number, 'f', -1, 64)
}

func several(base located, rank int, keyword string, names []string, format string) []located {
	out := make([]located, min(len(names), maxFailures))
	for i, name := range names[:len(out)] {
		base.rank, base.Keyword, base.Property = rank, keyword, name
		base.Reason = fmt.Sprintf(format, name)
		out[i] = base
	}
	return out
}

// causes summarizes why a value fits none of several alternatives. The library lists properties in
// random order; causes sorts them.
func causes(err *jsonschema.ValidationError) string {
	var reasons []string
	for i, cause := range err.Causes {
		for _, failure := range first(cause, "", ordering{}.byKeys, func(a, b located) int {
			return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Reason, b.Reason))
		}) {
			reasons = append(reasons, strings.TrimSpace(fmt.Sprintf("(%d) %s %s", i+1, failure.Pointer, failure.Reason)))
		}
	}
	return strings.Join(slices.Compact(reasons), "; ")
}

func withoutNull(types []string) []string {
	if len(types) < 2 {
		return types
	}
	return slices.DeleteFunc(slices.Clone(types), func(name string) bool { return name == "null" })
}
