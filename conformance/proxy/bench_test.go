package proxy_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// BenchmarkProxy compares the proxy with a plain reverse proxy: what judging costs a client, and
// what a journal like that of unleash-mock proxy adds. Requests go to the three in turn, so that
// other load on the machine affects all of them. It reports their medians as plain-µs,
// judging-µs and noting-µs, and the ratios to plain.
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
	target, err := url.Parse(upstream.URL)
	if err != nil {
		b.Fatal(err)
	}
	judging, err := proxy.New(proxy.Options{Upstream: target})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(judging.Close)
	monitor, err := mockserver.NewMonitor(target)
	if err != nil {
		b.Fatal(err)
	}
	noting, err := proxy.New(proxy.Options{Upstream: target, Observe: monitor.Append})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(noting.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true}
	b.Cleanup(transport.CloseIdleConnections)
	plain := plainProxy(target, transport)
	var fronts [3]string
	for i, handler := range []http.Handler{plain, judging, noting} {
		server := httptest.NewServer(handler)
		b.Cleanup(server.Close)
		fronts[i] = server.URL
	}
	for _, operation := range []struct{ name, method, path, body string }{
		{"list", http.MethodGet, endpoints, ""},
		{"update", http.MethodPut, endpoints + "/7", `{"name":"cpu","enabled":true}`},
		{"outside", http.MethodGet, "/elsewhere", ""},
	} {
		for _, clients := range []int{1, 32} {
			name := map[int]string{1: "1 client", 32: "32 clients"}[clients]
			b.Run(operation.name+"/"+name, func(b *testing.B) {
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
				defer client.CloseIdleConnections()
				ask := func(base string) time.Duration {
					r, err := http.NewRequest(operation.method, base+operation.path, strings.NewReader(operation.body))
					if err != nil {
						b.Error(err)
						return 0
					}
					r.Header.Set("Content-Type", jsonType)
					begun := time.Now()
					response, err := client.Do(r)
					if err != nil {
						b.Error(err)
						return 0
					}
					_, _ = io.Copy(io.Discard, response.Body)
					response.Body.Close()
					return time.Since(begun)
				}
				inTurn(b, fronts, clients, ask)
			})
		}
	}
	if stats := judging.Stats(); stats.Violations > 0 || stats.Exchanges == 0 {
		b.Errorf("stats %+v", stats)
	}
}

// plainProxy returns the reverse proxy that the others are compared with.
func plainProxy(target *url.URL, transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{Transport: transport, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(pr *httputil.ProxyRequest) {
		pr.SetURL(target)
		pr.SetXForwarded()
	}}
}

// inTurn sends requests to the fronts in turn, b.N or slightly more to each, and reports the
// medians.
func inTurn(b *testing.B, fronts [3]string, clients int, ask func(base string) time.Duration) {
	var mu sync.Mutex
	var times [3][]time.Duration
	var running sync.WaitGroup
	b.ResetTimer()
	for range clients {
		running.Go(func() {
			for i := range b.N/clients + 1 {
				for turn := range fronts {
					front := (turn + i) % len(fronts)
					took := ask(fronts[front])
					mu.Lock()
					times[front] = append(times[front], took)
					mu.Unlock()
				}
			}
		})
	}
	running.Wait()
	median := func(front int) float64 {
		slices.Sort(times[front])
		return float64(times[front][len(times[front])/2].Nanoseconds()) / 1000
	}
	b.ReportMetric(median(0), "plain-µs")
	b.ReportMetric(median(1), "judging-µs")
	b.ReportMetric(median(2), "noting-µs")
	b.ReportMetric(median(1)/median(0), "judging-ratio")
	b.ReportMetric(median(2)/median(0), "noting-ratio")
	b.ReportMetric(0, "ns/op") // would be that of all three together
}

// BenchmarkRate compares the proxy's throughput with that of a plain reverse proxy: how many
// exchanges of all sizes per second 16 clients get through. The kinds of proxy take turns. A
// round is long enough for the judges to fall behind, and for the process to have allocated the
// queue's memory before most of the round. It reports plain-rate, judging-rate, recording-rate
// and noting-rate in exchanges per second, and the ratios to plain. Judges that are late at the
// end of a round do not continue in the next.
func BenchmarkRate(b *testing.B) {
	all := newMix(1000)
	upstream := httptest.NewServer(all)
	b.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		b.Fatal(err)
	}
	monitor, err := mockserver.NewMonitor(target)
	if err != nil {
		b.Fatal(err)
	}
	judging := func(change func(*proxy.Options)) func() (http.Handler, func()) {
		return func() (http.Handler, func()) {
			options := proxy.Options{Upstream: target}
			change(&options)
			p, err := proxy.New(options)
			if err != nil {
				b.Fatal(err)
			}
			p.SetDrain(0)
			return p, p.Close
		}
	}
	kinds := []struct {
		name  string
		start func() (http.Handler, func())
	}{
		{"plain", func() (http.Handler, func()) {
			transport := &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true}
			return plainProxy(target, transport), transport.CloseIdleConnections
		}},
		{"judging", judging(func(*proxy.Options) {})},
		{"recording", judging(func(o *proxy.Options) { o.Record = io.Discard })},
		{"noting", judging(func(o *proxy.Options) { o.Observe = monitor.Append })},
	}
	took := make([]time.Duration, len(kinds))
	const round = 10_000
	passed := 0
	for passed = 0; passed < b.N; passed += round {
		for i, kind := range kinds {
			handler, end := kind.start()
			front := httptest.NewServer(handler)
			begun := time.Now()
			if err := all.send(front.URL, passed, round); err != nil && i > 0 { // the plain proxy breaks some exchanges
				b.Fatalf("%s: %v", kind.name, err)
			}
			took[i] += time.Since(begun)
			front.Close()
			end()
		}
	}
	for i, kind := range kinds {
		b.ReportMetric(float64(passed)/took[i].Seconds(), kind.name+"-rate")
		if i > 0 {
			b.ReportMetric(took[0].Seconds()/took[i].Seconds(), kind.name+"-ratio")
		}
	}
	b.ReportMetric(0, "ns/op") // would be that of all together
}

// send sends a round of exchanges from several clients at once and returns the last error.
func (m mix) send(base string, first, count int) error {
	const clients = 16
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for n := int(next.Add(1)); n <= count; n = int(next.Add(1)) {
				if _, err := m.check(client, base, "/api/signal-endpoint/a", (first+n)%len(m)); err != nil {
					failure.Store(&err)
				}
			}
		})
	}
	running.Wait()
	if err := failure.Load(); err != nil {
		return *err
	}
	return nil
}
