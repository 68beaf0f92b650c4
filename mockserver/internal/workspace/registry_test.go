package workspace

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/clock"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/spec"
)

// registry returns a registry and a counter of the instances that it built.
func registry(t *testing.T, options Options) (*Registry, *atomic.Int64) {
	t.Helper()
	built := &atomic.Int64{}
	options.JournalSize = 10
	options.Build = func(string) (*Instance, error) {
		built.Add(1)
		return &Instance{Store: engines(t).NewStore(), Clock: clock.New(time.Now)}, nil
	}
	r, err := NewRegistry(options)
	if err != nil {
		t.Fatal(err)
	}
	return r, built
}

func engines(t *testing.T) *engine.Engine {
	t.Helper()
	out, err := engine.New(spec.Default(), resources.All(resources.Options{})...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func listed(r *Registry) string {
	var out []string
	for _, w := range r.List() {
		out = append(out, w.Name)
	}
	return strings.Join(out, " ")
}

func TestNames(t *testing.T) {
	t.Parallel()
	r, _ := registry(t, Options{})
	for name, valid := range map[string]bool{
		"a": true, "CI-7.x_y": true, "-": true, strings.Repeat("a", 63): true, "..": false, ".a": false, "a b": false,
		"": false, strings.Repeat("a", 64): false, "a/b": false, "ä": false, "a\n": false, "a%2fb": false,
	} {
		_, err := r.Get(name)
		var wrong *NameError
		if errors.As(err, &wrong) == valid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAWorkspaceIsMadeOnce(t *testing.T) {
	t.Parallel()
	r, _ := registry(t, Options{})
	var first atomic.Pointer[Workspace]
	var times atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			w, made, err := r.Make("a")
			if err != nil || !first.CompareAndSwap(nil, w) && first.Load() != w {
				t.Errorf("got another workspace, or the error %v", err)
			}
			if made {
				times.Add(1)
			}
		})
	}
	group.Wait()
	if times.Load() != 1 || listed(r) != "default a" {
		t.Errorf("workspace a was made %d times; the workspaces are %s", times.Load(), listed(r))
	}
	if again, made, _ := r.Make("a"); made || again != first.Load() {
		t.Error("the workspace was made again")
	}
	if w, err := r.Get(Default); err != nil || w != r.Default() || w.Path != "" || first.Load().Path != "/w/a" {
		t.Errorf("%v, %v", w, err)
	}
}

func TestTheNumberOfWorkspacesIsLimited(t *testing.T) {
	t.Parallel()
	r, _ := registry(t, Options{Max: 2})
	for name, want := range []error{nil, nil, &LimitError{Max: 2}} {
		_, err := r.Get(fmt.Sprint(name))
		if diff := cmp.Diff(want, err); diff != "" {
			t.Errorf("workspace %d: the error differs (-want +got):\n%s", name, diff)
		}
	}
	if err := r.Remove("0"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get("3"); err != nil || listed(r) != "default 1 3" {
		t.Errorf("the error is %v, and the workspaces are %s", err, listed(r))
	}
	if err := errors.Join(r.Remove("0"), r.Remove(Default)); !errors.Is(err, ErrNotFound) || !errors.Is(err, ErrDefault) {
		t.Errorf("removing a missing workspace and the default: %v", err)
	}
	if count, _ := r.RemoveAll(); count != 2 || listed(r) != "default" || r.Find("1") != nil {
		t.Errorf("%d were removed, and the workspaces are %s", count, listed(r))
	}
}

func TestIdleWorkspacesGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := registry(t, Options{IdleAfter: time.Hour})
		get := func(names ...string) {
			t.Helper()
			for _, name := range names {
				if _, err := r.Get(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		get("idle", "used", "held")
		idle := r.Find("idle")
		release := r.Find("held").Hold()
		time.Sleep(40 * time.Minute)
		get("used")
		time.Sleep(40 * time.Minute)
		get("new")
		if got := listed(r); got != "default held new used" {
			t.Errorf("the workspaces are %s", got)
		}
		if !idle.Journal.Closed() {
			t.Error("the journal of the idle workspace is still open")
		}
		release()
		time.Sleep(50 * time.Minute)
		get("new")
		if got := listed(r); got != "default held new" { // its release was a use
			t.Errorf("the workspaces are %s", got)
		}
		time.Sleep(2 * time.Hour)
		get("last")
		if got := listed(r); got != "default last" {
			t.Errorf("the workspaces are %s", got)
		}
		if diff := cmp.Diff(Stats{Present: 2, Made: 5, Evicted: 4}, r.Stats()); diff != "" {
			t.Errorf("the numbers differ (-want +got):\n%s", diff)
		}
	})
}

func TestCloseEndsWhatGoesOn(t *testing.T) {
	t.Parallel()
	r, _ := registry(t, Options{})
	before, _ := r.Get("before")
	r.Close()
	r.Close()
	after, err := r.Get("after")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*Workspace{r.Default(), before, after} {
		if !w.Journal.Closed() {
			t.Errorf("the journal of %s is still open", w.Name)
		}
	}
	if count, _ := r.RemoveAll(); count != 2 {
		t.Error("workspaces cannot be removed after Close")
	}
}

func TestResetAndReplace(t *testing.T) {
	t.Parallel()
	r, built := registry(t, Options{})
	w := r.Default()
	before := w.Instance()
	w.Journal.Append(&traffic.Exchange{})
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	after := w.Instance()
	if after == before || after.Store == before.Store || after.Clock == before.Clock || w.Journal.Stats().Kept != 0 || built.Load() != 2 {
		t.Error("the reset kept something")
	}
	w.Replace(before.Store)
	if replaced := w.Instance(); replaced.Store != before.Store || replaced.Clock != after.Clock {
		t.Error("Replace did not change the store, or changed more than that")
	}
	w.build = func(string) (*Instance, error) { return nil, errors.New("no seed") }
	if err := w.Reset(); err == nil || err.Error() != "resetting workspace default: no seed" || w.Instance().Store != before.Store {
		t.Errorf("a failing reset returns %v", err)
	}
}
