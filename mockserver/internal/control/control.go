// Package control is the mock's own API, below /_mock: what a test needs besides the
// mocked API. Its contract is spec/control.yaml; requests and answers are checked against
// it, just as those of the mocked API are checked against theirs. A proxy has the part
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

// Options configure the API of a mock or a proxy.
type Options struct {
	// Contract is the contract of the API that is mocked or judged.
	Contract *spec.Contract
	Access   Access
	// About is what getInfo answers.
	About About
	// Instance is the name of the process; may be empty.
	Instance string
	// FlagsFrom describes the instance whose flags are followed; it returns nil if there is
	// none. The function is nil for a proxy.
	FlagsFrom func() *flagsource.State
	// NewID makes the id of an error.
	NewID  func() string
	Logger *slog.Logger
}

// About is what getInfo answers. Empty fields are omitted.
type About struct {
	Version    string
	Upstream   *url.URL // of a proxy, or of a mock over a real Unleash; otherwise nil
	Validation string
	Edition    string
	BasePath   string
}

// mode is the kind of server that the API controls.
type mode string

// The modes, as named in the contract.
const (
	// modeServe is a mock, which answers requests itself.
	modeServe mode = "serve"
	// modeProxy is a proxy, which forwards requests to an instance.
	modeProxy mode = "proxy"
)

// api is what mock and proxy share: everything that shows a journal.
type api struct {
	Options
	mode     mode
	handlers map[string]handler
	// contract is read when first needed, so that it does not delay the start of a mock that
	// nobody controls.
	contract func() (*spec.Contract, error)
	maxState int64            // of an imported state, in bytes of text
	streams  sync.Mutex       // held by the stream that is reading an exchange
	answers  *memlimit.Budget // shared by large answers and bodies; nil without a limit
}

// request is the input of a handler, checked against the contract.
type request struct {
	workspace string               // its name
	of        *workspace.Workspace // nil for a proxy
	journal   *journal.Journal
	store     func() *engine.Store // the workspace's; nil for a proxy
	path      map[string]string    // the path parameters, decoded
	query     map[string]string
	header    http.Header
	body      []byte                  // JSON
	reserve   func(bytes int64) error // waits for memory for the answer
	state     *v8json.Object          // the parsed body of importState
}

type response struct {
	status   int
	location string // relative to Prefix; may be empty
	value    any    // encoded as JSON, unless it can write itself
}

// handler answers one operation. Its error is an *apierror.Error, or one that the method
// problem converts.
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
	reading    sync.Mutex // held while a file of flags is read and stored
}

// workspaceHandler answers an operation that only a mock has.
type workspaceHandler func(*workspace.Workspace, *request) (response, error)

// Begin begins an operation on a workspace, or on the one that has replaced it.
type Begin func(*workspace.Workspace) (*workspace.Workspace, workspace.Operation, *apierror.Error)

// NewMock returns the API of a mock. It uses the engine to import states.
func NewMock(options Options, workspaces *workspace.Registry, engine *engine.Engine, begin Begin) *Mock {
	m := &Mock{api: newAPI(options, modeServe), workspaces: workspaces, engine: engine, begin: begin}
	m.maxState = stateText(workspaces.MaxState())
	m.answers = workspaces.Answers
	ofWorkspace := map[string]workspaceHandler{
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
	if options.About.Upstream != nil {
		for _, id := range []string{putFlagsOperation, "setFlag", "deleteFlag"} {
			ofWorkspace[id] = setUpstream
		}
	}
	for id, own := range ofWorkspace {
		m.handlers[id] = func(_ context.Context, r *request) (response, error) { return m.operate(own, r) }
	}
	maps.Copy(m.handlers, map[string]handler{
		"listWorkspaces":   m.listWorkspaces,
		"createWorkspace":  m.createWorkspace,
		"deleteWorkspaces": m.deleteWorkspaces,
		"getWorkspace":     m.getWorkspace,
		"deleteWorkspace":  m.deleteWorkspace,
	})
	m.contract = sync.OnceValues(m.bind)
	return m
}

// bind reads the contract and compares it with the handlers.
func (m *Mock) bind() (*spec.Contract, error) {
	contract := spec.Control()
	if err := contract.CheckHandlers(slices.Collect(maps.Keys(m.handlers))); err != nil {
		return nil, fmt.Errorf("the contract of the control API and its handlers differ: %w", err)
	}
	return contract, nil
}

// Serve answers a request for which Has is true. path is escaped, and below the base path
// and the workspace. w is the workspace of the request.
func (m *Mock) Serve(rw http.ResponseWriter, r *http.Request, w *workspace.Workspace, path string) {
	w, problem := m.keep(r, w, path)
	if problem != nil {
		m.refuse(rw, r, problem)
		return
	}
	defer w.Hold()()
	m.serve(rw, r, path, request{workspace: w.Name, of: w, journal: w.Journal, store: func() *engine.Store { return w.Instance().Store }})
}

// operate runs a handler on the workspace of a request, or on the one that has replaced it.
func (m *Mock) operate(own workspaceHandler, r *request) (out response, err error) {
	size := len(r.body)
	w, operation, problem := m.begin(r.of)
	if problem != nil {
		return response{}, problem
	}
	defer func() { w.Grown(int64(2 * size)) }()
	defer func() {
		if stored := operation.End(); stored != nil && err == nil {
			err = stored
		}
	}()
	return own(w, r)
}

// isOfProcess reports whether a path is about the process rather than a workspace. Such a
// request does not require that the process owns the default workspace.
func isOfProcess(path string) bool {
	return path == Prefix+"/info" || path == Prefix+"/workspaces" || strings.HasPrefix(path, Prefix+"/workspaces/")
}

// keep registers the workspace of a request, if the request is for the API and has access
// to it.
func (m *Mock) keep(r *http.Request, w *workspace.Workspace, path string) (*workspace.Workspace, *apierror.Error) {
	if w.Kept() || isPage(path) || w.Name == workspace.Default && isOfProcess(path) || m.Access.check(r) != nil {
		return w, nil
	}
	if httpx.CrossSite(r) && !m.Access.lists(r) {
		return nil, apierror.Thrown(http.StatusForbidden, "ForbiddenError", "A web page of another origin may not create a workspace.")
	}
	kept, _, err := m.workspaces.Keep(w)
	if err != nil {
		if problem := problemOf(err); problem != nil {
			return nil, problem
		}
		m.Logger.Error("cannot create the workspace", "error", err)
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

// streaming is a value that writes its own answer over time.
type streaming interface {
	stream(w http.ResponseWriter, r *http.Request)
}

// raw is a value that is already JSON.
type raw []byte
