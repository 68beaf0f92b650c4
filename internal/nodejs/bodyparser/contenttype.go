package bodyparser

import (
	"regexp"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// The media types that are read.
const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "application/x-www-form-urlencoded"
)

// IsJSON reports whether a Content-Type header names JSON, regardless of case and
// parameters.
func IsJSON(header string) bool { return openapi.MediaType(header) == mediaTypeJSON }

const (
	token        = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
	quoted       = `"(?:[^"\\]|\\.)*"`
	oneParameter = "; *(" + token + ") *= *(" + quoted + "|" + token + ") *"
)

// parameters matches a list of well-formed parameters. If a name repeats, its last value
// counts.
var (
	parameters = regexp.MustCompile("^(?:" + oneParameter + ")*$")
	parameter  = regexp.MustCompile(oneParameter)
	quotedPair = regexp.MustCompile(`\\(.)`)
)

// readable reports whether a body of the given Content-Type is read, and returns its kind
// and charset. With a malformed parameter it is not read, yet it still counts as JSON
// where JSON is demanded.
func readable(header string) (kind, charset string, is bool) {
	if header == mediaTypeJSON { // the usual case
		return mediaTypeJSON, "", true
	}
	kind = openapi.MediaType(header)
	if kind != mediaTypeJSON && kind != mediaTypeForm {
		return "", "", false
	}
	_, rest, has := strings.Cut(header, ";")
	if !has {
		return kind, "", true
	}
	rest = strings.TrimRight(";"+rest, " ")
	if !parameters.MatchString(rest) {
		return "", "", false
	}
	for _, found := range parameter.FindAllStringSubmatch(rest, -1) {
		if strings.EqualFold(found[1], "charset") {
			charset = unquote(found[2])
		}
	}
	return kind, charset, true
}

// unquote removes the quotes from the value of a parameter.
func unquote(value string) string {
	if value[0] != '"' {
		return value
	}
	return quotedPair.ReplaceAllString(value[1:len(value)-1], "$1")
}
