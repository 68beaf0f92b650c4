package report

import (
	"regexp"
	"strings"
	"testing"
)

// TestAnnotationsAreAllThatGitHubObeys: every line is one command of ours, whatever the
// target said, and its parts say no more than they were given.
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
				t.Errorf("%s: GitHub would read %q", name, line)
			}
		}
	}
}

// TestAnnotationsBeginWithTheVerdict and who was verified.
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
