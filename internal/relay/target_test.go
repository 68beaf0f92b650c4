package relay_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/relay"
)

// TestATargetIsAskedToTheLetter checks that requests reach the target unchanged, with and
// without a base path: escapes and oddities that libraries like to normalize stay as they
// are, and so do the forwarding headers.
func TestATargetIsAskedToTheLetter(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/base", "/b%2Fc/"} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			got := make(chan *http.Request, 1)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r }))
			t.Cleanup(server.Close)
			at, err := url.Parse(server.URL + base)
			if err != nil {
				t.Fatal(err)
			}
			target, err := relay.NewTarget(at)
			if err != nil {
				t.Fatal(err)
			}
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			front := httptest.NewServer(relay.New(httputil.ReverseProxy{Transport: transport, Rewrite: func(pr *httputil.ProxyRequest) {
				path, _, _ := strings.Cut(pr.In.RequestURI, "?")
				target.Address(pr, path)
			}}))
			t.Cleanup(front.Close)
			for _, sent := range []string{
				"/", "/?", "//x", "//x/y?z", "///x", "//x//", "/a/../b", "/a/.", "/%61%2f", `/a"b|c`, "/a#b?c", "/x?a=1;b=%zz&&#c", "/caf\u00e9",
			} {
				conn, err := net.Dial("tcp", front.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: front\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nForwarded: for=10.0.0.1\r\nConnection: close\r\n\r\n", sent)
				if _, err := io.ReadAll(conn); err != nil {
					t.Fatal(err)
				}
				conn.Close()
				r := <-got
				if want := strings.TrimRight(base, "/") + sent; r.RequestURI != want || r.Host != at.Host {
					t.Errorf("%q arrived as %q at %s, want %q at %s", sent, r.RequestURI, r.Host, want, at.Host)
				}
				if said := fmt.Sprint(r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Host"], r.Header["X-Forwarded-Proto"], r.Header["Forwarded"]); said != "[10.0.0.1, 127.0.0.1] [front] [https] [for=10.0.0.1]" {
					t.Errorf("the forwarding headers are %s", said)
				}
			}
		})
	}
}
