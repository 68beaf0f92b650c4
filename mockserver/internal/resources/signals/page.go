package signals

import (
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

const (
	defaultLimit = 50
	maxLimit     = 1000
	maxOffset    = 1<<31 - 1
)

// bounds reads limit and offset. What is not a usable number falls back (O).
func (p page) bounds() (limit, offset int) {
	return wholeNumber(p.Limit, 1, maxLimit, defaultLimit), wholeNumber(p.Offset, 0, maxOffset, 0)
}

func wholeNumber(sent engine.Optional[string], low, high, fallback int) int {
	number, isNumber := ajv.ParseNumber(sent.Value)
	if sent.Value == "" || !isNumber || number != float64(int(number)) || number < float64(low) || number > float64(high) {
		return fallback
	}
	return int(number)
}

// dayRange is an inclusive range of UTC days. A zero bound is open.
type dayRange struct{ from, to time.Time }

// days reads from and to, whose form the contract checks; here they must be dates
// (A: a sibling of the real server answers 500).
func (in queryIn) days() (out dayRange, err error) {
	if out.from, err = day("from", in.From); err != nil {
		return dayRange{}, err
	}
	out.to, err = day("to", in.To)
	return out, err
}

func day(name string, sent engine.Optional[string]) (time.Time, error) {
	const prefix = "IS:"
	if len(sent.Value) < len(prefix) {
		return time.Time{}, nil
	}
	date := sent.Value[len(prefix):]
	parsed, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, apierror.BadData("Invalid date in `" + name + "`: " + date)
	}
	return parsed, nil
}
