//go:build race

package conformance_test

// raceDetector is on: everything takes several times as long.
const raceDetector = true
