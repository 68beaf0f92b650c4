package mockserver

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/bodyparser"
)

// TestBodiesAreReserved checks that memory for a body with a known length is reserved
// before it is read, and for others while they are read, so that small bodies reserve
// little.
func TestBodiesAreReserved(t *testing.T) {
	t.Parallel()
	const whole = perBodyByte * bodyparser.Limit
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	_, _ = writer.Write(make([]byte, bodyparser.Limit))
	writer.Close()
	for name, test := range map[string]struct {
		body            string
		isChunked       bool
		encoding        string
		before, atLeast int64 // bytes reserved before the body is read, and after
	}{
		"announced":         {body: strings.Repeat("x", 1000), before: 1000 * perBodyByte, atLeast: 1000 * perBodyByte},
		"announced, large":  {body: strings.Repeat("x", bodyparser.Limit*2), before: whole, atLeast: whole},
		"chunked":           {body: strings.Repeat("x", 1000), isChunked: true, atLeast: 1000 * perBodyByte},
		"chunked, large":    {body: strings.Repeat("x", bodyparser.Limit*2), isChunked: true, atLeast: whole},
		"compressed, bombs": {body: zipped.String(), encoding: "gzip", atLeast: whole},
		"none":              {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			budget := memlimit.New(64 << 20)
			r := httptest.NewRequest("POST", "/", strings.NewReader(test.body))
			if test.isChunked {
				r.ContentLength = -1
			}
			if test.encoding != "" {
				r.Header.Set("Content-Encoding", test.encoding)
			}
			request, err := reserve(budget, httptest.NewRecorder(), r)
			if err != nil {
				t.Fatal(err)
			}
			const others = requestSize + 10*headerSize
			if got := budget.Stats().Bytes; got < test.before+requestSize || got > test.before+others {
				t.Errorf("%d bytes are reserved before the body is read", got)
			}
			if request.body != nil {
				r = withBody(r, request)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
			if got := budget.Stats().Bytes; got < test.atLeast+requestSize || got > test.atLeast+others {
				t.Errorf("%d bytes are reserved after the body was read", got)
			}
			request.release()
			if got := budget.Stats().Bytes; got != 0 {
				t.Errorf("%d bytes are still reserved at the end", got)
			}
		})
	}
}

// TestUnreadBodiesAreReadOff checks that bodies that net/http does not drain by itself
// are drained before the connection closes, so that the client gets to see the answer.
func TestUnreadBodiesAreReadOff(t *testing.T) {
	t.Parallel()
	server, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		length, announced, left int
	}{
		"by net/http":      {drainedBelow - 1, drainedBelow - 1, drainedBelow - 1},
		"announced":        {drainedBelow, drainedBelow, 0},
		"without a length": {1000, -1, 0},
		"too large":        {maxDrained + 1000, maxDrained + 1000, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.NewReader(strings.Repeat("x", test.length))
			r := httptest.NewRequest("POST", "/nowhere", body)
			r.ContentLength = int64(test.announced)
			server.ServeHTTP(httptest.NewRecorder(), r)
			if body.Len() != test.left {
				t.Errorf("%d bytes are unread, want %d", body.Len(), test.left)
			}
		})
	}
}
