package judge

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Deviation is a way in which real servers are known to differ from what the
// suite demands.
type Deviation struct {
	// Versions that have it: a version or the beginning of one, such as "8.".
	Versions []string
	// Operation is the operationId; empty is every one.
	Operation string
	// Path is what the request's path and query look like.
	Path *regexp.Regexp
	// Status is what the server answers.
	Status int
	// What says it in a sentence.
	What string
}

// hugeID is the deviation of every operation that takes an id.
func hugeID() Deviation {
	return Deviation{
		Versions: []string{"8."}, Path: regexp.MustCompile(`/\d{10,}(/|$|\?)`), Status: http.StatusInternalServerError,
		What: "an id that does not fit into 32 bits is a failure of the database, and so a 500",
	}
}

// Known names the deviation of a version of Unleash that an answer is; empty if
// it is none, or if the version is not known.
func (j *Judge) Known(version, operation string, x *target.Exchange) string {
	for _, d := range append([]Deviation{hugeID()}, j.specific.Deviations...) {
		if d.Status == x.Status && d.Path.MatchString(x.Path) && (d.Operation == "" || d.Operation == operation) && slices.ContainsFunc(d.Versions, covers(version)) {
			return d.What
		}
	}
	return ""
}

func covers(version string) func(prefix string) bool {
	return func(prefix string) bool {
		return version == prefix || strings.HasPrefix(version, prefix) && strings.HasSuffix(prefix, ".")
	}
}
