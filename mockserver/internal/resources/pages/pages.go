// Package pages reads which part of a list a client asks for.
package pages

import (
	"fmt"
	"math"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

const (
	maxLimit  = 1000
	maxOffset = math.MaxInt32 // what is larger counts as this
)

// Page is a part of a list, as a query asks for it.
type Page struct {
	Limit  engine.Optional[string] `query:"limit"`
	Offset engine.Optional[string] `query:"offset"`
}

// Check refuses numbers that a database does not take; a real server answers 500.
func (p Page) Check() error {
	if !isInteger(p.limit(1)) {
		return refusal("limit", p.Limit.Value)
	}
	if !isInteger(p.offset()) {
		return refusal("offset", p.Offset.Value)
	}
	return nil
}

// isInteger reports whether a number fits 64 bits.
func isInteger(number float64) bool { return number == math.Trunc(number) && number < 1<<63 }

func refusal(name, sent string) error {
	path := "/query/" + name
	return apierror.Invalid(apierror.Detail{Path: path, Message: fmt.Sprintf("The `%s` property must be integer. You sent %q.", path, sent)})
}

// Bounds reads limit and offset. A value that is not a usable number falls back to the
// default (O).
func (p Page) Bounds(defaultLimit int) (limit, offset int) {
	return int(p.limit(defaultLimit)), int(min(p.offset(), maxOffset))
}

func (p Page) limit(fallback int) float64 {
	if number, isNumber := ajv.ParseNumber(p.Limit.Value); isNumber && number > 0 && number <= maxLimit {
		return number
	}
	return float64(fallback)
}

func (p Page) offset() float64 {
	number, isNumber := ajv.ParseNumber(p.Offset.Value)
	if !isNumber {
		return 0
	}
	return max(number, 0)
}

// Cut returns that part of a list.
func Cut[T any](all []T, limit, offset int) []T {
	start := min(offset, len(all))
	return all[start:min(start+limit, len(all))]
}
