package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

func shown(t *testing.T, r *Report, color bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := Terminal(&out, r, color); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTerminalIsNotSteeredByTheTarget(t *testing.T) {
	t.Parallel()
	ours := regexp.MustCompile(`\x1b\[(1|2|31|32|33|36|0)m`)
	for name, r := range reports() {
		plain := shown(t, r, false)
		if plain != visible.Log(plain) {
			t.Errorf("%s: something would control the terminal: %q", name, plain)
		}
		colored := shown(t, r, true)
		if got := ours.ReplaceAllString(colored, ""); got != plain {
			t.Errorf("%s: colors are not the only difference", name)
		}
		for line := range strings.Lines(plain) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
				t.Errorf("%s: a CI system would obey %q", name, line)
			}
		}
	}
}

// TestTerminalSaysLittleOfNothing checks that a target that was not reached gets no table.
func TestTerminalSaysLittleOfNothing(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Summary, r.ExitCode = Summary{Skipped: 2}, 3
	for i := range r.Scenarios {
		r.Scenarios[i].Outcome = Skipped
	}
	const want = "The verification could not be completed: 2 skipped; 0 exchanges, in 3.21s\nhttp://127.0.0.1:4242 · "
	if got := shown(t, r, false); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 2 {
		t.Errorf("got %s", got)
	}
}

func TestTerminalBeginsAndEndsWithTheVerdict(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Report){
		"The target breaks the contract: 2 passed, 2 failed, 1 error, 1 skipped, 2 disabled; 5 exchanges, 1 of them broke the contract, in 3.21s": func(*Report) {},
		"The target keeps the contract: 4 passed; 9 exchanges, in 3.21s": func(r *Report) {
			r.Summary, r.ExitCode = Summary{Passed: 4, Exchanges: 9}, 0
		},
		"Nothing was verified: 3 disabled; 0 exchanges, in 3.21s": func(r *Report) {
			r.Summary, r.ExitCode = Summary{Disabled: 3}, 4
		},
		"The verification could not be completed: 1 error; 1 exchange, in 3.21s": func(r *Report) {
			r.Summary, r.ExitCode = Summary{Errored: 1, Exchanges: 1}, 3
		},
		"The traffic keeps the contract: no operations; 0 exchanges": func(r *Report) {
			*r = Report{Tool: Tool{Command: "proxy"}}
		},
	} {
		r := sample()
		change(r)
		lines := strings.Split(strings.TrimSpace(shown(t, r, false)), "\n")
		if got := lines[len(lines)-1]; got != want || lines[0] != want {
			t.Errorf("got  %s\nand  %s\nwant %s", lines[0], got, want)
		}
	}
}

func TestTerminalShowsStatusesByWhetherTheyWereSeen(t *testing.T) {
	t.Parallel()
	text := shown(t, sample(), false)
	for _, row := range []string{
		`(?m)^getSignalEndpointTokens +1 +1 +1 +0 +0 +200 401 \(403\) \(429\)$`,
		`(?m)^getSignals +0 +1 +0 +1 +1 +200 418! 500$`,
	} {
		if !regexp.MustCompile(row).MatchString(text) {
			t.Errorf("no row %s in\n%s", row, text)
		}
	}
}

func TestAFailureWithoutAReasonIsStillTold(t *testing.T) {
	t.Parallel()
	r := &Report{Scenarios: []Scenario{{ID: "a", Name: "Bare", Outcome: Failed}}, Summary: Summary{Failed: 1}, ExitCode: 1}
	if text := shown(t, r, false); !strings.Contains(text, "1. Bare") {
		t.Errorf("got %s", text)
	}
}
