package gherkin

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// curl writes a command line that repeats a request. The token is left out: in
// its place stands a variable that the reader sets.
func curl(redact *secrets.Redactor, x *target.Exchange) string {
	redact = knowing(redact, x)
	words := []string{"curl", "-i"}
	switch x.Method {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "--head")
	default:
		words = append(words, "-X", x.Method)
	}
	words = append(words, quote(redact.URL(x.URL)))
	names := make([]string, 0, len(x.Header))
	for name := range x.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if http.CanonicalHeaderKey(name) == "Authorization" {
			words = append(words, "-H", authorization(x))
			continue
		}
		for _, value := range x.Header[name] {
			words = append(words, "-H", quote(name+": "+redact.Header(name, value)))
		}
	}
	if x.Body != nil {
		switch {
		case !utf8.Valid(x.Body):
			words = append(words, "--data-binary", "@body.bin")
		case len(x.Body) > maxShown:
			words = append(words, "--data-binary", "@body.txt")
		default:
			words = append(words, "--data-binary", quote(redact.Body(x.Header.Get("Content-Type"), string(x.Body), false)))
		}
	}
	return strings.Join(words, " ")
}

// authorization is the header with a variable in the place of the token.
func authorization(x *target.Exchange) string {
	variable := "$TOKEN"
	if x.Actor != "" {
		variable = "$" + strings.ToUpper(x.Actor) + "_TOKEN"
	}
	if x.Header.Get("Authorization") == "" {
		return "'Authorization;'"
	}
	prefix := ""
	if strings.HasPrefix(x.Header.Get("Authorization"), "Bearer ") {
		prefix = "Bearer "
	}
	return `"Authorization: ` + prefix + variable + `"`
}

// quote quotes a word for a POSIX shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
