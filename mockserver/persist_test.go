package mockserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/store"
	"github.com/unleash-mock/unleash-mock/internal/store/folder"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
	"github.com/unleash-mock/unleash-mock/spec"
)

// keeping is a server that keeps its workspaces in a folder.
type keeping struct {
	*app
	dir    string
	log    *bytes.Buffer
	settle func(context.Context) error
}

func newKeeping(t *testing.T, dir string, always bool, options ...Option) *keeping {
	t.Helper()
	in, err := folder.Open(dir, store.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	out := &keeping{dir: dir, log: &bytes.Buffer{}}
	out.app = newApp(t, append(options, WithLogger(slog.New(slog.NewTextHandler(out.log, nil))))...)
	if out.settle, err = out.Persist(in, always); err != nil {
		t.Fatal(err)
	}
	return out
}

// restarted ends the server and returns its successor.
func (k *keeping) restarted(options ...Option) *keeping {
	k.t.Helper()
	k.settle(k.t.(*testing.T).Context())
	return newKeeping(k.t.(*testing.T), k.dir, false, options...)
}

func (k *keeping) file(name string) string { return filepath.Join(k.dir, "w-"+name+".json") }

func (k *keeping) stored(name string) string {
	text, err := os.ReadFile(k.file(name))
	if err != nil {
		return ""
	}
	return string(text)
}

// TestWorkspacesSurviveTheProcess checks that a restart keeps the state with its secrets,
// the rules with their hits, and the clock, in every workspace.
func TestWorkspacesSurviveTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeping(t, t.TempDir(), false)
		shown := map[string]string{}
		asks := []string{"/_mock/state?secrets=true", "/_mock/rules", "/_mock/clock", "/_mock/flags"}
		for _, path := range []string{"", "/w/CI-7"} {
			made := k.must(201, http.MethodPost, path+"/api/admin/api-tokens", adminToken, `{"tokenName":"mine","type":"client","projects":["*"],"environment":"development"}`)
			secret, _ := made.json(t)["secret"].(string)
			k.must(200, http.MethodPatch, path+"/_mock/flags/checkout", "", `{"enabled":true,"variant":"blue"}`)
			k.must(201, http.MethodPost, path+"/_mock/rules", "", `{"name":"first","match":{"operations":["getAllClientFeatures"]},"answer":{"status":503},"times":1}`)
			k.must(201, http.MethodPost, path+"/_mock/rules", "", `{"name":"second","delay":{"distribution":"lognormal","median":"80ms","sigma":0.6},"match":{"operations":["getSignals"]}}`)
			k.must(200, http.MethodPut, path+"/_mock/clock", "", `{"now":"2031-05-06T07:08:09Z","frozen":true}`)
			k.must(503, http.MethodGet, path+"/api/client/features", secret, "")
			shown[path+"/api/client/features"] = secret
			for _, ask := range asks {
				shown[path+ask] = string(k.must(200, http.MethodGet, path+ask, "", "").body)
			}
		}
		created, _ := k.must(200, http.MethodGet, "/_mock/workspaces/CI-7", "", "").json(t)["createdAt"].(string)
		time.Sleep(time.Hour)

		k = k.restarted()
		for _, path := range []string{"/w/CI-7", ""} {
			k.must(200, http.MethodGet, path+"/api/client/features", shown[path+"/api/client/features"], "") // the rule is used up
			for _, ask := range asks {
				if got := string(k.must(200, http.MethodGet, path+ask, "", "").body); got != shown[path+ask] {
					t.Errorf("%s%s is\n%s, was\n%s", path, ask, got, shown[path+ask])
				}
			}
		}
		if got, _ := k.must(200, http.MethodGet, "/_mock/workspaces/CI-7", "", "").json(t)["createdAt"].(string); got != created {
			t.Errorf("createdAt was %s, now it is %s", created, got)
		}
		k.settle(t.Context())
	})
}

// TestARunningClockRunsOn checks that a clock that is not frozen also advances while no
// process runs.
func TestARunningClockRunsOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeping(t, t.TempDir(), false)
		k.must(200, http.MethodPut, "/_mock/clock", "", `{"advance":"24h"}`)
		k.settle(t.Context())
		time.Sleep(time.Hour)
		k = newKeeping(t, k.dir, false)
		want := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
		if got, _ := k.must(200, http.MethodGet, "/_mock/clock", "", "").json(t)["now"].(string); !strings.HasPrefix(got, strings.TrimSuffix(want, "Z")) {
			t.Errorf("the clock is at %s, want %s", got, want)
		}
		k.settle(t.Context())
	})
}

// TestWhenWorkspacesAreWritten checks that a changed workspace is written at most once a
// second and at shutdown or, with the option always, before each answer. Reads write
// nothing.
func TestWhenWorkspacesAreWritten(t *testing.T) {
	t.Parallel()
	const flag, name = "/w/a/_mock/flags/", "a"
	synctest.Test(t, func(t *testing.T) {
		k := newKeeping(t, t.TempDir(), false)
		k.must(200, http.MethodGet, "/w/a/api/client/features", backendToken, "")
		time.Sleep(time.Minute)
		if got := k.stored(name); got != "" {
			t.Errorf("a workspace that was only read was stored: %s", got)
		}
		set := func(flags ...string) {
			for _, name := range flags {
				k.must(200, http.MethodPatch, flag+name, "", `{"enabled":true}`)
			}
		}
		set("f1")
		time.Sleep(100 * time.Millisecond) // nothing was written for a while, so this is written at once
		if got := k.stored(name); !strings.Contains(got, `"f1"`) {
			t.Fatalf("the change was not written at once: %s", got)
		}
		set("f2", "f3")
		time.Sleep(800 * time.Millisecond)
		if got := k.stored(name); strings.Contains(got, `"f2"`) {
			t.Error("the workspace was written twice within a second")
		}
		time.Sleep(200 * time.Millisecond)
		if got := k.stored(name); !strings.Contains(got, `"f3"`) {
			t.Error("the changes were not written within a second")
		}
		set("f4")
		k.settle(t.Context())
		if got := k.stored(name); !strings.Contains(got, `"f4"`) {
			t.Error("the last change was not written at shutdown")
		}

		k = newKeeping(t, k.dir, true)
		set("f5")
		if got := k.stored(name); !strings.Contains(got, `"f5"`) {
			t.Error("the change was answered before it was written")
		}
		if got := k.must(200, http.MethodGet, "/w/a/ready", adminToken, ""); got.header.Get("Retry-After") != "" {
			t.Error("the answer to a read has Retry-After")
		}
		k.settle(t.Context())
	})
}

// TestIdleWorkspacesRest checks that idle workspaces leave memory but stay in the store
// and come back, and that one makes room for another at the limit.
func TestIdleWorkspacesRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bounds := DefaultBounds()
		bounds.Workspaces, bounds.WorkspaceIdle, bounds.Instance = 2, time.Hour, "n1"
		k := newKeeping(t, t.TempDir(), false, WithBounds(bounds))
		for _, name := range []string{"a", "b", "c"} {
			k.must(200, http.MethodPatch, "/w/"+name+"/_mock/flags/of-"+name, "", `{"enabled":true}`)
			time.Sleep(time.Second)
		}
		if got := k.listed(); got != "default a+ b c" {
			t.Errorf("the workspaces are %s", got)
		}
		time.Sleep(3 * time.Hour)
		if got := k.listed(); got != "default a+ b+ c+" {
			t.Errorf("the workspaces are %s", got)
		}
		for _, name := range []string{"c", "b", "a"} {
			if got := k.must(200, http.MethodGet, "/w/"+name+"/api/client/features", backendToken, ""); !strings.Contains(string(got.body), "of-"+name) {
				t.Errorf("%s came back as %s", name, got.body)
			}
		}
		k = k.restarted(WithBounds(bounds))
		if got := k.listed(); got != "default a+ b+ c+" {
			t.Errorf("the workspaces are %s", got)
		}
		k.must(200, http.MethodGet, "/w/a/api/client/features", backendToken, "")
		k.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "") // from memory
		k.must(200, http.MethodDelete, "/_mock/workspaces/b", "", "") // from the store
		k.must(404, http.MethodDelete, "/_mock/workspaces/b", "", "")
		if got := k.listed(); got != "default c+" || k.stored("a")+k.stored("b") != "" {
			t.Errorf("the workspaces are %s", got)
		}
		if got := string(k.must(200, http.MethodDelete, "/_mock/workspaces", "", "").body); got != `{"removed":1}` || k.stored("c") != "" {
			t.Errorf("got %s, and workspace c is stored as %s", got, k.stored("c"))
		}
		if got := k.must(200, http.MethodGet, "/w/c/api/client/features", backendToken, ""); strings.Contains(string(got.body), "of-c") {
			t.Error("a removed workspace came back")
		}
		k.settle(t.Context())
	})
}

// TestFilesOfOthersAreNoWorkspaces checks that files of other programs are neither listed
// nor removed.
func TestFilesOfOthersAreNoWorkspaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		other := filepath.Join(dir, "w-..json")
		if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
		k := newKeeping(t, dir, false)
		if got := string(k.must(200, http.MethodGet, "/_mock/workspaces", "", "").body); strings.Contains(got, `"."`) {
			t.Errorf("the list is %s", got)
		}
		k.must(200, http.MethodDelete, "/_mock/workspaces", "", "")
		if text, err := os.ReadFile(other); err != nil || string(text) != "theirs" {
			t.Errorf("the file holds %q (%v)", text, err)
		}
		k.settle(t.Context())
	})
}

// listed returns the names of the workspaces; a + marks those that are not in memory.
func (k *keeping) listed() string {
	var out []string
	list, _ := k.must(200, http.MethodGet, "/_mock/workspaces", "", "").json(k.t)["workspaces"].([]any)
	for _, element := range list {
		listed := element.(map[string]any)
		if listed["instance"] != "n1" {
			k.t.Errorf("%v belongs to another process", listed)
		}
		name := listed["name"].(string)
		if listed["resting"] == true {
			name += "+"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

// TestDamagedFiles checks that a damaged file is logged and set aside byte for byte, and
// that its workspace starts fresh.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	whole := newKeeping(t, t.TempDir(), false)
	whole.must(200, http.MethodPatch, "/w/a/_mock/flags/mine", "", `{"enabled":true}`)
	whole.settle(t.Context())
	good := whole.stored("a")
	for name, text := range map[string]string{
		"empty":                    "",
		"cut":                      good[:len(good)/2],
		"binary":                   "\x00\xff\x1b[31m",
		"other JSON":               `[1]`,
		"another format":           strings.Replace(good, `"format":1`, `"format":0`, 1),
		"another workspace":        strings.Replace(good, `"workspace":"a"`, `"workspace":"b"`, 1),
		"an impossible clock":      strings.Replace(good, `"rules":{`, `"clock":{"frozen":true,"at":"3000-01-01T00:00:00Z","offset":0},"rules":{`, 1),
		"a state of no version":    strings.Replace(good, `"state":{"version":2`, `"state":{"version":0`, 1),
		"a state that is no state": strings.Replace(good, `"state":{`, `"state":{"nonsense":[],`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if text == good {
				t.Fatal("the file is not damaged")
			}
			dir := t.TempDir()
			k := &keeping{dir: dir}
			if err := os.WriteFile(k.file("a"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			k = newKeeping(t, dir, true)
			k.must(200, http.MethodPatch, "/w/a/_mock/flags/next", "", `{"enabled":true}`)
			aside, err := filepath.Glob(k.file("a") + ".damaged-*")
			if err != nil || len(aside) != 1 {
				t.Fatalf("the files set aside are %v, %v", aside, err)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || string(kept) != text {
				t.Errorf("the file set aside holds %q, %v", kept, err)
			}
			if said := k.log.String(); !strings.Contains(said, "damaged") || !strings.Contains(said, "workspace=a") || strings.Contains(said, "\x1b") {
				t.Errorf("the log says %s", said)
			}
			if got := k.stored("a"); !strings.Contains(got, "next") {
				t.Errorf("the new file is %s", got)
			}
			if got := string(k.must(200, http.MethodGet, "/internal-backstage/prometheus", "", "").body); !strings.Contains(got, "unleash_mock_store_damaged_total 1\n") {
				t.Error("the damaged file is not counted in the metrics")
			}
			k.settle(t.Context())
		})
	}
}

// TestWhatDoesNotFitIsNotDamaged checks that a server that cannot use all of a stored
// workspace drops no more than a rule, and that it keeps what is too large for it.
func TestWhatDoesNotFitIsNotDamaged(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../spec/testdata/documents/forms.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := spec.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	k := newKeeping(t, t.TempDir(), false, WithDocument(document, false))
	k.must(200, http.MethodPatch, "/w/a/_mock/flags/mine", "", `{"enabled":true}`)
	for _, match := range []string{`{"operations":["getPet"]}`, `{}`} {
		k.must(201, http.MethodPost, "/w/a/_mock/rules", "", `{"match":`+match+`,"delay":"1ns"}`)
	}
	k = k.restarted()
	k.expectFlags("without the document", "/w/a", "mine|")
	if got := string(k.must(200, http.MethodGet, "/w/a/_mock/rules", "", "").body); strings.Contains(got, "getPet") || !strings.Contains(got, `"id":"2"`) {
		t.Errorf("the rules are %s", got)
	}
	if said := k.log.String(); !strings.Contains(said, "getPet") || !strings.Contains(said, "workspace=a") {
		t.Errorf("the log says %s", said)
	}

	for i := range 60 {
		k.must(201, http.MethodPost, "/w/a/api/admin/projects/default/features", adminToken, fmt.Sprintf(`{"name":"f-%d","description":%q}`, i, strings.Repeat("x", 50_000)))
	}
	bounds := DefaultBounds()
	bounds.Bytes = 2 << 20
	k = k.restarted(WithBounds(bounds))
	if got := k.must(503, http.MethodGet, "/w/a/api/client/features", backendToken, ""); !strings.Contains(string(got.body), "does not fit") {
		t.Errorf("it is refused with %s", got.body)
	}
	k = k.restarted()
	k.must(200, http.MethodGet, "/w/a/api/admin/projects/default/features/f-59", adminToken, "")
	k = k.restarted(WithBounds(bounds))
	k.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "")
	k.expectFlags("after its removal", "/w/a", "|")
	k.expectMetrics("unleash_mock_store_damaged_total 0\n")
	k.settle(t.Context())
}

// TestWhatANewerVersionHasWritten checks that a workspace that a newer version of the
// program has written is left to that version: it is neither read nor set aside.
func TestWhatANewerVersionHasWritten(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, t.TempDir(), false)
	k.must(200, http.MethodPatch, "/w/a/_mock/flags/mine", "", `{"enabled":true}`)
	k.settle(t.Context())
	good := k.stored("a")
	for _, text := range []string{strings.Replace(good, `"format":1`, `"format":2`, 1), strings.Replace(good, `"format":1`, `"format":2,"revision":"a"`, 1), strings.Replace(good, `"state":{"version":2`, `"state":{"version":3`, 1)} {
		if text == good {
			t.Fatal("the file is that of this version")
		}
		if err := os.WriteFile(k.file("a"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k = newKeeping(t, k.dir, false)
		if got := k.must(503, http.MethodPatch, "/w/a/_mock/flags/next", "", `{"enabled":true}`); !strings.Contains(string(got.body), "a newer version of unleash-mock has written it") {
			t.Errorf("it is refused with %s", got.body)
		}
		k.settle(t.Context())
		if k.stored("a") != text {
			t.Errorf("it is stored as %s", k.stored("a"))
		}
	}
	k = newKeeping(t, k.dir, false)
	k.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "")
	k.must(200, http.MethodPatch, "/w/a/_mock/flags/next", "", `{"enabled":true}`)
	k.settle(t.Context())
}

// TestTextsComeBackByteForByte checks that neither the state nor the body of a rule is
// written in another way after a restart.
func TestTextsComeBackByteForByte(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, t.TempDir(), false)
	const text = `{"a" : "<b> & \u003c", "n":1.0}`
	k.must(201, http.MethodPost, "/_mock/rules", "", `{"match":{"operations":["getSignals"]},"answer":{"status":200,"body":`+text+`}}`)
	k.must(201, http.MethodPost, "/api/admin/projects/default/features", adminToken, `{"name":"f","description":"<&> \u2028"}`)
	k.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, `{"a" : "<b> \\u003c"}`)
	before := k.must(200, http.MethodGet, "/_mock/state", "", "").body
	k = k.restarted()
	if got := k.must(200, http.MethodGet, "/api/admin/signals", adminToken, "").body; string(got) != text {
		t.Errorf("the rule answers %s, want %s", got, text)
	}
	if got := k.must(200, http.MethodGet, "/_mock/state", "", "").body; !bytes.Equal(got, before) {
		t.Errorf("the state is\n%s, was\n%s", got, before)
	}
	k.settle(t.Context())
}

// TestTheDeepestStateComesBack checks that a state that is accepted can be read from the store,
// in which it is one level deeper.
func TestTheDeepestStateComesBack(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, t.TempDir(), false)
	state := string(k.must(200, http.MethodGet, "/_mock/state", "", "").body)
	begin := strings.Index(state, `"invoices":`)
	end := strings.Index(state, `,"detailedInvoices":`)
	accepted := 0
	for depth := 10_001; accepted != http.StatusOK; depth-- {
		list := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		accepted = k.call(http.MethodPut, "/_mock/state", "", state[:begin]+`"invoices":`+list+state[end:]).status
	}
	before := k.must(200, http.MethodGet, "/_mock/state", "", "").body
	k = k.restarted()
	if after := k.must(200, http.MethodGet, "/_mock/state", "", "").body; !bytes.Equal(after, before) {
		t.Errorf("%d bytes became %d\n%s", len(before), len(after), k.log)
	}
	k.settle(t.Context())
}

// TestAStoreThatIsDown checks that requests still work, that /ready and the metrics
// report the failure, and that unwritten changes are written once the store is back.
func TestAStoreThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeping(t, t.TempDir(), false)
		if err := os.MkdirAll(filepath.Join(k.file("a"), "in-the-way"), 0o700); err != nil { // no file can take its place
			t.Fatal(err)
		}
		k.must(200, http.MethodPatch, "/w/a/_mock/flags/f1", "", `{"enabled":true}`)
		time.Sleep(10 * time.Second)
		k.must(200, http.MethodPatch, "/w/a/_mock/flags/f2", "", `{"enabled":true}`)
		k.must(200, http.MethodPatch, "/w/b/_mock/flags/f3", "", `{"enabled":true}`)
		if got := k.must(503, http.MethodGet, "/ready", "", ""); len(got.body) != 0 {
			t.Errorf("/ready says %s", got.body)
		}
		k.must(200, http.MethodGet, "/health", "", "")
		k.expectMetrics("unleash_mock_store_up 0\n", "unleash_mock_store_lost_total 0\n")
		if err := os.RemoveAll(k.file("a")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		k.must(200, http.MethodGet, "/ready", "", "")
		k.expectMetrics("unleash_mock_store_up 1\n", "unleash_mock_store_unwritten_workspaces 0\n")
		if got := k.stored("a"); !strings.Contains(got, `"f1"`) || !strings.Contains(got, `"f2"`) {
			t.Errorf("workspace a is stored as %s", got)
		}
		k.must(200, http.MethodPatch, "/w/c/_mock/flags/f4", "", `{"enabled":true}`)
		if err := os.MkdirAll(filepath.Join(k.file("c"), "in-the-way"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := k.settle(t.Context()); err == nil || err.Error() != "the store does not have the latest changes of workspaces: c" {
			t.Errorf("at shutdown the error is %v", err)
		}
	})
}

// block puts a folder in the place of a file, which then cannot be read. unblock puts the
// file back.
func (k *keeping) block(name string) (unblock func()) {
	k.t.Helper()
	at, aside := k.file(name), filepath.Join(k.dir, "aside")
	if err := errors.Join(os.Rename(at, aside), os.Mkdir(at, 0o700)); err != nil {
		k.t.Fatal(err)
	}
	return func() {
		k.t.Helper()
		if err := errors.Join(os.Remove(at), os.Rename(aside, at)); err != nil {
			k.t.Fatal(err)
		}
	}
}

// TestAFileThatCannotBeRead checks that nothing takes the place of a file that cannot be
// read, and that the rest goes on.
func TestAFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeping(t, t.TempDir(), false)
		k.must(200, http.MethodPatch, "/w/a/_mock/flags/first", "", on)
		k = k.restarted()
		unblock := k.block("a")
		k.must(503, http.MethodGet, "/w/a/api/client/features", backendToken, "")
		k.must(503, http.MethodGet, "/w/a/_mock/flags", "", "")
		if got := k.must(503, http.MethodPatch, "/w/a/_mock/flags/meanwhile", "", on); !strings.Contains(string(got.body), "w-a.json") {
			t.Errorf("the change is refused with %s", got.body)
		}
		k.must(200, http.MethodPatch, "/w/b/_mock/flags/of-b", "", on)
		pass()
		k.must(200, http.MethodGet, "/ready", "", "")
		if k.log.Len() > 0 {
			t.Errorf("the log says %s", k.log)
		}
		unblock()
		k.expectFlags("once the file can be read", "/w/a", "first|")
		k = k.restarted()
		k.block("a")
		k.must(200, http.MethodDelete, "/_mock/workspaces/a", "", "")
		k.expectFlags("after its removal", "/w/a", "|")
		k.settle(t.Context())
	})
}

// TestADefaultThatCannotBeRead checks that a server does not start afresh where it has a
// workspace that it cannot read.
func TestADefaultThatCannotBeRead(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, t.TempDir(), false)
	k.must(200, http.MethodPatch, "/_mock/flags/first", "", on)
	k.settle(t.Context())
	in, err := folder.Open(k.dir, store.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	k.block(workspace.Default)
	var log bytes.Buffer
	_, err = newApp(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).Persist(in, false)
	if err == nil || !strings.Contains(err.Error(), k.file(workspace.Default)) || log.Len() > 0 {
		t.Errorf("the error is %v, the log says %s", err, &log)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

func (k *keeping) expectMetrics(lines ...string) {
	k.t.Helper()
	said := string(k.must(200, http.MethodGet, "/internal-backstage/prometheus", "", "").body)
	for _, line := range lines {
		if !strings.Contains(said, "\n"+line) {
			k.t.Errorf("the metrics lack %s", line)
		}
	}
}

// TestRevisionsGoOn checks that an SDK never mistakes flags from after a restart for
// those it had before.
func TestRevisionsGoOn(t *testing.T) {
	t.Parallel()
	k := newKeeping(t, t.TempDir(), false)
	k.must(200, http.MethodPatch, "/_mock/flags/a", "", `{"enabled":true}`)
	before := k.must(200, http.MethodGet, "/api/client/features", backendToken, "").header.Get("Etag")
	k.must(304, http.MethodGet, "/api/client/features", backendToken, "", "If-None-Match: "+before)
	k = k.restarted()
	after := k.must(200, http.MethodGet, "/api/client/features", backendToken, "", "If-None-Match: "+before).header.Get("Etag")
	if after == before {
		t.Errorf("the entity tag is still %s", after)
	}
	k.settle(t.Context())
}

// TestFlagsOfAFileAndAStore checks that what was set in a workspace stays as long as the
// file of flags is the same. Another file replaces all flags, as it does without a store.
func TestFlagsOfAFileAndAStore(t *testing.T) {
	t.Parallel()
	file := func(text string) Option { return WithFlags("flags.yaml", []byte(text)) }
	k := newKeeping(t, t.TempDir(), false, file("a: true"))
	k.must(200, http.MethodPatch, "/w/x/_mock/flags/mine", "", `{"enabled":true}`)
	k = k.restarted(file("a: true"))
	k.expectFlags("with the same file", "/w/x", "a mine|")
	k = k.restarted(file("b: true"))
	k.expectFlags("with another file", "/w/x", "b|")
	k.settle(t.Context())
}

// TestWhatDoesNotGoWithAStore checks that a deterministic server refuses a store.
func TestWhatDoesNotGoWithAStore(t *testing.T) {
	t.Parallel()
	in, err := folder.Open(t.TempDir(), store.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newApp(t, WithDeterministic()).Persist(in, false); err == nil {
		t.Error("a deterministic server accepts a store")
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}
