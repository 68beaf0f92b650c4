package signals

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// dayRange is an inclusive range of UTC days. A zero bound is open.
type dayRange struct{ from, to time.Time }

// days reads from and to. The contract checks their form; here they must also be dates
// (A: a similar operation of a real server answers 500).
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
