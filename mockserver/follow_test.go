package mockserver

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// upstreamMock is a mock that others follow without a network.
type upstreamMock struct {
	*app
	asked atomic.Int64
	down  atomic.Bool
}

// RoundTrip implements http.RoundTripper.
func (u *upstreamMock) RoundTrip(r *http.Request) (*http.Response, error) {
	u.asked.Add(1)
	if u.down.Load() {
		return nil, errors.New("no route to host")
	}
	recorder := httptest.NewRecorder()
	u.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func newUpstreamMock(t *testing.T) *upstreamMock { t.Helper(); return &upstreamMock{app: newApp(t)} }

func (u *upstreamMock) follow(a *app, path, cache string) error {
	at := &url.URL{Scheme: "https", Host: "unleash.example.com", Path: path}
	return a.FollowFlags(u.t.Context(), Upstream{URL: at, Transport: u}, wellknown.Backend, 0, cache)
}

func (a *app) set(path, name, setting string) {
	a.t.Helper()
	a.must(200, http.MethodPatch, path+flagsPath+"/"+name, "", setting)
}

// expectFlags compares the flags of a workspace with those wanted, in the form of
// flagNames.
func (a *app) expectFlags(when, path, want string) {
	a.t.Helper()
	if got := flagNames(a.t.(*testing.T), a, path+flagsPath); got != want {
		a.t.Errorf("%s, %q: %s, want %s", when, path, got, want)
	}
}

// nextPoll lets one polling interval pass.
func nextPoll() {
	time.Sleep(15 * time.Second)
	synctest.Wait()
}

const (
	on  = `{"enabled":true}`
	off = `{"enabled":false}`
)

// TestFlagsOfAnInstanceAreFollowed checks that every workspace follows the flags,
// including workspaces made later and workspaces that were reset.
func TestFlagsOfAnInstanceAreFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		upstream, a := newUpstreamMock(t), newApp(t)
		upstream.set("", "first", on)
		upstream.set("", "going", on)
		a.must(200, http.MethodPut, flagsPath, "", `{"seeded":true}`)
		a.must(200, http.MethodPut, "/w/other"+flagsPath, "", `{"seeded":true}`)
		if err := upstream.follow(a, "/base/api/", ""); err == nil {
			t.Fatal("a base path that the upstream lacks was accepted")
		}
		if err := upstream.follow(a, "/api/", ""); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"", "/w/other", "/w/later"} {
			a.expectFlags("at first", path, "first going|")
		}
		a.must(200, http.MethodGet, "/w/later/_mock/clock", "", "")
		revision := clientTag(a)
		nextPoll()
		if now := clientTag(a); now != revision {
			t.Errorf("the flags are unchanged, but the entity tag went from %s to %s", revision, now)
		}
		upstream.set("", "second", on)
		upstream.set("", "first", off)
		upstream.must(200, http.MethodDelete, flagsPath+"/going", "", "")
		nextPoll()
		if now := clientTag(a); now == revision {
			t.Errorf("the flags have changed, but the entity tag is still %s", now)
		}
		for _, path := range []string{"", "/w/other", "/w/later", "/w/new"} {
			a.expectFlags("after a change", path, "second|first")
		}
		a.set("", "second", off)
		a.must(200, http.MethodPost, "/_mock/reset", "", "")
		a.expectFlags("after a reset", "", "second|first")
		upstream.down.Store(true)
		upstream.set("", "third", on)
		nextPoll()
		a.expectFlags("out of reach", "", "second|first")
		upstream.down.Store(false)
		nextPoll()
		a.expectFlags("in reach again", "", "second third|first")
		a.Close()
		asked := upstream.asked.Load()
		nextPoll()
		if upstream.asked.Load() != asked {
			t.Error("a closed server still polls")
		}
	})
}

// TestFlagsOfAnInstanceAreWhatTheyAreThere checks that flags are copied exactly.
func TestFlagsOfAnInstanceAreWhatTheyAreThere(t *testing.T) {
	t.Parallel()
	upstream, a := newUpstreamMock(t), newApp(t)
	upstream.must(200, http.MethodPut, flagsPath, "", `flags:
  parent: {variants: [{name: v, payload: {a: 1}}, {name: w, weight: 250, overrides: [{contextName: userId, values: ["7"]}]}]}
  child: {description: "<of> parent", stale: true, impressionData: true, type: experiment, dependencies: [{feature: parent, variants: [v]}]}
  rolled: {enabled: false, strategies: [{segments: [staff], title: t, variants: [{name: x}], constraints: [{contextName: c, operator: NUM_GT, value: 5, inverted: true}]}, {disabled: true}]}
segments: [{id: 5, name: staff, constraints: [{contextName: userId, operator: IN, values: ["1", "2"], caseInsensitive: true}]}]
`, "Content-Type: application/yaml")
	if err := upstream.follow(a, "", ""); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	there, here := upstream.must(200, http.MethodGet, flagsPath, "", "").body, a.must(200, http.MethodGet, flagsPath, "", "").body
	if !bytes.Equal(there, here) {
		t.Errorf("upstream the flags are\n%s\nand here\n%s", there, here)
	}
}

// clientTag returns the entity tag that SDKs get.
func clientTag(a *app) string {
	a.t.Helper()
	return a.must(200, http.MethodGet, "/api/client/features", wellknown.Backend, "").header.Get("ETag")
}

// TestWhatIsSetHereStaysOnTop checks that whatever is set in the mock overrides later
// changes of the instance, whichever way it was set.
func TestWhatIsSetHereStaysOnTop(t *testing.T) {
	t.Parallel()
	const admin = "/api/admin/projects/default/features"
	for name, test := range map[string]struct {
		set  func(a *app)
		want string // once the instance has switched f off and g on
	}{
		"not at all":             {func(*app) {}, "g|f"},
		"switched on":            {func(a *app) { a.set("", "f", on) }, "f g|"},
		"switched on, as it was": {func(a *app) { a.set("", "f", `{"enabled":true,"keepStrategies":true}`) }, "f g|"},
		"switched off":           {func(a *app) { a.set("", "g", off) }, "|f g"},
		"named alone":            {func(a *app) { a.set("", "g", `{}`) }, "|f g"},
		"made before":            {func(a *app) { a.set("", "new", off) }, "g|f new"},
		"deleted":                {func(a *app) { a.must(200, http.MethodDelete, flagsPath+"/g", "", "") }, "|f"},
		"set, and given back": {func(a *app) {
			a.set("", "g", off)
			a.must(200, http.MethodDelete, flagsPath+"/g", "", "")
			a.must(200, http.MethodGet, flagsPath, "", "")
		}, "g|f"},
		"deleted twice": {func(a *app) {
			a.must(200, http.MethodDelete, flagsPath+"/g", "", "")
			a.must(404, http.MethodDelete, flagsPath+"/g", "", "")
		}, "|f"},
		"by the Admin API": {func(a *app) {
			a.must(200, http.MethodPost, admin+"/g/environments/development/off", adminToken, "")
		}, "|f g"},
		"tagged": {func(a *app) {
			a.must(201, http.MethodPost, "/api/admin/features/g/tags", adminToken, `{"type":"simple","value":"mine"}`)
		}, "|f g"},
		"archived": {func(a *app) { a.must(202, http.MethodDelete, admin+"/g", adminToken, "") }, "|f"},
		"in another environment": {func(a *app) {
			a.must(200, http.MethodPatch, flagsPath+"/g?environment=production", "", on)
		}, "|f g"},
		"all of them": {func(a *app) { a.must(200, http.MethodPut, flagsPath, "", `{"mine":true}`) }, "mine|"},
		"by a broken file": {func(a *app) {
			a.must(400, http.MethodPut, flagsPath+"?environment=nope", "", `{"mine":true}`)
		}, "g|f"},
		"by an import": {func(a *app) {
			a.must(200, http.MethodPut, "/_mock/state", "", string(a.must(200, http.MethodGet, "/_mock/state", "", "").body))
		}, "f|g"},
		"until a reset": {func(a *app) {
			a.set("", "f", on)
			a.must(200, http.MethodPut, flagsPath, "", `{"mine":true}`)
			a.must(200, http.MethodPost, "/_mock/reset", "", "")
		}, "g|f"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				upstream, a := newUpstreamMock(t), newApp(t)
				upstream.set("", "f", on)
				upstream.set("", "g", off)
				if err := upstream.follow(a, "", ""); err != nil {
					t.Fatal(err)
				}
				defer a.Close()
				test.set(a)
				upstream.set("", "f", off)
				upstream.set("", "g", on)
				if name == "made before" {
					upstream.set("", "new", on)
				}
				nextPoll()
				a.expectFlags("in the end", "", test.want)
			})
		})
	}
}

// TestAFileIsOnTopOfAnInstance checks that a file of flags overrides the flags of an
// instance, also after either changes, and that segments with the same id and name stay
// apart.
func TestAFileIsOnTopOfAnInstance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const file = "flags: {both: {enabled: false, strategies: [{segments: [staff]}]}, own: true}\nsegments: [{name: staff, constraints: [{contextName: userId, operator: IN, values: [file]}]}]"
		upstream, a := newUpstreamMock(t), newApp(t, WithFlags("flags.yaml", []byte(file)))
		const theirs = `{"version":2,"features":[{"name":"both","enabled":true,"strategies":[{"name":"default","segments":[1]}]},{"name":"seg","enabled":true,"strategies":[{"name":"default","segments":[1]}]}],"segments":[{"id":1,"name":"staff","constraints":[{"contextName":"userId","operator":"IN","values":["%s"]}]}]}`
		upstream.must(200, http.MethodPut, flagsPath, "", fmt.Sprintf(theirs, "instance"))
		if err := upstream.follow(a, "", ""); err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		a.expectFlags("at first", "", "own seg|both")
		got := string(a.must(200, http.MethodGet, flagsPath, "", "").body)
		if !regexp.MustCompile(`"id":1,"name":"staff".*"instance".*"id":2,"name":"staff \(2\)".*"file"`).MatchString(got) || !strings.Contains(got, `"segments":[2]`) {
			t.Errorf("the flags are %s", got)
		}
		a.set("", "mine", on)
		if err := a.ReplaceFlags([]byte("own: false")); err != nil {
			t.Fatal(err)
		}
		a.expectFlags("with another file", "", "both mine seg|own")
		upstream.must(200, http.MethodPut, flagsPath, "", fmt.Sprintf(theirs, "others"))
		nextPoll()
		a.expectFlags("when the segment has changed", "", "both mine seg|own")
		if got := string(a.must(200, http.MethodGet, flagsPath, "", "").body); !strings.Contains(got, `"others"`) || strings.Contains(got, `(2)`) {
			t.Errorf("the flags are %s", got)
		}
	})
}

// TestSegmentsOfAnInstanceAndOfOnesOwn checks that segments of an instance do not clash
// with those made here.
func TestSegmentsOfAnInstanceAndOfOnesOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const theirs = `{"version":2,"features":[{"name":"f","enabled":true,"strategies":[{"name":"default","segments":[%d]}]}],"segments":[{"id":%[1]d,"name":"s%[1]d","constraints":[]}]}`
		upstream, a := newUpstreamMock(t), newApp(t)
		upstream.must(200, http.MethodPut, flagsPath, "", fmt.Sprintf(theirs, 1))
		if err := upstream.follow(a, "", ""); err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		a.must(201, http.MethodPost, "/api/admin/segments", adminToken, `{"name":"s3","constraints":[]}`) // gets the id 2
		upstream.must(200, http.MethodPut, flagsPath, "", fmt.Sprintf(theirs, 2))
		nextPoll()
		got := string(a.must(200, http.MethodGet, flagsPath, "", "").body)
		if !strings.Contains(got, `"segments":[3]`) || !strings.Contains(got, `{"id":3,"name":"s2"`) {
			t.Errorf("with an id that is taken: %s", got)
		}
		upstream.must(200, http.MethodPut, flagsPath, "", fmt.Sprintf(theirs, 3))
		nextPoll()
		if got := string(a.must(200, http.MethodGet, flagsPath, "", "").body); !strings.Contains(got, `"name":"s3 (2)"`) {
			t.Errorf("with a name that is taken: %s", got)
		}
		// A flag that was set here keeps the segment it uses.
		a.must(200, http.MethodPost, "/api/admin/projects/default/features/f/environments/production/on", adminToken, "")
		upstream.must(200, http.MethodPut, flagsPath, "", `{"other":true}`)
		nextPoll()
		if got := string(a.must(200, http.MethodGet, flagsPath, "", "").body); !strings.Contains(got, `"name":"s3 (2)"`) || !strings.Contains(got, `"other"`) {
			t.Errorf("with a segment that is in use: %s", got)
		}
	})
}

// TestACopyOfTheFlagsOutlivesTheMock checks that the copy of the flags is used by the
// next process and holds no token.
func TestACopyOfTheFlagsOutlivesTheMock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		upstream := newUpstreamMock(t)
		upstream.set("", "f", on)
		file := filepath.Join(t.TempDir(), "flags.json")
		first := newApp(t)
		if err := upstream.follow(first, "", file); err != nil {
			t.Fatal(err)
		}
		upstream.set("", "later", on)
		nextPoll()
		first.Close()
		upstream.down.Store(true)
		var log bytes.Buffer
		second := newApp(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		if err := upstream.follow(second, "", file); err != nil {
			t.Fatal(err)
		}
		second.expectFlags("from the file", "", "f later|")
		if info := string(second.must(200, http.MethodGet, "/_mock/info", "", "").body); !strings.Contains(info, `"flagsFrom":{"url":"https://unleash.example.com","copiedAt":"2000-01-01T00:00:15Z","checkedAt":null,"problem":"it cannot be reached: no route to host"}`) {
			t.Errorf("the info is %s", info)
		}
		upstream.down.Store(false)
		nextPoll()
		if info := string(second.must(200, http.MethodGet, "/_mock/info", "", "").body); !strings.Contains(info, `"checkedAt":"2000-01-01T00:00:30Z","problem":null`) {
			t.Errorf("the info is %s", info)
		}
		second.Close()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := newApp(t).ReplaceFlags(text); err != nil {
			t.Errorf("serve --flags cannot read it: %v", err)
		}
		for what, said := range map[string]string{"the file": string(text), "the log": log.String()} {
			if strings.Contains(said, "unleash-insecure-api-token") {
				t.Errorf("%s contains the token: %s", what, said)
			}
		}
	})
}

func TestFlagsThatCannotBeFollowed(t *testing.T) {
	t.Parallel()
	upstream := newUpstreamMock(t)
	real := Upstream{URL: &url.URL{Scheme: "http", Host: "unleash.example.com"}, Transport: upstream}
	if err := newApp(t, WithUpstream(real)).FollowFlags(t.Context(), real, wellknown.Backend, 0, ""); err == nil {
		t.Error("a server with an upstream follows flags")
	}
	a := newApp(t)
	if err := a.FollowFlags(t.Context(), Upstream{}, wellknown.Backend, 0, ""); err == nil {
		t.Error("an instance without a URL is accepted")
	}
	err := a.FollowFlags(t.Context(), real, "default:development.unknown-to-the-instance", 0, "")
	var failure interface{ TokenRefused() bool }
	if !errors.As(err, &failure) || !failure.TokenRefused() || strings.Contains(err.Error(), "unknown-to-the-instance") {
		t.Errorf("with an unknown token, the error is %v", err)
	}
	a.expectFlags("then", "", "|")
	for range 2 {
		err = a.FollowFlags(t.Context(), real, wellknown.Backend, time.Hour, "")
	}
	if err == nil {
		t.Error("flags can be followed twice")
	}
	a.Close()
}
