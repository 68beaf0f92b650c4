package mockserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestJournalShowsWhatWasSent checks that the journal shows bodies in their own form,
// decoded and redacted, with their encoding and size on the wire, and no body where none
// was sent.
func TestJournalShowsWhatWasSent(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	fmt.Fprint(writer, `{"name":"zipped","password":"hidden-secret"}`)
	writer.Close()
	authorized := "Authorization: " + wellknown.Admin + "\r\n"
	post := func(headers, body string) string {
		return fmt.Sprintf("POST /api/admin/signal-endpoints HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%sContent-Length: %d\r\n%s\r\n%s", authorized, len(body), headers, body)
	}
	for name, test := range map[string]struct {
		sent     string
		exchange []string // in the journal
		archive  []string // as HAR
	}{
		"a form": {
			post("Content-Type: application/x-www-form-urlencoded\r\n", "b=1&a=%20+x&password=hidden-secret&a=2"),
			[]string{`"body":"b=1&a=%20+x&password=[redacted]&a=2"`, `"size":38`},
			[]string{`"text":"b=1&a=%20+x&password=[redacted]&a=2"`, `"mimeType":"application/x-www-form-urlencoded"`},
		},
		"gzip": {
			post("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", zipped.String()),
			[]string{`"body":"{\"name\":\"zipped\",\"password\":\"[redacted]\"}"`, `"size":44`, fmt.Sprintf(`"wireSize":%d`, zipped.Len()), `{"name":"Content-Encoding","value":"gzip"}`},
			[]string{fmt.Sprintf(`"comment":"sent as %d bytes of gzip"`, zipped.Len()), fmt.Sprintf(`"bodySize":%d`, zipped.Len())},
		},
		"gzip in chunks": {
			fmt.Sprintf("POST /api/admin/signal-endpoints HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%sContent-Type: application/json\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", authorized, zipped.Len(), &zipped),
			[]string{`"size":44,"truncated":false`},
			[]string{`"comment":"sent as gzip"},"headersSize":-1,"bodySize":-1`},
		},
		"what is not read": {
			post("Content-Type: text/plain\r\n", "hidden-secret"),
			[]string{`"body":"(13 bytes that were not read)","size":13,"truncated":true`},
			[]string{`"comment":"(13 bytes that were not read)"},"headersSize":-1,"bodySize":13`},
		},
		"HEAD": {
			"HEAD /api/admin/signal-endpoints HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + authorized + "\r\n",
			[]string{`"body":"","size":0,"truncated":false},"violations"`},
			[]string{`"method":"HEAD"`, `"content":{"size":0,`},
		},
		"HTTP/1.0 without a host": {
			"GET /health HTTP/1.0\r\n\r\n",
			[]string{`"host":"127.0.0.1:`, `"body":"{\"health\":\"GOOD\"}"`},
			[]string{`"url":"http://127.0.0.1:`, `"httpVersion":"HTTP/1.0"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, unlimited)
			connection, err := net.Dial("tcp", strings.TrimPrefix(a.listen(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			if _, err := io.WriteString(connection, test.sent); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(connection); err != nil {
				t.Fatal(err)
			}
			for path, want := range map[string][]string{"/_mock/requests/1": test.exchange, "/_mock/requests.har": test.archive} {
				got := string(a.must(200, "GET", path, "", "").body)
				for _, part := range want {
					if !strings.Contains(got, part) {
						t.Errorf("%s does not contain %s:\n%s", path, part, got)
					}
				}
				if strings.Contains(got, "hidden-secret") {
					t.Errorf("%s shows a secret", path)
				}
			}
		})
	}
}
