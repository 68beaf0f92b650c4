package mocktest

import (
	"context"
	"net/http"
	"net/url"
	"os"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// SetFlag switches a flag for every context, and makes it if there is none. SDKs with the
// backend or frontend token of Tokens see it when they ask next.
func (s *Server) SetFlag(name string, enabled bool) {
	s.t.Helper()
	s.setFlag(name, map[string]any{"enabled": enabled})
}

// SetVariant switches a flag on and gives every context a variant of it, and makes the
// flag if there is none.
func (s *Server) SetVariant(name, variant string) {
	s.t.Helper()
	s.setFlag(name, map[string]any{"variant": variant})
}

func (s *Server) setFlag(name string, setting any) {
	s.t.Helper()
	s.control(http.MethodPatch, "flags/"+url.PathEscape(name), setting, nil)
}

// FollowFlags has the mock, in all its workspaces, take the flags of a real Unleash by a
// backend token of it, and follow them until the test ends. What the test sets stays on top.
func (s *Server) FollowFlags(instance, token string) {
	s.t.Helper()
	at, err := httpx.ParseServer(instance)
	if err != nil {
		s.t.Fatalf("mocktest: the URL of the instance: %v", err)
		return
	}
	if err := s.mock.FollowFlags(context.Background(), mockserver.Upstream{URL: at}, token, 0, ""); err != nil {
		s.t.Fatalf("mocktest: %v", err)
	}
}

// LoadFlags puts the flags of a file in place of all that there are: an answer of the
// Client API, an export file of Unleash, or names with true or false in YAML.
func (s *Server) LoadFlags(file string) {
	s.t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatalf("mocktest: %v", err)
		return
	}
	if err := s.send(http.MethodPut, "flags", "application/yaml", source, nil); err != nil {
		s.t.Fatalf("mocktest: %s: %v", file, err)
	}
}
