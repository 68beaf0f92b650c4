// Package respond writes answers as Express does: a weak ETag on every body,
// 304 where the client has it already, compression from 1 KiB on.
package respond

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// threshold is the size in bytes from which bodies are compressed.
const threshold = 1024

// WriteFinal sends the small page of a path that no router knows, which has no
// entity tag.
func WriteFinal(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	header["Content-Security-Policy"] = []string{"default-src 'none'"}
	header["X-Content-Type-Options"] = []string{"nosniff"}
	send(w, r, status, contentType, body)
}

// Write sends an answer. contentType is empty and body nil for an answer that
// has none. Headers that are set already stay.
func Write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	if body == nil {
		header["Transfer-Encoding"] = []string{"chunked"} // a real server does not say that it is empty
		w.WriteHeader(status)
		return
	}
	etag := ETag(body)
	header["Etag"] = []string{etag}
	if fresh(r, status, etag) {
		delete(header, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, r, status, contentType, body)
}

func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	header["Content-Type"] = []string{contentType}
	header["Vary"] = []string{"Accept-Encoding"}
	if encoding := negotiate(r, len(body)); encoding != "" {
		header["Content-Encoding"] = []string{encoding}
		header["Transfer-Encoding"] = []string{"chunked"} // a real server compresses while it sends
		body = compress(encoding, body)
	} else {
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone; there is nobody to tell
	}
}

// ETag is the weak entity tag that Express gives to a body.
func ETag(body []byte) string {
	digest := sha1.Sum(body)
	tag := make([]byte, 0, 48)
	tag = append(tag, `W/"`...)
	tag = strconv.AppendInt(tag, int64(len(body)), 16)
	tag = append(tag, '-')
	tag = base64.StdEncoding.AppendEncode(tag, digest[:])
	return string(append(tag[:len(tag)-1], '"')) // without the padding
}

// fresh tells whether the client's copy is the answer.
func fresh(r *http.Request, status int, etag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || status < 200 || status >= 300 {
		return false
	}
	given, has := r.Header["If-None-Match"]
	if !has || r.Header.Get("If-Modified-Since") != "" || noCache(r.Header.Get("Cache-Control")) {
		return false
	}
	list := strings.Join(given, ", ")
	if list == "*" {
		return true
	}
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.Trim(tag, " ")
		if tag == etag || "W/"+tag == etag || tag == "W/"+etag {
			return true
		}
	}
	return false
}

func noCache(header string) bool {
	for directive := range strings.SplitSeq(header, ",") {
		if strings.TrimSpace(directive) == "no-cache" {
			return true
		}
	}
	return false
}

// supported are the encodings that the server writes, best first for a client
// that likes them equally.
var supported = []string{"br", "gzip", "deflate"}

// negotiate picks the content encoding, or none.
func negotiate(r *http.Request, size int) string {
	accepted := r.Header.Get("Accept-Encoding")
	if accepted == "" || size < threshold || r.Method == http.MethodHead {
		return ""
	}
	best, weight := "", qualityOf(accepted, "identity")
	for _, encoding := range supported {
		if quality := qualityOf(accepted, encoding); quality > weight || quality == weight && best == "" && quality > 0 {
			best, weight = encoding, quality
		}
	}
	return best
}

// qualityOf reads the weight of an encoding from an Accept-Encoding header; of
// several the highest counts. identity is acceptable unless it is ruled out.
func qualityOf(header, encoding string) float64 {
	wildcard, named := -1.0, -1.0
	for entry := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(entry, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case encoding:
			named = max(named, weightOf(parameters))
		case "*":
			wildcard = max(wildcard, weightOf(parameters))
		}
	}
	switch {
	case named >= 0:
		return named
	case wildcard >= 0:
		return wildcard
	case encoding == "identity":
		return 0.0001
	}
	return 0
}

// weightOf reads the q of an entry's parameters; without one it is 1, and 0 if
// it is no number.
func weightOf(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if strings.TrimSpace(name) == "q" {
			quality, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return quality
		}
	}
	return 1
}

// compressors are kept for reuse: making one costs more than using it.
var compressors = map[string]*sync.Pool{
	"gzip":    {New: func() any { return gzip.NewWriter(nil) }},
	"deflate": {New: func() any { return zlib.NewWriter(nil) }},
	"br":      {New: func() any { return brotli.NewWriterLevel(nil, 4) }},
}

type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

func compress(encoding string, body []byte) []byte {
	pool := compressors[encoding]
	writer := pool.Get().(compressor)
	defer pool.Put(writer)
	var out bytes.Buffer
	out.Grow(len(body) / 2)
	writer.Reset(&out)
	_, _ = writer.Write(body) // a bytes.Buffer does not fail
	_ = writer.Close()
	return out.Bytes()
}
