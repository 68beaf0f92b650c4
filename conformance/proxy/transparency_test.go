package proxy_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// exchangesVariable says how many exchanges TestNothingIsChanged compares.
const exchangesVariable = "UNLEASH_MOCK_EXCHANGES"

// message is one half of an exchange of the mix: its size, how it is framed and
// how it is packed.
type message struct {
	body     []byte
	chunked  bool
	encoding string
}

// material is what bodies are cut from: text that no packing makes nothing of.
var material = sync.OnceValue(func() []byte {
	const letters = `abcdefghijklmnopqrstuvwxyz0123456789 .,:-"`
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 4<<20)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return text
})

const largest = 1 << 20

// mixed is a message of the mix: the sizes are spread by their logarithm around 4
// kB, and one of a hundred has 1 MB.
func mixed(random *rand.Rand) message {
	size := min(int(4096*math.Exp(1.5*random.NormFloat64())), largest)
	if random.IntN(100) == 0 {
		size = largest
	}
	from := random.IntN(len(material()) - size)
	m := message{body: material()[from : from+size], chunked: random.IntN(3) == 0}
	if kind := random.IntN(4); size < largest && kind < 2 {
		m.encoding = [2]string{"gzip", "br"}[kind]
		m.body = packed(m.encoding, m.body)
	}
	return m
}

func packed(encoding string, text []byte) []byte {
	var out bytes.Buffer
	var into io.WriteCloser = brotli.NewWriterLevel(&out, brotli.BestSpeed)
	if encoding == "gzip" {
		into, _ = gzip.NewWriterLevel(&out, gzip.BestSpeed)
	}
	_, _ = into.Write(text)
	_ = into.Close()
	return out.Bytes()
}

// mix is as many exchanges as are asked for, which repeat after a while.
type mix []struct{ request, answer message }

func newMix(size int) mix {
	random := rand.New(rand.NewPCG(3, 4))
	out := make(mix, size)
	for i := range out {
		out[i].request, out[i].answer = mixed(random), mixed(random)
	}
	return out
}

// ServeHTTP is an upstream that demands the request that the mix has, and gives the
// answer. The number of the exchange is in the query.
func (m mix) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.URL.RawQuery)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	want := m[number].request
	got, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		panic(http.ErrAbortHandler)
	case !bytes.Equal(got, want.body):
		http.Error(w, "the body differs", http.StatusTeapot)
		return
	}
	answer, header := m[number].answer, w.Header()
	header["Date"] = nil // the two answers may be a second apart
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Set-Cookie", fmt.Sprintf("number=%d; Path=/", number))
	header.Set("X-Got", fmt.Sprint(r.Method, r.RequestURI, r.ContentLength, r.TransferEncoding, sentHeaders(r.Header)))
	if answer.encoding != "" {
		header.Set("Content-Encoding", answer.encoding)
	}
	if !answer.chunked {
		header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	}
	for rest := answer.body; len(rest) > 0; {
		n := min(len(rest), 100_000)
		_, _ = w.Write(rest[:n])
		rest = rest[n:]
	}
}

// request is the one with a number, to a server.
func (m mix) request(base, path string, number int) (*http.Request, error) {
	message := m[number].request
	r, err := http.NewRequest(http.MethodPost, base+path+"?"+strconv.Itoa(number), bytes.NewReader(message.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", admin)
	if message.encoding != "" {
		r.Header.Set("Content-Encoding", message.encoding)
	}
	if message.chunked && len(message.body) > 0 {
		r.ContentLength, r.Body = -1, io.NopCloser(bytes.NewReader(message.body))
	}
	return r, nil
}

// head is what of an answer is compared besides its body.
type head struct {
	Status  int
	Header  http.Header
	Length  int64
	Chunked bool
}

// check sends a request and compares the body of the answer with that of the mix.
func (m mix) check(client *http.Client, base, path string, number int) (head, error) {
	r, err := m.request(base, path, number)
	if err != nil {
		return head{}, err
	}
	response, err := client.Do(r)
	if err != nil {
		return head{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && !bytes.Equal(body, m[number].answer.body) {
		err = fmt.Errorf("%d: the answer has %d bytes, want %d", response.StatusCode, len(body), len(m[number].answer.body))
	}
	return head{response.StatusCode, response.Header, response.ContentLength, len(response.TransferEncoding) > 0}, err
}

// recorded counts the lines of a recording, each of which is an exchange.
func recorded(t *testing.T, file string) int {
	t.Helper()
	source, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	lines := 0
	for decoder := json.NewDecoder(source); ; lines++ {
		var x report.Exchange
		if err := decoder.Decode(&x); err == io.EOF {
			return lines
		} else if err != nil || x.Response.Status != http.StatusOK {
			t.Fatalf("line %d: %v", lines+1, err)
		}
	}
}

// TestNothingIsChanged: thousands of requests and answers of all sizes, announced
// and in chunks, packed and not, over connections that are kept alive, are the
// same with the proxy and without it to the byte, whether they are recorded or
// not; and each is recorded or counted as missed. UNLEASH_MOCK_EXCHANGES says how
// many.
func TestNothingIsChanged(t *testing.T) {
	t.Parallel()
	count := 2000
	if text := os.Getenv(exchangesVariable); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	all := newMix(min(count, 1000))
	upstream := httptest.NewServer(all)
	t.Cleanup(upstream.Close)
	for _, recording := range []bool{false, true} {
		t.Run(fmt.Sprintf("recording %v", recording), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "traffic.jsonl")
			s := playBefore(t, upstream.URL, func(o *proxy.Options) {
				if recording {
					out, err := os.Create(file)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { out.Close() })
					o.Record = out
				}
			})
			s.SetDrain(time.Second) // how much is recorded is not the question here
			all.compare(t, s, count/2)
			s.end()
			stats := s.Stats()
			if stats.Exchanges+stats.Outside != count/2 || stats.Unanswered+stats.Left > 0 || s.RecordError() != nil {
				t.Errorf("%+v, %v", stats, s.RecordError())
			}
			if !recording {
				return
			}
			if lines := recorded(t, file); lines == 0 || lines+stats.Missed != stats.Exchanges {
				t.Errorf("%d exchanges are recorded, %d missed of %d", lines, stats.Missed, stats.Exchanges)
			}
			t.Logf("%d exchanges with operations passed, of which %d came too fast to be recorded", stats.Exchanges, stats.Missed)
		})
	}
}

// compare sends exchanges with the proxy and without it from several clients at a
// time.
func (m mix) compare(t *testing.T, s *stage, count int) {
	t.Helper()
	const clients = 16
	var next atomic.Int64
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for n := int(next.Add(1)); n <= count && !t.Failed(); n = int(next.Add(1)) {
				number, path := n%len(m), [2]string{"/elsewhere", "/api/signal-endpoint/a"}[n%2]
				direct, err := m.check(s.client, s.direct, path, number)
				if err != nil {
					t.Errorf("without the proxy: exchange %d: %v", n, err)
					return
				}
				passed, err := m.check(s.client, s.url, path, number)
				if err != nil {
					t.Errorf("exchange %d: %v", n, err)
				} else if diff := cmp.Diff(direct, passed); diff != "" {
					t.Errorf("exchange %d: without the proxy -, with it +:\n%s", n, diff)
				}
			}
		})
	}
	running.Wait()
}
