package pipeline

import (
	"net/http"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// The base URLs that server SDKs and browser SDKs need.
const (
	serverURL  = "/api"
	browserURL = "/api/frontend"
)

// sdkPaths are what SDKs append to their URL. Browser SDKs request flags at the URL
// itself.
var sdkPaths = []string{"/client/features", "/client/streaming", "/client/delta", "/client/register", "/client/metrics"}

// misdirected returns the URL that an SDK was given and the one that it needs, both below the
// workspace, from a path that it requests. isSDK says that the request has the headers of an
// SDK. is is false if it is not an SDK's request.
func misdirected(path string, isSDK bool) (given, needed string, is bool) {
	path = strings.TrimSuffix(collapse(path), "/")
	for _, suffix := range sdkPaths {
		given, found := strings.CutSuffix(path, suffix)
		if !found {
			continue
		}
		needed = serverURL
		isReport := suffix == "/client/register" || suffix == "/client/metrics"
		if isReport && (strings.Contains(given, "frontend") || strings.Contains(given, "proxy")) {
			needed = browserURL
		}
		return given, needed, true
	}
	return path, browserURL, isSDK
}

// isSDKRequest reports whether a request has the headers of an SDK, or announces them in
// a browser's preflight.
func isSDKRequest(header http.Header) bool {
	return header.Get("Unleash-Appname") != "" || header.Get("Unleash-Sdk") != "" ||
		strings.Contains(strings.ToLower(header.Get("Access-Control-Request-Headers")), "unleash-appname")
}

// maxWrongURLs is how many wrong URLs are logged.
const maxWrongURLs = 100

// wrongURLs remembers the wrong URLs that were logged, since SDKs keep asking.
type wrongURLs struct {
	mu   sync.Mutex
	urls map[string]bool
}

// first reports whether a URL is new and should be logged.
func (w *wrongURLs) first(url string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.urls[url] || len(w.urls) == maxWrongURLs {
		return false
	}
	if w.urls == nil {
		w.urls = map[string]bool{}
	}
	w.urls[url] = true
	return true
}

// WarnMisdirected logs that an SDK was given a wrong URL of a workspace, if it was. No
// operation has the path. The SDK itself would report only a 404, or a token of the wrong kind.
func (p *Pipeline) WarnMisdirected(r *http.Request, path string, chosen *workspace.Workspace) {
	given, needed, is := misdirected(path, isSDKRequest(r.Header))
	if is && given != needed && p.wrongURLs.first(chosen.Path+given+" "+needed) { // both kinds of SDK may have it
		base := p.ReachedAt(r, chosen)
		p.warn(r, path, base+given, base+needed)
	}
}

// WarnOutside logs that an SDK was given a URL without the server's base path.
func (p *Pipeline) WarnOutside(r *http.Request, path, basePath string) {
	given, needed, is := misdirected(path, isSDKRequest(r.Header))
	if !is || !p.wrongURLs.first("outside "+given+" "+needed) {
		return
	}
	if strings.HasPrefix(given, workspace.PathPrefix) && strings.HasSuffix(given, needed) {
		needed = given
	}
	base := p.ReachedAt(r, p.Default())
	p.warn(r, path, strings.TrimSuffix(base, basePath)+given, base+needed)
}

func (p *Pipeline) warn(r *http.Request, path, given, needed string) {
	p.Logger.Warn("an SDK was given a wrong URL", "asked", r.Method+" "+path, "given", given, "needed", needed)
}
