package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestARecordingThatCannotBeWritten checks that a failed write is reported at once, and by
// the exit code at the end.
func TestARecordingThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--record", "/dev/full")
	get(t, i.url+"/health", "")
	i.stderr.await("the recording ends here")
	if code := i.end(); code != exitcode.Error || strings.Count(i.stderr.String(), "no space left on device") != 2 {
		t.Errorf("exit code %d: %s", code, i.stderr)
	}
}

// TestAFolderThatIsCleaned checks that a recording that was removed while it was written is an error, and
// that reports get their folder again.
func TestAFolderThatIsCleaned(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(answers(healthy))
	t.Cleanup(upstream.Close)
	folder := filepath.Join(t.TempDir(), "out")
	report := filepath.Join(folder, "report.json")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--record", filepath.Join(folder, "traffic.jsonl"), "--report", "json="+report)
	get(t, i.url+"/health", "")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if code := i.end(); code != exitcode.Error || !strings.Contains(i.stderr.String(), "traffic.jsonl was moved, removed or replaced") {
		t.Errorf("exit code %d: %s", code, i.stderr)
	}
	if _, err := os.Stat(report); err != nil {
		t.Error(err)
	}
}

// TestAReportThatCannotBeWritten checks that a failed report is an error, but hides nothing that broke the
// contract.
func TestAReportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]int{healthy: exitcode.Error, broken: exitcode.Broken} {
		upstream := httptest.NewServer(answers(body))
		t.Cleanup(upstream.Close)
		i := startProxy(t, upstream.URL, "--listen", "127.0.0.1:0", "--report", "html=/dev/full")
		get(t, i.url+"/health", "")
		if got := i.end(); got != code || !strings.Contains(i.stderr.String(), "no space left on device") {
			t.Errorf("exit code %d, want %d: %s", got, code, i.stderr)
		}
	}
}
