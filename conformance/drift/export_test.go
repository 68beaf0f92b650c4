package drift

import "slices"

var WithoutKnown = withoutKnown

// Published lists the changes of a report that are breaking, or would be if Unleash 8.2.0 did
// not publish them, in the format of published.txt.
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
