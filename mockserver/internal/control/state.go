package control

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"golang.org/x/sync/semaphore"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

const (
	exportOperation = "exportState"
	importOperation = "importState"
)

// stateBounds are those of an imported state. Its rows are read; what is nested in them,
// payloads above all, stays text.
var stateBounds = v8json.Bounds{Depth: 3, Values: 1 << 21, Raw: 1 << 19}

// stateText is how many bytes a state may have as text. One that clients make by the API
// has fewer: where memory is bounded its texts count twice.
func stateText(memory int64) int64 {
	if memory == math.MaxInt64 {
		return 1 << 30
	}
	return max(memory/2, maxBody)
}

// room is how many bytes of states may be on their way in or out at once. Others wait.
type room struct {
	all  int64
	left *semaphore.Weighted
}

func newRoom(all int64) *room { return &room{all, semaphore.NewWeighted(all)} }

// reserve waits for room for a state, until the answer was sent.
func (x *exchange) reserve() *apierror.Error {
	bytes := x.input.held
	switch x.operation.ID {
	case exportOperation:
	case importOperation:
		if bytes = x.r.ContentLength; bytes < 0 {
			bytes = x.maxState
		}
	default:
		return nil
	}
	bytes = min(bytes, x.room.all)
	if err := x.room.left.Acquire(x.r.Context(), bytes); err != nil {
		return refusal(http.StatusServiceUnavailable, "UnavailableError", "The request ended before there was room for the state.")
	}
	x.release = func() { x.room.left.Release(bytes) }
	return nil
}

func (x *exchange) takesState() bool { return x.operation.ID == importOperation }

// readState reads a state. The contract judges an outline of it: what its rows may be,
// the tables say.
func (x *exchange) readState() error {
	value, err := v8json.ParseShallow(x.input.body, stateBounds)
	if err != nil {
		return err
	}
	x.input.state, _ = value.(*v8json.Object)
	x.value = outline(value)
	return nil
}

// outline is a value without the elements of its lists.
func outline(value any) any {
	switch value := value.(type) {
	case []any:
		return []any{}
	case v8json.Raw:
		if !value.IsObject() {
			return []any{}
		}
		return map[string]any{}
	case *v8json.Object:
		out := map[string]any{}
		for _, name := range value.Keys() {
			inner, _ := value.Get(name)
			out[name] = outline(inner)
		}
		return out
	}
	return value
}

// exportState writes the state. A parameter named after a table, or events, limits it
// to so many of the newest rows; the parameter secrets asks for the texts that were kept.
func (m *Mock) exportState(w *workspace.Workspace, r *request) (response, error) {
	newest := map[string]int{}
	for name, text := range r.query {
		if count, err := strconv.Atoi(text); err == nil { // the contract has checked it
			newest[name] = count
		}
	}
	store := w.Instance().Store
	if r.query["secrets"] == "true" {
		return ok(raw(store.RevealingSnapshot(newest)))
	}
	return ok(raw(store.Snapshot(newest)))
}

// importState replaces the state. What is taken can be exported and taken again.
func (m *Mock) importState(w *workspace.Workspace, r *request) (response, error) {
	instance := w.Instance()
	store, err := m.engine.Restore(r.state, instance.Clock.Now())
	if err != nil {
		return response{}, err
	}
	r.state, r.body = nil, nil // which need not be there beside the text of the export
	if most := m.workspaces.MaxState(); store.Bytes() > most || int64(len(store.Snapshot(nil))) > m.maxState {
		return response{}, refusal(http.StatusRequestEntityTooLarge, "PayloadTooLargeError",
			fmt.Sprintf("The state takes %d bytes of memory; that of a workspace may take %d, and %d as text.", store.Bytes(), most, m.maxState))
	}
	w.Replace(store)
	return ok(described(w))
}
