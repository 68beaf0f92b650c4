// Package browsertest opens pages in a real browser, for tests. Without a browser the tests are
// skipped, or fail if UNLEASH_MOCK_REQUIRE_BROWSER is 1. UNLEASH_MOCK_SCREENSHOTS names a
// directory for screenshots of the pages.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserLimit is how long a test may take before it counts as stuck.
const browserLimit = 90 * time.Second

// Live waits until a live page is connected and follows the journal.
var Live = chromedp.WaitVisible(`#connection[data-state="live"]`)

// Page is a page in a fresh browser. If a method fails, it ends the test.
type Page struct {
	// URL is that of the server, whichever of its pages is shown.
	URL string

	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	ignoring bool
	others   []string // other servers that the page may send requests to
	problems []string // errors of the page, and forbidden requests to other hosts
}

// Program returns the path of the first of the named programs that is installed. If none is, it
// skips the test, or fails it if UNLEASH_MOCK_REQUIRE_BROWSER is 1.
func Program(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("UNLEASH_MOCK_REQUIRE_BROWSER") == "1" {
		t.Fatalf("there is no %s, and UNLEASH_MOCK_REQUIRE_BROWSER demands it", names[0])
	}
	t.Skipf("there is no %s", names[0])
	return ""
}

// Open opens a page of a server and waits until it is ready. The test fails at its end if the page
// had an error or sent a request to another host.
func Open(t *testing.T, server, path string, ready chromedp.Action) *Page {
	t.Helper()
	browser := Program(t, "chromium", "chromium-browser", "google-chrome", "chrome")
	// Not t.TempDir, because files of the browser still appear for a moment after it has ended.
	profile, err := os.MkdirTemp("", "unleash-mock-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WindowSize(1380, 900),
	)
	limited, cancel := context.WithTimeout(t.Context(), browserLimit)
	t.Cleanup(cancel)
	allocated, cancel := chromedp.NewExecAllocator(limited, flags...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // closes the browser and waits for it
		cancel()
	})
	page := &Page{t: t, ctx: ctx, URL: server}
	chromedp.ListenTarget(ctx, page.watch)
	page.Do(network.Enable(), log.Enable(), emulation.SetFocusEmulationEnabled(true), chromedp.Navigate(server+path), ready)
	t.Cleanup(func() {
		page.mu.Lock()
		defer page.mu.Unlock()
		for _, problem := range page.problems {
			t.Error(problem)
		}
	})
	return page
}

// watch records events that should not happen.
func (p *Page) watch(event any) {
	var problem string
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "the page threw: " + event.ExceptionDetails.Error()
	case *log.EventEntryAdded:
		if text := event.Entry.Text; event.Entry.Level == log.LevelError && !strings.Contains(text, "Failed to load resource") {
			problem = "the browser says: " + text
		}
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; !strings.HasPrefix(url, p.URL) && !strings.HasPrefix(url, "blob:"+p.URL) && !strings.HasPrefix(url, "data:") && !p.mayAsk(url) {
			problem = "the page asks another host: " + url
		}
	}
	if problem == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ignoring {
		p.problems = append(p.problems, problem)
	}
}

// LetAsk allows the page to send requests to another server.
func (p *Page) LetAsk(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.others = append(p.others, server)
}

func (p *Page) mayAsk(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.others, func(server string) bool { return strings.HasPrefix(url, server) })
}

// Do runs actions. An action waits for the elements that it needs.
func (p *Page) Do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// Wait waits until a JavaScript expression is true. The browser may move to another page
// meanwhile.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for {
		err := chromedp.Run(p.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(20*time.Second)))
		if err == nil {
			return
		}
		if left := strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "find context"); left && p.ctx.Err() == nil {
			continue
		}
		var text string
		_ = chromedp.Run(p.ctx, chromedp.Evaluate("document.body.innerText", &text))
		p.t.Fatalf("%s does not become true: %v\nthe page says:\n%s", expression, err, text)
	}
}

// Says waits until an element's text contains text.
func (p *Page) Says(selector, text string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("(document.querySelector(%q)?.innerText ?? '').includes(%q)", selector, text))
}

// Count waits until exactly count elements that match the selector are visible.
func (p *Page) Count(selector string, count int) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility()).length === %d", selector, count))
}

// Choose sets a control to a value as a user does.
func (p *Page) Choose(id, value string) {
	p.t.Helper()
	p.Do(chromedp.Evaluate(fmt.Sprintf(`{
		const control = document.getElementById(%q);
		control.value = %q;
		control.dispatchEvent(new Event("input", {bubbles: true}));
		control.dispatchEvent(new Event("change", {bubbles: true}));
	}`, id, value), nil))
}

// Picture takes a screenshot of the page if UNLEASH_MOCK_SCREENSHOTS names a directory for it.
func (p *Page) Picture(name string) {
	p.t.Helper()
	directory := os.Getenv("UNLEASH_MOCK_SCREENSHOTS")
	if directory == "" {
		return
	}
	var image []byte
	p.Do(chromedp.CaptureScreenshot(&image))
	err := os.MkdirAll(directory, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(directory, name+".png"), image, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// Pictures takes a screenshot in each theme and width.
func (p *Page) Pictures(name string) {
	p.t.Helper()
	if os.Getenv("UNLEASH_MOCK_SCREENSHOTS") == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1380, 390} {
			p.Do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}),
				emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500))
			p.Picture(fmt.Sprintf("%s-%s-%d", name, theme, width))
		}
	}
	p.Do(emulation.ClearDeviceMetricsOverride())
}

// ForgetProblems allows the page to have errors and to send requests to other hosts, and forgets
// those so far.
func (p *Page) ForgetProblems() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ignoring, p.problems = true, nil
}
