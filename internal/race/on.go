//go:build race

package race

// Enabled reports whether the program has the race detector.
const Enabled = true
