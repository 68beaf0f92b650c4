package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// docsPath is where Unleash has its API explorer; the document is beside it.
const docsPath = "/docs/openapi"

// newDocs serves the document as JSON and an explorer of it that needs no
// other host. The document names this server, so that the explorer asks it.
func newDocs(contract *spec.Contract, basePath string) (http.Handler, error) {
	document, err := contract.JSONServedAt(cmp.Or(basePath, "/"))
	if err != nil {
		return nil, fmt.Errorf("writing the document: %w", err)
	}
	explorer := v5emb.NewHandlerWithConfig(swgui.Config{
		Title:       contract.Title(),
		SwaggerJSON: basePath + docsPath + ".json",
		BasePath:    basePath + docsPath + "/",
		// The base path is off by the time the explorer sees a request.
		InternalBasePath: docsPath + "/",
		SettingsUI: map[string]string{
			"persistAuthorization":   "true",
			"displayOperationId":     "true",
			"tryItOutEnabled":        "true",
			"displayRequestDuration": "true",
		},
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+docsPath+".json", func(w http.ResponseWriter, r *http.Request) {
		respond.Write(w, r, http.StatusOK, "application/json; charset=utf-8", document)
	})
	mux.Handle("GET "+docsPath+"/", explorer)
	mux.Handle("GET "+docsPath, http.RedirectHandler(basePath+docsPath+"/", http.StatusMovedPermanently))
	mux.Handle("GET /{$}", http.RedirectHandler(basePath+docsPath+"/", http.StatusFound))
	return mux, nil
}

// serveDocs answers what belongs to the docs.
func (s *Server) serveDocs(w http.ResponseWriter, r *http.Request, path string) bool {
	isDocs := path == "/" || path == docsPath || path == docsPath+".json" || strings.HasPrefix(path, docsPath+"/")
	if !isDocs || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if s.basePath != "" {
		r = withPath(r, sent{}, path)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.docs.ServeHTTP(w, r)
	return true
}
