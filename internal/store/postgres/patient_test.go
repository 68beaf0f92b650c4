package postgres

import (
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestALargeContentMayTakeLonger checks that a connection waits for a server that needs time
// to receive and store a large content, and not for one that is silent.
func TestALargeContentMayTakeLonger(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		bytes     int
		receiving time.Duration
		silent    time.Duration
		ok        bool
	}{
		"small":         {1000, 0, patience - time.Second, true},
		"small, silent": {1000, 0, patience + time.Second, false},
		"large":         {64 << 20, patience + time.Second, patience + time.Second, true},
		"large, silent": {64 << 20, 0, patience + time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				conn := &patient{Conn: ours}
				var group sync.WaitGroup
				group.Go(func() {
					time.Sleep(test.receiving)
					_, _ = io.CopyN(io.Discard, theirs, int64(test.bytes)) // fails if we give up
					time.Sleep(test.silent)
					_, _ = theirs.Write([]byte("done"))
					theirs.Close()
				})
				_, err := conn.Write(make([]byte, test.bytes))
				if err == nil {
					_, err = conn.Read(make([]byte, 4))
				}
				if (err == nil) != test.ok {
					t.Errorf("the error is %v", err)
				}
				conn.Close()
				group.Wait()
			})
		})
	}
}
