package pipeline

import (
	"net/http"
	"strings"
	"sync"
)

// The URLs that the SDKs of servers and of browsers take.
const (
	serverURL  = "/api"
	browserURL = "/api/frontend"
)

// sdkPaths are what SDKs append to their URL; those of browsers ask for flags at the URL
// itself.
var sdkPaths = []string{"/client/features", "/client/streaming", "/client/delta", "/client/register", "/client/metrics"}

// misdirected returns the URL that an SDK was given and the one that it needs, both below
// the workspace, where a path that nothing is at shows that these differ. isSDK says that
// the headers are those of an SDK.
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
		return given, needed, given != needed
	}
	return path, browserURL, isSDK && path != browserURL
}

// isSDKRequest reports whether a request has the headers of an SDK, or announces them as a browser
// does.
func isSDKRequest(header http.Header) bool {
	return header.Get("Unleash-Appname") != "" || header.Get("Unleash-Sdk") != "" ||
		strings.Contains(strings.ToLower(header.Get("Access-Control-Request-Headers")), "unleash-appname")
}

// maxTold is of how many wrong URLs the log tells.
const maxTold = 100

// told are the wrong URLs that the log has named: SDKs ask again and again.
type told struct {
	mu   sync.Mutex
	urls map[string]bool
}

// first reports whether a URL is new and to be told.
func (t *told) first(url string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.urls[url] || len(t.urls) == maxTold {
		return false
	}
	if t.urls == nil {
		t.urls = map[string]bool{}
	}
	t.urls[url] = true
	return true
}

// tellMisdirected logs that an SDK was given a wrong URL. All that it would say itself is
// a 404, or that its token is of the wrong kind.
func (x *exchange) tellMisdirected() {
	given, needed, is := misdirected(x.path, isSDKRequest(x.request.Header))
	if !is || !x.told.first(x.base+given) {
		return
	}
	base := x.located()
	x.Logger.Warn("an SDK was given a wrong URL", "asked", x.request.Method+" "+x.path, "given", base+given, "needed", base+needed)
}
