package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/report"
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
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		reporting, cancel := forReports(ctx, time.Minute)
		defer cancel()
		time.Sleep(time.Minute - time.Second) // of the bubble's time
		if err := reporting.Err(); err != nil {
			t.Errorf("within --drain: %v", err)
		}
		time.Sleep(2 * time.Second) // of the same
		if reporting.Err() == nil {
			t.Error("it lasts longer than --drain")
		}
	})
}

// TestAReportEndsWithASignal checks that a signal ends what a proxy writes after its command has ended.
func TestAReportEndsWithASignal(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	reporting, cancel := forReports(ctx, time.Minute)
	defer cancel()
	if err := reporting.Err(); err != nil {
		t.Error(err)
	}
	interrupt()
	if reporting.Err() == nil {
		t.Error("the signal does not end it")
	}
}
