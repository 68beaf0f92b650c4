// Package folder is a store in the files of a folder, for one process: the operating
// system locks the folder until the process ends.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
	"github.com/unleash-mock/unleash-mock/internal/store"
)

// Parts of file names. The file of a content is called prefix, name, suffix.
const (
	lockFile = "lock"
	prefix   = "w-" // keeps names from being those of devices on Windows
	suffix   = ".json"
	damaged  = ".damaged-"
)

// block is the least that a file counts for, in bytes.
const block = 4096

// ErrLocked is returned if another process uses the folder.
var ErrLocked = errors.New("another process is using the folder")

// Folder is a store in a folder.
type Folder struct {
	dir    string
	limits store.Limits
	lock   *os.File

	mu    sync.Mutex
	files map[string]file // by name
	total int64           // bytes of all files
}

type file struct {
	revision int64
	size     int64
	written  time.Time
}

var _ store.Store = (*Folder)(nil)

// Open locks a folder, creates it if necessary, and finds what is in it. The error wraps
// ErrLocked if another process uses the folder.
func Open(dir string, limits store.Limits) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	outfile.SyncFolder(filepath.Dir(filepath.Clean(dir))) // or the folder itself could get lost
	lock, err := lockExclusively(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	f := &Folder{dir: dir, limits: limits, lock: lock, files: map[string]file{}}
	if err := f.find(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// find lists the files, and removes the leftovers of a process that ended while it was
// writing.
func (f *Folder) find() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "."+prefix) {
			if err := os.Remove(filepath.Join(f.dir, entry.Name())); err != nil {
				return err
			}
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, is := nameOf(entry.Name())
		switch {
		case is && info.Mode().IsRegular() && entry.Name() == filepath.Base(f.path(name)): // otherwise it is spelled differently, and not ours
			f.put(name, file{revision: 1, size: info.Size(), written: info.ModTime()})
		case !is && strings.Contains(entry.Name(), suffix+damaged): // a name may contain this, too
			f.total += max(info.Size(), block)
		}
	}
	return nil
}

// put records what is stored under a name. An empty file takes space, too.
func (f *Folder) put(name string, next file) {
	f.drop(name)
	f.files[name] = next
	f.total += max(next.size, block)
}

func (f *Folder) drop(name string) {
	if before, is := f.files[name]; is {
		f.total -= max(before.size, block)
		delete(f.files, name)
	}
}

// path returns the path of the file for a name. A capital letter is written as + and the
// small letter, because some systems do not tell the two apart.
func (f *Folder) path(name string) string {
	var out strings.Builder
	for _, c := range name {
		if unicode.IsUpper(c) {
			out.WriteByte('+')
		}
		out.WriteRune(unicode.ToLower(c))
	}
	return filepath.Join(f.dir, prefix+out.String()+suffix)
}

// nameOf returns the name whose file is called base. It returns false if base is not one
// of our files.
func nameOf(base string) (string, bool) {
	base, hasPrefix := strings.CutPrefix(base, prefix)
	base, hasSuffix := strings.CutSuffix(base, suffix)
	var out strings.Builder
	raised := false
	for _, c := range base {
		switch {
		case raised:
			out.WriteRune(unicode.ToUpper(c))
			raised = false
		case c == '+':
			raised = true
		default:
			out.WriteRune(c)
		}
	}
	return out.String(), hasPrefix && hasSuffix && !raised && base != ""
}

// Take implements store.Store.
func (f *Folder) Take(_ context.Context, name string, reserve bool) (store.Entry, error) {
	f.mu.Lock()
	stored, is := f.files[name]
	f.mu.Unlock()
	switch {
	case !is && !reserve:
		return store.Entry{}, store.ErrNone
	case !is:
		return store.Entry{}, nil
	case f.limits.Content > 0 && stored.size > f.limits.Content:
		return store.Entry{Revision: stored.revision}, store.ErrTooLarge
	}
	content, err := os.ReadFile(f.path(name))
	if errors.Is(err, fs.ErrNotExist) { // somebody removed it
		f.mu.Lock()
		f.drop(name)
		f.mu.Unlock()
		return f.Take(context.Background(), name, reserve)
	}
	if err != nil {
		return store.Entry{}, err
	}
	if content == nil {
		content = []byte{}
	}
	return store.Entry{Content: content, Revision: stored.revision, Own: true}, nil
}

// Reclaim implements store.Store.
func (f *Folder) Reclaim(ctx context.Context, name string, reserve bool) (store.Entry, error) {
	return f.Take(ctx, name, reserve)
}

// Write implements store.Store.
func (f *Folder) Write(_ context.Context, name string, revision int64, content []byte) (int64, error) {
	size := int64(len(content))
	if err := f.admit(name, revision, size); err != nil {
		return 0, err
	}
	if err := outfile.Replace(f.path(name), outfile.Private, content); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(name, file{revision: revision + 1, size: size, written: time.Now()})
	return revision + 1, nil
}

func (f *Folder) admit(name string, revision, size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.files[name]
	switch {
	case before.revision != revision:
		return store.ErrLost
	case f.limits.Content > 0 && size > f.limits.Content:
		return store.ErrTooLarge
	case f.limits.Total > 0 && size > before.size && f.total-before.size+max(size, block) > f.limits.Total:
		return fmt.Errorf("%w: %d of %d bytes are used", store.ErrFull, f.total, f.limits.Total)
	}
	return nil
}

// LetGo implements store.Store.
func (f *Folder) LetGo(context.Context, string) error { return nil }

// Remove implements store.Store.
func (f *Folder) Remove(_ context.Context, name string) error {
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	outfile.SyncFolder(f.dir) // or it could come back
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(name)
	return nil
}

// SetAside implements store.Store.
func (f *Folder) SetAside(_ context.Context, name string) (string, error) {
	at := f.path(name)
	aside := at + damaged + time.Now().UTC().Format("20060102T150405.000000000Z")
	if err := os.Rename(at, aside); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	size := f.files[name].size
	f.drop(name)
	f.total += max(size, block)
	return aside, nil
}

// Unowned implements store.Store.
func (f *Folder) Unowned(context.Context) ([]store.Stored, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]store.Stored, 0, len(f.files))
	for name, stored := range f.files {
		out = append(out, store.Stored{Name: name, Written: stored.written})
	}
	return out, nil
}

// Ping implements store.Store.
func (f *Folder) Ping(context.Context) error { return nil }

// Exclusive implements store.Store.
func (f *Folder) Exclusive() bool { return true }

// Session implements store.Store.
func (f *Folder) Session() (number int64, lives bool) { return 0, true }

// Wanted implements store.Store.
func (f *Folder) Wanted() <-chan string { return nil }

// Close implements store.Store.
func (f *Folder) Close() error { return f.lock.Close() }
