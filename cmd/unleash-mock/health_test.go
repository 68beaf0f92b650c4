package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestHealthWaits checks that health waits until the instance is healthy, or until its time
// is up.
func TestHealthWaits(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	starting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, healthy)
	}))
	t.Cleanup(starting.Close)
	ill := httptest.NewServer(answers(broken))
	t.Cleanup(ill.Close)
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	hanging := httptest.NewServer(http.HandlerFunc(hang))
	t.Cleanup(hanging.Close)
	var calls atomic.Int64
	worsening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 1 {
			hang(w, r)
			return
		}
		answers(broken)(w, r)
	}))
	t.Cleanup(worsening.Close)
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"is getting well": {[]string{"--wait", "1m", "--url", starting.URL}, exitcode.OK, "GOOD\n"},
		"stays ill":       {[]string{"--wait", "150ms", "--url", ill.URL}, exitcode.Broken, `health "FINE"`},
		"is not there":    {[]string{"--wait", "150ms", "--url", nobody}, exitcode.Error, "no answer"},
		"is cut at last":  {[]string{"--wait", "300ms", "--url", worsening.URL}, exitcode.Broken, `health "FINE"`},
		"does not answer": {[]string{"--wait", "150ms", "--url", hanging.URL}, exitcode.Error, "no answer"},
		"less than 0":     {[]string{"--wait", "-1s", "--url", ill.URL}, exitcode.Usage, "--wait -1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append([]string{"health"}, test.args...)...)
			if said := got.stdout + got.stderr; got.code != test.code || !strings.Contains(said, test.says) || strings.Count(said, "\n") != 1 {
				t.Errorf("exit code %d, want %d: %q", got.code, test.code, said)
			}
		})
	}
}
