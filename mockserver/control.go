package mockserver

import (
	"net/http"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/control"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/metrics"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// controlOptions returns what the control API needs.
func (c *config) controlOptions(about control.About) control.Options {
	access := c.access
	access.Origins, access.TrustForwarded = c.cors.Listed(), c.trustForwarded
	return control.Options{Contract: c.contract, Access: access, About: about, NewID: c.newID, Logger: c.logger}
}

// newControl builds the control API of the server.
func (s *Server) newControl() *control.Mock {
	about := control.About{Version: s.version, Validation: string(s.validation), Edition: string(s.edition), BasePath: s.basePath}
	if s.upstream != nil {
		about.Upstream = s.upstream.URL
	}
	options := s.controlOptions(about)
	options.FlagsFrom = s.flagsFrom
	options.Instance = s.bounds.Instance
	return control.NewMock(options, s.workspaces, s.engine, s.begin)
}

// serveExtras answers what Unleash's API does not have: the control API with its page,
// the metrics and the docs. It reports whether it did.
func (s *Server) serveExtras(w http.ResponseWriter, r *http.Request, chosen *workspace.Workspace, path string, preflight bool) bool {
	header := w.Header()
	switch {
	case preflight && (control.Has(path) || s.passes(path)):
		header[GradeHeader] = stateful
		w.WriteHeader(http.StatusNoContent)
	case control.Has(path):
		header[GradeHeader] = stateful
		s.control.Serve(w, r, chosen, path)
	case path == metrics.Path && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		header[GradeHeader] = stateful
		s.serveMetrics(w, r)
	case s.passes(path):
		delete(header, Header) // the upstream answers, or nobody does
		delete(header, GradeHeader)
		if matched, _, _ := s.contract.Match(path); matched == nil {
			s.pipeline.WarnMisdirected(r, path, chosen)
		}
		s.overlay.Pass(w, r, path, s.reachedAt(r, chosen))
	case s.serveDocs(w, r, chosen, path):
		if path == "/" { // from there, an SDK follows the redirect to the docs
			s.pipeline.WarnMisdirected(r, path, chosen)
		}
	default:
		return false
	}
	return true
}

// serveMetrics answers with the metrics, as soon as there is memory for them.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	var reserved memlimit.Reservation
	defer reserved.Release()
	if s.workspaces.Answers.Reserve(r.Context(), &reserved, http.NewResponseController(w), s.metrics.AnswerBytes()) == nil {
		s.exposition.ServeHTTP(w, r)
	} // otherwise the client is gone, or was closed to make room for others
}

// Close ends whatever outlives a request, such as event streams and following another
// instance's flags, so that an http.Server can stop. The Server itself remains usable.
func (s *Server) Close() {
	if f := s.following.Load(); f != nil {
		f.stop()
	}
	s.workspaces.Close()
}
