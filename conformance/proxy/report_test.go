package proxy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/proxy"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestReport checks that each operation seen is a scenario, that each kind of violation is
// reported once, and that the counts add up.
func TestReport(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Unleash-Mock", "1.2.3")
		switch {
		case r.URL.Path == "/ready":
			says(503, "", "")(w, r)
		case asked.Add(1)%2 == 0:
			says(200, jsonType, `{"health":"FINE"}`)(w, r)
		default:
			good()(w, r)
		}
	}), func(o *proxy.Options) { o.Version = "9.9.9" })
	for range 60 {
		s.send(t, "GET", "/health", "")
	}
	s.send(t, "GET", "/ready", "")
	s.send(t, "POST", "/ready", "")
	s.send(t, "GET", "/elsewhere", "")
	s.end()
	r := s.Report()
	if r.ExitCode != 1 || r.Target.Mock != "1.2.3" || r.Target.URL != s.direct {
		t.Errorf("exit code %d, target %+v", r.ExitCode, r.Target)
	}
	if diff := cmp.Diff(report.Tool{Name: "unleash-mock", Version: "9.9.9", Command: "proxy", Contract: spec.Default().Version()}, r.Tool); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(report.Summary{Passed: 1, Failed: 1, Disabled: 1, Exchanges: 61, Violations: 30}, r.Summary); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(proxy.Stats{Exchanges: 61, Outside: 2, Violations: 30}, s.Stats()); diff != "" {
		t.Error(diff)
	}
	type short struct {
		ID       string
		Outcome  report.Outcome
		Failures []string
	}
	var got []short
	for _, scenario := range r.Scenarios {
		one := short{ID: scenario.ID, Outcome: scenario.Outcome}
		for _, failure := range scenario.Failures {
			one.Failures = append(one.Failures, fmt.Sprint(failure.Expectation, ", ", failure.Pointer, " ", failure.Got, ", ", failure.Standing))
		}
		got = append(got, one)
	}
	want := []short{
		{ID: "proxy:getReady", Outcome: report.Passed},
		{ID: "proxy:getHealth", Outcome: report.Failed, Failures: []string{"the response keeps the contract, /health body: it must be one of [GOOD BAD] (30 times, status 200), documented"}},
		{ID: "proxy:outside", Outcome: report.Disabled},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if kept := len(r.Scenarios[1].Exchanges); kept != 40 {
		t.Errorf("%d exchanges are kept, want the newest 20 of each kind", kept)
	}
	for _, status := range r.Operations[1].Statuses {
		if status.Documented != true || status.Seen != map[int]int{200: 60}[status.Code] {
			t.Errorf("status %+v", status)
		}
	}
	if warnings := s.log.messages(t); len(warnings) != 1 {
		t.Errorf("a repeated violation must be logged once, got %q", warnings)
	}
	for _, format := range report.Formats() {
		if err := report.Write(format, &bytes.Buffer{}, r); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestViolationsInListsAreOne checks that a hundred wrong elements of a list count as one kind of
// violation.
func TestViolationsInListsAreOne(t *testing.T) {
	t.Parallel()
	wrong := strings.Replace(endpoint, `"id":7`, `"id":"7"`, 1)
	s := play(t, says(200, jsonType, `{"signalEndpoints":[`+strings.TrimSuffix(strings.Repeat(wrong+",", 100), ",")+`]}`))
	s.send(t, "GET", endpoints, "")
	s.end()
	failures := s.Report().Scenarios[0].Failures
	if len(failures) != 1 || failures[0].Pointer != "/signalEndpoints/0/id" || !strings.Contains(failures[0].Got, "100 times") {
		t.Errorf("failures %+v", failures)
	}
}

// TestLongNamesAreShortened checks that a violation is short wherever it is kept or told, however long the
// names that an upstream sends, and that shortening cuts no secret in two.
func TestLongNamesAreShortened(t *testing.T) {
	t.Parallel()
	const most, secret = 1100, "a-secret-that-recurs"
	name := strings.Repeat("x", 1<<10-30) + secret + strings.Repeat("y", 1<<20)
	var seen []traffic.Exchange
	s := play(t, says(200, jsonType, `{"tokens":[],"`+name+`":1}`), func(o *proxy.Options) {
		o.FailOnViolation, o.Observe = true, func(x traffic.Exchange) { seen = append(seen, x) }
	})
	got := s.send(t, "GET", "/api/admin/api-tokens", "", "X-Api-Key", secret)
	s.end()
	if got.Status != 502 || len(got.Body) > 3*most {
		t.Errorf("status %d, %d bytes", got.Status, len(got.Body))
	}
	var texts []string
	for _, x := range seen {
		for _, violation := range x.Violations {
			texts = append(texts, violation.Pointer, violation.Property, violation.Reason)
		}
	}
	scenario := s.Report().Scenarios[0]
	for _, x := range scenario.Exchanges {
		for _, violation := range x.Violations {
			texts = append(texts, violation.Pointer, violation.Reason)
		}
	}
	for _, failure := range scenario.Failures {
		texts = append(texts, failure.Pointer, failure.Got)
	}
	texts = append(texts, s.log.String())
	if len(texts) != 3+2+2+1 {
		t.Errorf("%d texts", len(texts))
	}
	for _, text := range texts {
		if len(text) > 2*most || strings.Contains(text, secret[:5]) {
			t.Errorf("%d bytes: %.2000s", len(text), text)
		}
	}
}

// TestExitCodes checks the exit codes of runs.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		upstream http.Handler
		paths    []string
		want     int
	}{
		"all is well":          {good(), []string{"/health"}, 0},
		"nothing":              {good(), nil, 4},
		"nothing of ours":      {good(), []string{"/elsewhere", "/api/admin/features"}, 4},
		"a violation":          {says(200, jsonType, "{}"), []string{"/health", "/elsewhere"}, 1},
		"answered after a try": {failsFirst(), []string{"/health", "/health"}, 0},
		"never answered":       {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), []string{"/health"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t, test.upstream)
			for _, path := range test.paths {
				s.send(t, "GET", path, "")
			}
			s.end()
			if got := s.Report().ExitCode; got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

// failsFirst returns a handler that does not answer its first request.
func failsFirst() http.Handler {
	var asked atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		good()(w, r)
	})
}

// TestRecording checks that each exchange with an operation is recorded as one line: complete,
// decompressed and without secrets.
func TestRecording(t *testing.T) {
	t.Parallel()
	const secret = "signal_0123456789abcdef"
	token := `{"id":7,"name":"ci","signalEndpointId":7,"createdAt":"2026-11-24T09:28:33.123Z","createdByUserId":1,"token":"` + secret + `"}`
	var out bytes.Buffer
	s := play(t, says(201, jsonType, gzipped(token), "Location", "signal-endpoints/7/tokens/7", "Content-Encoding", "gzip", "Set-Cookie", "unleash-session=s%3Atop-secret"),
		func(o *proxy.Options) { o.Record = &out })
	s.send(t, "POST", endpoints+"/7/tokens?token="+secret, `{"name":"ci","password":"hunter2"}`, "Content-Type", jsonType, "Authorization", "Bearer "+admin, "Cookie", "unleash-session=top-secret")
	s.send(t, "GET", "/elsewhere", "")
	s.end()
	if err := s.RecordError(); err != nil {
		t.Error(err)
	}
	text := out.String()
	for _, forbidden := range []string{secret, admin, "hunter2", "top-secret", "insecure"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("%q is in the recording: %s", forbidden, text)
		}
		if r, err := json.Marshal(s.Report()); err != nil || strings.Contains(string(r), forbidden) {
			t.Errorf("%q is in the report, %v", forbidden, err)
		}
	}
	var lines []report.Exchange
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		var line report.Exchange
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if len(lines) != 1 || lines[0].Operation != "createSignalEndpointToken" || lines[0].Request.URL != endpoints+"/7/tokens?token=[redacted]" ||
		lines[0].Request.Body != `{"name":"ci","password":"[redacted]"}` || lines[0].Response.Body != strings.Replace(token, secret, "[redacted]", 1) {
		t.Errorf("recorded %+v", lines)
	}
}

// TestRecordingThatFails checks that RecordError returns the error of the writer.
func TestRecordingThatFails(t *testing.T) {
	t.Parallel()
	s := play(t, good(), func(o *proxy.Options) { o.Record = fullDisk{} })
	s.send(t, "GET", "/health", "")
	s.end()
	if err := s.RecordError(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

// TestRecordingThatNobodyReads checks that a pipe that is full keeps neither the judges nor the end. The
// exchanges that wait for it count, and the recording is an error.
func TestRecordingThatNobodyReads(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	defer reader.Close()
	s := play(t, good(), func(o *proxy.Options) { o.Record = writer })
	s.SetDrain(time.Millisecond)
	for range 5 {
		s.send(t, "GET", "/health", "")
	}
	s.end()
	if stats := s.Stats(); stats.Exchanges != 5 || s.RecordError() == nil {
		t.Errorf("stats %+v, error %v", stats, s.RecordError())
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, options := range []proxy.Options{
		{},
		{Upstream: parse(t, "ftp://x")},
		{Upstream: parse(t, "http:///x")},
		{Upstream: parse(t, "http://user:secret@x")},
		{Upstream: parse(t, "http://x"), Judge: "neither"},
	} {
		if p, err := proxy.New(options); err == nil || p != nil || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%+v: %v", options, err)
		}
	}
}
