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

// exchangesVariable sets how many exchanges TestNothingIsChanged compares.
const exchangesVariable = "UNLEASH_MOCK_EXCHANGES"

// message is the request or the answer of an exchange of the mix: its body, framing and
// compression.
type message struct {
	body     []byte
	chunked  bool
	encoding string
}

// material is the text that bodies are cut from. It is random, so that compressing it leaves
// something.
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

// mixed returns a message of the mix. The logarithms of the sizes are normally distributed around
// that of 4 kB, and one message in a hundred has 1 MB.
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

// mix is a list of exchanges. Tests that need more of them start over.
type mix []struct{ request, answer message }

func newMix(size int) mix {
	random := rand.New(rand.NewPCG(3, 4))
	out := make(mix, size)
	for i := range out {
		out[i].request, out[i].answer = mixed(random), mixed(random)
	}
	return out
}

// ServeHTTP is an upstream that checks the request against the mix and sends the answer. The
// query is the number of the exchange.
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

// request returns the request with a number, addressed to a server.
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

// head holds what is compared of an answer besides its body.
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

// recorded counts the lines of a recording. Each must be an exchange with status 200.
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

// TestNothingIsChanged sends thousands of exchanges of all sizes, with a length or in chunks,
// compressed or not, over connections that are kept alive. Requests and answers must be the same
// with the proxy as without it, byte for byte, whether or not they are recorded. Each exchange
// must be recorded or counted as missed. UNLEASH_MOCK_EXCHANGES sets how many there are.
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
			s.SetDrain(time.Second) // how much is recorded does not matter here
			all.compare(t, s, count/2)
			s.end()
			stats := s.Stats()
			if stats.Exchanges+stats.Outside != count/2 || stats.Unanswered+stats.Left > 0 || s.RecordError() != nil {
				t.Errorf("stats %+v, error of the recording %v", stats, s.RecordError())
			}
			if !recording {
				return
			}
			if lines := recorded(t, file); lines == 0 || lines+stats.Missed != stats.Exchanges {
				t.Errorf("%d exchanges were recorded and %d missed, of %d", lines, stats.Missed, stats.Exchanges)
			}
			t.Logf("%d exchanges with operations passed; %d came too fast to be recorded", stats.Exchanges, stats.Missed)
		})
	}
}

// compare sends exchanges with and without the proxy, from several clients at once.
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
					t.Errorf("exchange %d (-without the proxy +with it):\n%s", n, diff)
				}
			}
		})
	}
	running.Wait()
}
