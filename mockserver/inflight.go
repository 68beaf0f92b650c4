package mockserver

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
)

// Memory that a request takes until it is answered, as measured: a fixed amount, some for
// each header, and many times the body, for its decoded values.
const (
	requestSize = 16 << 10
	headerSize  = 128
	perBodyByte = 32
	// maxInflation is the most bytes that one byte of deflate can become.
	maxInflation = 1032
)

// inFlight is a request that is being answered. Values are pooled.
type inFlight struct {
	memlimit.Reservation
	budget    *memlimit.Budget
	writer    http.ResponseWriter
	ctx       context.Context
	body      io.ReadCloser // a body whose memory is reserved as it is read; nil for others
	inflation int
	counted   int  // bytes of the inflated body for which memory was reserved
	gone      bool // the client is gone, or was closed to make room for others
}

var inFlights = sync.Pool{New: func() any { return &inFlight{} }}

// reserve waits for memory for a request, including its body if its length is known. The
// error is that of the request's context, or memlimit.ErrClosed.
func reserve(budget *memlimit.Budget, w http.ResponseWriter, r *http.Request) (*inFlight, error) {
	f := inFlights.Get().(*inFlight)
	f.budget, f.writer, f.ctx, f.inflation = budget, w, r.Context(), 1
	size := requestSize
	for name, values := range r.Header {
		for _, value := range values {
			size += headerSize + 2*(len(name)+len(value))
		}
	}
	isEncoded := r.Header["Content-Encoding"] != nil
	switch {
	case isEncoded && r.ContentLength != 0:
		f.body, f.inflation = r.Body, maxInflation
	case r.ContentLength < 0:
		f.body = r.Body
	default:
		size += perBodyByte * int(min(r.ContentLength, bodyparser.Limit))
	}
	if err := f.reserve(int64(size)); err != nil {
		f.release()
		return nil, err
	}
	return f, nil
}

// reserve waits for more memory. The error is that of the request's context, or
// memlimit.ErrClosed.
func (f *inFlight) reserve(bytes int64) error {
	err := f.budget.Reserve(f.ctx, &f.Reservation, f, bytes)
	f.gone = f.gone || err != nil
	return err
}

// release returns what was reserved.
func (f *inFlight) release() {
	f.Release()
	*f = inFlight{}
	inFlights.Put(f)
}

// Read implements io.Reader. It reserves memory for what it reads.
func (f *inFlight) Read(into []byte) (int, error) {
	n, err := f.body.Read(into)
	more := min(n*f.inflation, bodyparser.Limit-f.counted)
	f.counted += more
	if reserved := f.reserve(int64(perBodyByte * more)); reserved != nil {
		return 0, reserved
	}
	return n, err
}

// Close implements io.Closer.
func (f *inFlight) Close() error { return f.body.Close() }

func withBody(r *http.Request, body io.ReadCloser) *http.Request {
	out := r.WithContext(r.Context())
	out.Body = body
	return out
}

// SetReadDeadline implements memlimit.Conn.
func (f *inFlight) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(f.writer).SetReadDeadline(t)
}

// SetWriteDeadline implements memlimit.Conn.
func (f *inFlight) SetWriteDeadline(t time.Time) error {
	return http.NewResponseController(f.writer).SetWriteDeadline(t)
}
