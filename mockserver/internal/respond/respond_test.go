package respond

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// etag is the entity tag that a real server gives for {"health":"GOOD"} (O).
const (
	body = `{"health":"GOOD"}`
	etag = `W/"11-l2KnpZDAVe3o03fvxU6zoCm989A"`
)

func TestETag(t *testing.T) {
	t.Parallel()
	if got := ETag([]byte(body)); got != etag {
		t.Errorf("the entity tag is %s, want %s", got, etag)
	}
}

func TestFresh(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		status int
		header map[string]string
		want   int
	}{
		"same":                    {header: map[string]string{"If-None-Match": etag}, want: 304},
		"same, strong":            {header: map[string]string{"If-None-Match": strings.TrimPrefix(etag, "W/")}, want: 304},
		"one of several":          {header: map[string]string{"If-None-Match": `"x", ` + etag}, want: 304},
		"any":                     {header: map[string]string{"If-None-Match": "*"}, want: 304},
		"another":                 {header: map[string]string{"If-None-Match": `W/"11-x"`}, want: 200},
		"HEAD":                    {method: http.MethodHead, header: map[string]string{"If-None-Match": etag}, want: 304},
		"no cached answer wanted": {header: map[string]string{"If-None-Match": etag, "Cache-Control": "max-age=0, no-cache"}, want: 200},
		"a date as well":          {header: map[string]string{"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, want: 200},
		"POST":                    {method: http.MethodPost, header: map[string]string{"If-None-Match": etag}, want: 200},
		"error":                   {status: 404, header: map[string]string{"If-None-Match": etag}, want: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := write(test.method, test.status, test.header, body)
			if got.Code != test.want {
				t.Errorf("status %d, want %d", got.Code, test.want)
			}
			if got.Header().Get("Etag") != etag {
				t.Errorf("the entity tag is %q", got.Header().Get("Etag"))
			}
			if got.Code == http.StatusNotModified && (got.Body.Len() > 0 || got.Header().Get("Content-Type") != "") {
				t.Errorf("the 304 has a body or a content type: %v", got.Header())
			}
		})
	}
}

func TestEncodingIsNegotiated(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("a", threshold) + `"`
	for accept, want := range map[string]string{
		"":                           "",
		"gzip":                       "gzip",
		"GZIP":                       "gzip",
		"deflate":                    "deflate",
		"gzip, deflate, br":          "br",
		"gzip;q=1, br;q=0.5":         "gzip",
		"gzip;q=0":                   "",
		"gzip, gzip;q=0":             "gzip",
		"gzip;foo=bar":               "gzip",
		"gzip;q=high":                "",
		"*":                          "br",
		"br;q=0, *":                  "gzip",
		"identity":                   "",
		"identity;q=0.5, gzip;q=0.1": "",
		"zstd":                       "",
		"gzip;q=abc, br;q=0.1":       "br",
		"gzip;Q=0":                   "gzip",
		"gzip;x=1;q=0, deflate;Q=0":  "deflate",
		"gzip;q=1.5, br":             "gzip",
		"zstd, gzip;q=0.3;x=1":       "gzip",
		"gzip, identity":             "gzip",
		"identity, gzip;q=0.9":       "",
		"* ;q=0.2, *;Q=0":            "br",
		"br;q=-1, identity;q=1":      "",
	} {
		got := write(http.MethodGet, http.StatusOK, map[string]string{"Accept-Encoding": accept}, long)
		if encoding := got.Header().Get("Content-Encoding"); encoding != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, encoding, want)
		}
		if want != "" && got.Body.Len() >= len(long) {
			t.Errorf("Accept-Encoding %q: got %d bytes of %d", accept, got.Body.Len(), len(long))
		}
	}
	for name, got := range map[string]*httptest.ResponseRecorder{
		"short": write(http.MethodGet, http.StatusOK, map[string]string{"Accept-Encoding": "gzip"}, body),
		"HEAD":  write(http.MethodHead, http.StatusOK, map[string]string{"Accept-Encoding": "gzip"}, long),
	} {
		if encoding := got.Header().Get("Content-Encoding"); encoding != "" {
			t.Errorf("%s: %q", name, encoding)
		}
	}
}

// write writes an answer to a request. An empty method is GET, and a zero status is 200.
func write(method string, status int, header map[string]string, text string) *httptest.ResponseRecorder {
	if method == "" {
		method = http.MethodGet
	}
	if status == 0 {
		status = http.StatusOK
	}
	request := httptest.NewRequest(method, "/", nil)
	for name, value := range header {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Content-Type", "application/json; charset=utf-8") // as it is after the check of the response
	Write(recorder, request, status, "application/json; charset=utf-8", []byte(text))
	return recorder
}
