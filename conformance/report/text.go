package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// clip shortens a text to about limit bytes, and says how much it left out.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", text[:cut], len(text)-cut)
}

// length formats a duration for people.
func length(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// clean returns a copy of a report with change applied to every text, and with empty lists in
// place of nil.
func clean(r *Report, change func(string) string) *Report {
	if r == nil {
		r = &Report{}
	}
	out := visible.Each(*r, change)
	return &out
}

// same returns a text unchanged.
func same(text string) string { return text }
