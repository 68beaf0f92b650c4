//go:build unix

// The program in the place of go is a script for a Unix shell.

package gherkin_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNoProgramIsRunAtTheStart starts this very program, godog and all, where
// "go" is a script that leaves a trace.
func TestNoProgramIsRunAtTheStart(t *testing.T) {
	t.Parallel()
	if os.Getenv("PATH") == "" {
		t.Error("PATH was not given back")
	}
	folder := t.TempDir()
	trace := filepath.Join(folder, "trace")
	script := "#!/bin/sh\n: >" + trace + "\n"
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	program.Env = []string{"PATH=" + folder}
	if output, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("the start of the program ran go")
	}
}
