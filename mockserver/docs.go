package mockserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/spec"
)

// docsPath is where Unleash has its API explorer; the document is beside it.
const docsPath = "/docs/openapi"

// controlDocument is where the document of the control API is.
const controlDocument = "/docs/control.json"

// newDocs serves the document as JSON and an explorer of it that needs no
// other host. The document names this server, so that the explorer asks it. The
// document of the control API stands beside it if the API is on.
func newDocs(contract *spec.Contract, basePath string, withControl bool) (http.Handler, error) {
	choice := []map[string]string{{"name": contract.Title(), "url": basePath + docsPath + ".json"}}
	if withControl {
		choice = append(choice, map[string]string{"name": "unleash-mock control API", "url": basePath + controlDocument})
	}
	urls, err := json.Marshal(choice)
	if err != nil {
		return nil, fmt.Errorf("writing the list of documents: %w", err)
	}
	explorer := v5emb.NewHandlerWithConfig(swgui.Config{
		Title:       contract.Title(),
		SwaggerJSON: basePath + docsPath + ".json",
		BasePath:    basePath + docsPath + "/",
		// The base path is off by the time the explorer sees a request.
		InternalBasePath: docsPath + "/",
		ShowTopBar:       withControl,
		SettingsUI: map[string]string{
			"urls":                   string(urls),
			"persistAuthorization":   "true",
			"displayOperationId":     "true",
			"tryItOutEnabled":        "true",
			"displayRequestDuration": "true",
		},
	})
	mux := http.NewServeMux()
	mux.Handle("GET "+docsPath+".json", newDocument(func() *spec.Contract { return contract }, basePath))
	if withControl {
		mux.Handle("GET "+controlDocument, newDocument(spec.Control, basePath))
	}
	mux.Handle("GET "+docsPath+"/", explorer)
	mux.Handle("GET "+docsPath, http.RedirectHandler(basePath+docsPath+"/", http.StatusMovedPermanently))
	mux.Handle("GET /{$}", http.RedirectHandler(basePath+docsPath+"/", http.StatusFound))
	return mux, nil
}

// newDocument serves a contract's document as JSON, which is written when somebody
// first asks for it.
func newDocument(contract func() *spec.Contract, basePath string) http.Handler {
	document := sync.OnceValue(func() []byte { return contract().JSONServedAt(cmp.Or(basePath, "/")) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		respond.Write(w, r, http.StatusOK, "application/json; charset=utf-8", document())
	})
}

// serveDocs answers what belongs to the docs.
func (s *Server) serveDocs(w http.ResponseWriter, r *http.Request, path string) bool {
	isDocs := path == "/" || path == docsPath || path == docsPath+".json" || path == controlDocument || strings.HasPrefix(path, docsPath+"/")
	if !isDocs || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if s.basePath != "" {
		r = withPath(r, pipeline.Sent{}, path)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.docs.ServeHTTP(w, r)
	return true
}
