package traffic

import (
	"bytes"
	"io"
	"log/slog"
	"runtime"
	"testing"
)

// TestLogReadsBeginnings checks that logging a request with a large body copies only its beginning.
func TestLogReadsBeginnings(t *testing.T) {
	const size = 8 << 20
	x := &Exchange{Method: "PUT", Path: "/", Request: Message{Body: bytes.Repeat([]byte("a"), size)}, Response: Message{Body: bytes.Repeat([]byte("b"), size)}}
	logger := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x.Log(logger, "")
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > size {
		t.Errorf("logging took %d bytes of memory", took)
	}
}
