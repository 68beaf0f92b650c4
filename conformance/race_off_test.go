//go:build !race

package conformance_test

// raceDetector is off.
const raceDetector = false
