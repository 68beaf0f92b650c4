// Package pages reads which part of a list a client asks for.
package pages

import (
	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

const (
	maxLimit  = 1000
	maxOffset = 1<<31 - 1
)

// Page is a part of a list, as a query asks for it.
type Page struct {
	Limit  engine.Optional[string] `query:"limit"`
	Offset engine.Optional[string] `query:"offset"`
}

// Bounds reads limit and offset. A value that is not a usable number falls back to the
// default (O).
func (p Page) Bounds(defaultLimit int) (limit, offset int) {
	return wholeNumber(p.Limit, 1, maxLimit, defaultLimit), wholeNumber(p.Offset, 0, maxOffset, 0)
}

// Cut returns that part of a list.
func Cut[T any](all []T, limit, offset int) []T {
	start := min(offset, len(all))
	return all[start:min(start+limit, len(all))]
}

func wholeNumber(sent engine.Optional[string], low, high, fallback int) int {
	number, isNumber := ajv.ParseNumber(sent.Value)
	if sent.Value == "" || !isNumber || number != float64(int(number)) || number < float64(low) || number > float64(high) {
		return fallback
	}
	return int(number)
}
