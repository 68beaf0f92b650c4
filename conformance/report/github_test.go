package report

import (
	"regexp"
	"strings"
	"testing"
)

// TestAnnotationsAreAllThatGitHubObeys checks that, whatever the target sent, every line is one of
// our commands and nothing in it can start another.
func TestAnnotationsAreAllThatGitHubObeys(t *testing.T) {
	t.Parallel()
	ours := regexp.MustCompile(`^::(error|warning|notice) title=[^:,\r]+(,file=[^:,\r]+(,line=[0-9]+)?)?::[^\r]*$`)
	for name, r := range reports() {
		lines := strings.Split(strings.TrimSuffix(string(written(t, "github", r)), "\n"), "\n")
		if want := 1 + len(r.findings()); len(lines) != want {
			t.Errorf("%s: %d annotations, want %d", name, len(lines), want)
		}
		for _, line := range lines {
			if !ours.MatchString(line) || strings.Contains(line, "##[") || strings.ContainsRune(line, 0x1b) {
				t.Errorf("%s: GitHub might obey %q", name, line)
			}
		}
	}
}

// TestAnnotationsBeginWithTheVerdict checks that the first annotation says what was verified and
// with which result.
func TestAnnotationsBeginWithTheVerdict(t *testing.T) {
	t.Parallel()
	for code, level := range map[int]string{0: "notice", 1: "error", 3: "error", 4: "warning"} {
		r := sample()
		r.ExitCode = code
		first, _, _ := strings.Cut(string(written(t, "github", r)), "\n")
		if !strings.HasPrefix(first, "::"+level+" title="+r.verdict()+"::") ||
			!strings.Contains(first, "%0Ahttp://127.0.0.1:4242 · enterprise 8.2.0 · unleash-mock 1.2.3 · tokens: admin (given), viewer (made for the run) · ") {
			t.Errorf("exit code %d: %s", code, first)
		}
	}
}

// TestARunThatFoundNothingSaysWhyInCI checks that the annotation and the summary of a job say why nothing was found
// out, and do not hide it among operations of which nothing came.
func TestARunThatFoundNothingSaysWhyInCI(t *testing.T) {
	t.Parallel()
	r := sample()
	r.ExitCode, r.Summary = 3, Summary{Skipped: 1}
	r.Scenarios = []Scenario{{ID: "a", Name: "A", Outcome: Skipped, Reason: "the run ended first: the target cannot be reached"}}
	for format, want := range map[string]string{
		"github":   "%0Askipped: the run ended first: the target cannot be reached\n",
		"markdown": "1 scenario: skipped: the run ended first: the target cannot be reached\n",
	} {
		got := string(written(t, format, r))
		if !strings.Contains(got, want) || strings.Contains(got, "getSignalEndpointTokens") {
			t.Errorf("%s: %q is missing, or operations are listed:\n%s", format, want, got)
		}
	}
}
