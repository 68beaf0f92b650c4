// Package control is the mock's own API, below /_mock: what a test needs besides
// the mocked API. Its contract is spec/control.yaml; requests and answers are checked
// against it as those of the mocked API are against theirs. A proxy has the part of it
// that shows a journal.
package control

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagsource"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Prefix is the path of the API and its page.
const Prefix = "/_mock"

// Has reports whether a path is Prefix or below it.
func Has(path string) bool {
	return strings.HasPrefix(path, Prefix) && (len(path) == len(Prefix) || path[len(Prefix)] == '/')
}

// Options are what the API needs to know of a mock or a proxy.
type Options struct {
	// Contract is that of the API that is mocked or judged.
	Contract *spec.Contract
	Access   Access
	// About is what getInfo answers.
	About About
	// Instance is the name of the process, empty for none.
	Instance string
	// FlagsFrom tells of the instance whose flags are followed, nil for none; itself nil for
	// a proxy.
	FlagsFrom func() *flagsource.State
	// NewID makes the id of an error.
	NewID  func() string
	Logger *slog.Logger
}

// About is what getInfo answers, without what is empty.
type About struct {
	Version    string
	Upstream   *url.URL // of a proxy; nil for none
	Validation string
	Edition    string
	BasePath   string
}

// mode is what the API controls.
type mode string

// The modes, as the contract names them.
const (
	// modeServe is a mock, which answers itself.
	modeServe mode = "serve"
	// modeProxy is a proxy, which passes on to an instance.
	modeProxy mode = "proxy"
)

// api is what mock and proxy have in common: all that shows a journal.
type api struct {
	Options
	mode     mode
	handlers map[string]handler
	// contract is read when it is first needed: a mock that nobody controls should not
	// start later for it.
	contract func() (*spec.Contract, error)
	maxState int64            // of an imported state, in bytes of text
	streams  sync.Mutex       // of the stream that reads an exchange
	answers  *memlimit.Budget // that large answers and bodies share; nil without a bound
}

// request is the input of a handler: checked against the contract.
type request struct {
	workspace string // its name
	journal   *journal.Journal
	store     func() *engine.Store // the workspace's; nil for a proxy
	params    []string // the values of the path's parameters, decoded
	query     map[string]string
	header    http.Header
	body      []byte                  // JSON
	reserve   func(bytes int64) error // waits for memory for the answer
	state     *v8json.Object          // of importState; the body, read
}

// response is the output of a handler.
type response struct {
	status   int
	location string // relative to Prefix; empty for none
	value    any    // written as JSON, unless it can write itself
}

// handler answers one operation. Its error is an *apierror.Error, or one that
// problem knows.
type handler func(context.Context, *request) (response, error)

func newAPI(options Options, mode mode) *api {
	a := &api{Options: options, mode: mode}
	a.handlers = map[string]handler{
		"getInfo":         a.getInfo,
		"listRequests":    a.listRequests,
		"clearRequests":   a.clearRequests,
		"getRequest":      a.getRequest,
		"exportRequests":  a.exportRequests,
		"listViolations":  a.listViolations,
		"clearViolations": a.clearViolations,
		"getCoverage":     a.getCoverage,
		"clearCoverage":   a.clearCoverage,
		"streamEvents":    a.streamEvents,
	}
	return a
}

// Mock is the control API of a mock. It is safe for concurrent use.
type Mock struct {
	*api
	workspaces *workspace.Registry
	engine     *engine.Engine
	begin      Begin
	handlers   map[string]workspaceHandler
	ofProcess  map[string]handler // of all workspaces
	reading    sync.Mutex         // held while a file of flags is read and stored
}

// workspaceHandler answers an operation that only a mock has.
type workspaceHandler func(*workspace.Workspace, *request) (response, error)

// Begin begins an operation on a workspace, or on the one that has taken its place.
type Begin func(*workspace.Workspace) (*workspace.Workspace, workspace.Operation, *apierror.Error)

// NewMock returns the API of a mock. The engine makes a store of an imported state.
func NewMock(options Options, workspaces *workspace.Registry, engine *engine.Engine, begin Begin) *Mock {
	m := &Mock{api: newAPI(options, modeServe), workspaces: workspaces, engine: engine, begin: begin}
	m.maxState = stateText(workspaces.MaxState())
	m.answers = workspaces.Answers
	m.handlers = map[string]workspaceHandler{
		"resetWorkspace":  m.resetWorkspace,
		exportOperation:   m.exportState,
		importOperation:   m.importState,
		"getFlags":        m.getFlags,
		putFlagsOperation: m.putFlags,
		"setFlag":         m.setFlag,
		"deleteFlag":      m.deleteFlag,
		"evaluateFlag":    m.evaluateFlag,
		"getClock":        m.getClock,
		"setClock":        m.setClock,
		"listRules":       m.listRules,
		"addRule":         m.addRule,
		"deleteRules":     m.deleteRules,
		"getRule":         m.getRule,
		"deleteRule":      m.deleteRule,
	}
	m.ofProcess = map[string]handler{
		"listWorkspaces":   m.listWorkspaces,
		"createWorkspace":  m.createWorkspace,
		"deleteWorkspaces": m.deleteWorkspaces,
		"getWorkspace":     m.getWorkspace,
		"deleteWorkspace":  m.deleteWorkspace,
	}
	m.contract = sync.OnceValues(m.bind)
	return m
}

// bind reads the contract and compares it with the handlers.
func (m *Mock) bind() (*spec.Contract, error) {
	contract := spec.Control()
	ids := slices.AppendSeq(slices.Collect(maps.Keys(m.handlers)), maps.Keys(m.api.handlers))
	ids = slices.AppendSeq(ids, maps.Keys(m.ofProcess))
	if err := contract.CheckHandlers(ids); err != nil {
		return nil, fmt.Errorf("the contract of the control API and its handlers differ: %w", err)
	}
	return contract, nil
}

// Serve answers a request for an escaped path that Has accepts, which is below base
// path and workspace. w is the workspace that the request belongs to.
func (m *Mock) Serve(rw http.ResponseWriter, r *http.Request, w *workspace.Workspace, path string) {
	w, problem := m.keep(r, w, path)
	if problem != nil {
		m.refuse(rw, r, problem)
		return
	}
	defer w.Hold()()
	input := request{workspace: w.Name, journal: w.Journal, store: func() *engine.Store { return w.Instance().Store }}
	m.serve(rw, r, path, input, func(id string) handler {
		if own := m.handlers[id]; own != nil {
			return func(_ context.Context, r *request) (response, error) { return m.operate(own, w, r) }
		}
		if own := m.ofProcess[id]; own != nil {
			return own
		}
		return m.api.handlers[id]
	})
}

// operate runs a handler of a workspace, or of the one that has taken its place.
func (m *Mock) operate(own workspaceHandler, w *workspace.Workspace, r *request) (response, error) {
	size := len(r.body)
	w, operation, problem := m.begin(w)
	if problem != nil {
		return response{}, problem
	}
	defer func() { w.Grown(int64(2 * size)) }()
	out, err := own(w, r)
	if stored := operation.End(); stored != nil && err == nil {
		return response{}, stored
	}
	return out, err
}

// isOfProcess reports whether a path is for what belongs to no workspace: a process may be
// asked for it that does not have the workspace of requests that name none.
func isOfProcess(path string) bool {
	return path == Prefix+"/info" || path == Prefix+"/workspaces" || strings.HasPrefix(path, Prefix+"/workspaces/")
}

// keep makes the workspace of a request one that stays, if the request is for the API and
// has access to it.
func (m *Mock) keep(r *http.Request, w *workspace.Workspace, path string) (*workspace.Workspace, *apierror.Error) {
	if w.Kept() || isPage(path) || w.Name == workspace.Default && isOfProcess(path) || m.Access.check(r) != nil {
		return w, nil
	}
	if httpx.CrossSite(r) && !m.Access.lists(r) {
		return nil, refusal(http.StatusForbidden, "ForbiddenError", "A web page of another origin may not make a workspace.")
	}
	kept, _, err := m.workspaces.Keep(w)
	if err != nil {
		if problem := problemOf(err); problem != nil {
			return nil, problem
		}
		m.Logger.Error("no workspace", "error", err)
		return nil, apierror.Internal("Internal server error")
	}
	return kept, nil
}

func ok(value any) (response, error) {
	return response{status: http.StatusOK, value: value}, nil
}

// removed is the answer of an operation that removes something.
type removed struct {
	Removed int `json:"removed"`
}

// streaming is a value that writes its answer over time.
type streaming interface {
	stream(w http.ResponseWriter, r *http.Request)
}

// raw is JSON.
type raw []byte

func (r raw) AppendJSON(dst []byte) []byte { return append(dst, r...) }

var _ jsonw.Value = raw(nil)
