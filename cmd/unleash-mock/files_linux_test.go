package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestAnInputThatNobodyWritesHoldsUpNoInterruption checks that a command that waits for a pipe ends when it is
// interrupted.
func TestAnInputThatNobodyWritesHoldsUpNoInterruption(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"serve", "--flags"}, {"serve", "--seed"}, {"serve", "--spec"}, {"serve", "--replay"}, {"serve", "--tls-cert"},
		{"serve", "--upstream", nobody, "--ca-file"}, {"proxy", "--upstream", nobody, "--spec"}, {"proxy", "--upstream", nobody, "--client-cert"},
		{"verify", "--target", nobody, "--profile", "contract", "--spec"}, {"verify", "sweep", "--target", nobody, "--ca-file"},
		{"doctor", "--target", nobody, "--ca-file"}, {"health", "--url", nobody, "--ca-file"}, {"drift", "--document"}, {"drift", "--target", nobody, "--spec"},
		{"seed", "--check"}, {"seed", "--from-recording"}, {"spec", "--spec"}, {"drift", "--document", "-"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			pipe := pipeWithoutWriter(t)
			var stdout, stderr strings.Builder
			stdin, input, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { input.Close() })
			p := &program{env: variables(nil), stdin: stdin, stdout: &stdout, stderr: &stderr}
			if args[len(args)-1] != "-" {
				args = append(args, pipe)
			}
			interrupted, interrupt := context.WithCancel(t.Context())
			interrupt()
			ended := make(chan int, 1)
			go func() { ended <- p.run(interrupted, args) }()
			select {
			case code := <-ended:
				if code != exitcode.Error || !strings.Contains(stderr.String(), "interrupted before all of it was written") {
					t.Errorf("exit code %d: %s%s", code, &stdout, &stderr)
				}
			case <-time.After(2 * time.Minute):
				t.Fatal("it waits for the pipe")
			}
		})
	}
}

// pipeWithoutWriter returns the name of a pipe. Whoever reads it is let go at the end of the test.
func pipeWithoutWriter(t *testing.T) string {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		writer, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			writer.Close()
		} else if !errors.Is(err, syscall.ENXIO) { // nobody reads it
			t.Error(err)
		}
	})
	return pipe
}

// TestAPipeIsReadOnce checks that a certificate that several parts of a command need may come from a pipe, as in
// --ca-file <(...).
func TestAPipeIsReadOnce(t *testing.T) {
	t.Parallel()
	pipe := pipeWithoutWriter(t)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if got := command(t, nil, "serve", "--port", "0", "--tls", "--tls-cert-out", authority, "--run", "true"); got.code != exitcode.OK {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	text, err := os.ReadFile(authority)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = os.WriteFile(pipe, text, 0) }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stderr strings.Builder
	if code := run(ctx, []string{"proxy", "--upstream", nobody, "--ca-file", pipe, "--run", "true"}, variables(nil), newOutput(), &stderr); code != exitcode.Unverified {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}
