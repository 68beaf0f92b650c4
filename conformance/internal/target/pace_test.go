package target

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// call returns a request that the target counts, knock one that it refuses without counting.
func call() Request  { return Request{Header: http.Header{"Authorization": {"known"}}} }
func knock() Request { return Request{Header: http.Header{"Authorization": {"unknown"}}} }

func newTestPace() *pace {
	return newPace(Limit{Operation: "call", Counts: func(r Request) bool { return r.Header.Get("Authorization") == "known" }}, Sleep)
}

// limited returns an answer of a target with a rate limit.
func limited(status int, remaining, reset string) *Exchange {
	return &Exchange{Status: status, Answer: http.Header{"Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset}}}
}

// enter waits until a request may be sent, ends it with the answer, and returns how long the
// wait was.
func enter(t *testing.T, p *pace, r Request, answer *Exchange) time.Duration {
	t.Helper()
	began := time.Now()
	release, err := p.enter(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	waited := time.Since(began)
	release(answer)
	return waited
}

func TestCallsWaitForTheWindowOfTheTarget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTestPace()
		for i, step := range []struct {
			answer *Exchange
			want   time.Duration
		}{
			{limited(200, "1", "1"), 0},           // the first call
			{limited(200, "0", "1"), 0},           // one call was left
			{limited(200, "0", "3"), time.Second}, // no call was left for a second
			{limited(200, "0", "no"), 3 * time.Second},
			{nil, time.Second}, // a reset that is not a number counts as one second
			{limited(401, "", ""), 0},
		} {
			got := enter(t, p, call(), step.answer)
			if got < step.want || got > step.want+2*margin {
				t.Errorf("call %d waited %s, want %s", i+1, got, step.want)
			}
		}
	})
}

func TestWhatTheTargetDoesNotCountDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTestPace()
		enter(t, p, call(), limited(200, "0", "1"))
		burst := call()
		burst.Burst = true
		for name, r := range map[string]Request{"a token that is not known": knock(), "one of a burst": burst} {
			if waited := enter(t, p, r, nil); waited != 0 {
				t.Errorf("%s waited %s", name, waited)
			}
		}
		if waited := enter(t, nil, call(), nil); waited != 0 {
			t.Errorf("another operation waited %s", waited)
		}
		if waited := enter(t, p, call(), limited(200, "0", "1")); waited == 0 {
			t.Error("a call did not wait")
		}
	})
}

func TestATargetWithoutALimitIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTestPace()
		enter(t, p, call(), &Exchange{Status: 200, Answer: http.Header{}})
		for range 100 {
			if waited := enter(t, p, call(), &Exchange{Status: 200, Answer: http.Header{}}); waited != 0 {
				t.Fatalf("a call waited %s", waited)
			}
		}
		enter(t, p, call(), limited(200, "0", "1"))
		if waited := enter(t, p, call(), nil); waited == 0 {
			t.Error("a limit that was set again is ignored")
		}
	})
}

func TestCallsGoOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTestPace()
		release, err := p.enter(t.Context(), call())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		done := make(chan time.Duration)
		for range 3 {
			go func() {
				enter(t, p, call(), limited(200, "0", "1"))
				done <- time.Since(began)
			}()
		}
		synctest.Wait()
		release(limited(200, "0", "1"))
		for i := range 3 {
			if got, want := <-done, time.Duration(i+1)*time.Second; got < want || got > want+4*margin {
				t.Errorf("call %d ended after %s", i+1, got)
			}
		}
	})
}

func TestWaitingEndsWithTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTestPace()
		enter(t, p, call(), limited(200, "0", "60"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.enter(ctx, call()); err == nil {
			t.Error("the wait did not end with the run")
		}
		if waited := enter(t, p, call(), nil); waited < 58*time.Second {
			t.Errorf("the next call waited %s", waited)
		}
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": time.Second, "0": time.Second, "7": 7 * time.Second, "-1": time.Second, "99999": maxPause, "soon": time.Second} {
		if got := retryAfter(http.Header{"Retry-After": {text}}); got != want+margin {
			t.Errorf("Retry-After %q: got %s", text, got)
		}
	}
}

func TestOnlyWhatIsLimitedHasAPace(t *testing.T) {
	t.Parallel()
	c := testClient(t, func(http.ResponseWriter, *http.Request) {}, Config{Limits: []Limit{{Path: "/api/calls", Counts: func(Request) bool { return true }}}})
	for path, want := range map[string]bool{
		"/api/calls/x": true, "/API//Calls/x/": true, "/api/calls/x/more?y": true, "/api/calls": false, "/api/callsx/y": false, "/ready": false,
	} {
		if got := c.IsLimited(Request{Method: "GET", Path: path}); got != want {
			t.Errorf("%s: got %t", path, got)
		}
	}
	if err := c.Fresh(t.Context(), Request{Method: "GET", Path: "/ready"}); err != nil {
		t.Error(err)
	}
}

// TestWaitingIsCounted checks that waits add up, and that a negative one counts as none.
func TestWaitingIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewClient(Config{})
		if err := c.wait(t.Context(), 3*time.Second); err != nil {
			t.Error(err)
		}
		if err := c.wait(t.Context(), -time.Second); err != nil {
			t.Error(err)
		}
		if waited := c.Waited(); waited != 3*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}
