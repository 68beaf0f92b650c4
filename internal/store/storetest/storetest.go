// Package storetest tests what every store promises.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/store"
)

// Take takes a name that must be available.
func Take(t *testing.T, s store.Store, name string, reserve bool) store.Entry {
	t.Helper()
	entry, err := s.Take(t.Context(), name, reserve)
	if err != nil {
		t.Fatalf("taking %s: %v", name, err)
	}
	return entry
}

// Write writes a content that must be accepted.
func Write(t *testing.T, s store.Store, name string, revision int64, content string) int64 {
	t.Helper()
	next, err := s.Write(t.Context(), name, revision, []byte(content))
	if err != nil {
		t.Fatalf("writing %s: %v", name, err)
	}
	return next
}

// Refused checks that an error is the expected one.
func Refused(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Names lists what is stored and does not belong to another process.
func Names(t *testing.T, s store.Store) string {
	t.Helper()
	list, err := s.Unowned(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, stored := range list {
		if stored.Written.IsZero() {
			t.Errorf("%s was never written", stored.Name)
		}
		out = append(out, stored.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Run tests a store. open opens it, also again after it was closed, with room for 64 KiB
// in all and 16 KiB for one content. readAside reads what was set aside.
func Run(t *testing.T, open func(*testing.T) store.Store, readAside func(t *testing.T, where string) []byte) {
	s := open(t)
	ctx := t.Context()
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()

	// Nothing is stored until it is written.
	_, err := s.Take(ctx, "a", false)
	Refused(t, "taking a name that is not stored", err, store.ErrNone)
	if got := Take(t, s, "a", true); got.Content != nil || got.Revision != 0 {
		t.Errorf("reserving gave %v", got)
	}
	if got := Names(t, s); got != "" {
		t.Errorf("reserved names are listed: %s", got)
	}

	// Contents come back byte for byte, even after the process has ended.
	contents := map[string]string{
		"a": "{}\n", "A": "\x00\xff\r\n", "-": strings.Repeat("x", 4000), "con": "", "a.json": "1", "aux.b_c-d": "2", strings.Repeat("N", 63): "3",
	}
	revisions := map[string]int64{}
	for name, content := range contents {
		revisions[name] = Write(t, s, name, Take(t, s, name, true).Revision, content)
	}
	revisions["a"] = Write(t, s, "a", revisions["a"], contents["a"])
	_, err = s.Write(ctx, "a", revisions["a"]-1, []byte("older"))
	Refused(t, "overwriting another revision", err, store.ErrLost)
	if err := s.LetGo(ctx, "-"); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t)
	names := make([]string, 0, len(contents))
	for name, content := range contents {
		got := Take(t, s, name, false)
		if got.Content == nil || !bytes.Equal(got.Content, []byte(content)) || got.Revision == 0 {
			t.Errorf("%s: %q in revision %d, want %q", name, got.Content, got.Revision, content)
		}
		revisions[name] = got.Revision
		names = append(names, name)
	}
	slices.Sort(names)
	if got := Names(t, s); got != strings.Join(names, " ") {
		t.Errorf("stored are %s, want %s", got, names)
	}

	// What is removed is gone; what is damaged is kept elsewhere.
	if err := s.Remove(ctx, "a"); err != nil {
		t.Error(err)
	}
	_, err = s.Take(ctx, "a", false)
	Refused(t, "taking a removed name", err, store.ErrNone)
	if !s.Exclusive() {
		Take(t, s, "a", true)
		if got := Write(t, s, "a", 0, "anew"); got <= revisions["a"] && got >= revisions["a"]-1 {
			t.Errorf("another process cannot tell the new content from the one that was removed: revision %d", got)
		}
	}
	where, err := s.SetAside(ctx, "A")
	if err != nil {
		t.Fatal(err)
	}
	if got := readAside(t, where); string(got) != contents["A"] {
		t.Errorf("%q was set aside, want %q", got, contents["A"])
	}
	if got := Take(t, s, "A", true); got.Content != nil || got.Revision != 0 {
		t.Errorf("the entry set aside is still there: %v", got)
	}
	Write(t, s, "A", 0, "anew")

	// Limits are enforced.
	_, err = s.Write(ctx, "con", revisions["con"], bytes.Repeat([]byte("x"), 16<<10+1))
	Refused(t, "writing content that is too large", err, store.ErrTooLarge)
	err = nil
	for i := 0; i < 32 && err == nil; i++ {
		name := fmt.Sprint("more-", i)
		Take(t, s, name, true)
		_, err = s.Write(ctx, name, 0, bytes.Repeat([]byte("x"), 8<<10))
	}
	Refused(t, "writing more than fits", err, store.ErrFull)
	if got := Write(t, s, "con", revisions["con"], "") - revisions["con"]; got != 1 {
		t.Errorf("a write that does not grow advanced the revision by %d", got)
	}

	// Many calls may come at once.
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			name := fmt.Sprint("at-once-", i)
			entry, err := s.Take(ctx, name, true)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := errors.Join(s.LetGo(ctx, name), s.Ping(ctx)); err != nil || entry.Content != nil {
				t.Errorf("%s: %v, %v", name, entry, err)
			}
		})
	}
	group.Wait()
}

// ReadFile reads what a folder store has set aside.
func ReadFile(t *testing.T, where string) []byte {
	t.Helper()
	text, err := os.ReadFile(where)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
