package recording

import (
	"fmt"
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

// Secret is what stands for the secret of a signal endpoint token that a recording
// hides: the same wherever the token is met, in a replay and in a seed.
func Secret(endpoint, token int64) string {
	return fmt.Sprintf("signal_recorded-%d-%d", endpoint, token)
}
