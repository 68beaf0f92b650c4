package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestOutputsDoNotCostEachOther: a full disk costs the report that is on it.
func TestOutputsDoNotCostEachOther(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--limits", "off")
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for name, test := range map[string]struct {
		stdout  io.Writer
		reports []string
		says    string
	}{
		"another report":  {io.Discard, []string{"--report", "html=/dev/full"}, "--report html=/dev/full"},
		"standard output": {full, nil, "writing the summary"},
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
				t.Errorf("the other report has %+v", r.Summary)
			}
		})
	}
}
