package proxy_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
)

// stage is a proxy between a client and a handler, all in this process.
type stage struct {
	*proxy.Proxy
	// url is the proxy's URL, direct the upstream's.
	url, direct string
	client      *http.Client
	log         *logs
	end         func()
}

// play starts a stage. It ends with the test and must leave nothing behind.
func play(t *testing.T, upstream http.Handler, change ...func(*proxy.Options)) *stage {
	t.Helper()
	server := httptest.NewServer(upstream)
	t.Cleanup(server.Close)
	return playBefore(t, server.URL, change...)
}

// playBefore starts a stage with an upstream that is already running.
func playBefore(t *testing.T, upstream string, change ...func(*proxy.Options)) *stage {
	t.Helper()
	s := &stage{direct: upstream, log: &logs{}}
	options := proxy.Options{Upstream: parse(t, upstream), Timeout: 30 * time.Second, Logger: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	for _, c := range change {
		c(&options)
	}
	p, err := proxy.New(options)
	if err != nil {
		t.Fatal(err)
	}
	p.SetDrain(5 * time.Minute)
	front := httptest.NewServer(p)
	s.Proxy, s.url = p, front.URL
	s.client = &http.Client{
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.end = sync.OnceFunc(func() {
		s.client.CloseIdleConnections()
		front.Close()
		p.Close()
	})
	t.Cleanup(s.end)
	return s
}

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

type answer struct {
	Status  int
	Header  http.Header
	Body    string
	Length  int64
	Chunked bool
	Trailer http.Header
}

// do sends a request and reads the answer to its end.
func (s *stage) do(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{
		Status: response.StatusCode, Header: response.Header, Body: string(body),
		Length: response.ContentLength, Chunked: len(response.TransferEncoding) > 0, Trailer: response.Trailer,
	}
}

func (s *stage) send(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	return s.do(t, request(t, method, s.url+path, body, header...))
}

// request returns a request. header holds names and values in turn.
func request(t *testing.T, method, url, body string, header ...string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = bytes.NewReader([]byte(body))
	}
	r, err := http.NewRequestWithContext(context.Background(), method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// says returns a handler that always gives the same answer.
func says(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const healthy = `{"health":"GOOD"}`

// good returns a handler that answers every request as a healthy instance answers /health.
func good() http.HandlerFunc { return says(http.StatusOK, "application/json; charset=utf-8", healthy) }

func gzipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// messages lists the messages of the log.
func (l *logs) messages(t *testing.T) []string {
	t.Helper()
	var messages []string
	for decoder := json.NewDecoder(bytes.NewReader([]byte(l.String()))); ; {
		var line struct {
			Message string `json:"msg"`
		}
		if err := decoder.Decode(&line); err == io.EOF {
			return messages
		} else if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, line.Message)
	}
}

// raw starts an upstream that need not keep to HTTP: it passes every connection to serve. config
// turns on TLS unless it is nil. raw returns the upstream's URL.
func raw(t *testing.T, config *tls.Config, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	return "http://" + address
}
