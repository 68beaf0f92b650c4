package httpx

import "net/http"

// CrossSite reports whether a browser says that a request comes from a page of another
// origin. Other clients do not send this header.
func CrossSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return true
}
