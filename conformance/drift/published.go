package drift

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// published lists where the document that Unleash 8.2.0 publishes allows a server something
// that the contract does not. It has one change per line, as key writes it. The contract
// follows what the server does. TestThePublishedDocument, with the tag real, checks the list
// against a running server.
//
//go:embed published.txt
var published string

const reasonPublished = "Unleash 8.2.0 publishes this too, although it does what the contract says"

var known = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(published) {
		out[strings.TrimSuffix(line, "\n")] = true
	}
	return out
})

// key returns a change in the form that the list uses.
func (c Change) key(operation string) string {
	return strings.Join([]string{operation, string(c.Kind), c.Pointer, c.Contract, c.Target}, "\t")
}

// withoutKnown marks breaking changes that Unleash 8.2.0 also publishes as Beyond.
func withoutKnown(operation string, changes []Change) []Change {
	out := slices.Clone(changes)
	for i, change := range out {
		if change.Verdict == Breaking && known()[change.key(operation)] {
			out[i].Verdict, out[i].Reason = Beyond, reasonPublished
		}
	}
	return out
}
