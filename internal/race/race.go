// Package race tells tests whether they run with the race detector, which makes everything take several
// times as long.
package race

import "testing"

// NotTwice skips a test under the race detector that runs the whole suite, or much of it, or that is long and has
// nothing concurrent: the detector sees enough in other tests, and the gate runs this one without it.
func NotTwice(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("runs without the race detector, which sees enough in other tests")
	}
}
