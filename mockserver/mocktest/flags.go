package mocktest

import (
	"context"
	"net/http"
	"net/url"
	"os"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// SetFlag switches a flag for every context, creating it if necessary. SDKs with the backend or
// frontend token of Tokens see it when they next poll.
func (s *Server) SetFlag(name string, enabled bool) {
	s.t.Helper()
	s.setFlag(name, map[string]any{"enabled": enabled})
}

// SetVariant switches a flag on and gives every context this variant, creating the flag if
// necessary.
func (s *Server) SetVariant(name, variant string) {
	s.t.Helper()
	s.setFlag(name, map[string]any{"variant": variant})
}

func (s *Server) setFlag(name string, setting any) {
	s.t.Helper()
	s.control(http.MethodPatch, "flags/"+url.PathEscape(name), setting, nil)
}

// FollowFlags makes the mock adopt the flags of a real Unleash in all its workspaces,
// fetched with one of its backend tokens, and follow them until the test ends. What the
// test sets overrides them.
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

// LoadFlags replaces all flags with those in a file: a response of the Client API, an Unleash
// export, or YAML such as "checkout: true".
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
