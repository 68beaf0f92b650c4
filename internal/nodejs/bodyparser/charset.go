package bodyparser

import (
	"bytes"
	"net/http"
	"strings"
)

// checkCharset accepts only UTF-8, and only by that name.
func checkCharset(name string) *Error {
	if name == "" || strings.EqualFold(name, "utf-8") {
		return nil
	}
	return &Error{http.StatusUnsupportedMediaType, `unsupported charset "` + strings.ToUpper(name) + `"`}
}

// withoutMark removes the byte order mark from a text.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
