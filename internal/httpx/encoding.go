// Package httpx handles what surrounds HTTP messages: content encodings, paths as they were
// sent, server addresses, web origins, and what proxies along the way report about a
// request.
package httpx

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

// Errors of Decode that do not mean a damaged body.
var (
	ErrUnknownEncoding = errors.New("the content encoding is not known")
	ErrTooLarge        = errors.New("the body is too large")
)

// newDecoder returns a reader that decodes source. The error wraps ErrUnknownEncoding or
// comes from the decoder.
func newDecoder(encoding string, source io.Reader) (io.Reader, error) {
	switch encoding {
	case "gzip", "x-gzip":
		return gzip.NewReader(source)
	case "deflate":
		return newInflater(source)
	case "br":
		return brotli.NewReader(source), nil
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownEncoding, encoding)
}

// newInflater reads deflate with its zlib wrapper, as HTTP requires, or bare, as some
// send it.
func newInflater(source io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(source)
	const methodDeflate = 8
	if header, err := buffered.Peek(2); err == nil && header[0]&0x0f == methodDeflate && (int(header[0])<<8|int(header[1]))%31 == 0 {
		return zlib.NewReader(buffered)
	}
	return flate.NewReader(buffered), nil
}

// maxEncodings is how many encodings of one body are undone: each may take as long as the limit allows.
const maxEncodings = 3

// Decode undoes the content encodings that a header names, the last one first. The error
// wraps ErrUnknownEncoding, also if there are too many, wraps ErrTooLarge if more than limit
// bytes come out, or names the encoding that the body is not in.
func Decode(header http.Header, body []byte, limit int) ([]byte, error) {
	names := strings.Split(strings.ToLower(strings.Join(header.Values("Content-Encoding"), ",")), ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" || name == "identity" })
	if len(names) > maxEncodings {
		return nil, fmt.Errorf("%w: %d encodings on top of one another, of which %d are undone", ErrUnknownEncoding, len(names), maxEncodings)
	}
	for _, name := range slices.Backward(names) {
		reader, err := newDecoder(name, bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(io.LimitReader(reader, int64(limit)+1))
		}
		switch {
		case errors.Is(err, ErrUnknownEncoding):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("it is not valid %s: %w", name, err)
		case len(body) > limit:
			return nil, fmt.Errorf("%w: it has more than %d bytes", ErrTooLarge, limit)
		}
	}
	return body, nil
}
