package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"time"
)

// NamePrefix starts the names of everything that the suite creates, after whatever a
// project's naming pattern requires. A run's id follows it.
const NamePrefix = "unleash-mock-verify-"

// UnusedName is a name that nothing has.
const UnusedName = NamePrefix + "none"

// NewRunID returns the id of a new run: the date, for people, followed by random digits.
func NewRunID() string {
	var random [3]byte
	_, _ = rand.Read(random[:]) // never fails
	return time.Now().UTC().Format("060102") + hex.EncodeToString(random[:])
}

// runID is the pattern of a run's id.
const runID = `[0-9]{6}[0-9a-f]{6}`

var (
	wholeRunID = regexp.MustCompile(`^` + runID + `$`)
	ofARun     = regexp.MustCompile(NamePrefix + `(` + runID + `)-`)
)

// IsRunID reports whether a text has the form of a run's id.
func IsRunID(text string) bool { return wholeRunID.MatchString(text) }

// NameIn returns a name of a run.
func NameIn(run, part string) string { return NamePrefix + run + "-" + part }

// RunOf returns the id of the run that a name belongs to, or an empty string.
func RunOf(name string) string {
	if m := ofARun.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}
