// Package respond writes answers as Express does: with a weak ETag on every body, a 304
// if the client already has it, and compression from 1 KiB.
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

// Content types of answers.
const (
	ContentTypeJSON = "application/json; charset=utf-8"
	ContentTypeHTML = "text/html; charset=utf-8"
)

// threshold is the size in bytes from which bodies are compressed.
const threshold = 1024

// WriteFinal sends the small page for an unknown path, which has no entity tag.
func WriteFinal(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	header["Content-Security-Policy"] = []string{"default-src 'none'"}
	header["X-Content-Type-Options"] = []string{"nosniff"}
	send(w, r, status, contentType, body, nil)
}

// Write sends an answer with the headers that are already set. contentType is empty and
// body nil for an answer without a body.
func Write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	writeBody(w, r, status, contentType, body, nil)
}

// WritePrepared is Write for a prepared body.
func WritePrepared(w http.ResponseWriter, r *http.Request, status int, contentType string, body *Prepared) {
	writeBody(w, r, status, contentType, body.body, body)
}

func writeBody(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte, prepared *Prepared) {
	header := w.Header()
	if body == nil {
		header["Transfer-Encoding"] = []string{"chunked"} // a real server omits the length
		w.WriteHeader(status)
		return
	}
	etag := header.Get("Etag")
	if etag == "" {
		etag = ETag(body)
		header["Etag"] = []string{etag}
	}
	if fresh(r, status, etag) {
		delete(header, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, r, status, contentType, body, prepared)
}

func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte, prepared *Prepared) {
	header := w.Header()
	header["Content-Type"] = ContentType(contentType)
	if by := header["Vary"]; by != nil {
		header["Vary"] = []string{by[0] + ", Accept-Encoding"}
	} else {
		header["Vary"] = encodingsVary
	}
	if encoding := negotiate(r, len(body)); encoding != "" {
		header["Content-Encoding"] = []string{encoding}
		header["Transfer-Encoding"] = []string{"chunked"} // a real server compresses while it sends
		if prepared != nil {
			body = prepared.compressed(encoding)
		} else {
			body = compress(encoding, body)
		}
	} else {
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // an error means that the client has disconnected
	}
}

// Header values that most answers share. Their capacity equals their length, so that
// appending to one copies it.
var (
	encodingsVary   = []string{"Accept-Encoding"}
	contentTypeJSON = []string{ContentTypeJSON}
)

// ContentType returns the value of that header.
func ContentType(name string) []string {
	if name == ContentTypeJSON {
		return contentTypeJSON
	}
	return []string{name}
}

// ETag returns the weak entity tag that Express assigns to a body.
func ETag(body []byte) string {
	digest := sha1.Sum(body)
	tag := make([]byte, 0, 48)
	tag = append(tag, `W/"`...)
	tag = strconv.AppendInt(tag, int64(len(body)), 16)
	tag = append(tag, '-')
	tag = base64.StdEncoding.AppendEncode(tag, digest[:])
	return string(append(tag[:len(tag)-1], '"')) // without the padding
}

// fresh reports whether the client's copy is up to date.
func fresh(r *http.Request, status int, etag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || status < 200 || status >= 300 {
		return false
	}
	given, has := r.Header["If-None-Match"]
	if !has || r.Header.Get("If-Modified-Since") != "" || noCache(strings.Join(r.Header["Cache-Control"], ",")) {
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

// compressors are reused, since making one costs more than using it.
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
	_, _ = writer.Write(body) // a bytes.Buffer never fails
	_ = writer.Close()
	return out.Bytes()
}
