package client

import (
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// revision is the id of the newest event that changed what SDKs get in an environment, or
// in all environments if its Environment is empty.
type revision struct {
	Environment string `json:"environment"`
	Event       int64  `json:"event"`
}

var revisions = engine.NewTable(engine.Definition[revision]{
	Name: "revisions", Singular: "revision", Noun: "revision",
	Key: func(r *revision) engine.Key { return engine.Text(r.Environment) },
})

// listen updates the revisions with the events that change a real server's (O).
func listen(tx *engine.Tx, event *engine.Event) {
	environment, counts := features.EnvironmentOf(event)
	if event.Type == "segment-updated" {
		counts = true
	}
	if counts {
		revisions.Put(tx, &revision{environment, event.ID})
	}
}

// Revision identifies the state of an environment's flags that SDKs get. It is the id of
// the newest event that changed that state, and higher than all revisions of states that
// a reset or an import has replaced.
func Revision(r engine.Reader, environment string) int64 {
	newest := int64(0)
	for _, name := range []string{"", environment} {
		if row := revisions.Get(r, engine.Text(name)); row != nil {
			newest = max(newest, row.Event)
		}
	}
	return engine.Founded(r) + newest
}
