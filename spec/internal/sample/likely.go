package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pb33f/jsonschema/v6"
)

// likely returns a text that people would write where only patterns say what is allowed: one with the name of the
// property, an amount, or a time. A text made from a pattern is often none of these: a date such as 4036-94-94.
func (m *maker) likely(f *facets, name string) (string, bool) {
	if name == "" {
		name = "text"
	}
	number := fmt.Sprint(100 + m.random.IntN(900))
	texts := append(named(name, number), number+".50", number)
	at := m.moment()
	for _, layout := range layouts {
		texts = append(texts, at.Format(layout))
	}
	for _, text := range texts {
		length := utf8.RuneCountInString(text)
		if length >= f.minLength && (f.maxLength < 0 || length <= f.maxLength) &&
			!slices.ContainsFunc(f.matchers, func(pattern jsonschema.Regexp) bool { return !pattern.MatchString(text) }) {
			return text, true
		}
	}
	return "", false
}

// named returns texts with a name and a number, in the forms that patterns often want.
func named(name, number string) (texts []string) {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, name)
	for _, text := range []string{name + "-" + number, name + "_" + number, letters + "-" + number, letters + "_" + number, letters + number, letters} {
		texts = append(texts, text, strings.ToLower(text), strings.ToUpper(text))
	}
	return texts
}

// layouts are the forms in which documents describe times by a pattern. Day and month can be told apart
// in none of those with slashes and dots, so that these times are on days that are both.
var layouts = []string{
	time.DateOnly, "2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05+00:00", "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02T15:04",
	time.DateTime, "2006-01", "15:04", time.TimeOnly, "15:04:05Z", "03:04 PM", "20060102", "2006", "2006/01/02",
	"01/01/2006", "1/1/2006", "01.01.2006", "01-01-2006", "01/06", "20060102T150405Z",
}
