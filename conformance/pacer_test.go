package conformance

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// call is a request that the target counts.
func call() request {
	return request{method: "POST", path: callPrefix + "x", header: http.Header{"Authorization": {"Bearer signal_1"}}}
}

// limited is an answer of a target that limits calls.
func limited(status int, remaining, reset string) *exchange {
	return &exchange{status: status, answer: http.Header{"Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset}}}
}

// enter enters and gives the answer, and returns how long it had to wait.
func enter(t *testing.T, p *pacer, r request, answer *exchange) time.Duration {
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
		p := newPacer()
		for i, step := range []struct {
			answer *exchange
			want   time.Duration
		}{
			{limited(200, "1", "1"), 0},           // the first call
			{limited(200, "0", "1"), 0},           // one was left
			{limited(200, "0", "3"), time.Second}, // none was left, for a second
			{limited(200, "0", "no"), 3 * time.Second},
			{nil, time.Second}, // what is no number counts as one
			{limited(401, "", ""), 0},
		} {
			got := enter(t, p, call(), step.answer)
			if got < step.want || got > step.want+2*margin {
				t.Errorf("call %d waits %s, want %s", i+1, got, step.want)
			}
		}
	})
}

func TestWhatTheTargetDoesNotCountDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		enter(t, p, call(), limited(200, "0", "1"))
		for name, r := range map[string]request{
			"another path":    {method: "GET", path: "/health"},
			"no token":        {method: "POST", path: callPrefix + "x"},
			"a backend token": {method: "POST", path: callPrefix + "x", header: http.Header{"Authorization": {"default:development.x"}}, actor: "backend"},
			"one of a burst":  {method: "POST", path: callPrefix + "x", header: http.Header{"Authorization": {"signal_1"}}, burst: true},
		} {
			if waited := enter(t, p, r, nil); waited != 0 {
				t.Errorf("%s waits %s", name, waited)
			}
		}
		if waited := enter(t, p, call(), limited(200, "0", "1")); waited == 0 {
			t.Error("a call does not wait")
		}
	})
}

func TestATargetWithoutALimitIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		enter(t, p, call(), &exchange{status: 200, answer: http.Header{}})
		for range 100 {
			if waited := enter(t, p, call(), &exchange{status: 200, answer: http.Header{}}); waited != 0 {
				t.Fatalf("a call waits %s", waited)
			}
		}
		enter(t, p, call(), limited(200, "0", "1"))
		if waited := enter(t, p, call(), nil); waited == 0 {
			t.Error("a limit that came back is not heeded")
		}
	})
}

func TestCallsGoOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
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
				t.Errorf("call %d at %s", i+1, got)
			}
		}
	})
}

func TestWaitingEndsWithTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		enter(t, p, call(), limited(200, "0", "60"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.enter(ctx, call()); err == nil {
			t.Error("an ended run waits on")
		}
		if waited := enter(t, p, call(), nil); waited < 58*time.Second {
			t.Errorf("the next one waits %s", waited)
		}
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": time.Second, "0": time.Second, "7": 7 * time.Second, "-1": time.Second, "99999": maxPause, "soon": time.Second} {
		if got := retryAfter(http.Header{"Retry-After": {text}}); got != want+margin {
			t.Errorf("%q: %s", text, got)
		}
	}
}
