//go:build unix

// The test replaces go with a Unix shell script.

package gherkin_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNoProgramIsRunAtTheStart starts the test binary, which includes godog, with a PATH whose
// only program is a "go" that leaves a file behind.
func TestNoProgramIsRunAtTheStart(t *testing.T) {
	t.Parallel()
	if os.Getenv("PATH") == "" {
		t.Error("PATH was not restored")
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
		t.Error("starting the program ran go")
	}
}
