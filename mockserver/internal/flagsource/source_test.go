package flagsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	token = "default:production.0123456789abcdef-secret"
	flags = `{"version":2,"features":[{"name":"<f>","enabled":true}],"query":{"environment":"production"},"meta":{"revisionId":7}}`
)

// instance is an instance that answers without a network.
type instance struct {
	mu     sync.Mutex
	answer http.HandlerFunc // nil for no answer
	asked  []*http.Request
	at     []time.Time
}

// RoundTrip implements http.RoundTripper.
func (i *instance) RoundTrip(r *http.Request) (*http.Response, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked, i.at = append(i.asked, r), append(i.at, time.Now())
	if i.answer == nil {
		return nil, errors.New("connection refused")
	}
	recorder := httptest.NewRecorder()
	i.answer(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func (i *instance) becomes(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *instance) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.asked)
}

func good(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"a:7:v1"`)
	if r.Header.Get("If-None-Match") == `"a:7:v1"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = io.WriteString(w, flags)
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// record collects what a source logs and applies.
type record struct {
	log     bytes.Buffer
	applied []string
}

func (r *record) source(i *instance, at, cache string) *Source {
	parsed, err := url.Parse(at)
	if err != nil {
		panic(err)
	}
	return New(Options{URL: parsed, Token: token, Transport: i, Cache: cache, Logger: slog.New(slog.NewTextHandler(&r.log, nil)), Apply: r.apply})
}

func (r *record) apply(answer []byte) error {
	if answer != nil && !bytes.Contains(answer, []byte(`"features"`)) {
		return errors.New("it has no list of features")
	}
	r.applied = append(r.applied, string(answer))
	return nil
}

func (r *record) lines(text string) (out []string) {
	for line := range strings.Lines(r.log.String()) {
		if strings.Contains(line, text) {
			out = append(out, line)
		}
	}
	return out
}

// TestACopyThatIsNoFile checks that only a file is set aside. Reading a pipe would wait for its writer.
func TestACopyThatIsNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	i, r := &instance{answer: good}, &record{}
	if err := r.source(i, "https://u.example.com", folder).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() || len(r.lines("ignoring the copy")) > 0 {
		t.Errorf("the folder was set aside: %v, %s", err, &r.log)
	}
}

// TestURLs checks that the same URL is requested whichever part of an SDK's URL is given.
func TestURLs(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"https://u.example.com":                              "https://u.example.com",
		"https://u.example.com/":                             "https://u.example.com",
		"https://u.example.com/api":                          "https://u.example.com",
		"https://u.example.com/api/":                         "https://u.example.com",
		"https://u.example.com/base/api/client":              "https://u.example.com/base",
		"https://u.example.com/base//api/client/features/":   "https://u.example.com/base",
		"https://u.example.com/base/api/frontend":            "https://u.example.com/base",
		"https://u.example.com/rapid":                        "https://u.example.com/rapid",
		"https://user:password@u.example.com/base?token=x#y": "https://u.example.com/base",
	} {
		i, r := &instance{answer: good}, &record{}
		s := r.source(i, at, "")
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		asked := i.asked[0]
		if asked.URL.String() != want+"/api/client/features" || s.State().URL != want {
			t.Errorf("%s: requested %s, reported %s", at, asked.URL, s.State().URL)
		}
		if asked.Header.Get("Authorization") != token || asked.Header.Get("Unleash-Client-Spec") == "" || asked.Header.Get("Unleash-AppName") == "" {
			t.Errorf("requested with the headers %v", asked.Header)
		}
	}
}

// TestFailures checks that each failure is logged once, in one line and without the
// token, that the last copy stays in use, and that the recovery is logged.
func TestFailures(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		says    string
		refused bool
	}{
		"unreachable": {nil, "it cannot be reached: connection refused", false},
		"401":         {status(401), "it does not know the token: it answers 401 Unauthorized", true},
		"403":         {status(403), "the token is not a backend token: it answers 403 Forbidden", true},
		"404":         {status(404), "it has no Client API at this URL; is the base path missing?: it answers 404 Not Found", false},
		"500":         {status(500), "it answers 500 Internal Server Error", false},
		"599":         {status(599), "it answers 599", false},
		"304 to none": {status(304), "it answers 304 Not Modified", false},
		"redirect":    {status(302, "Location", "/login?secret=x"), "it answers 302 Found, which redirects to https://u.example.com/login; use the URL that it is served under", false},
		"page":        {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "its answer cannot be used: it has no list of features", false},
		"nothing":     {status(200), "its answer cannot be used: it has no list of features", false},
		"slow":        {slow, "it does not answer within 10s", false},
		"too large":   {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxAnswer+1)) }, "its answer has more than 16777216 bytes", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				i, r := &instance{answer: test.answer}, &record{}
				err := r.source(i, "https://u.example.com", "").Start(t.Context())
				var failure *Failure
				if !errors.As(err, &failure) || err.Error() != test.says || failure.TokenRefused() != test.refused {
					t.Fatalf("at the start: %v", err)
				}
				i.becomes(good)
				s := r.source(i, "https://u.example.com", "")
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				go s.Run(ctx)
				if name == "304 to none" { // not a failure after the start
					cancel()
					synctest.Wait()
					return
				}
				i.becomes(test.answer)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := r.lines("cannot follow the flags"); len(got) != 1 || !strings.Contains(got[0], test.says) {
					t.Errorf("the log says %q", got)
				}
				if s.State().Problem != test.says {
					t.Errorf("the problem is %q", s.State().Problem)
				}
				i.becomes(good)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := r.lines("following the flags again"); len(got) != 1 || s.State().Problem != "" {
					t.Errorf("the log says %q, and the problem is %q", got, s.State().Problem)
				}
				if len(r.applied) < 2 || r.applied[0] != flags || r.applied[1] != "" {
					t.Errorf("applied %q", r.applied)
				}
				if strings.Contains(r.log.String(), "secret") {
					t.Errorf("a secret is in the log: %s", &r.log)
				}
				cancel()
				synctest.Wait()
			})
		})
	}
}

// TestWhatHasNotChanged checks that unchanged flags are not applied again, with an entity
// tag and without.
func TestWhatHasNotChanged(t *testing.T) {
	t.Parallel()
	untagged := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, flags) }
	for name, answer := range map[string]http.HandlerFunc{"tagged": good, "untagged": untagged} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				i, r := &instance{answer: answer}, &record{}
				s := r.source(i, "https://u.example.com", "")
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				begun := s.State()
				ctx, cancel := context.WithCancel(t.Context())
				go s.Run(ctx)
				time.Sleep(31 * time.Second)
				cancel()
				synctest.Wait()
				if len(r.applied) != 3 || r.applied[0] != flags || r.applied[1]+r.applied[2] != "" {
					t.Errorf("applied %q", r.applied)
				}
				if now := s.State(); now.CopiedAt != begun.CopiedAt || now.CheckedAt.Sub(begun.CheckedAt) != 30*time.Second {
					t.Errorf("first %+v, then %+v", begun, now)
				}
			})
		})
	}
}

// TestRetryAfter checks that Retry-After is respected, within bounds.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "soon": 0, "-1": 0, "4294967295": maxRetryAfter, "99999999999999999999": 0,
		"Sat, 28 Nov 2026 09:01:00 GMT": time.Minute, "Sat, 28 Nov 2026 08:00:00 GMT": 0, "Sat, 28 Nov 2099 08:00:00 GMT": maxRetryAfter,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		i, r := &instance{answer: good}, &record{}
		s := r.source(i, "https://u.example.com", "")
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		i.becomes(status(503, "Retry-After", "40"))
		time.Sleep(54 * time.Second) // it polls after 15 s, and again 40 s later
		if got := i.count(); got != 2 {
			t.Errorf("polled %d times, want 2", got)
		}
		i.becomes(status(429, "Retry-After", "1"))
		time.Sleep(17 * time.Second)
		if got := i.count(); got != 4 {
			t.Errorf("polled %d times, want 4", got)
		}
		cancel()
		synctest.Wait()
	})
}

// TestACopyIsKept checks that the copy is complete, readable by its owner only, without
// the token, and usable by SDKs.
func TestACopyIsKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "copy.json")
	i, r := &instance{answer: good}, &record{}
	if err := r.source(i, "https://u.example.com", file).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "secret") || !strings.HasPrefix(string(text), `{"unleashMock":{"instance":"https://u.example.com","token":"default:production","fetchedAt":"20`) {
		t.Errorf("the copy is %s (%v)", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of the copy is %v (%v)", info.Mode(), err)
	}
	i.becomes(status(500))
	if err := r.source(i, "https://u.example.com/api/", file).Start(t.Context()); err != nil {
		t.Error(err)
	}
	if got := r.applied[len(r.applied)-1]; !strings.Contains(got, `"features":[{"name":"\u003cf\u003e","enabled":true}]`) {
		t.Errorf("applied %s", got)
	}
	if len(r.lines("cannot follow the flags")) != 1 {
		t.Errorf("the log says %s", &r.log)
	}
}

// TestACopyThatCannotBeUsed checks that an unusable copy is logged and set aside.
func TestACopyThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const whole = `{"unleashMock":{"instance":"https://u.example.com","token":"default:production"},"features":[]}`
	for name, test := range map[string]struct{ text, reason string }{
		"cut off":             {whole[:len(whole)-4], "damaged"},
		"an SDK's":            {`{"version":2,"features":[]}`, "damaged"},
		"without flags":       {strings.Replace(whole, "features", "x", 1), "damaged"},
		"of another instance": {strings.Replace(whole, "u.example", "v.example", 1), "another instance, https://v.example.com"},
		"of another token":    {strings.Replace(whole, "production", "development", 1), "with the token default:development"},
		"too large":           {strings.Replace(whole, "[]", "["+strings.Repeat(" ", 2*maxAnswer)+"]", 1), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "copy.json")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			i, r := &instance{}, &record{}
			if err := r.source(i, "https://u.example.com", file).Start(t.Context()); err == nil {
				t.Error("the copy was used")
			}
			if got := r.lines("ignoring the copy"); len(got) != 1 || !strings.Contains(got[0], test.reason) {
				t.Errorf("the log says %q", got)
			}
			if text, err := os.ReadFile(file + ".unused"); err != nil || string(text) != test.text {
				t.Errorf("the file set aside is %.80q (%v)", text, err)
			}
			if err := os.WriteFile(file, []byte("another"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := r.source(i, "https://u.example.com", file).Start(t.Context()); err == nil {
				t.Error("another copy was used")
			}
			first, err := os.ReadFile(file + ".unused")
			second, failed := os.ReadFile(file + ".unused-2")
			if err != nil || failed != nil || string(first) != test.text || string(second) != "another" {
				t.Errorf("the files set aside are %.80q (%v) and %.80q (%v)", first, err, second, failed)
			}
		})
	}
	empty := filepath.Join(t.TempDir(), "copy.json")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	i, r := &instance{answer: good}, &record{}
	if err := r.source(i, "https://u.example.com", empty).Start(t.Context()); err != nil || r.log.Len() > 0 {
		t.Errorf("with an empty file: %v, %s", err, &r.log)
	}
}

// TestACopyThatCannotBeWritten checks that a failure to write the copy is logged once,
// and that the flags are still followed.
func TestACopyThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		revision := 0
		i, r := &instance{answer: func(w http.ResponseWriter, _ *http.Request) {
			revision++
			fmt.Fprintf(w, `{"features":[],"meta":{"revisionId":%d}}`, revision)
		}}, &record{}
		s := r.source(i, "https://u.example.com", filepath.Join(t.TempDir(), "missing", "copy.json"))
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		if got := r.lines("cannot write the copy"); len(got) != 1 || len(r.applied) < 4 {
			t.Errorf("the log says %q, and %q was applied", got, r.applied)
		}
	})
}

// TestAStartCanBeInterrupted checks that a start ends when its context does.
func TestAStartCanBeInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	i, r := &instance{answer: func(http.ResponseWriter, *http.Request) { cancel() }}, &record{}
	if err := r.source(i, "https://u.example.com", "").Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}
