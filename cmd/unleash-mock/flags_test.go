package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// TestAFileOfFlagsIsFollowed checks that flags of a file apply to every workspace, when the
// file changes and after a reset, and that a mistake in it is reported and changes nothing.
func TestAFileOfFlagsIsFollowed(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "flags.yaml")
	log := newOutput()
	mock, err := mockserver.New(mockserver.WithFlags(name, []byte("first: true\n")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ticks := make(chan time.Time)
	go followFlags(ctx, ticks, mock, name, nil, slog.New(slog.NewTextHandler(log, nil)))
	// write changes the file. Once the second tick is received, the first one was handled.
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ticks <- time.Time{}
		ticks <- time.Time{}
	}
	ask := func(method, path, body string) string {
		t.Helper()
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Authorization", wellknown.Frontend)
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		mock.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
		return answer.Body.String()
	}
	expect := func(when, path, on, off string) {
		t.Helper()
		if got := ask(http.MethodGet, path+"/api/frontend", ""); !strings.Contains(got, `"`+on+`"`) || strings.Contains(got, `"`+off+`"`) {
			t.Errorf("%s, %q: %s", when, path, got)
		}
	}
	for _, path := range []string{"", "/w/other"} {
		expect("at first", path, "first", "second")
	}
	write("second: true\n")
	for _, path := range []string{"", "/w/other", "/w/later"} {
		expect("once it has changed", path, "second", "first")
	}
	write("third: maybe\n")
	if !strings.Contains(log.String(), "line 1, column 8: third") {
		t.Errorf("the mistake is not reported: %s", log.String())
	}
	expect("after a mistake", "", "second", "third")
	write("\n")
	if !strings.Contains(log.String(), "it is empty") {
		t.Errorf("the empty file is not reported: %s", log.String())
	}
	expect("while it is empty", "", "second", "third")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	ticks <- time.Time{}
	expect("without the file", "", "second", "third")
	ask(http.MethodPatch, "/_mock/flags/set", `{"enabled":true}`)
	expect("when a flag was set", "", "set", "third")
	ask(http.MethodPost, "/_mock/reset", "")
	expect("after a reset", "", "second", "set")
}

func TestServeStartsWithAFileOfFlags(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--flags", file(t, "flags.yaml", "first: true\n"))
	if _, body := get(t, mock.url+"/api/frontend", wellknown.Frontend); !strings.Contains(body, `"first"`) {
		t.Errorf("the flags are %s", body)
	}
}

// TestWhatWasReadIsNotReadAgain checks that an unchanged file is not read again, whatever
// its encoding, so that flags set since then stay.
func TestWhatWasReadIsNotReadAgain(t *testing.T) {
	t.Parallel()
	for name, written := range encodings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := file(t, "flags.yaml", string(written("first: true\n")))
			source, err := readFile(t.Context(), "--flags", at)
			if err != nil {
				t.Fatal(err)
			}
			mock, err := mockserver.New(mockserver.WithFlags(at, source))
			if err != nil {
				t.Fatal(err)
			}
			log, ticks := newOutput(), make(chan time.Time)
			go followFlags(t.Context(), ticks, mock, at, source, slog.New(slog.NewTextHandler(log, nil)))
			ticks <- time.Time{}
			ticks <- time.Time{}
			if log.String() != "" {
				t.Errorf("the file was read again: %s", log)
			}
		})
	}
}

// TestAFileOfFlagsThatGrowsIsNotRead checks that a file that has grown beyond the limit is
// not read: it might not fit into memory.
func TestAFileOfFlagsThatGrowsIsNotRead(t *testing.T) {
	t.Parallel()
	at := file(t, "flags.yaml", "first: true\n")
	log, ticks := newOutput(), make(chan time.Time)
	go followFlags(t.Context(), ticks, nil, at, []byte("first: true\n"), slog.New(slog.NewTextHandler(log, nil)))
	if err := os.Truncate(at, maxFile+2); err != nil {
		t.Fatal(err)
	}
	ticks <- time.Time{}
	ticks <- time.Time{}
	if !strings.Contains(log.String(), "it has more than") {
		t.Errorf("the size is not reported: %s", log)
	}
}

// TestWhatIsNoTextIsRefused checks that a file with invalid UTF-8 is refused with the line
// of the mistake: decoding it would change names.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"{\"a\": true,\n\"caf\xe9\": true}", "# caf\xe9s\n\ncaf\xe9: true\n", "f\x00l\x00a\x00g\x00"} {
		at := file(t, "file", content)
		for _, args := range [][]string{{"serve", "--run", "true", "--flags"}, {"serve", "--run", "true", "--seed"}, {"seed", "--check"}, {"spec", "--spec"}, {"drift", "--document"}} {
			if got := command(t, nil, append(args, at)...); got.code == 0 || !strings.Contains(got.stderr, "it is not text in UTF-8") || !strings.Contains(got.stderr, ": line ") {
				t.Errorf("%v, %q: %d %s", args, content, got.code, got.stderr)
			}
		}
	}
}
