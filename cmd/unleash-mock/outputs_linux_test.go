package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
)

// fullDisk returns a file to which nothing can be written because no space is left.
func fullDisk(t *testing.T) io.Writer {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { full.Close() })
	return full
}

// TestOutputsDoNotCostEachOther checks that a full disk loses only the report that is on
// it.
func TestOutputsDoNotCostEachOther(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--limits", "off")
	for name, test := range map[string]struct {
		stdout  io.Writer
		reports []string
		says    string
	}{
		"another report":  {io.Discard, []string{"--report", "html=/dev/full"}, "--report html=/dev/full"},
		"standard output": {fullDisk(t), nil, "writing the summary: write /dev/full: no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := filepath.Join(t.TempDir(), "kept.json")
			args := append([]string{"verify", "--target", mock.url, "--operation", "getHealth", "--quiet"}, test.reports...)
			var stderr bytes.Buffer
			code := run(t.Context(), append(args, "--report", "json="+kept), variables(nil), test.stdout, &stderr)
			if code != exitcode.Error || !strings.Contains(stderr.String(), test.says) || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
			if r := readReport(t, kept); r.Summary.Passed == 0 {
				t.Errorf("the other report's summary is %+v", r.Summary)
			}
		})
	}
}

// TestABrokenContractCountsForMore checks that a full disk does not change the exit code for a target that
// breaks the contract, and that the error tells both.
func TestABrokenContractCountsForMore(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	unwell := httptest.NewServer(answers(broken))
	t.Cleanup(unwell.Close)
	mock := startServe(t, nil)
	document := file(t, "document.json", withoutHealth(t))
	for name, test := range map[string]struct {
		args   []string
		stdout io.Writer
		says   string
	}{
		"verify, a report":        {[]string{"verify", "--target", unwell.URL, "--operation", "getHealth", "--quiet", "--report", "html=/dev/full"}, io.Discard, "breaks the contract; --report html=/dev/full: "},
		"verify, standard output": {[]string{"verify", "--target", unwell.URL, "--operation", "getHealth", "--quiet"}, fullDisk(t), "breaks the contract; writing the summary: "},
		"drift, a file":           {[]string{"drift", "--document", document, "--output", "/dev/full"}, io.Discard, "1 breaking differences between the contract and " + document + "; writing /dev/full: "},
		"drift, standard output":  {[]string{"drift", "--document", document}, fullDisk(t), "; writing: "},
		"doctor":                  {[]string{"doctor", "--target", mock.url, "--token", "*:*.secret-of-another"}, fullDisk(t), "the target refuses a token; writing the diagnosis: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			code := run(t.Context(), test.args, variables(nil), test.stdout, &stderr)
			if code != exitcode.Broken || !strings.Contains(stderr.String(), test.says) || !strings.HasSuffix(stderr.String(), ": no space left on device\n") || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
		})
	}
}

// TestAFullDiskIsNoWrongUsage checks that the commands that only print report a full disk
// as an error, and not as wrong usage.
func TestAFullDiskIsNoWrongUsage(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil)
	for _, args := range [][]string{
		{"version"},
		{"spec"},
		{"seed"},
		{"health", "--url", mock.url},
		{"doctor", "--target", mock.url},
		{"drift", "--target", mock.url},
		{"verify", "--list"},
	} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			code := run(t.Context(), args, variables(nil), fullDisk(t), &stderr)
			if code != exitcode.Error || !strings.Contains(stderr.String(), ": write /dev/full: no space left on device\n") || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
		})
	}
}

// TestAPipeThatIsNotReadEndsWithTheProgram checks that a program which has been asked to end does not wait for the
// reader of an output.
func TestAPipeThatIsNotReadEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	h := &httpsFlags{config: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{nil}}}}}
	for name, write := range map[string]func(ctx context.Context, pipe string) error{
		"--record": func(ctx context.Context, pipe string) error { _, err := openRecording(ctx, pipe); return err },
		"--port-file": func(ctx context.Context, pipe string) error {
			return (&serverFlags{portFile: notice{name: pipe}}).writePort(ctx, &net.TCPAddr{Port: 1})
		},
		"--env-file": func(ctx context.Context, pipe string) error {
			return (&serveFlags{envFile: notice{name: pipe}}).writeEnvironment(ctx, nil)
		},
		"--tls-cert-out": func(ctx context.Context, pipe string) error { h.certOut = pipe; return h.writeCertificate(ctx) },
		"--output": func(ctx context.Context, pipe string) error {
			return new(program).writeTo(ctx, pipe, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipe := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithCancel(t.Context())
			end()
			err := write(ctx, pipe)
			if code := new(codedError); !errors.As(err, &code) || code.code != exitcode.Error || !strings.HasSuffix(err.Error(), errUnread.Error()) {
				t.Errorf("got %v", err)
			}
			reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0) // its writer is still waiting
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { reader.Close() })
		})
	}
}
