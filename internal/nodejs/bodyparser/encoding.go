package bodyparser

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
)

// inflate reads the body through its content encoding, up to a limit.
func inflate(r *http.Request, limit int) ([]byte, *Error) {
	source, err := io.Reader(r.Body), error(nil)
	switch name := strings.ToLower(r.Header.Get("Content-Encoding")); name {
	case "", "identity":
		if r.ContentLength > int64(limit) {
			return nil, tooLarge()
		}
		if r.ContentLength > 0 {
			return readExactly(source, int(r.ContentLength))
		}
	case "gzip":
		source, err = gzip.NewReader(r.Body)
	case "deflate": // as HTTP means it, in the wrapping of zlib
		source, err = zlib.NewReader(r.Body)
	default:
		return nil, &Error{http.StatusUnsupportedMediaType, `unsupported content encoding "` + name + `"`}
	}
	if err != nil {
		return nil, readError(err)
	}
	return readAll(source, limit)
}

func readExactly(source io.Reader, length int) ([]byte, *Error) {
	text := make([]byte, length)
	if _, err := io.ReadFull(source, text); err != nil {
		return nil, readError(err)
	}
	return text, nil
}

func readAll(source io.Reader, limit int) ([]byte, *Error) {
	var buffer bytes.Buffer
	if _, err := buffer.ReadFrom(io.LimitReader(source, int64(limit)+1)); err != nil && buffer.Len() <= limit {
		return nil, readError(err)
	}
	if buffer.Len() > limit {
		return nil, tooLarge()
	}
	return buffer.Bytes(), nil
}

// tooLarge is the answer to a body over the limit.
func tooLarge() *Error {
	return &Error{http.StatusRequestEntityTooLarge, "request entity too large"}
}

// zlibWords are what zlib says to each failure of Go's readers, as far as they tell
// it apart from others.
var zlibWords = []struct {
	err   error
	words string
}{
	{gzip.ErrHeader, "incorrect header check"},
	{zlib.ErrHeader, "incorrect header check"},
	{zlib.ErrDictionary, "Missing dictionary"},
	{gzip.ErrChecksum, "incorrect data check"},
	{zlib.ErrChecksum, "incorrect data check"},
	{io.EOF, "unexpected end of file"},
	{io.ErrUnexpectedEOF, "unexpected end of file"},
}

// readError words what went wrong while reading.
func readError(err error) *Error {
	var corrupt flate.CorruptInputError
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case errors.As(err, &corrupt):
		return &Error{http.StatusBadRequest, "invalid stored block lengths"} // which of zlib's many, Go does not tell
	}
	for _, known := range zlibWords {
		if errors.Is(err, known.err) {
			return &Error{http.StatusBadRequest, known.words}
		}
	}
	return &Error{http.StatusBadRequest, "request aborted"}
}
