package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// TestOthersAreAtWorkIfTheirThingsComeAndGo checks that a concurrent run is told apart from the
// leftovers of an earlier one.
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
			for range 2 { // if nobody was found, the second call looks only once
				if got := l.OthersAtWork(t.Context(), testAdmin, time.Now()); got != test.want {
					t.Errorf("others at work: %t", got)
				}
			}
			if l.OthersAtWork(t.Context(), testAdmin, time.Now().Add(time.Hour)) {
				t.Error("a change an hour before the start still counts")
			}
		})
	}
}

// whileAnotherRuns returns a ledger that looked for others before another run began. It calls do
// once while that run has something on the target, and once when that is gone.
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

// TestARunThatEndsDuringAScenarioIsNoticed is about a run whose start was not noticed.
func TestARunThatEndsDuringAScenarioIsNoticed(t *testing.T) {
	t.Parallel()
	l := whileAnotherRuns(t, func(l *ledger.Ledger) { l.Attend(t.Context(), testAdmin) }) // the second call comes too soon to look again
	if !l.OthersAtWork(t.Context(), testAdmin, time.Now()) {
		t.Error("the other run was not noticed")
	}
}

// TestAListThatAScenarioAsksForShowsOthersToo is about a run that comes and goes between two
// looks: the lists that scenarios fetch reveal it.
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
		t.Error("the other run was not noticed")
	}
}
