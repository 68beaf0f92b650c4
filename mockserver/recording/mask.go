package recording

import (
	"fmt"
	"regexp"
	"strings"
)

// masks are what stands in a recording where a secret stood.
var masks = []string{"***", "[redacted]"}

// Masked tells whether a text hides a secret.
func Masked(text string) bool {
	for _, mask := range masks {
		if strings.Contains(text, mask) {
			return true
		}
	}
	return false
}

// cut is what the proxy writes in the place of a body that it does not have: the
// beginning of one that is too long, or the size of one that it could not read.
var cut = regexp.MustCompile(`…$|^\(\d+ bytes of .*\)$`)

// Cut tells whether a body is not all there.
func Cut(body string) bool { return cut.MatchString(body) }

// Secret is what stands for the secret of a signal endpoint token that a recording
// hides: the same wherever the token is met, in a replay and in a seed.
func Secret(endpoint, token int64) string {
	return fmt.Sprintf("signal_recorded-%d-%d", endpoint, token)
}
