package recording

import (
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
