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

// TestAPipeOfFlagsIsNotFollowed: what comes out of it later is nothing, or somebody else's.
func TestAPipeOfFlagsIsNotFollowed(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "flags")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	followFlags(t.Context(), nil, nil, pipe, nil, slog.New(slog.DiscardHandler)) // which ends
}

// TestAPipeInThePlaceOfFlagsStopsNobody: nothing waits for what nobody writes.
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
			t.Fatal("it waits for the pipe")
		}
	}
	if !strings.Contains(log.String(), "no longer a regular file") {
		t.Errorf("it is not told: %s", log)
	}
}
