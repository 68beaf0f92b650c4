package control

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

const (
	exportOperation = "exportState"
	importOperation = "importState"
)

// StateBounds limit an imported state. Its rows stay text until they are planted one by
// one, since decoded values take many times as much memory.
var StateBounds = v8json.Bounds{Depth: 2, Values: 1 << 20, Raw: 1 << 19}

// stateText returns the size limit of a state as text, in bytes. A state that clients
// create through the API stays below it, since texts count twice towards a memory limit.
func stateText(memory int64) int64 {
	if memory == math.MaxInt64 {
		return 1 << 30
	}
	return max(memory/2, maxBody)
}

func (x *exchange) takesState() bool { return x.operation.ID == importOperation }

// readState reads a state. The contract checks only its outline; its rows are checked
// against the tables.
func (x *exchange) readState() error {
	value, err := v8json.ParseShallow(x.input.body, StateBounds)
	if err != nil {
		return err
	}
	x.input.state, _ = value.(*v8json.Object)
	x.value = outline(value)
	return nil
}

// outline returns a value without the elements of its lists.
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
		for name, inner := range value.All() {
			out[name] = outline(inner)
		}
		return out
	}
	return value
}

// exportState writes the state. A parameter named after a table, or events, limits it to
// that many of the newest rows. The parameter secrets includes the texts that were kept.
func (m *Mock) exportState(w *workspace.Workspace, r *request) (response, error) {
	store := w.Instance().Store
	if err := r.reserve(store.Bytes()); err != nil {
		return response{}, err
	}
	newest := map[string]int{}
	for name, text := range r.query {
		if count, err := strconv.Atoi(text); err == nil { // secrets is not a number; the contract has checked the rest
			newest[name] = count
		}
	}
	if r.query["secrets"] == "true" {
		return ok(raw(store.RevealingSnapshot(newest)))
	}
	return ok(raw(store.Snapshot(newest)))
}

// importState replaces the state. A state that it accepts can be exported and imported
// again.
func (m *Mock) importState(w *workspace.Workspace, r *request) (response, error) {
	instance := w.Instance()
	most := m.workspaces.MaxState()
	store, err := m.engine.Restore(r.state, instance.Request(), most)
	if err != nil && !errors.Is(err, engine.ErrTooLarge) {
		return response{}, err
	}
	r.state, r.body = nil, nil // no longer needed; frees memory for the text of the export
	if err != nil || int64(len(store.Snapshot(nil))) > m.maxState || int64(len(store.RevealingSnapshot(nil))) > m.maxState {
		return response{}, apierror.Thrown(http.StatusRequestEntityTooLarge, "PayloadTooLargeError",
			"The state of a workspace may take %d bytes of memory, and %d as text.", most, m.maxState)
	}
	w.Replace(store)
	return ok(m.described(w))
}
