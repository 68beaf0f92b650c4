package proxy

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// hidden stands where a secret stood.
const hidden = "***"

// secretForms are what secrets of Unleash look like wherever they are: of signal
// endpoint tokens, of personal access tokens, of API tokens.
var secretForms = regexp.MustCompile(`(?i)signal_[a-z0-9_-]+|\buser:[a-z0-9_-]{8,}|(\*|\[\]|[\w-]+):(\*|[\w-]+)\.[a-z0-9_-]{8,}|\bbearer\s+[^\s",]+`)

// secretNames are JSON properties, form fields and query parameters that hold a
// secret.
var secretNames = []string{"token", "secret", "password", "access_token", "client_secret"}

// secretFields finds such fields in forms and queries.
var secretFields = regexp.MustCompile(`(?i)((?:^|[?&])(?:token|secret|password|access_token|client_secret)=)[^&#\s]*`)

// secretHeaders finds headers that hold a secret.
var secretHeaders = regexp.MustCompile(`(?i)authorization|cookie|token|secret|password|api-?key|^authentication`)

// redactText takes secrets out of a text by their form.
func redactText(text string) string {
	text = secretFields.ReplaceAllString(text, "${1}"+hidden)
	return secretForms.ReplaceAllLiteralString(text, hidden)
}

// redaction takes secrets out of one exchange: those with a known form or place,
// and what the client authenticated with, wherever it comes back.
type redaction struct{ own *strings.Replacer }

// minimumOwn is how long a credential has to be to be looked for: a shorter one
// would take words apart.
const minimumOwn = 6

func newRedaction(request http.Header) redaction {
	var pairs []string
	for name, values := range request {
		if !secretHeaders.MatchString(name) {
			continue
		}
		for _, value := range values {
			for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(" \t;,=", r) }) {
				if len(part) >= minimumOwn {
					pairs = append(pairs, part, hidden, url.QueryEscape(part), hidden)
				}
			}
		}
	}
	return redaction{own: strings.NewReplacer(pairs...)}
}

func (r redaction) text(text string) string { return redactText(r.own.Replace(text)) }

// headers lists header lines by name. The values of secret ones are hidden.
func (r redaction) headers(header http.Header) []report.Header {
	var lines []report.Header
	for name, values := range header {
		for _, value := range values {
			if secretHeaders.MatchString(name) {
				value = hidden
			}
			lines = append(lines, report.Header{Name: name, Value: r.text(value)})
		}
	}
	slices.SortStableFunc(lines, func(a, b report.Header) int { return strings.Compare(a.Name, b.Name) })
	return lines
}

// body redacts a body. It need not be JSON, and not be whole: strings are found
// one by one, so that a body that was cut or is broken hides as much.
func (r redaction) body(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	return r.text(hideValues(text))
}

// hideValues hides the values of secret properties in JSON text, whatever their
// type, and strings that are secrets once their escapes are read.
func hideValues(text string) string {
	var out strings.Builder
	s := scanner{text: text}
	for {
		token, isString := s.next()
		if token == "" {
			return out.String()
		}
		if !isString {
			out.WriteString(token)
			continue
		}
		value := decodeString(token)
		if redacted := redactText(value); redacted != value {
			token = quote(redacted)
		}
		out.WriteString(token)
		colon := s.colon()
		out.WriteString(colon)
		if colon != "" && isSecretName(value) && s.skipValue() {
			out.WriteString(quote(hidden))
		}
	}
}

func isSecretName(name string) bool {
	return slices.ContainsFunc(secretNames, func(secret string) bool { return strings.EqualFold(name, secret) })
}

// scanner splits text into JSON strings and what is between them.
type scanner struct {
	text string
	at   int
}

// next returns a string literal, quotes included, or all up to the next one;
// empty at the end.
func (s *scanner) next() (token string, isString bool) {
	rest := s.text[s.at:]
	if rest == "" {
		return "", false
	}
	if rest[0] != '"' {
		if i := strings.IndexByte(rest, '"'); i >= 0 {
			rest = rest[:i]
		}
		s.at += len(rest)
		return rest, false
	}
	end := 1
	for end < len(rest) && rest[end] != '"' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end+1, len(rest))
	s.at += end
	return rest[:end], true
}

// colon takes what makes the string before it a name: a colon and blanks.
func (s *scanner) colon() string {
	rest := s.text[s.at:]
	trimmed := strings.TrimLeft(rest, " \t\r\n")
	if !strings.HasPrefix(trimmed, ":") {
		return ""
	}
	trimmed = strings.TrimLeft(trimmed[1:], " \t\r\n")
	taken := rest[:len(rest)-len(trimmed)]
	s.at += len(taken)
	return taken
}

// skipValue moves behind a value and tells whether there was one to hide: null,
// true and false say nothing.
func (s *scanner) skipValue() bool {
	rest := s.text[s.at:]
	var end int
	switch {
	case rest == "":
		return false
	case rest[0] == '"':
		s.next()
		return true
	case rest[0] == '{', rest[0] == '[':
		end = balanced(rest)
	default:
		if end = strings.IndexAny(rest, ",}] \t\r\n"); end < 0 {
			end = len(rest)
		}
		switch rest[:end] {
		case "", "null", "true", "false":
			return false
		}
	}
	s.at += end
	return true
}

// balanced is the length of the object or list that a text begins with; that of
// the text if it does not end in it.
func balanced(text string) int {
	depth := 0
	for s := (scanner{text: text}); ; {
		token, isString := s.next()
		if token == "" {
			return len(text)
		}
		if isString {
			continue
		}
		for i := range len(token) {
			switch token[i] {
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return s.at - len(token) + i + 1
				}
			}
		}
	}
}

// decodeString reads a string literal; one that is broken is read as it stands.
func decodeString(literal string) string {
	var value string
	if err := json.Unmarshal([]byte(literal), &value); err != nil {
		return strings.Trim(literal, `"`)
	}
	return value
}

func quote(value string) string {
	quoted, err := json.Marshal(value)
	if err != nil {
		return `""`
	}
	return string(quoted)
}

// clip shortens a text to about limit bytes.
func clip[T string | []byte](text T, limit int) string {
	if len(text) <= limit {
		return string(text)
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return string(text[:limit]) + "…"
}
