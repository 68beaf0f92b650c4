package client

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// revision is the id of the newest event that changed what SDKs get in an environment, or
// in all of them if it has no name.
type revision struct {
	Environment string `json:"environment"`
	Event       int64  `json:"event"`
}

var revisions = engine.NewTable(engine.Definition[revision]{
	Name: "revisions", Singular: "revision", Noun: "revision",
	Key: func(r *revision) engine.Key { return engine.Text(r.Environment) },
})

// listen keeps the revisions in step with the events that move a real server's (O).
func listen(tx *engine.Tx, event *engine.Event) {
	environment, counts := features.EnvironmentOf(event)
	if event.Type == "segment-updated" {
		counts = true
	}
	if counts {
		revisions.Put(tx, &revision{environment, event.ID})
	}
}

// Revision says which state of the flags of an environment SDKs get: the id of the newest event
// that changed it, above all revisions of states that a reset or an import has put away.
func Revision(r engine.Reader, environment string) int64 {
	newest := int64(0)
	for _, name := range []string{"", environment} {
		if row := revisions.Get(r, engine.Text(name)); row != nil {
			newest = max(newest, row.Event)
		}
	}
	return engine.Founded(r) + newest
}
