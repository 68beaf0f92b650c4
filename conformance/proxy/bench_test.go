package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
)

// BenchmarkProxy compares with a plain reverse proxy, and with none: what
// judging costs a client. plain and judging differ by nothing else.
func BenchmarkProxy(b *testing.B) {
	list := `{"signalEndpoints":[` + strings.TrimSuffix(strings.Repeat(endpoint+",", 10), ",") + `]}`
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", jsonType)
		if r.Method == http.MethodPut {
			_, _ = io.WriteString(w, endpoint)
			return
		}
		_, _ = io.WriteString(w, list)
	}))
	b.Cleanup(upstream.Close)
	target, err := http.NewRequest(http.MethodGet, upstream.URL, nil)
	if err != nil {
		b.Fatal(err)
	}
	judging, err := proxy.New(proxy.Options{Upstream: target.URL})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(judging.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true}
	b.Cleanup(transport.CloseIdleConnections)
	plain := &httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(target.URL); pr.SetXForwarded() }, Transport: transport}
	for _, operation := range []struct{ name, method, path, body string }{
		{"list", http.MethodGet, endpoints, ""},
		{"update", http.MethodPut, endpoints + "/7", `{"name":"cpu","enabled":true}`},
		{"outside", http.MethodGet, "/elsewhere", ""},
	} {
		for _, front := range []struct {
			name    string
			handler http.Handler
		}{{"plain", plain}, {"judging", judging}} {
			server := httptest.NewServer(front.handler)
			b.Cleanup(server.Close)
			for name, run := range map[string]func(b *testing.B, ask func()){
				"alone": func(b *testing.B, ask func()) {
					for b.Loop() {
						ask()
					}
				},
				"together": func(b *testing.B, ask func()) {
					b.SetParallelism(16)
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							ask()
						}
					})
				},
			} {
				b.Run(operation.name+"/"+name+"/"+front.name, func(b *testing.B) {
					client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
					defer client.CloseIdleConnections()
					run(b, func() {
						r, err := http.NewRequest(operation.method, server.URL+operation.path, strings.NewReader(operation.body))
						if err != nil {
							b.Error(err)
							return
						}
						r.Header.Set("Content-Type", jsonType)
						response, err := client.Do(r)
						if err != nil {
							b.Error(err)
							return
						}
						_, _ = io.Copy(io.Discard, response.Body)
						response.Body.Close()
					})
				})
			}
		}
	}
	if stats := judging.Stats(); stats.Violations > 0 {
		b.Errorf("%+v", stats)
	}
}
