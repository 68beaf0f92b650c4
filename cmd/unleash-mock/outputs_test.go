package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/spec"
)

const earlier = "what an earlier run wrote"

// TestAnOutputOutlivesWhatFails checks that a command that fails before it has a result
// leaves the existing file as it was.
func TestAnOutputOutlivesWhatFails(t *testing.T) {
	t.Parallel()
	const nobody, elsewhere = "http://127.0.0.1:1", "192.0.2.1:0"
	for name, args := range map[string][]string{
		"verify, an unknown tag":          {"verify", "--target", nobody, "--tags", "@a &&", "--report", "json="},
		"verify, another report":          {"verify", "--target", nobody, "--report", "pdf=x", "--report", "json="},
		"drift, no document":              {"drift", "--target", nobody, "--output", ""},
		"proxy, no address":               {"proxy", "--upstream", nobody, "--listen", "nowhere", "--report", "json="},
		"proxy, an unknown side":          {"proxy", "--upstream", nobody, "--listen", "127.0.0.1:0", "--judge", "none", "--report", "json="},
		"proxy, not its address":          {"proxy", "--upstream", nobody, "--listen", elsewhere, "--tls", "--tls-cert-out", ""},
		"serve, not its address":          {"serve", "--listen", elsewhere, "--tls", "--tls-cert-out", ""},
		"serve, a file of the user's own": {"serve", "--port", "0", "--run", "true", "--tls", "--tls-cert-out", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := file(t, "kept", earlier)
			args[len(args)-1] += kept
			if got := command(t, nil, args...); got.code == exitcode.OK {
				t.Errorf("exit code %d: %s%s", got.code, got.stdout, got.stderr)
			}
			if text, err := os.ReadFile(kept); err != nil || string(text) != earlier {
				t.Errorf("the file holds %.80q (%v)", text, err)
			}
			alone(t, kept)
		})
	}
}

// TestOutputsHaveFilesOfTheirOwn checks that no two outputs, and no output and input, use
// the same file: one would overwrite the other.
func TestOutputsHaveFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	const nobody = "http://127.0.0.1:1"
	name := filepath.Join(t.TempDir(), "out")
	kept := file(t, "kept", earlier)
	link, dangling := filepath.Join(filepath.Dir(kept), "link"), filepath.Join(filepath.Dir(name), "dangling")
	if err := errors.Join(os.Symlink(kept, link), os.Symlink("out", dangling)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "--target", nobody, "--report", "json=" + name, "--report", "junit=" + dangling},
		{"verify", "--target", nobody, "--client-cert", kept, "--report", "json=" + link},
		{"verify", "--target", nobody, "--profile", "contract", "--spec", kept, "--report", "json=" + kept},
		{"proxy", "--upstream", nobody, "--client-key", kept, "--record", kept},
		{"proxy", "--upstream", nobody, "--record", kept, "--report", "json=" + link},
		{"proxy", "--upstream", nobody, "--port-file", name, "--record", name},
		{"drift", "--document", kept, "--output", link},
		{"drift", "--target", nobody, "--spec", kept, "--output", kept},
		{"serve", "--seed", kept, "--port-file", kept},
		{"serve", "--flags", kept, "--port-file", link},
		{"serve", "--flags", kept, "--flags-from", nobody, "--flags-cache", kept},
		{"serve", "--replay", name, "--replay", kept, "--port-file", kept},
		{"serve", "--tls", "--tls-cert-out", name, "--port-file", name},
		{"serve", "--env-file", name, "--port-file", name},
		{"verify", "--target", "http://127.0.0.1:1", "--report", "json=" + name, "--report", "junit=" + filepath.Dir(name) + "/./out"},
		{"proxy", "--upstream", "http://127.0.0.1:1", "--record", name, "--report", "json=" + name},
	} {
		if got := command(t, nil, args...); got.code != exitcode.Usage || !strings.Contains(got.stderr, "the file is already used by --") {
			t.Errorf("%v: exit code %d: %s", args, got.code, got.stderr)
		}
	}
	if text, err := os.ReadFile(kept); err != nil || string(text) != earlier {
		t.Errorf("the file holds %.80q (%v)", text, err)
	}
	for _, args := range [][]string{
		{"verify", "--list", "--tags", "@core", "--seed", "7", "--report", "json=7"},
		{"verify", "--list", "--tags", "@core", "--report", "json=" + os.DevNull, "--report", "junit=" + os.DevNull},
	} {
		if err := checkedOutputs(t, args); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// checkedOutputs checks the output files of a command line and returns the error, if any.
func checkedOutputs(t *testing.T, args []string) error {
	t.Helper()
	found, rest, err := (&program{env: variables(nil)}).rootCommand().Find(args)
	if err == nil {
		err = found.ParseFlags(rest)
	}
	if err != nil {
		t.Fatal(err)
	}
	return checkOutputs(found.Flags())
}

// TestTwoRecordingsInOneFile checks that two recordings in one file do not overwrite each
// other, and that the first of them replaces an earlier one.
func TestTwoRecordingsInOneFile(t *testing.T) {
	t.Parallel()
	name := file(t, "traffic.jsonl", earlier)
	for _, line := range []string{"one\n", "two\n"} {
		record, err := openRecording(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { record.end() })
		if err := record.begin(slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		if _, err := record.writer().Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "one\ntwo\n" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

// alone checks that a file is the only one in its folder.
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

// TestFirstOfForeignFiles checks that the same one of two files with something else in them is named every time.
func TestFirstOfForeignFiles(t *testing.T) {
	t.Parallel()
	environment, port := file(t, ".env", "A=b\n"), file(t, "port", "my port\n")
	for range 10 {
		got := command(t, nil, "serve", "--port-file", port, "--env-file", environment)
		if got.code != exitcode.Usage || !strings.Contains(got.stderr, "--env-file "+environment+": the file has something else in it") {
			t.Fatalf("exit code %d, %s", got.code, got.stderr)
		}
	}
}
