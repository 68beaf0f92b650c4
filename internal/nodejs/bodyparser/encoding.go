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

// inflate reads the body and undoes its content encoding, up to limit bytes.
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
	case "deflate": // with the zlib wrapper, as HTTP defines it
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

// tooLarge returns the refusal of a body over the limit.
func tooLarge() *Error {
	return &Error{http.StatusRequestEntityTooLarge, "request entity too large"}
}

// zlibWords are zlib's messages for the failures of Go's readers, as far as those can be
// told apart.
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

// readError puts an error of reading into words.
func readError(err error) *Error {
	var corrupt flate.CorruptInputError
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case errors.As(err, &corrupt):
		return &Error{http.StatusBadRequest, "invalid stored block lengths"} // zlib has many messages here, and Go does not say which applies
	}
	for _, known := range zlibWords {
		if errors.Is(err, known.err) {
			return &Error{http.StatusBadRequest, known.words}
		}
	}
	return &Error{http.StatusBadRequest, "request aborted"}
}
