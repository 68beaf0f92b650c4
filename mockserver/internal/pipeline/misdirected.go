package pipeline

import (
	"net/http"
	"strings"
	"sync"
)

// The base URLs that server SDKs and browser SDKs need.
const (
	serverURL  = "/api"
	browserURL = "/api/frontend"
)

// sdkPaths are what SDKs append to their URL. Browser SDKs request flags at the URL
// itself.
var sdkPaths = []string{"/client/features", "/client/streaming", "/client/delta", "/client/register", "/client/metrics"}

// misdirected detects an SDK with a wrong URL, for a path that does not exist. It returns
// the URL that the SDK was given and the one that it needs, both below the workspace.
// isSDK says that the request has the headers of an SDK.
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

// isSDKRequest reports whether a request has the headers of an SDK, or announces them in
// a browser's preflight.
func isSDKRequest(header http.Header) bool {
	return header.Get("Unleash-Appname") != "" || header.Get("Unleash-Sdk") != "" ||
		strings.Contains(strings.ToLower(header.Get("Access-Control-Request-Headers")), "unleash-appname")
}

// maxTold is how many wrong URLs are logged.
const maxTold = 100

// told remembers the wrong URLs that were logged, since SDKs keep asking.
type told struct {
	mu   sync.Mutex
	urls map[string]bool
}

// first reports whether a URL is new and should be logged.
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

// tellMisdirected logs that an SDK was given a wrong URL. The SDK itself would report
// only a 404, or a token of the wrong kind.
func (x *exchange) tellMisdirected() {
	given, needed, is := misdirected(x.path, isSDKRequest(x.request.Header))
	if !is || !x.told.first(x.base+given) {
		return
	}
	base := x.located()
	x.Logger.Warn("an SDK was given a wrong URL", "asked", x.request.Method+" "+x.path, "given", base+given, "needed", base+needed)
}
