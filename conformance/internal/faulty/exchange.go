package faulty

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/spec"
)

// server is the mock behind a bend. Exchanges go one at a time, so that a bend
// may remember.
type server struct {
	mock http.Handler
	bend step

	mu sync.Mutex
}

// exchange is a request on its way to the mock and the answer on its way back.
// Steps change either; the first that needs the answer sends the request.
type exchange struct {
	mock http.Handler
	// operation is what the client addressed, nil for none of the contract;
	// params are its path parameters.
	operation *spec.Operation
	params    []string
	request   *http.Request
	payload   []byte // of the request
	head      bool   // the client asked with HEAD

	sent   bool
	status int
	header http.Header
	body   []byte

	// keepTag leaves the entity tag as the bend made it; fresh decides in the
	// place of the tag whether the client's copy will do.
	keepTag bool
	fresh   func(tag string) bool
}

// maxPayload is what is read of a request: more than any server allows.
const maxPayload = 4 << 20

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.exchange(r, payload)
	s.bend(x)
	x.answer()
	x.write(w, r)
}

func (s *server) exchange(r *http.Request, payload []byte) *exchange {
	x := &exchange{mock: s.mock, request: r.Clone(r.Context()), payload: payload}
	method := r.Method
	if method == http.MethodHead { // asked as GET, so that a bend sees a body
		method = http.MethodGet
		x.request.Method, x.head = method, true
	}
	if path, values, _ := spec.Default().Match(r.URL.EscapedPath()); path != nil {
		x.operation = path.Operation(method)
		for _, value := range values {
			text, err := url.PathUnescape(value)
			if err != nil {
				text = value
			}
			x.params = append(x.params, text)
		}
	}
	x.request.Header.Del("Accept-Encoding")
	x.request.Header.Del("If-None-Match")
	return x
}

// answer sends the request, once.
func (x *exchange) answer() {
	if x.sent {
		return
	}
	x.sent = true
	x.status, x.header, x.body = send(x.mock, x.request, x.payload)
}

// again sends the request as it is now and takes the new answer.
func (x *exchange) again() {
	x.sent = false
	x.answer()
}

// reply is the answer to a request that a bend makes of its own.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request of the bend's own as the administrator, about which the
// client knows nothing.
func (x *exchange) ask(method, path, payload string) reply {
	r := httptest.NewRequest(method, path, nil)
	r.Host = x.request.Host
	r.Header.Set("Authorization", adminToken)
	r.Header.Set("Content-Type", "application/json")
	status, header, body := send(x.mock, r, []byte(payload))
	return reply{status, header, body}
}

func send(mock http.Handler, r *http.Request, payload []byte) (int, http.Header, []byte) {
	r = r.Clone(r.Context())
	r.Body, r.ContentLength, r.TransferEncoding = http.NoBody, 0, nil
	if len(payload) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(payload)), int64(len(payload))
	}
	r.Header.Del("Content-Length")
	recorder := httptest.NewRecorder()
	mock.ServeHTTP(recorder, r)
	return recorder.Code, recorder.Header(), recorder.Body.Bytes()
}

// write sends what has become of the answer.
func (x *exchange) write(w http.ResponseWriter, r *http.Request) {
	x.header.Del("Content-Length")
	if x.header.Get("Etag") != "" && !x.keepTag {
		x.header.Set("Etag", entityTag(x.body))
	}
	header := w.Header()
	for name, values := range x.header {
		header[name] = values
	}
	if x.isFresh(r) {
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if len(x.body) == 0 {
		w.WriteHeader(x.status)
		return
	}
	header.Del("Transfer-Encoding")
	body := x.body
	if len(body) >= 1024 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method != http.MethodHead {
		header.Set("Content-Encoding", "gzip")
		body = compressed(body)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(x.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone; there is nobody to tell
	}
}

// isFresh tells whether the client has the answer already.
func (x *exchange) isFresh(r *http.Request) bool {
	known := r.Header.Get("If-None-Match")
	if known == "" || x.status != http.StatusOK || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if x.fresh != nil {
		return x.fresh(known)
	}
	tags := strings.Split(strings.ReplaceAll(known, " ", ""), ",")
	tag := x.header.Get("Etag")
	return known == "*" || slices.Contains(tags, tag) || slices.Contains(tags, strings.TrimPrefix(tag, "W/"))
}

// entityTag is the weak tag that Express gives to a body.
func entityTag(body []byte) string {
	sum := sha1.Sum(body)
	return fmt.Sprintf(`W/"%x-%s"`, len(body), base64.RawStdEncoding.EncodeToString(sum[:]))
}

func compressed(body []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(body) // a bytes.Buffer does not fail
	_ = writer.Close()
	return out.Bytes()
}
