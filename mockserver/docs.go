package mockserver

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/flagfile"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// docsPath is where Unleash has its API explorer; the document is next to it.
const docsPath = "/docs/openapi"

// givenDocument is the path of the document that adds operations to the contract.
const givenDocument = "/docs/document.json"

// controlDocument is the path of the control API's document.
const controlDocument = "/docs/control.json"

// The paths of the JSON Schemas of files, for editors.
const (
	flagsSchema = "/docs/flags.schema.json"
	seedSchema  = "/docs/seed.schema.json"
)

// docs are the documents and an explorer for them that needs no other host. Its links are
// relative, so they work under every path.
type docs struct {
	explorer  func() http.Handler
	documents map[string]*document // by path
}

// document writes a document that may name the server it comes from, so that the explorer
// calls that server.
type document struct {
	parts func() [][]byte // before and after the name of the server; one part if there is no name
}

// size returns the length of the document in bytes, without the name of the server.
func (d *document) size() (bytes int) {
	for _, part := range d.parts() {
		bytes += len(part)
	}
	return bytes
}

func (d *document) at(server string) []byte {
	return bytes.Join(d.parts(), strconv.AppendQuote(nil, server))
}

// perDocumentByte is how many bytes of memory each byte of a document takes while it is
// written and compressed, as measured.
const perDocumentByte = 4

// elsewhere stands for the server in a document that is written once for all servers.
const elsewhere = `"https://unleash.invalid"`

// newDocument returns the document of a contract. It is written when it is first
// requested.
func newDocument(write func(server string) []byte) *document {
	return &document{parts: sync.OnceValue(func() [][]byte {
		return bytes.SplitN(write(strings.Trim(elsewhere, `"`)), []byte(elsewhere), 2)
	})}
}

// unchanging returns a document that names no server.
func unchanging(text []byte) *document {
	return &document{parts: func() [][]byte { return [][]byte{text} }}
}

// graded returns a document with the grades of its operations.
func (c *config) graded(contract *spec.Contract) *document {
	return newDocument(func(server string) []byte { return contract.JSONGradedAt(server, c.contract, c.edition) })
}

// newDocs returns the docs, with the document of the control API if that API is on.
func (c *config) newDocs() (*docs, error) {
	const main, given, control = "../openapi.json", "../document.json", "../control.json" // relative to the explorer
	contract, withControl := c.handled, c.access.Enabled()
	if c.contract.Foreign() {
		contract = c.document
	}
	out := &docs{documents: map[string]*document{
		docsPath + ".json": c.graded(contract), flagsSchema: unchanging(flagfile.Schema), seedSchema: unchanging(seed.Schema),
	}}
	choice := []map[string]string{{"name": contract.Title(), "url": main}}
	if c.document != nil && contract != c.document {
		out.documents[givenDocument] = c.graded(c.document)
		choice = append(choice, map[string]string{"name": c.document.Title() + ", the document of --spec", "url": given})
	}
	if withControl {
		out.documents[controlDocument] = newDocument(func(server string) []byte { return spec.Control().JSONServedAt(server) })
		choice = append(choice, map[string]string{"name": "unleash-mock control API", "url": control})
	}
	documents, err := json.Marshal(choice) // escapes what would end a script
	if err != nil {
		return nil, fmt.Errorf("writing the list of documents: %w", err)
	}
	out.explorer = sync.OnceValue(func() http.Handler {
		page := strings.NewReplacer("{{title}}", html.EscapeString(contract.Title()), "{{documents}}", string(documents)).Replace(explorerPage)
		return newExplorer([]byte(page))
	})
	return out, nil
}

// explorerPage is the page that shows the documents. Its placeholders are filled in by
// hand: a template engine calls methods by name, and linking one in keeps every exported
// method in the program.
//
//go:embed explorer.html
var explorerPage string

// newExplorer serves the page, and next to it the files that the page loads.
func newExplorer(page []byte) http.Handler {
	assets := http.StripPrefix(docsPath, statigz.FileServer(static.FS))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != docsPath+"/" {
			assets.ServeHTTP(w, r)
			return
		}
		w.Header()["Content-Security-Policy"] = []string{explorerPolicy}
		respond.Write(w, r, http.StatusOK, "text/html; charset=utf-8", page)
	})
}

// explorerPolicy keeps pages of others from showing the explorer as a part of themselves, where a
// click may send what somebody has filled in.
const explorerPolicy = "base-uri 'none'; frame-ancestors 'none'"

// serveDocs answers requests for the docs. It reports whether it did.
func (s *Server) serveDocs(w http.ResponseWriter, r *http.Request, chosen *workspace.Workspace, path string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || s.document != nil && s.contract.Find(r.Method, path) != nil {
		return false
	}
	document := s.docs.documents[path]
	if document == nil && path != "/" && path != docsPath && !strings.HasPrefix(path, docsPath+"/") {
		return false
	}
	header := w.Header()
	header[GradeHeader] = stateful
	switch {
	case document != nil:
		var reserved memlimit.Reservation
		defer reserved.Release()
		if size := document.size(); size > engine.LargeAnswer && s.workspaces.Answers.Reserve(r.Context(), &reserved, http.NewResponseController(w), int64(perDocumentByte*size)) != nil {
			return true // the client is gone, or was closed to make room for others
		}
		header["X-Content-Type-Options"] = []string{"nosniff"}
		respond.Write(w, r, http.StatusOK, respond.ContentTypeJSON, document.at(cmp.Or(s.reached(r).Prefix+chosen.Path, "/")))
	case strings.HasPrefix(path, docsPath+"/"):
		header["X-Content-Type-Options"] = []string{"nosniff"}
		s.docs.explorer().ServeHTTP(w, withPath(r, pipeline.Sent{}, path))
	case path == docsPath:
		header["Location"] = []string{strings.TrimPrefix(docsPath, "/docs/") + "/"} // relative, which keeps every prefix
		w.WriteHeader(http.StatusMovedPermanently)
	default:
		header["Location"] = []string{s.reached(r).Prefix + chosen.Path + docsPath + "/"}
		w.WriteHeader(http.StatusFound)
	}
	return true
}
