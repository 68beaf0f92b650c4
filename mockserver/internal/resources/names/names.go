// Package names has the rule for names that are part of a URL: those of flags, context
// fields, types of tags and of strategies, and variants.
package names

import (
	"fmt"
	"regexp"
	"unicode/utf16"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

const maxLength = 100

var friendly = regexp.MustCompile(`^[A-Za-z0-9\-_.!~*'()]+$`)

// Check refuses a name that cannot be part of a URL. property is where it was sent (O).
func Check(property, name string) error {
	if name == "" {
		return apierror.BadProperty(property, "is not allowed to be empty", "")
	}
	if name == "." || name == ".." || !friendly.MatchString(name) {
		return apierror.BadProperty(property, "must be URL friendly", string(v8json.Stringify(nil, name)))
	}
	return Length(property, name, maxLength)
}

// Length refuses a text that has more than the given number of characters, as JavaScript
// counts them.
func Length(property, text string, most int) error {
	if len(utf16.Encode([]rune(text))) > most {
		return apierror.BadProperty(property, fmt.Sprintf("length must be less than or equal to %d characters long", most), string(v8json.Stringify(nil, text)))
	}
	return nil
}
