package main

import (
	"fmt"
	"slices"
	"strings"
)

// The marks around the figures on the page.
const (
	begins = "<!-- figures of scripts/scale-check.sh begin -->\n"
	ends   = "<!-- figures of scripts/scale-check.sh end -->\n"
)

// page returns the outcome as a section of the page.
func (o *outcome) page(s settings) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d mocks, %d workspaces, and %d clients that each wrote and read one of their workspaces every %s, for %d s. "+
		"Of %d requests, %d failed; the slowest that succeeded took %d ms. There were %d writes of workspaces to Postgres, and %d workspaces were handed back.\n\n",
		s.mocks, s.workspaces, s.clients, s.pace, s.seconds, o.sent, len(o.failures), o.slowest.Milliseconds(), o.writes, o.handedOver)
	out.WriteString("| event | failed requests | last failure after |\n|---|---|---|\n")
	for _, e := range o.events {
		what := e.name + " came back"
		if e.killed {
			what = e.name + " was killed"
		}
		count, last, kinds := o.after(e)
		if count == 0 {
			fmt.Fprintf(&out, "| %s | none | |\n", what)
			continue
		}
		fmt.Fprintf(&out, "| %s | %s | %.1f s |\n", what, kinds, last.Seconds())
	}
	out.WriteString("\nAnswers with another client's data: " + fmt.Sprint(len(o.foreign)) + ". ")
	if len(o.lost) == 0 {
		out.WriteString("Lost acknowledged writes: none.\n")
	} else {
		fmt.Fprintf(&out, "Lost acknowledged writes: %d, the oldest %.2f s before the kill.\n", len(o.lost), slices.Max(o.lost).Seconds())
	}
	return out.String()
}
