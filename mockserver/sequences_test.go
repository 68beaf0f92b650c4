package mockserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

var updateOpen = flag.Bool("update", false, "write testdata/sequences/open.txt anew")

// sequenceCase is one exchange of a sequence whose exchanges build on each other.
type sequenceCase struct {
	recordedCase
	Sequence, OperationID, Why string
	Step                       int
	Capture                    map[string]string
	Expect                     struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
		Partial bool
	}
}

const (
	sequencesFile = "testdata/sequences/flags-8.2.0.json"
	oddFile       = "testdata/sequences/odd-8.2.0.json"
	openFile      = "testdata/sequences/open.txt"
	leftOutFile   = "testdata/sequences/left-out.json"
	seedFile      = "testdata/sequences/seed.yaml"
)

// TestSequences plays the recorded sequences in order on one instance. A case is missing
// if the contract lacks its operation. Every other case must be answered as the real
// server did, unless open.txt lists it. A listed case must differ.
func TestSequences(t *testing.T) {
	t.Parallel()
	cases := readJSON[struct{ Cases []sequenceCase }](t, sequencesFile).Cases
	open := readOpen(t)
	leftOut := readJSON[struct{ Before map[string][]sequenceCase }](t, leftOutFile).Before
	player := newPlayer(t, spec.OpenSource)
	counts := map[string]int{}
	var differ []string
	for i, c := range cases {
		if c.Sequence == "delta" && cases[i-1].Sequence != "delta" {
			player = newPlayer(t, spec.Enterprise) // recorded on a separate instance, with a route added
			for range 10 {                         // and with more events before it than the recording names
				if err := player.server.workspaces.Default().Reset(); err != nil {
					t.Fatal(err)
				}
			}
		}
		step := fmt.Sprintf(" of step %d", c.Step)
		if c.OperationID != "" && spec.Default().Operation(c.OperationID) == nil {
			counts["missing"+step]++
			continue
		}
		for _, sent := range leftOut[c.Name] {
			player.send(t, sent)
		}
		problems := player.play(t, c)
		reason, listed := open[c.Name]
		delete(open, c.Name)
		switch {
		case len(problems) == 0 && listed && !*updateOpen:
			t.Errorf("%s is answered as recorded: remove it from %s", c.Name, openFile)
		case len(problems) == 0:
			counts["same"+step]++
		case listed || *updateOpen:
			counts["open"+step]++
			differ = append(differ, c.Name+": "+cmp.Or(reason, "open"))
			t.Logf("%s, open: %s", c.Name, strings.Join(problems, "\n  "))
		default:
			t.Errorf("%s (%s): %s %s\n  %s", c.Name, c.Why, c.Request.Method, c.Request.Path, strings.Join(problems, "\n  "))
		}
		if reason != "" && spec.Default().Operation(reason) != nil {
			t.Errorf("%s: %s says that %s is missing, but it exists", c.Name, openFile, reason)
		}
	}
	for name := range open {
		t.Errorf("%s lists %s, which is not a playable case", openFile, name)
	}
	if *updateOpen {
		writeOpen(t, differ)
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%s: %d", kind, counts[kind])
	}
}

// TestOddRequests plays recordings of requests that clients seldom send: with values that
// are empty, wrong or too many, by way of another flag or project, or with several
// reasons to refuse them, of which one comes first.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	player := newPlayer(t, spec.OpenSource)
	for _, c := range readJSON[struct{ Cases []sequenceCase }](t, oddFile).Cases {
		if problems := player.play(t, c); len(problems) > 0 {
			t.Errorf("%s (%s): %s %s\n  %s", c.Name, c.Why, c.Request.Method, c.Request.Path, strings.Join(problems, "\n  "))
		}
	}
}

func readJSON[T any](t *testing.T, file string) (out T) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(source, &out)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return out
}

// readOpen reads the cases that are known to differ. Each line has a name and the
// operation that its answer needs, or the word open.
func readOpen(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile(openFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(source)) {
		if name, reason, is := strings.Cut(strings.TrimSpace(line), ": "); is && !strings.HasPrefix(line, "#") {
			out[name] = reason
		}
	}
	return out
}

func writeOpen(t *testing.T, lines []string) {
	t.Helper()
	const head = "# Cases that are not answered as recorded, with the operation that they need and the contract lacks, or \"open\".\n" +
		"# go test ./mockserver -run TestSequences -update writes this file anew.\n"
	text := head
	for _, line := range lines {
		text += line + "\n"
	}
	if err := os.WriteFile(openFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// player plays cases on one instance.
type player struct {
	server   *Server
	captured capturedValues
}

func newPlayer(t *testing.T, edition spec.Edition) *player {
	t.Helper()
	seed, err := os.ReadFile(seedFile)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(WithEdition(edition), WithValidation(Faithful), WithSeedFile("the seed", seed))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	const layout = "2006-01-02T15:04:05.000Z"
	return &player{server: server, captured: capturedValues{
		"NOW": now.Format(layout), "MINUTE_AGO": now.Add(-time.Minute).Format(layout),
	}}
}

// send sends a case and checks only the status.
func (p *player) send(t *testing.T, c sequenceCase) {
	t.Helper()
	if result, body := p.ask(t, c); result.StatusCode != c.Expect.Status {
		t.Errorf("%s: status %d, want %d: %s", c.Name, result.StatusCode, c.Expect.Status, body)
	}
}

func (p *player) ask(t *testing.T, c sequenceCase) (result *http.Response, body []byte) {
	t.Helper()
	c.Request.Path = tokenPlaceholders.Replace(p.captured.fill(c.Request.Path))
	c.Request.Body = []byte(tokenPlaceholders.Replace(p.captured.fill(string(c.Request.Body))))
	for name, value := range c.Request.Headers {
		c.Request.Headers[name] = p.captured.header(value)
	}
	recorder := httptest.NewRecorder()
	request := c.request(t)
	request.RemoteAddr = "127.0.0.1:1" // like that of the client in the recording
	p.server.ServeHTTP(recorder, request)
	result = recorder.Result()
	return result, readDecoded(t, result)
}

// play sends a case and returns the differences between its answer and the recorded one.
func (p *player) play(t *testing.T, c sequenceCase) (problems []string) {
	t.Helper()
	result, body := p.ask(t, c)
	if c.Expect.Status == http.StatusInternalServerError { // the mock does not imitate it
		if result.StatusCode < 400 || result.StatusCode > 499 {
			problems = append(problems, fmt.Sprintf("status %d, want a 4xx", result.StatusCode))
		}
		return problems
	}
	if result.StatusCode != c.Expect.Status {
		return []string{fmt.Sprintf("status %d, want %d: %s", result.StatusCode, c.Expect.Status, body)}
	}
	for name, from := range c.Capture {
		p.captured.take(name, from, result.Header, body)
	}
	problems = p.compareHeaders(c, result.Header)
	want := []byte(tokenPlaceholders.Replace(p.captured.fill(string(c.Expect.Body))))
	if len(body) == 0 || bytes.Equal(want, []byte("null")) {
		if len(body) > 0 || len(want) > 0 && string(want) != "null" {
			problems = append(problems, fmt.Sprintf("body %q, want %s", body, want))
		}
		return problems
	}
	if !strings.HasPrefix(result.Header.Get("Content-Type"), "application/json") {
		body = v8json.Stringify(nil, string(body))
	}
	comparison := compareRecorded
	if c.Expect.Partial {
		comparison = compareDigest(c.Name)
	}
	return append(problems, comparison(want, body)...)
}

// toldHeaders are the headers that a recording always has if the server sent them.
var toldHeaders = []string{"Content-Type", "Location", "Etag", "Vary", "Cache-Control", "Retry-After", "X-Unleash-Version"}

func (p *player) compareHeaders(c sequenceCase, got http.Header) (problems []string) {
	want := http.Header{}
	for name, value := range c.Expect.Headers {
		want.Set(name, tokenPlaceholders.Replace(p.captured.header(value)))
	}
	names := slices.Sorted(maps.Keys(want))
	if !c.Expect.Partial {
		for name := range got {
			if slices.Contains(toldHeaders, name) || strings.HasPrefix(name, "Access-Control-") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if value := strings.Join(got[name], ", "); !matchesText(want.Get(name), value) {
			problems = append(problems, fmt.Sprintf("header %s is %q, want %q", name, value, want.Get(name)))
		}
	}
	return problems
}
