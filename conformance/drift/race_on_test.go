//go:build race

package drift_test

// raceDetector reports whether the tests run with the race detector, which makes everything take
// several times as long.
const raceDetector = true
