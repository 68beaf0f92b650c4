package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// listedSignal is a signal as a query shows it.
type listedSignal struct {
	ID       int64 `json:"id"`
	SourceID int64 `json:"sourceId"`
}

// minds reports whether a scenario cannot tell a fault of the target from signals
// that others send meanwhile. Nobody else is expected on a mock.
func (w *world) minds() bool { return w.scenario.has("@quiet") && w.found.mock == "" }

// signals lists the newest signals, none if the target does not tell them.
func (w *world) signals(ctx context.Context) []listedSignal {
	x, _, err := w.client.send(ctx, request{method: http.MethodGet, path: "/api/admin/signals?limit=1000", header: authorized(w.tokens.Admin), actor: "admin"})
	var answer struct {
		Signals []listedSignal `json:"signals"`
	}
	if err != nil || json.Unmarshal(x.received, &answer) != nil {
		return nil
	}
	return answer.Signals
}

// disturbed reports whether signals came since the scenario began that are not
// its own.
func (w *world) disturbed(ctx context.Context) bool {
	own := w.ledger.ids(endpointsPath)
	return slices.ContainsFunc(w.signals(ctx), func(signal listedSignal) bool {
		return !w.before[signal.ID] && !slices.Contains(own, strconv.FormatInt(signal.SourceID, 10))
	})
}
