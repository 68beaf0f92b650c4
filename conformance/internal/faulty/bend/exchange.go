package bend

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	bend Step

	mu sync.Mutex
}

// NewServer puts a step between a mock and its clients.
func NewServer(mock http.Handler, bend Step) http.Handler { return &server{mock: mock, bend: bend} }

// Exchange is a request on its way to the mock and the answer on its way back.
// Steps change either; the first that needs the answer sends the request.
type Exchange struct {
	mock http.Handler
	// Operation is what the client addressed, nil for what the contract does not have;
	// Params are its path parameters.
	Operation *spec.Operation
	Params    []string
	Request   *http.Request
	Payload   []byte // of the request
	Head      bool   // the client asked with HEAD

	sent   bool
	Status int
	Header http.Header
	Body   []byte

	// KeepTag leaves the entity tag as the bend made it; Fresh decides instead of the
	// tag whether the client's copy will do.
	KeepTag bool
	Fresh   func(tag string) bool
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
	x.Answer()
	x.write(w, r)
}

// ownTag matches the entity tags that are an operation's own: those of the Client API.
var ownTag = regexp.MustCompile(`^"?([0-9a-f]+:[0-9]+:v1|[0-9]+)"?$`)

func (s *server) exchange(r *http.Request, payload []byte) *Exchange {
	x := &Exchange{mock: s.mock, Request: r.Clone(r.Context()), Payload: payload}
	method := r.Method
	if method == http.MethodHead { // asked as GET, so that a bend sees a body
		method = http.MethodGet
		x.Request.Method, x.Head = method, true
	}
	if path, values, _ := spec.Default().Match(r.URL.EscapedPath()); path != nil {
		x.Operation = path.Operation(method)
		for _, value := range values {
			text, err := url.PathUnescape(value)
			if err != nil {
				text = value
			}
			x.Params = append(x.Params, text)
		}
	}
	x.Request.Header.Del("Accept-Encoding")
	if !ownTag.MatchString(x.Request.Header.Get("If-None-Match")) {
		x.Request.Header.Del("If-None-Match")
	}
	return x
}

// Answer sends the request, once.
func (x *Exchange) Answer() {
	if x.sent {
		return
	}
	x.sent = true
	x.Status, x.Header, x.Body = send(x.mock, x.Request, x.Payload)
}

// Again sends the request as it is now and takes the new answer.
func (x *Exchange) Again() {
	x.sent = false
	x.Answer()
}

// Reply is the answer to a request that a bend makes of its own.
type Reply struct {
	status int
	header http.Header
	Body   []byte
}

// Ask sends a request of the bend's own as the administrator, about which the
// client knows nothing.
func (x *Exchange) Ask(method, path, payload string) Reply {
	r := httptest.NewRequest(method, path, nil)
	r.Host = x.Request.Host
	r.Header.Set("Authorization", AdminToken)
	r.Header.Set("Content-Type", "application/json")
	status, header, body := send(x.mock, r, []byte(payload))
	return Reply{status, header, body}
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

// beginning records an answer, of one that goes on its first piece.
type beginning struct {
	*httptest.ResponseRecorder
	leave func()
}

// Flush implements http.Flusher.
func (b *beginning) Flush() {
	b.ResponseRecorder.Flush()
	b.leave()
}

// write sends what has become of the answer.
func (x *Exchange) write(w http.ResponseWriter, r *http.Request) {
	x.Header.Del("Content-Length")
	if strings.HasPrefix(x.Header.Get("Etag"), "W/") && !x.KeepTag { // a tag of its own stays
		x.Header.Set("Etag", EntityTag(x.Body))
	}
	header := w.Header()
	for name, values := range x.Header {
		header[name] = values
	}
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
		_, _ = w.Write(body) // the client is gone; there is nobody to tell
	}
}

// isFresh reports whether the client has the answer already.
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
	if !strings.HasPrefix(tag, "W/") { // the operation has compared it
		return false
	}
	return known == "*" || slices.Contains(tags, tag) || slices.Contains(tags, strings.TrimPrefix(tag, "W/"))
}

// EntityTag is the weak tag that Express gives to a body.
func EntityTag(body []byte) string {
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
