package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/spec"
)

const earlier = "what an earlier run wrote"

// TestAnOutputOutlivesWhatFails before there is something to put in its place.
func TestAnOutputOutlivesWhatFails(t *testing.T) {
	t.Parallel()
	const nobody = "http://127.0.0.1:1"
	for name, args := range map[string][]string{
		"verify, an unknown tag": {"verify", "--target", nobody, "--tags", "@a &&", "--report", "json="},
		"verify, another report": {"verify", "--target", nobody, "--report", "pdf=x", "--report", "json="},
		"drift, no document":     {"drift", "--target", nobody, "--output", ""},
		"proxy, no address":      {"proxy", "--upstream", nobody, "--listen", "nowhere", "--report", "json="},
		"proxy, an unknown side": {"proxy", "--upstream", nobody, "--listen", "127.0.0.1:0", "--judge", "none", "--report", "json="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := file(t, "kept", earlier)
			args[len(args)-1] += kept
			if got := command(t, nil, args...); got.code == exitcode.OK {
				t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
			}
			if text, err := os.ReadFile(kept); err != nil || string(text) != earlier {
				t.Errorf("it holds %.80q (%v)", text, err)
			}
			alone(t, kept)
		})
	}
}

// TestOutputsHaveFilesOfTheirOwn: the later would take the place of the earlier.
func TestOutputsHaveFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "out")
	for _, args := range [][]string{
		{"verify", "--target", "http://127.0.0.1:1", "--report", "json=" + name, "--report", "junit=" + filepath.Dir(name) + "/./out"},
		{"proxy", "--upstream", "http://127.0.0.1:1", "--record", name, "--report", "json=" + name},
	} {
		if got := command(t, nil, args...); got.code != exitcode.Usage || !strings.Contains(got.stderr, "the file is taken by another output") {
			t.Errorf("%v: exit code %d: %s", args, got.code, got.stderr)
		}
	}
}

// alone checks that nothing lies beside a file.
func alone(t *testing.T, name string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v (%v)", entries, err)
	}
}

func TestOutputsAreMadeWithTheirFolders(t *testing.T) {
	t.Parallel()
	document := file(t, "openapi.json", string(spec.Default().JSON()))
	name := filepath.Join(t.TempDir(), "reports", "of today", "drift.txt")
	if got := command(t, nil, "drift", "--document", document, "--output", name); got.code != exitcode.OK {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), "equal") {
		t.Errorf("got %q (%v)", text, err)
	}
	alone(t, name)
}
