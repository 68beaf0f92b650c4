// Package control is the mock's own API, below /_mock: what a test needs besides
// the API that is mocked. Its contract is spec/control.yaml; requests and answers
// are checked against it as those of the mocked API are against theirs. In a proxy
// it has what shows the journal.
package control

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Prefix is the path that the API and its page lie under.
const Prefix = "/_mock"

// Has tells whether a path is the prefix or below it.
func Has(path string) bool {
	return strings.HasPrefix(path, Prefix) && (len(path) == len(Prefix) || path[len(Prefix)] == '/')
}

// Options are what the API needs to know of the mock.
type Options struct {
	Workspaces *workspace.Registry
	// Contract is that of the mocked API.
	Contract *spec.Contract
	Access   Access
	// Engine makes a store of an imported state.
	Engine *engine.Engine
	// About is what getInfo tells.
	About About
	// NewID makes the id of an error.
	NewID  func() string
	Logger *slog.Logger
}

// Mode is what the API controls.
type Mode string

// The modes.
const (
	// Serve is a mock, which answers itself.
	Serve Mode = "serve"
	// Proxy passes on to an instance: there is a journal and nothing else.
	Proxy Mode = "proxy"
)

// About is what getInfo tells. What is empty is not told.
type About struct {
	Mode       Mode
	Version    string
	Upstream   string // of a proxy, without credentials
	Validation string
	Edition    string
	BasePath   string
}

// API serves the control API and its page. It is safe for concurrent use.
type API struct {
	Options
	handlers map[string]handler
	// contract is compiled when it is first needed: a mock that nobody controls
	// should not start later for it.
	contract func() (*spec.Contract, error)
}

// request is the input of a handler: checked against the contract.
type request struct {
	workspace *workspace.Workspace
	params    []string // the values of the path's parameters, decoded
	query     map[string]string
	header    http.Header
	body      []byte // JSON
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

// New returns the API.
func New(options Options) *API {
	a := &API{Options: options}
	a.handlers = map[string]handler{
		"getInfo":          a.getInfo,
		"resetWorkspace":   a.resetWorkspace,
		"exportState":      a.exportState,
		"importState":      a.importState,
		"getClock":         a.getClock,
		"setClock":         a.setClock,
		"listRules":        a.listRules,
		"addRule":          a.addRule,
		"deleteRules":      a.deleteRules,
		"getRule":          a.getRule,
		"deleteRule":       a.deleteRule,
		"listRequests":     a.listRequests,
		"clearRequests":    a.clearRequests,
		"getRequest":       a.getRequest,
		"exportRequests":   a.exportRequests,
		"listViolations":   a.listViolations,
		"clearViolations":  a.clearViolations,
		"getCoverage":      a.getCoverage,
		"clearCoverage":    a.clearCoverage,
		"streamEvents":     a.streamEvents,
		"listWorkspaces":   a.listWorkspaces,
		"createWorkspace":  a.createWorkspace,
		"deleteWorkspaces": a.deleteWorkspaces,
		"getWorkspace":     a.getWorkspace,
		"deleteWorkspace":  a.deleteWorkspace,
	}
	a.contract = sync.OnceValues(a.bind)
	return a
}

// bind compiles the contract and compares it with the handlers.
func (a *API) bind() (*spec.Contract, error) {
	contract := spec.Control()
	ids := make([]string, 0, len(a.handlers))
	for id := range a.handlers {
		ids = append(ids, id)
	}
	if err := contract.CheckHandlers(ids); err != nil {
		return nil, fmt.Errorf("the contract of the control API and its handlers differ: %w", err)
	}
	return contract, nil
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
