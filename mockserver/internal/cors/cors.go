// Package cors lets web pages of other origins use a server, with the headers of the
// Fetch standard.
package cors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// Policy says which pages may use a server. The zero value admits none.
type Policy struct {
	// Exposed are the response headers that pages may read, separated by commas.
	Exposed string

	everybody bool
	listed    []string // as browsers send them
}

// Everybody stands for all origins in a list of origins.
const Everybody = "*"

// Admit adds origins whose pages may use the server.
func (p *Policy) Admit(origins ...string) error {
	for _, origin := range origins {
		if origin == Everybody {
			p.everybody = true
			continue
		}
		parsed, err := httpx.ParseOrigin(origin)
		if err != nil {
			return fmt.Errorf("the origin %q cannot be allowed: %w", origin, err)
		}
		p.listed = append(p.listed, parsed)
	}
	return nil
}

// Listed returns the origins that were admitted by name.
func (p *Policy) Listed() []string { return p.listed }

// Allow tells the browser what the page that sent a request may do: everything if its
// origin is in Listed, and with Everybody, whatever needs no cookies. It reports whether
// the request is a preflight, for which the headers are the whole answer.
func (p *Policy) Allow(header http.Header, r *http.Request) (preflight bool) {
	sent, asks := r.Header["Origin"]
	if !asks || !p.everybody && p.listed == nil {
		return false
	}
	answer := share{origin: Everybody, exposed: p.Exposed, maxAge: "600"}
	if slices.Contains(p.listed, sent[0]) {
		answer.origin, answer.credentials = sent[0], true
	} else if !p.everybody {
		vary(header, "Origin")
		return false
	}
	_, preflight = r.Header["Access-Control-Request-Method"]
	preflight = preflight && r.Method == http.MethodOptions
	answer.write(header, r, preflight)
	return preflight
}

// AllowFrontend sets the headers that a real Unleash sends to every origin for the
// Frontend API (O). It reports whether they are the whole answer, as they are for
// OPTIONS.
func AllowFrontend(header http.Header, r *http.Request) (preflight bool) {
	preflight = r.Method == http.MethodOptions
	share{origin: Everybody, credentials: true, exposed: "ETag", maxAge: "86400"}.write(header, r, preflight)
	return preflight
}

// share is what a browser is allowed to do.
type share struct {
	origin      string
	credentials bool
	exposed     string
	maxAge      string // in seconds, for a preflight
}

func (s share) write(header http.Header, r *http.Request, preflight bool) {
	vary(header, "Origin")
	header["Access-Control-Allow-Origin"] = []string{s.origin}
	if s.credentials {
		header["Access-Control-Allow-Credentials"] = []string{"true"}
	}
	header["Access-Control-Expose-Headers"] = []string{s.exposed}
	if !preflight {
		return
	}
	vary(header, "Origin, Access-Control-Request-Headers")
	header["Access-Control-Allow-Methods"] = []string{"GET,HEAD,PUT,PATCH,POST,DELETE"}
	if wanted := r.Header["Access-Control-Request-Headers"]; wanted != nil {
		header["Access-Control-Allow-Headers"] = []string{strings.Join(wanted, ",")}
	}
	header["Access-Control-Max-Age"] = []string{s.maxAge}
}

func vary(header http.Header, by string) { header["Vary"] = []string{by} }
