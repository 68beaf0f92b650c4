// Package race tells tests whether they run with the race detector, which makes everything take several
// times as long.
package race

import (
	"os"
	"testing"
)

// NotTwice skips a test under the race detector that runs the whole suite, or much of it, or that is long and has
// nothing concurrent: the detector sees enough in other tests, and the gate runs this one without it. With
// UNLEASH_MOCK_RACE=all, as before a release, it runs all the same.
func NotTwice(t testing.TB) {
	t.Helper()
	if Enabled && os.Getenv("UNLEASH_MOCK_RACE") != "all" {
		t.Skip("runs without the race detector, which sees enough in other tests")
	}
}
