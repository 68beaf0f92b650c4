package secrets

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// InHeader returns the secrets in headers. Add them to the redactor of an exchange, because a
// client's credentials may come back anywhere in it.
func InHeader(header http.Header) (found []string) {
	for name, values := range header {
		if !IsHeader(name) {
			continue
		}
		for _, value := range values {
			if letters(name) == "setcookie" {
				value, _, _ = strings.Cut(value, ";") // attributes follow
			}
			found = append(found, inHeader(value)...)
		}
	}
	return found
}

// inHeader returns the secrets in the value of a header: what follows the scheme, what that encodes, and the
// values of cookies, in whatever header a gateway wants them.
func inHeader(value string) []string {
	found := inCookies(value)
	scheme, credential, _ := strings.Cut(value, " ")
	if hasScheme(value) {
		value = strings.TrimSpace(credential)
	}
	if strings.EqualFold(scheme, "basic") {
		found = append(found, inBasic(value)...)
	}
	return append(found, value)
}

// inBasic returns the user with the password, and the password alone, or nil if the text
// does not encode them.
func inBasic(encoded string) []string {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if _, password, has := strings.Cut(string(decoded), ":"); err == nil && has {
		return []string{string(decoded), password}
	}
	return nil
}

func inCookies(value string) (found []string) {
	for cookie := range strings.SplitSeq(value, ";") {
		_, text, _ := strings.Cut(cookie, "=")
		if text = strings.Trim(text, ` "`); text != "" {
			found = append(found, text)
		}
	}
	return found
}

// InURL returns the secrets in a URL or in the target of a request.
func InURL(url string) []string { return inText(url, queryEnd) }

// InBody returns the secrets in a body.
func InBody(contentType, body string) []string { return inText(body, bodyEnd(contentType)) }

func inText(text string, valueEnd *byteSet) (found []string) {
	for _, layer := range views(text) {
		for _, s := range layer.find(valueEnd) {
			if !s.bare {
				found = append(found, layer.text[s.start:s.end])
			}
		}
		slices.Sort(found)
		found = slices.Compact(found) // the next layer has most of them again
	}
	return found
}
