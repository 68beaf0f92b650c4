package mockserver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/pipeline"
	"github.com/unleash-mock/unleash-mock/spec"
)

const streamPath = "/api/client/streaming"

// withStreams changes the bounds of streams; the rest keep their defaults.
func withStreams(change func(*pipeline.Streams)) Option {
	return func(c *config) error { change(&c.streams); return nil }
}

// streamed is one message of a stream. A comment has no fields.
type streamed struct {
	id, event string
	data      string
}

// listener is a streaming SDK, as far as the protocol goes.
type listener struct {
	t        testing.TB
	body     io.Closer
	messages chan streamed // closed at the end of the stream
	flags    map[string]any
	segments map[any]any
	last     string
}

func listen(t testing.TB, url, token string, header ...string) *listener {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("status %d, %s: %s", response.StatusCode, got, text)
	}
	l := &listener{t: t, body: response.Body, messages: make(chan streamed, 100), flags: map[string]any{}, segments: map[any]any{}}
	go l.read(response.Body)
	return l
}

func (l *listener) read(body io.Reader) {
	defer close(l.messages)
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 64<<20)
	var next streamed
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			next.id = value
		case "event":
			next.event = value
		case "data":
			next.data += value
		}
		if lines.Text() == "" {
			l.messages <- next
			next = streamed{}
		}
	}
}

const patience = 20 * time.Second

// next returns the next message that is not a comment, and false at the end of the
// stream.
func (l *listener) next() (streamed, bool) {
	l.t.Helper()
	late := time.After(patience)
	for {
		select {
		case m, open := <-l.messages:
			if open && m.event == "" {
				continue
			}
			if open {
				l.apply(m)
			}
			return m, open
		case <-late:
			l.t.Error("no message comes")
			return streamed{}, false
		}
	}
}

// apply changes the SDK's flags and segments as a message says.
func (l *listener) apply(m streamed) {
	var answer struct{ Events []map[string]any }
	if err := json.Unmarshal([]byte(m.data), &answer); err != nil {
		l.t.Errorf("%v: %s", err, m.data)
	}
	l.last = m.id
	for _, event := range answer.Events {
		switch event["type"] {
		case "hydration":
			clear(l.flags)
			clear(l.segments)
			for _, flag := range event["features"].([]any) {
				l.flags[flag.(map[string]any)["name"].(string)] = flag
			}
			for _, segment := range event["segments"].([]any) {
				l.segments[segment.(map[string]any)["id"]] = segment
			}
		case "feature-updated":
			flag := event["feature"].(map[string]any)
			l.flags[flag["name"].(string)] = flag
		case "feature-removed":
			delete(l.flags, event["featureName"].(string))
		case "segment-updated":
			segment := event["segment"].(map[string]any)
			l.segments[segment["id"]] = segment
		case "segment-removed":
			delete(l.segments, event["segmentId"])
		default:
			l.t.Errorf("an event has the type %v", event["type"])
		}
	}
}

// told expects the next message to have this name and events of these types.
func (l *listener) told(event string, types ...string) {
	l.t.Helper()
	m, _ := l.next()
	var answer struct{ Events []struct{ Type string } }
	_ = json.Unmarshal([]byte(m.data), &answer)
	var got []string
	for _, e := range answer.Events {
		got = append(got, e.Type)
	}
	if m.event != event || !slices.Equal(got, types) {
		l.t.Errorf("got %s with %v, want %s with %v", m.event, got, event, types)
	}
}

func (l *listener) ended() {
	l.t.Helper()
	for {
		if _, open := l.next(); !open {
			return
		}
	}
}

// polled returns what a polling SDK gets: flags by name and segments by id.
func (a *app) polled(path, token string) (flags map[string]any, segments map[any]any, revision string) {
	a.t.Helper()
	got := a.must(200, http.MethodGet, path, token, "", "Unleash-Client-Spec: 5.2.0").json(a.t)
	flags, segments = map[string]any{}, map[any]any{}
	for _, flag := range got["features"].([]any) {
		flags[flag.(map[string]any)["name"].(string)] = flag
	}
	for _, segment := range got["segments"].([]any) {
		segments[segment.(map[string]any)["id"]] = segment
	}
	return flags, segments, fmt.Sprint(got["meta"].(map[string]any)["revisionId"])
}

func (a *app) served() *httptest.Server {
	server := httptest.NewServer(a)
	a.t.Cleanup(server.Close)
	return server
}

// setFlag switches a flag through the control API.
func (a *app) setFlag(base, name string, on bool) {
	a.t.Helper()
	a.must(200, http.MethodPatch, base+"/_mock/flags/"+name, "", fmt.Sprintf(`{"enabled":%t}`, on))
}

// TestStreamsEndWhereFlagsAre checks that, whatever is written while streams are read,
// each stream ends with the flags that polling SDKs get, and the segments that these use.
func TestStreamsEndWhereFlagsAre(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	const streams, writers, rounds = 50, 4, 25
	var listeners []*listener
	for range streams {
		listeners = append(listeners, listen(t, server.URL+streamPath, backendToken))
	}
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for round := range rounds {
				flag := fmt.Sprintf("flag-%d-%d", w, round%5)
				a.call(http.MethodPost, "/api/admin/projects/default/features", adminToken, fmt.Sprintf(`{"name":%q}`, flag))
				segment := a.call(http.MethodPost, "/api/admin/segments", adminToken, fmt.Sprintf(`{"name":"s-%d-%d","constraints":[{"contextName":"userId","operator":"IN","values":["1"]}]}`, w, round)).json(t)["id"]
				at := "/api/admin/projects/default/features/" + flag
				a.call(http.MethodPost, at+"/environments/development/strategies", adminToken, fmt.Sprintf(`{"name":"default","segments":[%v]}`, segment))
				a.call(http.MethodPost, at+"/environments/development/on", adminToken, "")
				a.call(http.MethodPost, at+"/environments/production/on", adminToken, "")
				a.call(http.MethodPut, fmt.Sprintf("/api/admin/segments/%v", segment), adminToken, fmt.Sprintf(`{"name":"s-%d-%d","constraints":[{"contextName":"userId","operator":"IN","values":["2"]}]}`, w, round))
				switch round % 5 {
				case 2:
					a.call(http.MethodDelete, at, adminToken, "")
				case 3:
					a.setFlag("", flag, false)
				case 4:
					a.call(http.MethodDelete, "/_mock/flags/"+flag, "", "")
				}
			}
		})
	}
	writing.Wait()
	flags, segments, revision := a.polled("/api/client/features", backendToken)
	if len(flags) == 0 || !strings.Contains(fmt.Sprint(flags), "segments:[") { // used below
		t.Fatalf("%d flags and %d segments are left", len(flags), len(segments))
	}
	used := map[any]bool{}
	for _, flag := range flags {
		strategies, _ := flag.(map[string]any)["strategies"].([]any)
		for _, strategy := range strategies {
			ids, _ := strategy.(map[string]any)["segments"].([]any)
			for _, id := range ids {
				used[id] = true
			}
		}
	}
	for _, l := range listeners {
		for l.last != revision {
			if _, open := l.next(); !open {
				t.Fatalf("a stream ends at %s, before %s", l.last, revision)
			}
		}
		if diff := cmp.Diff(flags, l.flags); diff != "" {
			t.Fatalf("the flags of a stream differ (-polled +streamed):\n%s", diff)
		}
		for id, segment := range segments {
			if !used[id] { // that of an archived flag
				continue
			}
			if diff := cmp.Diff(segment, l.segments[id]); diff != "" {
				t.Fatalf("a segment of a stream differs (-polled +streamed):\n%s", diff)
			}
		}
	}
}

// TestAStreamTellsWhatATokenSees checks that a stream sends what the token may see, and
// nothing of other environments.
func TestAStreamTellsWhatATokenSees(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	token := a.must(201, http.MethodPost, "/api/admin/api-tokens", adminToken, `{"tokenName":"p","type":"backend","environment":"production","projects":["default"]}`).json(t)["secret"].(string)
	development, production := listen(t, server.URL+streamPath, backendToken), listen(t, server.URL+streamPath, token)
	development.told("unleash-connected", "hydration")
	production.told("unleash-connected", "hydration")
	a.setFlag("", "checkout", true)
	development.told("unleash-updated", "feature-updated")
	production.told("unleash-updated", "feature-updated")
	if on := development.flags["checkout"].(map[string]any)["enabled"]; on != true {
		t.Errorf("in development the flag is enabled: %v", on)
	}
	if on := production.flags["checkout"].(map[string]any)["enabled"]; on != false {
		t.Errorf("in production the flag is enabled: %v", on)
	}
	a.must(200, http.MethodPost, "/api/admin/projects/default/features/checkout/environments/production/on", adminToken, "")
	a.must(202, http.MethodDelete, "/api/admin/projects/default/features/checkout", adminToken, "")
	development.told("unleash-updated", "feature-removed") // no production event comes before it
}

// TestAnOrderOfStrategiesIsFollowed checks that SDKs get a new order of strategies, which
// decides the variant: by polling, in a delta, in a stream and evaluated.
func TestAnOrderOfStrategiesIsFollowed(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	const at = "/api/admin/projects/default/features/sorted"
	a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"sorted"}`)
	var order []string
	for i, variant := range []string{"first", "second"} {
		id := a.must(200, http.MethodPost, at+"/environments/development/strategies", adminToken,
			`{"name":"default","variants":[{"name":"`+variant+`","weight":0,"weightType":"variable","stickiness":"default"}]}`).json(t)["id"]
		order = append(order, fmt.Sprintf(`{"id":"%v","sortOrder":%d}`, id, 1-i))
	}
	a.must(200, http.MethodPost, at+"/environments/development/on", adminToken, "")
	if got := string(a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, "").body); !strings.Contains(got, `"variant":{"name":"first"`) {
		t.Errorf("the flags are %s", got)
	}
	stream := listen(t, server.URL+streamPath, backendToken)
	stream.told("unleash-connected", "hydration")
	a.must(200, http.MethodPost, at+"/environments/development/strategies/set-sort-order", adminToken, "["+strings.Join(order, ",")+"]")
	stream.told("unleash-updated", "feature-updated")
	flags, _, revision := a.polled("/api/client/features", backendToken)
	if diff := cmp.Diff(flags, stream.flags); diff != "" || revision != stream.last {
		t.Errorf("the revision is %s, that of the stream %s; their flags differ (-polled +streamed):\n%s", revision, stream.last, diff)
	}
	for path, token := range map[string]string{"/api/frontend": wellknown.Frontend, "/api/client/delta": backendToken} {
		got := string(a.must(200, http.MethodGet, path, token, "").body)
		if first, second := strings.Index(got, `"first"`), strings.Index(got, `"second"`); second < 0 || first >= 0 && first < second {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestAStreamIsResumed checks that a stream resumes where it was, if the changes since
// then are known.
func TestAStreamIsResumed(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	a.setFlag("", "checkout", true)
	first := listen(t, server.URL+streamPath, backendToken)
	first.told("unleash-connected", "hydration")
	last := "Last-Event-ID: " + first.last
	first.body.Close()
	a.setFlag("", "checkout", false)
	a.setFlag("", "other", true)
	listen(t, server.URL+streamPath, backendToken, last).told("unleash-connected", "feature-updated", "feature-updated")
	for _, strange := range []string{"999999", "-1", "x", "1e3", "9223372036854775808", "0", " ", strings.Repeat("9", 100_000)} {
		listen(t, server.URL+streamPath, backendToken, "Last-Event-ID: "+strange).told("unleash-connected", "hydration")
	}
	_, _, revision := a.polled("/api/client/features", backendToken)
	current := listen(t, server.URL+streamPath, backendToken, "Last-Event-ID: "+revision)
	a.setFlag("", "other", false)
	current.told("unleash-updated", "feature-updated") // there was nothing to send before
}

// TestAStreamOutlivesItsState checks that, after a reset or an import, an open stream
// starts over with a hydration.
func TestAStreamOutlivesItsState(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	a.setFlag("", "checkout", true)
	l := listen(t, server.URL+streamPath, backendToken)
	l.told("unleash-connected", "hydration")
	before := "Last-Event-ID: " + l.last
	state := a.must(200, http.MethodGet, "/_mock/state", "", "").body
	a.must(200, http.MethodPost, "/_mock/reset", "", "")
	l.told("unleash-updated", "hydration")
	if len(l.flags) != 0 {
		t.Errorf("the flags after a reset are %v", l.flags)
	}
	a.must(200, http.MethodPut, "/_mock/state", "", string(state))
	l.told("unleash-updated", "hydration")
	if l.flags["checkout"] == nil {
		t.Error("the imported flag is missing")
	}
	a.setFlag("", "checkout", false)
	l.told("unleash-updated", "feature-updated")
	listen(t, server.URL+streamPath, backendToken, before).told("unleash-connected", "hydration") // the id is of the previous state
	stale := a.must(200, http.MethodGet, "/api/client/delta", backendToken, "", `If-None-Match: "1"`)
	if !strings.Contains(string(stale.body), `"type":"hydration"`) {
		t.Errorf("a revision of the previous state gets %s", stale.body)
	}
}

// TestStreamsEnd checks that a stream ends with its token, its workspace or the server.
func TestStreamsEnd(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	secret := a.must(201, http.MethodPost, "/api/admin/api-tokens", adminToken, `{"tokenName":"p","type":"backend","environment":"development","projects":["default"]}`).json(t)["secret"].(string)
	of, removed, closed := listen(t, server.URL+streamPath, secret), listen(t, server.URL+"/w/a"+streamPath, backendToken), listen(t, server.URL+streamPath, backendToken)
	for _, l := range []*listener{of, removed, closed} {
		l.told("unleash-connected", "hydration")
	}
	a.must(200, http.MethodDelete, "/api/admin/api-tokens/"+secret, adminToken, "")
	of.ended()
	a.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "")
	removed.ended()
	a.setFlag("", "checkout", true)
	closed.told("unleash-updated", "feature-updated")
	a.Close()
	closed.ended()
	a.streamsLeft(0)
}

// eventually waits until a condition holds.
func (a *app) eventually(what string, is func() bool) {
	a.t.Helper()
	late := time.After(patience)
	for tick := time.Tick(time.Millisecond); !is(); {
		select {
		case <-tick:
		case <-late:
			a.t.Fatalf("timed out waiting until %s", what)
		}
	}
}

// streamsLeft waits until the default workspace has this number of open streams.
func (a *app) streamsLeft(want int64) {
	a.t.Helper()
	a.eventually(fmt.Sprintf("%d streams are open", want), func() bool { return a.workspaces.Default().Streams() == want })
}

// TestAStreamLives checks that a stream sends comments while nothing happens, even if the
// workspace's clock is frozen.
func TestAStreamLives(t *testing.T) {
	t.Parallel()
	a := newApp(t, withStreams(func(s *pipeline.Streams) { s.Heartbeat = time.Millisecond }))
	a.must(200, http.MethodPut, "/_mock/clock", "", `{"frozen":true}`)
	l := listen(t, a.served().URL+streamPath, backendToken)
	l.told("unleash-connected", "hydration")
	for range 3 {
		if m, open := <-l.messages; !open || m != (streamed{}) {
			t.Fatalf("got %v, open %t; want a comment", m, open)
		}
	}
}

// TestAReaderThatStopsIsDropped checks that a reader that stops reading is dropped and
// delays no one.
func TestAReaderThatStopsIsDropped(t *testing.T) {
	t.Parallel()
	a := newApp(t, withStreams(func(s *pipeline.Streams) { s.Patience = 50 * time.Millisecond }))
	server := a.served()
	const stopped = 20
	for range stopped {
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		_ = connection.(*net.TCPConn).SetReadBuffer(4 << 10)
		fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\n\r\n", streamPath, backendToken)
	}
	a.streamsLeft(stopped)
	reader := listen(t, server.URL+streamPath, backendToken)
	reader.told("unleash-connected", "hydration")
	a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"long"}`)
	for i, end := 0, time.Now().Add(patience); a.workspaces.Default().Streams() > 1; i++ {
		a.must(200, http.MethodPut, "/api/admin/projects/default/features/long", adminToken, fmt.Sprintf(`{"type":"release","description":"%d %s"}`, i, strings.Repeat("x", 90_000)))
		if time.Now().After(end) {
			t.Fatalf("%d streams are still open", a.workspaces.Default().Streams())
		}
	}
	if m, _ := reader.next(); m.event != "unleash-updated" { // a hydration if the reader has fallen behind everything that is kept
		t.Errorf("the reader gets %s", m.event)
	}
}

// TestStreamsAreBounded checks that a stream beyond the limit gets a 429, at which an SDK
// polls.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	a := newApp(t, withStreams(func(s *pipeline.Streams) { s.Most = 2 }))
	server := a.served()
	first, second := listen(t, server.URL+streamPath, backendToken), listen(t, server.URL+streamPath, backendToken)
	a.must(429, http.MethodGet, streamPath, backendToken, "")
	listen(t, server.URL+"/w/other"+streamPath, backendToken).told("unleash-connected", "hydration")
	first.body.Close()
	a.streamsLeft(1)
	listen(t, server.URL+streamPath, backendToken).told("unleash-connected", "hydration")
	second.told("unleash-connected", "hydration")
}

// TestManyStreams sends one change to a thousand streams.
func TestManyStreams(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	var all []*listener
	for range 1000 {
		all = append(all, listen(t, server.URL+streamPath, backendToken))
	}
	a.setFlag("", "checkout", true)
	for _, l := range all {
		for l.flags["checkout"] == nil {
			if _, open := l.next(); !open {
				t.Fatal("a stream has ended")
			}
		}
	}
	for _, l := range all {
		l.body.Close()
	}
	a.streamsLeft(0)
}

// TestStreamsOverOldAndOddRequests checks HTTP/1.0, HEAD, other methods and forced
// answers.
func TestStreamsOverOldAndOddRequests(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	old, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	fmt.Fprintf(old, "GET %s HTTP/1.0\r\nAuthorization: %s\r\n\r\n", streamPath, backendToken)
	response, err := http.ReadResponse(bufio.NewReader(old), nil)
	if err != nil || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(err, response)
	}
	l := &listener{t: t, messages: make(chan streamed, 100), flags: map[string]any{}, segments: map[any]any{}}
	go l.read(response.Body)
	l.told("unleash-connected", "hydration")
	a.setFlag("", "checkout", true)
	l.told("unleash-updated", "feature-updated")

	head := a.must(200, http.MethodHead, streamPath, backendToken, "")
	if len(head.body) > 0 || head.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD gets %v %q", head.header, head.body)
	}
	a.must(404, http.MethodPost, streamPath, backendToken, "{}")
	a.must(503, http.MethodGet, streamPath, backendToken, "", "Prefer: code=503")
	a.streamsLeft(1)
}

// TestFaultsOfStreams checks that faults apply to streams as to other answers: the first
// message is sent with the fault, and nothing after it. A delay comes before a whole
// stream.
func TestFaultsOfStreams(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	whole := string(a.must(200, http.MethodGet, streamPath, backendToken, "").body)
	once := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // after a reset, a reused connection would be retried
	for rule, test := range map[string]struct {
		want  string
		err   error // nil for a stream that ends normally
		lasts time.Duration
	}{
		`"fault":"truncate"`:                {want: whole[:len(whole)/2], err: io.ErrUnexpectedEOF},
		`"fault":"malformed"`:               {want: whole[:len(whole)-1] + ","},
		`"fault":"slow","slowFor":"40ms"`:   {want: whole, lasts: 40 * time.Millisecond},
		`"fault":"reset"`:                   {err: syscall.ECONNRESET},
		`"delay":"20ms","fault":"truncate"`: {want: whole[:len(whole)/2], err: io.ErrUnexpectedEOF, lasts: 20 * time.Millisecond},
	} {
		a.must(201, http.MethodPost, "/_mock/rules", "", `{"match":{"operations":["streamDelta"]},"times":1,`+rule+`}`)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+streamPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", backendToken)
		began := time.Now()
		response, err := once.Do(request)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		if !errors.Is(err, test.err) || string(body) != test.want {
			t.Errorf("%s: %q, %v; want %q, %v", rule, body, err, test.want, test.err)
		}
		if took := time.Since(began); took < test.lasts {
			t.Errorf("%s: it took only %s", rule, took)
		}
	}
	a.must(201, http.MethodPost, "/_mock/rules", "", `{"match":{"operations":["streamDelta"]},"delay":"20ms"}`)
	began := time.Now()
	late := listen(t, server.URL+streamPath, backendToken)
	late.told("unleash-connected", "hydration")
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("a delayed stream starts after %s", took)
	}
	a.setFlag("", "checkout", true)
	late.told("unleash-updated", "feature-updated")
}

// TestLargeStreamsBeginWithinMemory checks that the first message of a stream reserves
// memory until it was read.
func TestLargeStreamsBeginWithinMemory(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	server := a.served()
	for i := range 60 {
		a.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, fmt.Sprintf(`{"name":"f-%d","description":"%s"}`, i, strings.Repeat("x", 90_000)))
	}
	const message = 60 * 90_000
	reserved := func() int64 { return a.workspaces.Answers.Stats().Bytes }
	stalled, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close()
	_ = stalled.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(stalled, "GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\n\r\n", streamPath, backendToken)
	a.eventually("a message that nobody reads takes memory", func() bool { return reserved() > message })
	stalled.Close()
	reader := listen(t, server.URL+streamPath, backendToken)
	reader.told("unleash-connected", "hydration")
	a.eventually("a message that was read takes none", func() bool { return reserved() == 0 })
	a.setFlag("", "f-1", true)
	reader.told("unleash-updated", "feature-updated")
}

// TestTheJournalHasAStreamOnce checks that the journal records a stream once, as it
// began.
func TestTheJournalHasAStreamOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	l := listen(t, a.served().URL+streamPath, backendToken)
	l.told("unleash-connected", "hydration")
	for i := range 20 {
		a.setFlag("", "checkout", i%2 == 0)
		l.told("unleash-updated", "feature-updated")
	}
	found := a.must(200, http.MethodGet, "/_mock/requests?operationId=streamDelta", "", "").json(t)
	list := found["requests"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["status"] != 200.0 {
		t.Errorf("the journal contains %v", found)
	}
}

// TestOpenSourceHasNoDelta checks that open source answers 404, at which an SDK polls.
func TestOpenSourceHasNoDelta(t *testing.T) {
	t.Parallel()
	a := newApp(t, WithEdition(spec.OpenSource))
	for _, path := range []string{"/api/client/delta", streamPath} {
		got := a.must(404, http.MethodGet, path, backendToken, "")
		if !strings.Contains(string(got.body), `"name":"NotFoundError"`) {
			t.Errorf("%s: %s", path, got.body)
		}
		a.must(401, http.MethodGet, path, "", "")
	}
}
