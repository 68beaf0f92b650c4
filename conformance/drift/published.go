package drift

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// published lists where the document that Unleash 8.2.0 publishes lets a server do what the
// contract does not: a change a line, as key writes it. The contract follows what the server
// does. TestThePublishedDocument, with the tag real, holds the list to a
// running server.
//
//go:embed published.txt
var published string

const reasonPublished = "Unleash 8.2.0 publishes it like this too, and does what the contract says"

var known = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(published) {
		out[strings.TrimSuffix(line, "\n")] = true
	}
	return out
})

// key is a change as the list has it.
func (c Change) key(operation string) string {
	return strings.Join([]string{operation, string(c.Kind), c.Pointer, c.Contract, c.Target}, "\t")
}

// withoutKnown takes what Unleash 8.2.0 publishes off the breaking changes.
func withoutKnown(operation string, changes []Change) []Change {
	out := slices.Clone(changes)
	for i, change := range out {
		if change.Verdict == Breaking && known()[change.key(operation)] {
			out[i].Verdict, out[i].Reason = Beyond, reasonPublished
		}
	}
	return out
}
