package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// TestOthersAreAtWorkIfTheirThingsComeAndGo tells a run beside this one from what an earlier
// one left.
func TestOthersAreAtWorkIfTheirThingsComeAndGo(t *testing.T) {
	t.Parallel()
	const (
		theirs = `{"id":7,"name":"unleash-mock-verify-261128abcdef-one"}`
		mine   = `{"id":8,"name":"own-one"}`
		nobody = `{"id":9,"name":"unleash-mock-verify-is-a-tool"}`
	)
	for name, test := range map[string]struct {
		before, after string
		want          bool
	}{
		"nothing changes":          {mine, mine, false},
		"something of this run's":  {"", mine, false},
		"something of somebody's":  {mine, mine + "," + nobody, false},
		"what an earlier run left": {theirs, theirs + "," + mine, false},
		"another run begins":       {mine, mine + "," + theirs, true},
		"another run ends":         {theirs + "," + mine, mine, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{endpoints: test.before}
			l := s.ledger(t, false)
			l.Others = &ledger.Others{}
			l.LookForOthers(t.Context(), testAdmin)
			s.mu.Lock()
			s.endpoints = test.after
			s.mu.Unlock()
			for range 2 { // the second time it does not look for as long
				if got := l.OthersAtWork(t.Context(), testAdmin, time.Now()); got != test.want {
					t.Errorf("at work: %t", got)
				}
			}
			if l.OthersAtWork(t.Context(), testAdmin, time.Now().Add(time.Hour)) {
				t.Error("it is not long ago")
			}
		})
	}
}

// whileAnotherRuns returns a ledger that looks for others before another run begins; then do is
// called while that run has something, and once it is gone.
func whileAnotherRuns(t *testing.T, do func(*ledger.Ledger)) *ledger.Ledger {
	t.Helper()
	s := &shelf{endpoints: ""}
	l := s.ledger(t, false)
	l.Others = &ledger.Others{}
	l.LookForOthers(t.Context(), testAdmin)
	for _, endpoints := range []string{`{"id":7,"name":"unleash-mock-verify-261128abcdef-one"}`, ""} {
		s.mu.Lock()
		s.endpoints = endpoints
		s.mu.Unlock()
		do(l)
	}
	return l
}

// TestARunThatEndsDuringAScenarioIsNoticed is about one that began unseen.
func TestARunThatEndsDuringAScenarioIsNoticed(t *testing.T) {
	t.Parallel()
	l := whileAnotherRuns(t, func(l *ledger.Ledger) { l.Attend(t.Context(), testAdmin) }) // the second time somebody just has looked
	if !l.OthersAtWork(t.Context(), testAdmin, time.Now()) {
		t.Error("nobody was at work")
	}
}

// TestAListThatAScenarioAsksForShowsOthersToo is about runs that come and go unseen between
// two looks.
func TestAListThatAScenarioAsksForShowsOthersToo(t *testing.T) {
	t.Parallel()
	l := whileAnotherRuns(t, func(l *ledger.Ledger) {
		x, err := l.Client.Get(t.Context(), endpointsPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		l.Note(x)
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if !l.OthersAtWork(ended, testAdmin, time.Now()) {
		t.Error("nobody was at work")
	}
}
