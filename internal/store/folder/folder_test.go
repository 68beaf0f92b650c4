package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "here")
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, dir, store.Limits{Total: 64 << 10, Content: 16 << 10})
	}, storetest.ReadFile)
}

func open(t *testing.T, dir string, limits store.Limits) *Folder {
	t.Helper()
	f, err := Open(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFolderIsForOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir, store.Limits{})
	_, err := Open(dir, store.Limits{})
	storetest.Refused(t, "opening a folder that is in use", err, ErrLocked)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir, store.Limits{}).Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFiles checks that only the owner can read the store's files, that no two names share
// a file where letter case does not count, and that other files stay.
func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other, half := filepath.Join(dir, "notes.txt"), filepath.Join(dir, ".w-a.json.ABCDEFGH")
	if err := errors.Join(os.WriteFile(other, []byte("mine"), 0o644), os.WriteFile(half, []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, spelt := range []string{"w-Ci.json", "w-++.json", "w-c+.json"} {
		if err := os.WriteFile(filepath.Join(dir, spelt), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, dir, store.Limits{})
	if list, err := f.Unowned(t.Context()); len(list) > 0 || err != nil {
		t.Errorf("names without an owner: %v (%v)", list, err)
	}
	seen := map[string]bool{}
	for _, name := range []string{"CI", "ci", "Ci", "cI"} {
		storetest.Take(t, f, name, true)
		storetest.Write(t, f, name, 0, name)
		seen[strings.ToLower(filepath.Base(f.path(name)))] = true
	}
	if len(seen) != 4 {
		t.Errorf("names share files: %v", seen)
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == other {
			return err
		}
		info, err := entry.Info()
		if err == nil && runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(storetest.ReadFile(t, other)); got != "mine" {
		t.Errorf("the other file holds %q", got)
	}
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the unfinished file still exists: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestANameLikeADamagedFile checks that a name with the text that marks a damaged file is
// found again, and that damaged files are not taken for contents.
func TestANameLikeADamagedFile(t *testing.T) {
	t.Parallel()
	const name = "a.json.damaged-20260102"
	dir := t.TempDir()
	f := open(t, dir, store.Limits{})
	storetest.Take(t, f, name, true)
	storetest.Write(t, f, name, 0, "first")
	storetest.Take(t, f, "b", true)
	storetest.Write(t, f, "b", 0, "damaged")
	if _, err := f.SetAside(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir, store.Limits{})
	if got := storetest.Names(t, f); got != name || f.total != 2*block {
		t.Errorf("stored are %q, and take %d bytes", got, f.total)
	}
	if got := storetest.Take(t, f, name, false); string(got.Content) != "first" {
		t.Errorf("it holds %q", got.Content)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAFileIsReplacedWholeOrNotAtAll checks that a file that cannot be written keeps its
// content.
func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), store.Limits{})
	storetest.Take(t, f, "a", true)
	revision := storetest.Write(t, f, "a", 0, "first")
	if err := os.Remove(f.path("a")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(f.path("a"), 0o700), os.WriteFile(filepath.Join(f.path("a"), "x"), nil, 0o600)); err != nil {
		t.Fatal(err) // a file cannot replace a folder
	}
	if _, err := f.Write(t.Context(), "a", revision, []byte("second")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
