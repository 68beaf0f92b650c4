package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// hidden stands in reports where a secret stood.
const hidden = "***"

// redactor takes secrets out of what goes into a report. It knows those that
// the suite sends and receives, and the forms of all others. It is safe for
// concurrent use.
type redactor struct {
	mu      sync.RWMutex
	secrets []string
	longest int             // bytes of the longest secret
	headers map[string]bool // names whose values are hidden, canonical
}

// secretForms are what secrets of Unleash look like: of signal endpoint tokens,
// of personal access tokens, of API tokens.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`signal_[A-Za-z0-9_-]{8,}`),
	regexp.MustCompile(`user:[A-Za-z0-9_-]{8,}`),
	regexp.MustCompile(`(\*|\[\]|[\w-]+):(\*|[\w-]+)\.[A-Za-z0-9_-]{12,}`),
}

// secretProperties are JSON properties that hold a secret.
var secretProperties = regexp.MustCompile(`("(?:token|secret|password)"\s*:\s*")(?:[^"\\]|\\.)*"`)

func newRedactor() *redactor {
	return &redactor{
		headers: map[string]bool{"Authorization": true, "Cookie": true, "Set-Cookie": true, "Proxy-Authorization": true},
	}
}

// secret adds one that must never be seen.
func (r *redactor) secret(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text == "" || slices.Contains(r.secrets, text) {
		return
	}
	r.secrets = append(r.secrets, text)
	// The longest first, since one may be part of another.
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	r.longest = len(r.secrets[0])
}

// header hides the values of the headers that the user adds.
func (r *redactor) header(added http.Header) {
	for name, values := range added {
		r.headers[http.CanonicalHeaderKey(name)] = true
		for _, value := range values {
			if len(value) >= 8 { // a shorter one would take words apart
				r.secret(value)
			}
		}
	}
}

// text takes the secrets out of a text.
func (r *redactor) text(text string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, secret := range r.secrets {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	for _, form := range secretForms {
		text = form.ReplaceAllLiteralString(text, hidden)
	}
	return secretProperties.ReplaceAllString(text, `${1}`+hidden+`"`)
}

// maxShown is how many bytes of a body a report shows.
const maxShown = 8 << 10

// body prepares a body for a report.
func (r *redactor) body(body []byte) string {
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	if len(body) <= maxShown {
		return r.text(string(body))
	}
	// A little more than is shown, so that no secret is cut in two unseen.
	r.mu.RLock()
	enough := min(len(body), maxShown+max(r.longest, maxForm))
	r.mu.RUnlock()
	text := r.text(string(body[:enough]))
	cut := min(len(text), maxShown)
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s... (%d bytes in all)", strings.ToValidUTF8(text[:cut], ""), len(body))
}

// maxForm is more than a secret of a known form has in bytes.
const maxForm = 256

// lines prepares headers for a report, in the order of their names.
func (r *redactor) lines(header http.Header) []report.Header {
	var lines []report.Header
	for name, values := range header {
		for _, value := range values {
			if r.headers[http.CanonicalHeaderKey(name)] {
				value = hidden
			}
			lines = append(lines, report.Header{Name: name, Value: r.text(value)})
		}
	}
	slices.SortStableFunc(lines, func(a, b report.Header) int { return strings.Compare(a.Name, b.Name) })
	return lines
}

// exchange prepares an exchange for a report. line is that of the step.
func (r *redactor) exchange(x *exchange, line int, breaches []breach) report.Exchange {
	out := report.Exchange{
		Started: x.started, Duration: x.duration, Line: line,
		Request: report.Request{
			Method: x.method, URL: r.text(x.url), Header: r.lines(x.header), Body: r.body(x.body),
		},
		Response: report.Response{Status: x.status, Header: r.lines(x.answer), Body: r.body(x.received)},
	}
	if x.operation != nil {
		out.Operation = x.operation.ID
	}
	for _, b := range breaches {
		out.Violations = append(out.Violations, report.Violation{
			Direction: "response", In: b.in, Pointer: b.pointer, Reason: r.text(b.expectation),
		})
	}
	return out
}
