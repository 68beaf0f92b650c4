package wire

import (
	"bytes"
	"io"
	"net"
)

// conn is a connection whose request lines are looked at before net/http sees
// them. net/http reads from one goroutine at a time.
type conn struct {
	net.Conn
	// between is true between two requests: what is read next is a request line. It
	// is not for requests that are sent before the answer to the one before, which
	// net/http has read by then; they pass as they are.
	between bool
	// early is what net/http read of the next request while it waited for the client
	// to go away: at most a byte.
	early []byte
	// ready is what was read and is not yet handed on.
	ready []byte
	// target is the request's target as it was sent, if it was changed.
	target string
}

// longestLine is how many bytes of a request line are waited for; net/http
// refuses what is longer.
const longestLine = 32 << 10

// Read implements net.Conn.
func (c *conn) Read(into []byte) (int, error) {
	if len(c.ready) > 0 {
		n := copy(into, c.ready)
		c.ready = c.ready[n:]
		return n, nil
	}
	n, err := c.Conn.Read(into)
	switch {
	case n == 0:
		return n, err
	case !c.between:
		if len(into) == 1 { // nothing else reads single bytes
			c.early = append(c.early[:0], into[0])
		}
		return n, err
	}
	c.between = false
	return c.begin(into, n, err)
}

// begin reads the rest of the request line whose first n bytes are in into, and
// makes of it what net/http reads.
func (c *conn) begin(into []byte, n int, err error) (int, error) {
	early := len(c.early)
	if early == 0 && isPlain(into[:n]) { // nearly always
		return n, err
	}
	read := append(c.early, into[:n]...)
	c.early = nil
	for err == nil && bytes.IndexByte(read, '\n') < 0 && len(read) < longestLine {
		var more [1024]byte
		n, err = c.Conn.Read(more[:])
		read = append(read, more[:n]...)
	}
	if line, is := parseLine(read); is {
		if !line.isAccepted() {
			_, _ = c.Conn.Write(badRequest) // the client may be gone
			return 0, io.EOF
		}
		if target := line.encoded(); target != line.target {
			c.target = line.target
			read = append([]byte(line.method+" "+target), read[len(line.method)+1+len(line.target):]...)
		}
	}
	c.ready = read[early:] // a request line begins with a method, which stays as it is
	if len(c.ready) == 0 {
		return 0, err
	}
	n = copy(into, c.ready)
	c.ready = c.ready[n:]
	return n, nil // what went wrong comes again with the next read
}

// Write implements net.Conn.
func (c *conn) Write(from []byte) (int, error) {
	if refusal := refusalFor(from); refusal != nil {
		_, err := c.Conn.Write(refusal)
		return len(from), err
	}
	return c.Conn.Write(from)
}

// CloseWrite ends one direction, which net/http does before it closes.
func (c *conn) CloseWrite() error {
	if half, can := c.Conn.(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return nil
}

// SetLinger says what becomes of unsent bytes at the end, as that of net.TCPConn.
func (c *conn) SetLinger(seconds int) error {
	if tcp, is := c.Conn.(*net.TCPConn); is {
		return tcp.SetLinger(seconds)
	}
	return nil
}
