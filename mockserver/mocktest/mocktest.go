// Package mocktest gives a test an Unleash of its own:
//
//	func TestDeploy(t *testing.T) {
//		mock := mocktest.Start(t)
//		client := myapp.NewClient(mock.URL, mock.Tokens.Admin)
//		...
//		mock.AssertRequests(1, mocktest.Filter{Operation: "getReady"})
//		mock.AssertNoViolations()
//	}
//
// A mock is cheap, and two mocks share nothing. If a method fails, it ends the test, so call
// methods from the test's own goroutine. If the test fails, it logs the requests that the mock
// received.
package mocktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TB is the part of *testing.T or *testing.B that a mock needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
}

// Tokens are the credentials of the built-in seed. With a seed of your own, they work only if
// your seed has them.
type Tokens struct {
	// Admin, Backend and Frontend are API tokens.
	Admin, Backend, Frontend string
	// AdminUser, EditorUser and ViewerUser are personal access tokens of users with
	// that root role.
	AdminUser, EditorUser, ViewerUser string
}

func builtIn() Tokens {
	return Tokens{
		Admin:      wellknown.Admin,
		Backend:    wellknown.Backend,
		Frontend:   wellknown.Frontend,
		AdminUser:  wellknown.AdminUser,
		EditorUser: wellknown.EditorUser,
		ViewerUser: wellknown.ViewerUser,
	}
}

// Server is a listening mock, for use by one test.
type Server struct {
	// URL is the mock's URL, without a trailing slash: what to give to a client of the API, or,
	// with /api appended, to an SDK.
	URL    string
	Tokens Tokens

	t         TB
	workspace string
	client    *http.Client
	mock      *mockserver.Server
}

// Start starts a mock on a free port of the loopback address. It stops when the
// test ends.
func Start(t TB, options ...mockserver.Option) *Server {
	t.Helper()
	mock, err := mockserver.New(options...)
	if err != nil {
		t.Fatalf("mocktest: starting the mock: %v", err)
		return nil
	}
	listener := httptest.NewServer(mock)
	server := &Server{URL: listener.URL + mock.BasePath(), workspace: "default", Tokens: builtIn(), t: t, client: listener.Client(), mock: mock}
	t.Cleanup(func() {
		if t.Failed() {
			server.logRequests()
		}
		mock.Close()
		listener.Close()
	})
	return server
}

// Workspace returns another instance on the same mock, with a state, tokens, rules, a
// journal and a clock of its own, started from the same seed. It is cheaper than Start,
// for tests that need many.
func (s *Server) Workspace(name string) *Server {
	other := *s
	root, _, _ := strings.Cut(s.URL, "/w/")
	other.URL, other.workspace = root+"/w/"+name, name
	return &other
}

// Handler returns the mock itself, for tests that need no network.
func (s *Server) Handler() http.Handler { return s.mock }

// Reset goes back to the seed: state, rules and clock; the journal is emptied.
func (s *Server) Reset() {
	s.t.Helper()
	s.control(http.MethodPost, "reset", nil, nil)
}

// Export returns the state as JSON, for Import here or elsewhere.
func (s *Server) Export() []byte {
	s.t.Helper()
	var state json.RawMessage
	s.control(http.MethodGet, "state", nil, &state)
	return state
}

// Import replaces the state with an exported one.
func (s *Server) Import(state []byte) {
	s.t.Helper()
	s.control(http.MethodPut, "state", json.RawMessage(state), nil)
}

// control calls the control API. Unless out is nil, it is filled from the answer.
func (s *Server) control(method, path string, in, out any) {
	s.t.Helper()
	if err := s.ask(method, path, in, out); err != nil {
		s.t.Fatalf("mocktest: %s %s: %v", method, path, err)
	}
}

func (s *Server) ask(method, path string, in, out any) error {
	if in == nil {
		return s.send(method, path, "", nil, out)
	}
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return s.send(method, path, "application/json", text, out)
}

// send calls the control API with a body of the given content type, which is empty if
// there is no body.
func (s *Server) send(method, path, contentType string, body []byte, out any) error {
	request, err := http.NewRequestWithContext(context.Background(), method, s.URL+mockserver.ControlPath+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return refusal(response)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// refusal returns an error that says why the control API refused.
func refusal(response *http.Response) error {
	var problem struct {
		Message string
		Details []struct{ Message, Path string }
	}
	if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	if len(problem.Details) > 0 {
		problem.Message = strings.TrimPrefix(problem.Details[0].Path+": "+problem.Details[0].Message, ": ")
	}
	return fmt.Errorf("status %d: %s", response.StatusCode, problem.Message)
}
