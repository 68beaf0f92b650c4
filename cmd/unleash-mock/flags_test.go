package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestServeFollowsAFileOfFlags: what the file says counts from the start, in every
// workspace, and anew when it changes; a mistake is told and changes nothing.
func TestServeFollowsAFileOfFlags(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "flags.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first: true\n")
	mock := startServe(t, nil, "--flags", name)
	on := func(path string) string {
		t.Helper()
		_, body := get(t, mock.url+path+"/api/frontend", wellknown.Frontend)
		return body
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %s\n%s", what, on(""), mock.stderr.String())
			}
		}
	}
	for _, path := range []string{"", "/w/other"} {
		if got := on(path); !strings.Contains(got, `"first"`) {
			t.Errorf("%s: %s", path, got)
		}
	}
	write("second: true\nlonger: false\n")
	until("the file was not read again", func() bool { return strings.Contains(on("/w/other"), `"second"`) })
	write("second: maybe\n")
	until("the mistake was not told", func() bool { return strings.Contains(mock.stderr.String(), "line 1, column 9: second") })
	if got := on(""); !strings.Contains(got, `"second"`) || strings.Contains(got, `"first"`) {
		t.Errorf("after a mistake: %s", got)
	}
	request, err := http.NewRequest(http.MethodPatch, mock.url+"/_mock/flags/set", strings.NewReader(`{"enabled":true}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	do(t, request)
	get(t, mock.url+"/w/other/_mock/info", "")
	if got := on(""); !strings.Contains(got, `"set"`) {
		t.Errorf("a flag that was set: %s", got)
	}
	request, err = http.NewRequest(http.MethodPost, mock.url+"/_mock/reset", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	do(t, request)
	if got := on(""); strings.Contains(got, `"set"`) || !strings.Contains(got, `"second"`) {
		t.Errorf("after a reset: %s", got)
	}
}
