package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// pipeAndFile returns reports for a pipe and for a file, in this order.
func pipeAndFile(t *testing.T) (files reportFiles, pipe, kept string) {
	t.Helper()
	folder := t.TempDir()
	pipe, kept = filepath.Join(folder, "pipe"), filepath.Join(folder, "kept.json")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := readReports([]string{"json=" + pipe, "json=" + kept})
	if err != nil {
		t.Fatal(err)
	}
	return files, pipe, kept
}

// TestAPipeThatIsNotReadCostsNoOtherReport checks that a pipe without a reader keeps neither the other
// reports nor a command that has been asked to end.
func TestAPipeThatIsNotReadCostsNoOtherReport(t *testing.T) {
	t.Parallel()
	files, pipe, kept := pipeAndFile(t)
	ended, end := context.WithCancel(t.Context())
	end()
	if err := files.write(ended, &report.Report{}); !errors.Is(err, errUnread) || !strings.HasPrefix(err.Error(), "--report json="+pipe+": ") {
		t.Errorf("got %v", err)
	}
	readReport(t, kept)
	readReport(t, pipe) // its writer is still waiting
}

// TestPipesComeAfterFiles checks that the other reports exist when the reader of a pipe has its own.
func TestPipesComeAfterFiles(t *testing.T) {
	t.Parallel()
	files, pipe, kept := pipeAndFile(t)
	written := make(chan error, 1)
	go func() { written <- files.write(t.Context(), &report.Report{}) }()
	readReport(t, pipe)
	readReport(t, kept)
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// TestAProxyWaitsForTheReaderOfAPipe checks that the signal which ends a proxy does not cost its report:
// the reader may come within --drain.
func TestAProxyWaitsForTheReaderOfAPipe(t *testing.T) {
	t.Parallel()
	_, pipe, _ := pipeAndFile(t)
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--report", "json="+pipe, "--drain", "1m")
	get(t, i.url+"/health", "")
	code := make(chan int, 1)
	go func() { code <- i.end() }()
	time.Sleep(pipePatience + time.Second)
	readReport(t, pipe)
	if got := <-code; got != exitcode.OK {
		t.Errorf("exit code %d: %s", got, i.stderr)
	}
}
