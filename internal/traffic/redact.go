package traffic

import (
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// Redacted returns a copy without secrets: those that the redactor knows, and those that
// the exchange itself reveals by their place or form, wherever they occur again. known
// may be nil.
func (x *Exchange) Redacted(known *secrets.Redactor) Exchange {
	return x.redacted(x.Redactor(known))
}

// RedactedViolations returns the violations without the secrets that the exchange itself
// reveals.
func (x *Exchange) RedactedViolations(known *secrets.Redactor) []Violation {
	if !slices.ContainsFunc(x.Violations, Violation.mayQuote) {
		return x.Violations
	}
	return redacted(x.Violations, x.Redactor(known))
}

// ofSchema are the keywords whose reasons have only the words of the schema, besides the
// names in pointer and property.
var ofSchema = []string{
	"type", "required", "additionalProperties", "enum", "pattern", "format",
	"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
}

// mayQuote reports whether a violation may repeat a text of the exchange that is long
// enough to be found as a secret.
func (v Violation) mayQuote() bool {
	isLong := func(name string) bool { return len(name) >= secrets.Shortest }
	if isLong(v.Property) || !slices.Contains(ofSchema, v.Keyword) {
		return true
	}
	for name := range strings.SplitSeq(v.Pointer, "/") {
		if isLong(name) {
			return true
		}
	}
	return false
}

// maxWords is the size limit of each text in a violation, because names may come from a client or a target.
const maxWords = 1 << 10

// Short returns violations without the failures of their forms, which nobody reads, and with their
// texts shortened. They must be redacted first, so that no secret is cut in two.
func Short(violations []Violation) []Violation {
	isLong := func(v Violation) bool {
		return len(v.Forms) > 0 || max(len(v.Pointer), len(v.Property), len(v.Reason)) > maxWords
	}
	if !slices.ContainsFunc(violations, isLong) {
		return violations
	}
	out := slices.Clone(violations)
	for i := range out {
		out[i].Forms = nil
		for _, text := range []*string{&out[i].Pointer, &out[i].Property, &out[i].Reason} {
			*text = visible.Short(*text, maxWords)
		}
	}
	return out
}

func redacted(violations []Violation, by *secrets.Redactor) []Violation {
	out := slices.Clone(violations)
	for i := range out {
		out[i] = out[i].Redacted(by)
	}
	return out
}

// Redactor returns a redactor that also knows the secrets of the exchange itself.
func (x *Exchange) Redactor(known *secrets.Redactor) *secrets.Redactor {
	return known.With(slices.Concat(secrets.InURL(x.Target()), x.Request.secrets(), x.Response.secrets())...)
}

func (m *Message) secrets() []string {
	return append(secrets.InHeader(m.Header), secrets.InBody(m.Header.Get("Content-Type"), string(m.Body))...)
}

func (x *Exchange) redacted(by *secrets.Redactor) Exchange {
	out := *x
	out.Method, out.Host = by.Text(x.Method), by.Text(x.Host)
	out.Path, out.Query, _ = strings.Cut(by.URL(x.Target()), "?")
	out.Request, out.Response = x.Request.redacted(by), x.Response.redacted(by)
	out.Violations = redacted(x.Violations, by)
	return out
}

func (m *Message) redacted(by *secrets.Redactor) Message {
	out := *m
	out.Header = make(http.Header, len(m.Header))
	for name, values := range m.Header {
		for _, value := range values {
			out.Header[name] = append(out.Header[name], by.Header(name, value))
		}
	}
	out.Body = []byte(by.Body(m.Header.Get("Content-Type"), string(m.Body), m.Cut))
	return out
}

// Redacted returns a copy without secrets in the parts that repeat the exchange: a
// property's name, a pointer, a value.
func (v Violation) Redacted(by *secrets.Redactor) Violation {
	v.Pointer, v.Property, v.Reason = by.Text(v.Pointer), by.Text(v.Property), by.Text(v.Reason)
	return v
}
