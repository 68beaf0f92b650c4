package main

import (
	"log/slog"
	"path/filepath"
	"syscall"
	"testing"
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
