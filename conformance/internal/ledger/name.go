package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"time"
)

// NamePrefix begins the names of everything that the suite makes, behind what the pattern
// of a project asks for; a run's id follows it.
const NamePrefix = "unleash-mock-verify-"

// UnusedName is one that nothing has.
const UnusedName = NamePrefix + "none"

// NewRunID makes the id of a run: the day, for people, and randomness.
func NewRunID() string {
	var random [3]byte
	_, _ = rand.Read(random[:]) // never fails
	return time.Now().UTC().Format("060102") + hex.EncodeToString(random[:])
}

// runID is the form of such an id.
const runID = `[0-9]{6}[0-9a-f]{6}`

var (
	wholeRunID = regexp.MustCompile(`^` + runID + `$`)
	ofARun     = regexp.MustCompile(NamePrefix + `(` + runID + `)-`)
)

// IsRunID reports whether a text has the form of the id of a run.
func IsRunID(text string) bool { return wholeRunID.MatchString(text) }

// NameIn makes a name of a run.
func NameIn(run, part string) string { return NamePrefix + run + "-" + part }

// RunOf returns the id of the run that gives such a name; empty if none does.
func RunOf(name string) string {
	if m := ofARun.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}
