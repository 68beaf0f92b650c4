package wire

import (
	"bytes"
	"strings"
	"time"
)

// methods are those that Node 20 knows; it refuses a request with another, and
// with one in lower case.
var methods = map[string]bool{
	"ACL": true, "BIND": true, "CHECKOUT": true, "CONNECT": true, "COPY": true, "DELETE": true, "GET": true,
	"HEAD": true, "LINK": true, "LOCK": true, "M-SEARCH": true, "MERGE": true, "MKACTIVITY": true,
	"MKCALENDAR": true, "MKCOL": true, "MOVE": true, "NOTIFY": true, "OPTIONS": true, "PATCH": true, "POST": true,
	"PROPFIND": true, "PROPPATCH": true, "PURGE": true, "PUT": true, "QUERY": true, "REBIND": true, "REPORT": true,
	"SEARCH": true, "SOURCE": true, "SUBSCRIBE": true, "TRACE": true, "UNBIND": true, "UNLINK": true,
	"UNLOCK": true, "UNSUBSCRIBE": true,
}

// requestLine is the first line of a request.
type requestLine struct{ method, target string }

// parseLine reads a request line from what begins with one.
func parseLine(read []byte) (line requestLine, is bool) {
	first, _, ends := bytes.Cut(read, []byte("\n"))
	fields := strings.Split(strings.TrimSuffix(string(first), "\r"), " ")
	if !ends || len(fields) != 3 || fields[0] == "" || fields[1] == "" || !strings.HasPrefix(fields[2], "HTTP/1.") {
		return requestLine{}, false
	}
	return requestLine{method: fields[0], target: fields[1]}, true
}

// isAccepted tells whether Node lets a request pass to the application.
func (l requestLine) isAccepted() bool {
	for i := range len(l.target) {
		if c := l.target[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return methods[l.method]
}

// encoded is the target with what net/http refuses escaped: percent signs in the
// path that begin no escape.
func (l requestLine) encoded() string {
	path, query, hasQuery := strings.Cut(l.target, "?")
	if !strings.Contains(path, "%") {
		return l.target
	}
	var out strings.Builder
	for i := range len(path) {
		out.WriteByte(path[i])
		if path[i] == '%' && !beginsEscape(path[i+1:]) {
			out.WriteString("25")
		}
	}
	if hasQuery {
		out.WriteString("?" + query)
	}
	return out.String()
}

func beginsEscape(rest string) bool {
	const hex = "0123456789abcdefABCDEF"
	return len(rest) >= 2 && strings.IndexByte(hex, rest[0]) >= 0 && strings.IndexByte(hex, rest[1]) >= 0
}

// isPlain tells that a request begins with a line that needs no second look.
func isPlain(read []byte) bool {
	end := bytes.IndexByte(read, '\n')
	space := bytes.IndexByte(read, ' ')
	if end < 0 || space < 0 || space > end || !methods[string(read[:space])] {
		return false
	}
	for _, c := range read[:end] {
		if c == '%' || c >= 0x7f || c < ' ' && c != '\r' {
			return false
		}
	}
	return true
}

// badRequest is all that Node says to what is no HTTP.
var badRequest = []byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

// refusals are what Node says in the place of what net/http says by itself: the
// answer begins with a status line and goes on as ownHeaders do.
var refusals = []struct{ begins, node string }{
	{"HTTP/1.1 400 Bad Request: missing required Host header", ""},
	{"HTTP/1.1 400 ", string(badRequest)},
	{"HTTP/1.1 501 ", string(badRequest)},
	{"HTTP/1.1 431 ", "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"},
}

const ownHeaders = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"

// refusalFor is what to write for a refusal of net/http; nil for anything else.
func refusalFor(answer []byte) []byte {
	const status = len("HTTP/1.1 ")
	if len(answer) <= status || answer[status] < '4' {
		return nil
	}
	line, _, _ := bytes.Cut(answer, []byte("\r\n"))
	if !bytes.HasPrefix(answer[len(line):], []byte(ownHeaders)) {
		return nil
	}
	for _, refusal := range refusals {
		switch {
		case !bytes.HasPrefix(line, []byte(refusal.begins)):
		case refusal.node == "":
			return hostIsMissing(time.Now())
		default:
			return []byte(refusal.node)
		}
	}
	return nil
}

// hostIsMissing answers a request of HTTP/1.1 without a Host header.
func hostIsMissing(now time.Time) []byte {
	const format = "Mon, 02 Jan 2006 15:04:05 GMT"
	return []byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: " + now.UTC().Format(format) +
		"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
}
