package proxy

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
)

// errUnread is a body that cannot be judged, by no fault of who sent it.
var errUnread = errors.New("the body cannot be judged")

// decoders by the name of the content encoding.
var decoders = map[string]func(io.Reader) (io.Reader, error){
	"gzip":    func(source io.Reader) (io.Reader, error) { return gzip.NewReader(source) },
	"x-gzip":  func(source io.Reader) (io.Reader, error) { return gzip.NewReader(source) },
	"deflate": inflate,
	"br":      func(source io.Reader) (io.Reader, error) { return brotli.NewReader(source), nil },
}

// inflate reads deflate with the wrapping of zlib, as it should be, or without,
// as some send it.
func inflate(source io.Reader) (io.Reader, error) {
	raw, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	if reader, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
		return reader, nil
	}
	return flate.NewReader(bytes.NewReader(raw)), nil
}

// decode takes the content encodings off a body, the last one first. An error
// that wraps errUnread says that it cannot be done here: an encoding that is not
// known, or more than limit bytes. Any other is that the body is not what its
// header says.
func decode(encodings string, body []byte, limit int) ([]byte, error) {
	if encodings == "" {
		return body, nil
	}
	names := strings.Split(encodings, ",")
	for i := len(names) - 1; i >= 0; i-- {
		name := strings.ToLower(strings.TrimSpace(names[i]))
		if name == "" || name == "identity" {
			continue
		}
		open, known := decoders[name]
		if !known {
			return nil, fmt.Errorf("%w: the content encoding %q is not known", errUnread, name)
		}
		reader, err := open(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("it is no %s: %w", name, err)
		}
		body, err = io.ReadAll(io.LimitReader(reader, int64(limit)+1))
		if err != nil {
			return nil, fmt.Errorf("it is no %s: %w", name, err)
		}
		if len(body) > limit {
			return nil, fmt.Errorf("%w: it has more than %d bytes", errUnread, limit)
		}
	}
	return body, nil
}
