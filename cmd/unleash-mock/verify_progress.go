package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// progress shows how far a run has got: on a terminal with one line that changes, and elsewhere
// with a line for each scenario that fails.
type progress struct {
	out   io.Writer
	live  bool
	quiet bool
	makes bool // the run creates things on the target, which are removed when it is interrupted

	mu       sync.Mutex
	shown    bool          // the terminal shows a line that can be overwritten
	reported time.Duration // how long the run had waited when a line last said so, not on a terminal
}

// reportWait is how much longer a run has to wait before a line says so again, not on a terminal.
const reportWait = 10 * time.Second

// clearLine moves to the beginning of a terminal's line and clears it.
const clearLine = "\r\x1b[K"

func (s *progress) found(target report.Target, run report.Run, notes []string) {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	what := "an instance of unknown edition"
	switch {
	case target.Mock != "":
		what = visible.Line("unleash-mock " + target.Mock)
	case target.Edition != "":
		what = visible.Line(strings.TrimSpace(fmt.Sprintf("Unleash %s, %s", target.Version, target.Edition)))
	}
	seed := ""
	if run.Seed != 0 {
		seed = fmt.Sprintf(", seed %d", run.Seed)
	}
	fmt.Fprintf(s.out, "%s is %s\nrun %s, profile %s%s\n", target.URL, what, run.ID, run.Profile, seed)
	for _, note := range notes {
		fmt.Fprintln(s.out, "note:", visible.Line(note))
	}
}

func (s *progress) scenario(p conformance.Progress) {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	outcome := p.Scenario.Outcome
	if outcome == report.Failed || outcome == report.Errored {
		s.clear()
		fmt.Fprintln(s.out, visible.Line(fmt.Sprintf("%s: %s", outcome, p.Scenario.ID)))
	}
	if outcome == report.Passed && p.Scenario.Reason != "" {
		s.clear()
		fmt.Fprintln(s.out, visible.Line(fmt.Sprintf("note: %s: %s", p.Scenario.ID, p.Scenario.Reason)))
	}
	line := fmt.Sprintf("%d of %s", p.Done, plural.Of(p.Total, "scenario"))
	if waited := p.Waited.Truncate(time.Second); waited > 0 {
		line += fmt.Sprintf("; waited %s for the target's limit on calls", waited)
	}
	switch {
	case s.live:
		fmt.Fprint(s.out, clearLine, line)
		s.shown = true
	case p.Waited-s.reported >= reportWait:
		fmt.Fprintln(s.out, line)
		s.reported = p.Waited
	}
}

// interrupted says that the run is cleaning up, and how to make it stop.
func (s *progress) interrupted() {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	if s.makes {
		fmt.Fprintln(s.out, "interrupted; cleaning up (interrupt again to end at once)")
	}
}

// end removes the changing line from the terminal.
func (s *progress) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

func (s *progress) clear() {
	if s.shown {
		fmt.Fprint(s.out, clearLine)
		s.shown = false
	}
}
