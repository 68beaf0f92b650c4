package outfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const earlier = "what an earlier run wrote"

// TestALinkToNoFileYet checks that a link to a missing file remains a link, and leads to
// the written file.
func TestALinkToNoFileYet(t *testing.T) {
	t.Parallel()
	folder, elsewhere := t.TempDir(), t.TempDir()
	link, second := filepath.Join(folder, "link"), filepath.Join(folder, "second")
	if err := errors.Join(os.Symlink(filepath.Join(elsewhere, "reports", "new"), second), os.Symlink("second", link)); err != nil {
		t.Fatal(err)
	}
	if err := Check(link); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, Shared, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(elsewhere, "reports", "new")); err != nil || string(text) != "new" {
		t.Errorf("the link leads to %q (%v)", text, err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("the folder of the links holds %v (%v)", entries, err)
	}
	if err := os.Symlink("round", filepath.Join(folder, "round")); err != nil {
		t.Fatal(err)
	}
	if err := Check(filepath.Join(folder, "round")); err == nil {
		t.Error("Check accepts a link to itself")
	}
}

// TestWrite checks that a file is replaced as a whole, also through a link, and keeps its
// mode, and that a new file gets the given mode.
func TestWrite(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	whole := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	cut := func(w io.Writer) error { _, err := io.WriteString(w, "ne"); return errors.Join(err, full) }
	for name, test := range map[string]struct {
		before      string // empty if there is no file
		mode, fresh os.FileMode
		write       func(io.Writer) error
		want        string // empty if there is no file
		err         error
	}{
		"whole":             {earlier, 0o600, Shared, whole, "new", nil},
		"cut":               {earlier, 0o600, Shared, cut, earlier, full},
		"one that is shown": {earlier, 0o640, Private, whole, "new", nil},
		"a new one":         {"", 0o600, Private, whole, "new", nil},
		"a new one, cut":    {"", 0, Private, cut, "", full},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := filepath.Join(t.TempDir(), "kept")
			at := kept
			if test.before != "" {
				at = filepath.Join(t.TempDir(), "link")
				err := os.WriteFile(kept, []byte(test.before), test.mode)
				if err = errors.Join(err, os.Symlink(kept, at)); err != nil {
					t.Fatal(err)
				}
			}
			if err := Write(at, test.fresh, test.write); !errors.Is(err, test.err) {
				t.Errorf("got %v, want %v", err, test.err)
			}
			entries, err := os.ReadDir(filepath.Dir(kept))
			if test.want == "" {
				if err != nil || len(entries) != 0 {
					t.Errorf("the folder holds %v (%v)", entries, err)
				}
				return
			}
			text, err := os.ReadFile(kept)
			info, failed := os.Stat(kept)
			if err != nil || failed != nil || string(text) != test.want || info.Mode().Perm() != test.mode {
				t.Errorf("%q (%v), %v (%v)", text, err, info, failed)
			}
			if len(entries) != 1 {
				t.Errorf("the folder of the file holds %v", entries)
			}
			if info, err := os.Lstat(at); test.before != "" && (err != nil || info.Mode()&os.ModeSymlink == 0) {
				t.Errorf("the link became %v (%v)", info, err)
			}
		})
	}
}

// writerOf is the environment variable with the folder in which this program, run again
// by TestAKilledWriter, writes files.
const writerOf = "OUTFILE_TEST_WRITER"

const killedContent = 4 << 20

// TestAKilledWriter checks that a process that is killed while it writes leaves a whole
// file, the former or the new one.
func TestAKilledWriter(t *testing.T) {
	t.Parallel()
	replaced := func(folder string) string { return filepath.Join(folder, "replaced") }
	written := func(folder string) string { return filepath.Join(folder, "written") }
	if folder := os.Getenv(writerOf); folder != "" {
		for letter := byte('a'); ; letter ^= 'a' ^ 'b' {
			content := bytes.Repeat([]byte{letter}, killedContent)
			err := errors.Join(
				Replace(replaced(folder), Private, content),
				Write(written(folder), Private, func(w io.Writer) error { _, err := w.Write(content); return err }),
			)
			if _, printing := os.Stdout.Write([]byte{letter}); err != nil || printing != nil {
				t.Fatal(err, printing)
			}
		}
	}
	for round := range 5 {
		folder := t.TempDir()
		writer := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAKilledWriter$")
		writer.Env = append(os.Environ(), writerOf+"="+folder)
		progress, err := writer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(progress, make([]byte, 1+round)); err != nil {
			t.Fatal(err)
		}
		if err := writer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = writer.Wait() // the error is that it was killed
		for _, name := range []string{replaced(folder), written(folder)} {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if len(content) != killedContent || bytes.Count(content, content[:1]) != killedContent {
				t.Errorf("%s is not whole: it has %d bytes", name, len(content))
			}
		}
	}
}

// TestWriteBetween checks that only what is between the marks is replaced, and that a file
// without them stays as it is.
func TestWriteBetween(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{"a<b>c<e>d": "a<b>new<e>d", "a<e>c<b>d": "a<e>c<b>d", "a<b>c": "a<b>c"} {
		file := filepath.Join(t.TempDir(), "page")
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		err := WriteBetween(file, "<b>", "<e>", "new")
		got, _ := os.ReadFile(file)
		if string(got) != want || (err == nil) != (before != want) {
			t.Errorf("%s became %s (%v), want %s", before, got, err, want)
		}
	}
}
