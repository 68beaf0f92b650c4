package recording

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// earlierMark replaced secrets in older recordings, before there was a single mark for
// them.
const earlierMark = "***"

// Masked reports whether a secret was redacted in a text.
func Masked(text string) bool {
	return strings.Contains(text, secrets.Mark) || strings.Contains(text, earlierMark)
}
