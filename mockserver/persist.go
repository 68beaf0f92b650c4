package mockserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// Persist keeps workspaces in a store: state, rules and clock survive the process, and an idle
// workspace leaves memory and is loaded again when needed. A workspace is written when it has
// changed, at most once a second; with always, each answer waits until its changes are stored.
// The store contains the secrets of API tokens.
//
// Call Persist before the first request, and settle after the last one has been answered: it
// writes what is left, until its context ends, and closes the store; the error names what could
// not be written. While the store is down the server carries on with what it has; /ready
// answers 503.
func (s *Server) Persist(in store.Store, always bool) (settle func(context.Context) error, err error) {
	switch {
	case s.deterministic:
		return nil, errors.New("a deterministic server starts every run afresh, so it cannot use a store")
	case s.following.Load() != nil:
		return nil, errors.New("a server that follows the flags of an instance cannot use a store")
	}
	err = s.workspaces.Persist(workspace.Persistence{Store: in, Save: save(s), Restore: s.restore, Always: always, Logger: s.logger})
	if err != nil {
		return nil, err
	}
	return s.workspaces.Settle, nil
}

// savedFormat is the version of the stored form.
const savedFormat = 1

// saved is the stored form of a workspace.
type saved struct {
	Format    int       `json:"format"`
	Workspace string    `json:"workspace"`
	Instance  string    `json:"instance,omitempty"` // the process that wrote it
	CreatedAt time.Time `json:"createdAt"`
	// Flags is the digest of the file of flags that the workspace started with; empty
	// without one.
	Flags string `json:"flags,omitempty"`
	// Revision is the last one that SDKs may have seen.
	Revision int64           `json:"revision"`
	Clock    *clock.Setting  `json:"clock,omitempty"`
	Rules    rules.Saved     `json:"rules"`
	State    json.RawMessage `json:"state"` // a snapshot that includes secrets
}

// revisionGap is how many revisions are skipped when a workspace is loaded. That is more
// than the changes that can have been lost, so no SDK mistakes another state for the one
// that it knows.
const revisionGap = 1 << 24

// save returns the function that writes the workspaces of a server in their stored form.
func save(s *Server) func(*workspace.Workspace) []byte {
	return func(w *workspace.Workspace) []byte {
		instance := w.Instance()
		text, err := json.Marshal(saved{
			Format: savedFormat, Workspace: w.Name, Instance: s.bounds.Instance, CreatedAt: w.Created, Flags: s.layers.digest(),
			Revision: instance.Store.Revision(), Clock: instance.Clock.Setting(), Rules: instance.Rules.Save(), State: instance.Store.RevealingSnapshot(nil),
		})
		if err != nil {
			panic("mockserver: a workspace cannot be written: " + err.Error()) // never happens: all of it was read, or made here
		}
		return text
	}
}

// restore reads the stored form of a workspace.
func (s *Server) restore(name string, text []byte) (*workspace.Instance, time.Time, error) {
	instance, from, err := s.read(name, text)
	return instance, from.CreatedAt, err
}

func (s *Server) read(name string, text []byte) (*workspace.Instance, saved, error) {
	var from saved
	var written struct{ Format int }
	if err := json.Unmarshal(text, &written); err == nil && written.Format > savedFormat { // first: other fields may differ
		return nil, from, newer("format", written.Format, savedFormat)
	}
	if err := json.Unmarshal(text, &from); err != nil {
		return nil, from, err
	}
	if from.Format != savedFormat || from.Workspace != name {
		return nil, from, fmt.Errorf("it belongs to the workspace %q in format %d, not to this one in format %d", from.Workspace, from.Format, savedFormat)
	}
	instance, err := s.newInstance(name)
	if err != nil {
		return nil, from, &workspace.UnfitError{Reason: err}
	}
	if err := instance.Clock.Restore(from.Clock); err != nil {
		return nil, from, err
	}
	skipped, err := instance.Rules.Restore(from.Rules)
	if err != nil {
		return nil, from, err
	}
	if instance.Store, err = s.readState(from.State, instance.Request()); err != nil {
		return nil, from, err
	}
	instance.Store.Continue(from.Revision + revisionGap)
	if set := s.layers.now.Load(); set != nil && from.Flags != s.layers.digest() {
		if err := s.setFlags(name, instance, set); err != nil {
			return nil, from, &workspace.UnfitError{Reason: fmt.Errorf("the flags of the file: %w", err)}
		}
	}
	for _, reason := range skipped {
		s.logger.Error("a stored rule does not fit this server and is dropped", "workspace", name, "error", reason)
	}
	return instance, from, nil
}

// readState reads a snapshot.
func (s *Server) readState(text []byte, request engine.Request) (*engine.Store, error) {
	value, err := v8json.ParseShallow(text, control.StateBounds)
	if err != nil {
		return nil, err
	}
	state, is := value.(*v8json.Object)
	if !is {
		return nil, errors.New("its state is not an object")
	}
	if version, _ := state.Get("version"); isNewer(version) {
		return nil, newer("state version", version, engine.SnapshotVersion)
	}
	store, err := s.engine.Restore(state, request, s.workspaces.MaxState())
	if errors.Is(err, engine.ErrTooLarge) {
		return nil, &workspace.UnfitError{Reason: err}
	}
	return store, err
}

// newer returns the error for what a newer version of the program has written. That is not
// damaged: the newer version may be at work beside this one, or come back.
func newer(what string, version, known any) error {
	return &workspace.UnfitError{Reason: fmt.Errorf("a newer version of unleash-mock has written it, in %s %v; this one knows up to %v", what, version, known)}
}

func isNewer(version any) bool {
	number, is := version.(float64)
	return is && number > engine.SnapshotVersion
}

// digestOf returns a digest that identifies a file of flags.
func digestOf(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:8])
}

// begin begins an operation on a workspace, or on the one that has replaced it in memory
// since the request arrived.
func (s *Server) begin(w *workspace.Workspace) (*workspace.Workspace, workspace.Operation, *apierror.Error) {
	operation, err := w.Begin()
	if err == nil {
		return w, operation, nil
	}
	if w, _, err = s.workspaces.Make(w.Name); err == nil {
		operation, err = w.Begin()
	}
	if err != nil {
		return nil, workspace.Operation{}, s.workspaceProblem(err)
	}
	return w, operation, nil
}
