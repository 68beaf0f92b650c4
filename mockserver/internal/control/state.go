package control

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

const (
	exportOperation = "exportState"
	importOperation = "importState"
)

// StateBounds are those of an imported state. Its rows stay text until each is planted:
// as values they take many times as much.
var StateBounds = v8json.Bounds{Depth: 2, Values: 1 << 20, Raw: 1 << 19}

// stateText is how many bytes a state may have as text. One that clients make by the API
// has fewer: where memory is bounded its texts count twice.
func stateText(memory int64) int64 {
	if memory == math.MaxInt64 {
		return 1 << 30
	}
	return max(memory/2, maxBody)
}

func (x *exchange) takesState() bool { return x.operation.ID == importOperation }

// readState reads a state. The contract judges an outline of it: what its rows may be,
// the tables say.
func (x *exchange) readState() error {
	value, err := v8json.ParseShallow(x.input.body, StateBounds)
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
	store := w.Instance().Store
	if err := r.reserve(store.Bytes()); err != nil {
		return response{}, err
	}
	newest := map[string]int{}
	for name, text := range r.query {
		if count, err := strconv.Atoi(text); err == nil { // the contract has checked it
			newest[name] = count
		}
	}
	if r.query["secrets"] == "true" {
		return ok(raw(store.RevealingSnapshot(newest)))
	}
	return ok(raw(store.Snapshot(newest)))
}

// importState replaces the state. What is taken can be exported and taken again.
func (m *Mock) importState(w *workspace.Workspace, r *request) (response, error) {
	instance := w.Instance()
	most := m.workspaces.MaxState()
	store, err := m.engine.Restore(r.state, instance.Clock.Now(), most)
	if err != nil && !errors.Is(err, engine.ErrTooLarge) {
		return response{}, err
	}
	r.state, r.body = nil, nil // which need not be there beside the text of the export
	if err != nil || int64(len(store.Snapshot(nil))) > m.maxState {
		return response{}, refusal(http.StatusRequestEntityTooLarge, "PayloadTooLargeError",
			fmt.Sprintf("The state of a workspace may take %d bytes of memory, and %d as text.", most, m.maxState))
	}
	w.Replace(store)
	return ok(m.described(w))
}
