package bodyparser

import (
	"bytes"
	"net/http"
	"strings"
)

// checkCharset demands UTF-8, under its one name.
func checkCharset(name string) *Error {
	if name == "" || strings.EqualFold(name, "utf-8") {
		return nil
	}
	return &Error{http.StatusUnsupportedMediaType, `unsupported charset "` + strings.ToUpper(name) + `"`}
}

// withoutMark takes the byte order mark off a text.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
