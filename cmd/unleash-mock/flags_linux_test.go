package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAPipeOfFlagsIsNotFollowed checks that a pipe is read only once: later reads would
// find nothing, or somebody else's data.
func TestAPipeOfFlagsIsNotFollowed(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "flags")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	followFlags(t.Context(), nil, nil, pipe, nil, slog.New(slog.DiscardHandler)) // returns at once
}

// TestAPipeInThePlaceOfFlagsStopsNobody checks that the mock does not block if a pipe
// without a writer replaces the file of flags.
func TestAPipeInThePlaceOfFlagsStopsNobody(t *testing.T) {
	t.Parallel()
	at := file(t, "flags.yaml", "first: true\n")
	log, ticks := newOutput(), make(chan time.Time)
	go followFlags(t.Context(), ticks, nil, at, []byte("first: true\n"), slog.New(slog.NewTextHandler(log, nil)))
	ticks <- time.Time{}
	pipe := at + ".pipe"
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Rename(pipe, at)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case ticks <- time.Time{}:
		case <-time.After(10 * time.Second):
			t.Fatal("the mock waits for the pipe")
		}
	}
	if !strings.Contains(log.String(), "no longer a regular file") {
		t.Errorf("the log says nothing about the pipe: %s", log)
	}
}
