package bend

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/spec"
)

// server is the mock behind a bend. It handles one exchange at a time, so that a bend can
// keep state.
type server struct {
	mock http.Handler
	bend Step

	mu sync.Mutex
}

// NewServer returns a handler that applies a step between a mock and its clients.
func NewServer(mock http.Handler, bend Step) http.Handler { return &server{mock: mock, bend: bend} }

// Exchange is a request on its way to the mock and the response on its way back. Steps change
// either. The first step that needs the response sends the request.
type Exchange struct {
	mock http.Handler
	// Operation is the operation that the client addressed, or nil if the contract has none.
	// Params are its path parameters.
	Operation *spec.Operation
	Params    []string
	Request   *http.Request
	Payload   []byte // body of the request
	Head      bool   // the client sent HEAD

	sent   bool
	Status int
	Header http.Header
	Body   []byte

	// KeepTag keeps the ETag that the bend set. Fresh, if not nil, decides instead of the
	// ETag whether the client's copy is current.
	KeepTag bool
	Fresh   func(tag string) bool
}

// maxPayload is how much of a request's body is read, in bytes: more than any server allows.
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
	x.Answer()
	x.write(w, r)
}

// ownTag matches the entity tags that an operation makes itself, which are those of the
// Client API.
var ownTag = regexp.MustCompile(`^(?:W/)?"?([0-9a-f]+:[0-9]+:v1|[0-9]+)"?$`)

func (s *server) exchange(r *http.Request, payload []byte) *Exchange {
	x := &Exchange{mock: s.mock, Request: r.Clone(r.Context()), Payload: payload}
	method := r.Method
	if method == http.MethodHead { // sent to the mock as GET, so that a bend sees a body
		method = http.MethodGet
		x.Request.Method, x.Head = method, true
	}
	if path, values, _ := spec.Default().Match(r.URL.EscapedPath()); path != nil {
		x.Operation = path.Operation(method)
		for _, value := range values {
			x.Params = append(x.Params, httpx.Unescape(value))
		}
	}
	x.Request.Header.Del("Accept-Encoding")
	if !ownTag.MatchString(x.Request.Header.Get("If-None-Match")) {
		x.Request.Header.Del("If-None-Match")
	}
	return x
}

// Answer sends the request unless it has been sent.
func (x *Exchange) Answer() {
	if x.sent {
		return
	}
	x.sent = true
	x.Status, x.Header, x.Body = send(x.mock, x.Request, x.Payload)
}

// Again sends the request in its current form and uses the new response.
func (x *Exchange) Again() {
	x.sent = false
	x.Answer()
}

// Reply is the response to a request that the bend itself sends.
type Reply struct {
	status int
	header http.Header
	Body   []byte
}

// Ask sends a request of the bend's own, as the administrator unless a header line says otherwise.
// The client does not notice it.
func (x *Exchange) Ask(method, path, payload string, header ...string) Reply {
	r := httptest.NewRequest(method, path, nil)
	r.Host = x.Request.Host
	for _, line := range append([]string{"Authorization: " + AdminToken, "Content-Type: application/json"}, header...) {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	status, answer, body := send(x.mock, r, []byte(payload))
	return Reply{status, answer, body}
}

func send(mock http.Handler, r *http.Request, payload []byte) (int, http.Header, []byte) {
	r = r.Clone(r.Context())
	r.Body, r.ContentLength, r.TransferEncoding = http.NoBody, 0, nil
	if len(payload) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(payload)), int64(len(payload))
	}
	r.Header.Del("Content-Length")
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	recorder := &beginning{httptest.NewRecorder(), cancel}
	mock.ServeHTTP(recorder, r.WithContext(ctx))
	return recorder.Code, recorder.Header(), recorder.Body.Bytes()
}

// beginning records a response. It stops a stream after its first flush.
type beginning struct {
	*httptest.ResponseRecorder
	leave func()
}

// Flush implements http.Flusher.
func (b *beginning) Flush() {
	b.ResponseRecorder.Flush()
	b.leave()
}

// write sends the response, as the steps left it, to the client.
func (x *Exchange) write(w http.ResponseWriter, r *http.Request) {
	x.Header.Del("Content-Length")
	if strings.HasPrefix(x.Header.Get("Etag"), "W/") && !x.KeepTag { // an operation's own tag stays
		x.Header.Set("Etag", EntityTag(x.Body))
	}
	header := w.Header()
	maps.Copy(header, x.Header)
	if x.isFresh(r) {
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if len(x.Body) == 0 {
		w.WriteHeader(x.Status)
		return
	}
	header.Del("Transfer-Encoding")
	body := x.Body
	if len(body) >= 1024 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method != http.MethodHead {
		header.Set("Content-Encoding", "gzip")
		body = compressed(body)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(x.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone, so there is no one to tell
	}
}

// isFresh reports whether the client already has the response.
func (x *Exchange) isFresh(r *http.Request) bool {
	known := r.Header.Get("If-None-Match")
	if known == "" || x.Status != http.StatusOK || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if x.Fresh != nil {
		return x.Fresh(known)
	}
	tags := strings.Split(strings.ReplaceAll(known, " ", ""), ",")
	tag := x.Header.Get("Etag")
	if !strings.HasPrefix(tag, "W/") { // the operation has already compared it
		return false
	}
	return known == "*" || slices.Contains(tags, tag) || slices.Contains(tags, strings.TrimPrefix(tag, "W/"))
}

// EntityTag returns the weak ETag that Express gives a body.
func EntityTag(body []byte) string {
	sum := sha1.Sum(body)
	return fmt.Sprintf(`W/"%x-%s"`, len(body), base64.RawStdEncoding.EncodeToString(sum[:]))
}

func compressed(body []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(body) // writing to a bytes.Buffer never fails
	_ = writer.Close()
	return out.Bytes()
}
