package mockserver

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/ratelimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// newWorkspaces builds the registry, with the workspace for requests that name none.
func (s *Server) newWorkspaces() (*workspace.Registry, error) {
	return workspace.NewRegistry(workspace.Options{
		Build:       s.newInstance,
		Max:         s.bounds.Workspaces,
		IdleAfter:   s.bounds.WorkspaceIdle,
		JournalSize: s.bounds.Journal,
		Bytes:       s.bounds.Bytes,
		Secrets:     s.secrets,
	})
}

// newInstance returns what a workspace starts with, and goes back to at a reset.
func (s *Server) newInstance(name string) (*workspace.Instance, error) {
	out := &workspace.Instance{Clock: clock.New(s.now), Random: s.random}
	if s.deterministic {
		out.Random = newRepeatable(name)
		still := true
		if _, err := out.Clock.Set(clock.Change{Now: &deterministicStart, Frozen: &still}); err != nil {
			return nil, err
		}
	}
	for _, limit := range s.engine.Limits() {
		var limiter *ratelimit.Limiter
		if limit.Requests > 0 {
			limiter = ratelimit.New(limit.Requests, limit.Per)
		}
		out.Limiters = append(out.Limiters, limiter)
	}
	planted := s.seed()
	s.secrets.Add(s.engine.Secrets(planted.Rows())...)
	var err error
	if out.Store, err = planted.Plant(s.engine, out.Request()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.seedName, err)
	}
	if err := s.startFlags(name, out); err != nil {
		return nil, err
	}
	if s.replay != nil {
		out.Replay = s.replay.Start()
	}
	dice, err := newDice(out.Random)
	if err != nil {
		return nil, err
	}
	out.Rules = rules.NewSet(s.contract, dice)
	for i, rule := range planted.Rules() {
		if _, err := out.Rules.Add(rule); err != nil {
			return nil, fmt.Errorf("%s: rule %d: %w", s.seedName, i+1, err)
		}
	}
	return out, nil
}

// newDice returns the source of the random numbers of rules.
func newDice(random io.Reader) (*rand.Rand, error) {
	var seed [16]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("no randomness for rules: %w", err)
	}
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(seed[:8]), binary.BigEndian.Uint64(seed[8:]))), nil
}

var deterministicStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// repeatable yields the same bytes in every run, and different bytes for each workspace.
// It is safe for concurrent use.
type repeatable struct {
	mu     sync.Mutex
	stream *rand.ChaCha8
}

func newRepeatable(name string) *repeatable {
	return &repeatable{stream: rand.NewChaCha8(sha256.Sum256([]byte("unleash-mock " + name)))}
}

func (r *repeatable) Read(into []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stream.Read(into)
}

// pick finds the workspace of a request, by the path below the base path or by the
// header, and returns the path below the workspace. A workspace that is created for the
// request takes some of the request's memory, for which the request may have to wait.
func (s *Server) pick(held *inFlight, r *http.Request, path string) (w *workspace.Workspace, below string, err error) {
	named, hasHeader := r.Header[WorkspaceHeader]
	inPath := strings.HasPrefix(path, workspace.PathPrefix)
	if !hasHeader && !inPath {
		w, err = s.workspaces.Open(workspace.Default, hasCredentials(r))
		return w, path, err
	}
	name, below := "", path
	if inPath {
		rest := path[len(workspace.PathPrefix):]
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			end = len(rest)
		}
		name, below = rest[:end], rest[end:]
		if below == "" {
			below = "/"
		}
	}
	if hasHeader {
		if inPath && named[0] != name || len(named) > 1 {
			return nil, below, errTwoWorkspaces
		}
		name = named[0]
	}
	if s.workspaces.Find(name) == nil {
		if err := held.reserve(workspace.FreshSize); err != nil {
			return nil, below, err
		}
	}
	w, err = s.workspaces.Open(name, hasCredentials(r) || control.Has(below))
	return w, below, err
}

// hasCredentials reports whether a request may be able to do something to a workspace.
// Requests to the control API are recognized by their path instead.
func hasCredentials(r *http.Request) bool { return r.Header["Authorization"] != nil }

var errTwoWorkspaces = errors.New("the request names two workspaces")

// keepWorkspace makes a workspace permanent that so far exists only for one request.
func (s *Server) keepWorkspace(w *workspace.Workspace) (*workspace.Workspace, *apierror.Error) {
	kept, _, err := s.workspaces.Keep(w)
	if err != nil {
		return nil, s.workspaceProblem(err)
	}
	return kept, nil
}

// refuseWorkspace answers a request whose workspace is not available.
func (s *Server) refuseWorkspace(w http.ResponseWriter, r *http.Request, err error) {
	problem := s.workspaceProblem(err)
	if problem.RetryAfter > 0 {
		w.Header()["Retry-After"] = []string{strconv.Itoa(problem.RetryAfter)}
	}
	respond.Write(w, r, problem.Status, problem.ContentType(), problem.Body(s.newID))
}

// workspaceProblem returns the refusal that says why a workspace is not available.
func (s *Server) workspaceProblem(err error) *apierror.Error {
	var name *workspace.NameError
	switch problem := control.WorkspaceProblem(err); {
	case problem != nil:
		return problem
	case errors.As(err, &name), errors.Is(err, errTwoWorkspaces):
		return &apierror.Error{Status: http.StatusBadRequest, Envelope: apierror.Handler, Name: "BadDataError", Message: err.Error(), Outside: true}
	}
	s.logger.Error("cannot create the workspace", "error", err)
	return apierror.Internal("Internal server error")
}
