// Package race tells tests whether they run with the race detector, which makes everything take several
// times as long.
package race

import "testing"

// NotTwice skips a test that runs the whole suite, or much of it, under the race detector: it sees enough in
// other tests, and the gate runs this one without it.
func NotTwice(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("runs without the race detector, which sees enough in other tests")
	}
}
