// Package secrets removes secrets from everything that leaves the program: journals, HTTP
// archives, events, logs, reports, recordings, command lines, errors.
//
// A secret is recognized in three ways:
//
//   - by place: in a header such as Authorization, in a parameter, cookie or property
//     whose name is in the table of names.go, in the user part of a URL, after Bearer, after
//     a flag of a command line;
//   - by form: the tokens of Unleash, JSON Web Tokens, private keys, the keys of well-known
//     services in forms.go;
//   - by value, if it was added to the redactor and has at least 8 bytes.
//
// It is found in every encoding: percent-encoded, with the escapes of JSON, Go or HTML,
// in Base64, and in any mixture of these; one that was added also in hex. It is replaced with Mark; a prefix that only shows its
// kind, such as Bearer, stays in front of that. JSON stays JSON.
//
// The work grows with the length of a text, not with its nesting.
package secrets

import (
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Mark takes the place of a secret.
const Mark = "[redacted]"

// Redactor removes secrets from texts. A nil *Redactor knows no values. It is safe for
// concurrent use.
type Redactor struct {
	under *Redactor // its secrets are known as well; may be nil

	mu      sync.RWMutex
	values  *known
	headers map[string]bool // canonical names
}

// New returns a redactor that knows the given secrets by their values.
func New(values ...string) *Redactor {
	r := &Redactor{values: newKnown(), headers: map[string]bool{}}
	r.Add(values...)
	return r
}

// With returns a redactor that knows the given secrets and whatever r knows, now and
// later. If the given ones are too many to look for, it hides every text as a whole.
func (r *Redactor) With(values ...string) *Redactor {
	child := New()
	child.under = r
	child.values.room = maxGiven
	child.Add(values...)
	return child
}

// maxGiven is how many bytes of secrets With takes. Ten thousand tokens fit.
const maxGiven = 2 << 20

// Add registers secrets that must not be seen anywhere. Secrets shorter than 8 bytes are
// found only by their place.
func (r *Redactor) Add(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values.add(values...)
}

// AddHeaders makes the values of headers that a user adds secret, whatever the names of
// the headers.
func (r *Redactor) AddHeaders(header http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, values := range header {
		r.headers[http.CanonicalHeaderKey(name)] = true
		for _, value := range values {
			r.values.add(append(inHeader(value), value)...)
		}
	}
}

// Text removes the secrets from a text of any kind: prose, JSON, HTML, a line of a log.
func (r *Redactor) Text(text string) string { return r.redact(text, wordEnd, false) }

// URL removes the secrets from a URL or from the target of a request, which stays one.
func (r *Redactor) URL(url string) string {
	if strings.HasPrefix(url, "/") && r.isBlind() {
		return "/" + Mark
	}
	return r.redact(url, queryEnd, false)
}

// Header removes the secrets from the value of a header.
func (r *Redactor) Header(name, value string) string {
	shown := public(value)
	switch {
	case value == "":
		return ""
	case !r.isHeader(name) && (!hasScheme(value) || isChallenge(name)):
		return r.redact(value, wordEnd, false)
	case shown == len(value): // only a scheme, as far as one can tell
		return Mark
	}
	return value[:shown] + Mark
}

func (r *Redactor) isHeader(name string) bool {
	if IsHeader(name) {
		return true
	}
	for ; r != nil; r = r.under {
		r.mu.RLock()
		is := r.headers[http.CanonicalHeaderKey(name)]
		r.mu.RUnlock()
		if is {
			return true
		}
	}
	return false
}

// Body removes the secrets from a body. Bytes that are not UTF-8 become U+FFFD. cut says
// that the body was cut and may end in the middle of a secret.
func (r *Redactor) Body(contentType, body string, cut bool) string {
	return r.redact(strings.ToValidUTF8(body, "\uFFFD"), bodyEnd(contentType), cut)
}

// bodyEnd returns the characters that end the value of a parameter in a body.
func bodyEnd(contentType string) *byteSet {
	if mediaType, _, _ := mime.ParseMediaType(contentType); mediaType == "application/x-www-form-urlencoded" {
		return formEnd
	}
	return wordEnd
}

func (r *Redactor) redact(text string, valueEnd *byteSet, cut bool) string {
	if text == "" {
		return text
	}
	if len(text) > maxRead || r.isBlind() {
		return (&hidden{view: &view{text: text, quotes: quotes(text)}, spans: []span{{end: len(text), bare: true}}}).String()
	}
	layers := views(text)
	hidden := hidden{view: layers[0]}
	for _, layer := range layers {
		for _, s := range slices.Concat(layer.find(valueEnd), r.knownIn(layer.text, cut)) {
			s.start, s.end = layer.source(s.start, s.end)
			hidden.spans = append(hidden.spans, s)
		}
		hidden.join() // the next layer has most of them again
	}
	return hidden.String()
}

// isBlind reports whether there were too many secrets to know them all.
func (r *Redactor) isBlind() bool {
	for ; r != nil; r = r.under {
		r.mu.RLock()
		blind := r.values.room < 0
		r.mu.RUnlock()
		if blind {
			return true
		}
	}
	return false
}

// knownIn finds secrets by their values.
func (r *Redactor) knownIn(text string, cut bool) (found []span) {
	for ; r != nil; r = r.under {
		r.mu.RLock()
		found = append(found, r.values.find(text)...)
		if cut {
			if s, ok := r.values.tail(text); ok {
				found = append(found, s)
			}
		}
		r.mu.RUnlock()
	}
	return found
}

// hidden is a text with the parts of it that are hidden.
type hidden struct {
	*view
	spans []span
}

// join orders the parts and makes one of those that touch.
func (h *hidden) join() {
	slices.SortFunc(h.spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	joined := h.spans[:0]
	for _, s := range h.spans {
		if last := len(joined) - 1; last >= 0 && s.start <= joined[last].end {
			joined[last].end = max(joined[last].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	h.spans = joined
}

// String returns the text with marks in place of the hidden parts, which are joined.
func (h *hidden) String() string {
	if len(h.spans) == 0 {
		return h.text
	}
	var out strings.Builder
	written := 0
	for _, s := range h.spans {
		out.WriteString(h.text[written:s.start])
		out.WriteString(h.mark(s))
		written = s.end
	}
	return out.String() + h.text[written:]
}

// mark returns what replaces a span. If the span is a JSON value, that is a string.
func (h *hidden) mark(s span) string {
	if !h.isJSON() {
		return Mark
	}
	if inString, _ := h.inString(s.start); inString || !s.bare && !h.isNumber(s) {
		return Mark
	}
	return `"` + Mark + `"`
}

// isNumber reports whether a span, outside of strings, is a value by itself.
func (h *hidden) isNumber(s span) bool {
	before := strings.TrimRight(h.text[:s.start], " \t\r\n")
	after := strings.TrimLeft(h.text[s.end:], " \t\r\n")
	return before != "" && strings.IndexByte("[,:", before[len(before)-1]) >= 0 && after != "" && strings.IndexByte("],}", after[0]) >= 0
}
