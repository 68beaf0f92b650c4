package drift

import (
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
)

// isRange reports whether a response covers several statuses, such as 4XX or default.
func isRange(code string) bool {
	return strings.EqualFold(code, "default") || len(code) == 3 && strings.EqualFold(code[1:], "XX")
}

// alignStatuses adds to each side the statuses that only the other side names, if a range or
// the default of this side covers them. As in OpenAPI, an exact status takes precedence over
// a range, and a range over the default. unsure reports whether a status of the contract is
// not documented.
func alignStatuses(left, right *yaml.Node, unsure func(status int) bool) {
	ours, theirs := field(left, "responses"), field(right, "responses")
	if ours == nil || theirs == nil {
		return
	}
	cover(ours, theirs, unsure)
	cover(theirs, ours, func(int) bool { return false })
}

// cover adds responses for the statuses in others that a range or the default covers. In most
// documents the default is an error. So a status that is neither an error nor documented is
// not compared with the default.
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
			set(responses, code, response)
		}
	}
}

// foldedField is like field, but ignores letter case.
func foldedField(node *yaml.Node, name string) *yaml.Node {
	for key, value := range fields(node) {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}
