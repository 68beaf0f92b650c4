package conformance

import (
	"regexp"
	"strings"
)

// deviation is a way in which real servers are known to differ from what the
// suite demands.
type deviation struct {
	// versions that have it: a version or the beginning of one, such as "8.".
	versions []string
	// operations that have it; empty is every one.
	operations []string
	// path is what the request's path and query look like.
	path *regexp.Regexp
	// status is what the server answers.
	status int
	// what says it in a sentence.
	what string
}

// deviations are the known ones.
var deviations = []deviation{
	{
		versions: []string{"8."}, path: regexp.MustCompile(`/\d{10,}(/|$|\?)`), status: 500,
		what: "an id that does not fit into 32 bits is a failure of the database, and so a 500",
	},
	{
		versions: []string{"8."}, operations: []string{"getSignals"}, path: regexp.MustCompile(`(from|to)=IS:\d{4}-\d\d-\d\d`), status: 500,
		what: "a bound of the right form that is no date is a failure of the database, and so a 500",
	},
}

// knownDeviation names the deviation that an answer is; empty if it is none. A
// mock has none: what it does otherwise is a fault of it.
func knownDeviation(version string, isMock bool, operation string, x *exchange) string {
	if isMock || version == "" {
		return ""
	}
	for _, d := range deviations {
		if d.status == x.status && d.path.MatchString(x.path) && d.covers(version, operation) {
			return d.what
		}
	}
	return ""
}

func (d deviation) covers(version, operation string) bool {
	inVersion, inOperation := false, len(d.operations) == 0
	for _, prefix := range d.versions {
		inVersion = inVersion || version == prefix || strings.HasPrefix(version, prefix) && strings.HasSuffix(prefix, ".")
	}
	for _, id := range d.operations {
		inOperation = inOperation || id == operation
	}
	return inVersion && inOperation
}
