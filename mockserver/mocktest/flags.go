package mocktest

import (
	"net/http"
	"net/url"
	"os"
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
