package judge

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Deviation is a known way in which real servers differ from what the suite requires.
type Deviation struct {
	// Versions lists the versions that have it: a full version, or a prefix such as "8.".
	Versions []string
	// Operation is the operationId; empty means every operation.
	Operation string
	// Path matches the path and query of the request.
	Path *regexp.Regexp
	// Status is the status that the server answers with.
	Status int
	// What describes it in a sentence.
	What string
}

// hugeID returns the deviation of all operations that take an id.
func hugeID() Deviation {
	return Deviation{
		Versions: []string{"8."}, Path: regexp.MustCompile(`/\d{10,}(/|$|\?)`), Status: http.StatusInternalServerError,
		What: "an id that does not fit into 32 bits makes the database fail, hence the 500",
	}
}

// Known describes the known deviation that a response shows, for a version of Unleash. It
// returns an empty string if there is none or the version is not known.
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
