package signals

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// dayCount counts the signals of one UTC day, so that a query's total costs by the
// days it spans and not by what is stored.
type dayCount struct {
	Day   int64 // since 1970-01-01
	Count int
}

// days are the counts, the newest day first.
var days = engine.NewTable(engine.Definition[dayCount]{
	Name: "days", Singular: "day", Noun: "day", Derived: true,
	Key: func(d *dayCount) engine.Key { return engine.Descending(d.Day) },
})

// countDays keeps the counts in step with the signals.
func countDays(tx *engine.Tx, before, after *Signal) {
	if before != nil {
		count(tx, before, -1)
	}
	if after != nil {
		count(tx, after, 1)
	}
}

func count(tx *engine.Tx, signal *Signal, change int) {
	number := dayOf(signal.CreatedAt)
	present := days.Get(tx, engine.Descending(number))
	next := dayCount{Day: number, Count: change}
	if present != nil {
		next.Count += present.Count
	}
	if next.Count == 0 {
		days.Drop(tx, present)
		return
	}
	days.Put(tx, &next)
}

// span sums up the days: how many signals they have, and from which key to read so
// that as few as possible of the offset must be skipped one by one. skipped are those
// before that key. It looks at no more days than it has to.
func span(view *engine.View, wanted dayRange, offset int) (total, skipped int, start engine.Key) {
	first := engine.Key{}
	if !wanted.to.IsZero() {
		first = engine.Descending(dayOf(wanted.to))
	}
	everything := wanted.from.IsZero() && wanted.to.IsZero()
	for day := range days.Rows(view, first) {
		if !wanted.from.IsZero() && day.Day < dayOf(wanted.from) {
			break
		}
		if start == nil && total+day.Count > offset {
			skipped, start = total, engine.Descending((day.Day+1)*millisecondsPerDay-1)
			if everything {
				return signals.Held(view), skipped, start
			}
		}
		total += day.Count
	}
	return total, skipped, start
}

const millisecondsPerDay = 24 * 60 * 60 * 1000

// dayOf numbers UTC days from 1970-01-01; earlier ones are negative.
func dayOf(t time.Time) int64 {
	milliseconds := t.UnixMilli()
	day := milliseconds / millisecondsPerDay
	if milliseconds%millisecondsPerDay < 0 {
		day--
	}
	return day
}
