package conformance

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// curl writes a command line that repeats a request. The token is left out: in
// its place stands a variable that the reader sets.
func (r *redactor) curl(x *exchange) string {
	redact := r.of(x)
	words := []string{"curl", "-i"}
	switch x.method {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "--head")
	default:
		words = append(words, "-X", x.method)
	}
	words = append(words, quote(redact.URL(x.url)))
	names := make([]string, 0, len(x.header))
	for name := range x.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if http.CanonicalHeaderKey(name) == "Authorization" {
			words = append(words, "-H", authorization(x))
			continue
		}
		for _, value := range x.header[name] {
			words = append(words, "-H", quote(name+": "+redact.Header(name, value)))
		}
	}
	if x.body != nil {
		switch {
		case !utf8.Valid(x.body):
			words = append(words, "--data-binary", "@body.bin")
		case len(x.body) > maxShown:
			words = append(words, "--data-binary", "@body.txt")
		default:
			words = append(words, "--data-binary", quote(redact.Body(x.header.Get("Content-Type"), string(x.body), false)))
		}
	}
	return strings.Join(words, " ")
}

// authorization is the header with a variable in the place of the token.
func authorization(x *exchange) string {
	variable := "$TOKEN"
	if x.actor != "" {
		variable = "$" + strings.ToUpper(x.actor) + "_TOKEN"
	}
	if x.header.Get("Authorization") == "" {
		return "'Authorization;'"
	}
	prefix := ""
	if strings.HasPrefix(x.header.Get("Authorization"), "Bearer ") {
		prefix = "Bearer "
	}
	return `"Authorization: ` + prefix + variable + `"`
}

// quote quotes a word for a POSIX shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
