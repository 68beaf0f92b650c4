package drift

import "slices"

var WithoutKnown = withoutKnown

// Published lists the changes of a report that are breaking or were taken off those, as
// published.txt has them.
func Published(r *Report) []string {
	var out []string
	for _, operation := range r.Operations {
		for _, change := range operation.Changes {
			if change.Verdict == Breaking || change.Reason == reasonPublished {
				out = append(out, change.key(operation.ID)+"\n")
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
