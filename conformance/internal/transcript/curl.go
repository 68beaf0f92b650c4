package transcript

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// Curl returns a command line that repeats a request. It replaces the token with a variable
// for the reader to set. redact is what Redactor returns for the exchange.
func Curl(redact *secrets.Redactor, x *target.Exchange) string {
	asked := seen(x, nil)
	asked.Response = traffic.Message{} // which redact knows
	clean := asked.Redacted(redact)
	words := []string{"curl", "-i"}
	switch x.Method {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "--head")
	default:
		words = append(words, "-X", x.Method)
	}
	words = append(words, quote(clean.Target()))
	for _, line := range traffic.Lines(clean.Request.Header) {
		if http.CanonicalHeaderKey(line.Name) == "Authorization" {
			words = append(words, authorization(x)...)
			continue
		}
		words = append(words, "-H", quote(line.Name+": "+line.Value))
	}
	if x.Body != nil {
		switch {
		case !utf8.Valid(x.Body):
			words = append(words, "--data-binary", "@body.bin")
		case len(x.Body) > maxShown:
			words = append(words, "--data-binary", "@body.txt")
		default:
			words = append(words, "--data-binary", quote(string(clean.Request.Body)))
		}
	}
	return strings.Join(words, " ")
}

// authorization returns the curl option for the header, with a variable in place of the
// token.
func authorization(x *target.Exchange) []string {
	variable := "$TOKEN"
	if x.Actor != "" {
		variable = "$" + strings.ToUpper(x.Actor) + "_TOKEN"
	}
	sent := x.Header.Get("Authorization")
	prefix := ""
	switch {
	case sent == "":
		return []string{"-H", "'Authorization;'"}
	case strings.HasPrefix(sent, "Basic "):
		return []string{"-u", `"` + variable + `"`}
	case strings.HasPrefix(sent, "Bearer "):
		prefix = "Bearer "
	}
	return []string{"-H", `"Authorization: ` + prefix + variable + `"`}
}

func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
