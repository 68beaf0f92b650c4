package drift

import (
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
)

// isRange reports whether a response is for several statuses: 4XX, or default.
func isRange(code string) bool {
	return strings.EqualFold(code, "default") || len(code) == 3 && strings.EqualFold(code[1:], "XX")
}

// alignStatuses gives each side the responses for statuses that only the other
// names and a range or the default of this side is for: an exact status counts
// before a range, and a range before the default. unsure reports whether a
// status of the contract is not documented.
func alignStatuses(left, right *yaml.Node, unsure func(status int) bool) {
	ours, theirs := field(left, "responses"), field(right, "responses")
	if ours == nil || theirs == nil {
		return
	}
	cover(ours, theirs, unsure)
	cover(theirs, ours, func(int) bool { return false })
}

// cover adds responses for the statuses of others that a range or the default is
// for. The default of most documents is an error: what is no error, and not
// documented either, is not compared with it.
func cover(others, responses *yaml.Node, unsure func(status int) bool) {
	for code := range fields(others) {
		status, err := strconv.Atoi(code)
		if err != nil || field(responses, code) != nil {
			continue
		}
		response := foldedField(responses, code[:1]+"XX")
		if response == nil && (status >= 400 || !unsure(status)) {
			response = field(responses, "default")
		}
		if response != nil {
			set(responses, code, plain(response))
		}
	}
}

// foldedField is field without regard to letter case.
func foldedField(node *yaml.Node, name string) *yaml.Node {
	for key, value := range fields(node) {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}
