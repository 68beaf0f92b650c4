package architecture_test

import (
	"go/ast"
	"os"
	"strings"
	"testing"
)

// skips is how a test skips itself under the race detector.
const skips = "race.NotTwice("

// TestWhatTheRaceDetectorSkipsRunsWithoutIt checks that the gate runs every test that skips itself under the race
// detector: its step suite runs those of package conformance, and of others those that it names.
func TestWhatTheRaceDetectorSkipsRunsWithoutIt(t *testing.T) {
	t.Parallel()
	steps, err := os.ReadFile(root + "/.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range sources(t) {
		for _, declared := range file.syntax.Decls {
			function, is := declared.(*ast.FuncDecl)
			if !is || file.folder == "conformance" || !strings.Contains(file.text[positions.Position(function.Pos()).Offset:positions.Position(function.End()).Offset], skips) {
				continue
			}
			if run := "-run " + function.Name.Name + " ./" + file.folder + "\n"; !strings.Contains(string(steps), run) {
				t.Errorf("%s: %s skips itself under the race detector, and .ci/run has no %q", file.name, function.Name.Name, run)
			}
		}
	}
}
