package outfile

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// fileInPlace is the environment variable with the file that this program, run again by
// TestNoRoomInPlace, overwrites.
const fileInPlace = "OUTFILE_TEST_IN_PLACE"

// TestNoRoomInPlace checks that a file that is overwritten, not replaced, keeps its content if there
// is no room for the new one. A limit on the size of files stands for a full disk.
func TestNoRoomInPlace(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	if name := os.Getenv(fileInPlace); name != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
		if err := overwrite(name, bytes.Repeat([]byte("b"), 2*limit)); err == nil {
			os.Exit(3)
		}
		return
	}
	name := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(name, []byte(earlier), 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoRoomInPlace$")
	child.Env = append(os.Environ(), fileInPlace+"="+name)
	if output, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != earlier {
		t.Errorf("the file holds %.80q (%v)", text, err)
	}
	for _, content := range []string{"new", "longer than what an earlier run wrote", ""} {
		if err := overwrite(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(name); err != nil || string(text) != content {
			t.Errorf("the file holds %q (%v), not %q", text, err, content)
		}
	}
}
