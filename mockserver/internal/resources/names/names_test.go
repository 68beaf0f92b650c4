package names

import (
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 101)
	for name, want := range map[string]string{
		"checkout":               "",
		"A-z_0.9!~*'()":          "",
		strings.Repeat("x", 100): "",
		"":                       `"name" is not allowed to be empty.`,
		".":                      `"name" must be URL friendly. You provided ".".`,
		"..":                     `"name" must be URL friendly. You provided "..".`,
		"...":                    "",
		"two words":              `"name" must be URL friendly. You provided "two words".`,
		"a/b":                    `"name" must be URL friendly. You provided "a/b".`,
		"é":                      `"name" must be URL friendly. You provided "é".`,
		long + " ":               `"name" must be URL friendly. You provided "` + long + ` ".`,
		long:                     `"name" length must be less than or equal to 100 characters long. You provided "` + long + `".`,
	} {
		got := ""
		if refusal, is := Check("name", name).(*apierror.Error); is {
			got = refusal.Details[0].Message
		}
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
