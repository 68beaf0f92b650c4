// Package pages_test checks the pages of the product in a real browser: the live page of
// the mock and of the proxy, and the admin UI of a real Unleash with the mock as an
// overlay.
package pages_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/tools/browsertest"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const (
	adminToken  = wellknown.Admin
	signalToken = wellknown.MyExternalApp

	// hostile is markup that a page must show as text.
	hostile = `<img src=x onerror=window.harmed=1><script>window.harmed=1</script>"'`
	// unharmed is true on a page that ran none of it.
	unharmed = `window.harmed === undefined && document.querySelectorAll("img:not([src='icon.svg']), main script").length === 0`
)

// tab is a browser page, with a client that sends requests to the same server.
type tab struct {
	*browsertest.Page
	t *testing.T
}

// must sends a request, checks the status, and returns the body. Header lines have the form
// "Name: value".
func (p tab) must(status int, method, path, token, body string, header ...string) string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if response.StatusCode != status {
		p.t.Fatalf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, text)
	}
	return string(text)
}
