package control

import (
	"cmp"
	"embed"
	"net/http"
	"strings"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
)

// The live page: no build step, and nothing from another host.
//
//go:embed page
var page embed.FS

// pageTypes are the content types of the page's files.
var pageTypes = map[string]string{
	"index.html": "text/html; charset=utf-8",
	"page.css":   "text/css; charset=utf-8",
	"page.js":    "text/javascript; charset=utf-8",
	"icon.svg":   "image/svg+xml",
}

// pagePolicy lets the page load only its own files and call only its own server; no text
// can become a script.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// pageFile returns the name of the page's file at a path, if there is one.
func pageFile(path string) string {
	return cmp.Or(strings.TrimPrefix(path, Prefix+"/"), "index.html")
}

// isPage reports whether a path is the page's, or redirects to it.
func isPage(path string) bool { return path == Prefix || pageTypes[pageFile(path)] != "" }

// servePage answers a request for a file of the page. It returns false for other
// requests.
func (a *api) servePage(w http.ResponseWriter, r *http.Request, path string) bool {
	if !a.Access.Enabled() || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if path == Prefix {
		// Relative, so that base path and workspace are preserved.
		w.Header()["Location"] = []string{strings.TrimPrefix(Prefix, "/") + "/"}
		w.WriteHeader(http.StatusMovedPermanently)
		return true
	}
	name := pageFile(path)
	contentType, known := pageTypes[name]
	if !known {
		return false
	}
	content, err := page.ReadFile("page/" + name)
	if err != nil {
		a.Logger.Error("a file of the live page is missing", "file", name, "error", err)
		return false
	}
	header := w.Header()
	header["Content-Security-Policy"] = []string{pagePolicy}
	header["Referrer-Policy"] = []string{"no-referrer"}
	header["Cross-Origin-Opener-Policy"] = []string{"same-origin"}
	header["Cache-Control"] = []string{"no-cache"}
	respond.Write(w, r, http.StatusOK, contentType, content)
	return true
}
