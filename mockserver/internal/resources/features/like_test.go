package features

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// likes is LIKE by its definition.
func likes(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '%':
		return likes(pattern[1:], text) || len(text) > 0 && likes(pattern, text[1:])
	case len(text) == 0:
		return false
	case pattern[0] == '\\' && len(pattern) > 1:
		return pattern[1] == text[0] && likes(pattern[2:], text[1:])
	}
	return (pattern[0] == '_' || pattern[0] == text[0]) && likes(pattern[1:], text[1:])
}

func TestLikeMatchesAsItIsDefined(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune(`aaä%_\`)), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`aaaää%_\`)), 0, 8, -1).Draw(t, "text")
		if got, want := Like(pattern).Match(text), likes([]rune(pattern+"%"), []rune(text)); got != want {
			t.Errorf("LIKE %s%% matches %s: %t, want %t", pattern, text, got, want)
		}
	})
}

// TestManyWildcardsTakeLittleTime checks a pattern that takes an expression hours.
func TestManyWildcardsTakeLittleTime(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 30_000)
	for range 100 {
		for _, pattern := range []string{strings.Repeat("%", 5000) + "b", strings.Repeat("%a", 5000) + "b", "%" + strings.Repeat("a", 15_000) + "b"} {
			if Like(pattern).Match(text) {
				t.Fatal("a letter is found where there is none")
			}
		}
	}
}
