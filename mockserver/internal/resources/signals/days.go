package signals

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// dayCount counts the signals of one UTC day, so that the cost of a query's total depends
// on the days that it spans and not on how many signals are stored.
type dayCount struct {
	Day   int64 // counted from 1970-01-01
	Count int
}

// days are the counts, with the newest day first.
var days = engine.NewTable(engine.Definition[dayCount]{
	Name: "days", Singular: "day", Noun: "day", Derived: true,
	Key: func(d *dayCount) engine.Key { return engine.Descending(d.Day) },
})

// countDays updates the counts when signals change.
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

// span adds up the days in a range. total is how many signals they have. start is the key
// to read from, so that as little as possible of the offset must be skipped one by one,
// and skipped is how many signals precede that key. It looks at no more days than
// necessary.
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
