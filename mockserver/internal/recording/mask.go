package recording

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// earlierMark stands where a secret stood in recordings that were made before one mark
// stood everywhere.
const earlierMark = "***"

// Masked reports whether a secret was taken out of a text.
func Masked(text string) bool {
	return strings.Contains(text, secrets.Mark) || strings.Contains(text, earlierMark)
}

// cut is what the proxy writes in the place of a body that it does not have: the
// beginning of one that is too long, or the size of one that it could not read.
var cut = regexp.MustCompile(`…$|^\(\d+ bytes of .*\)$`)

// Cut reports whether a body is not all there.
func Cut(body string) bool { return cut.MatchString(body) }

// Secret is what stands for the secret of a signal endpoint token that a recording
// hides: the same wherever the token is met, in a replay and in a seed.
func Secret(endpoint, token int64) string {
	return fmt.Sprintf("signal_recorded-%d-%d", endpoint, token)
}
