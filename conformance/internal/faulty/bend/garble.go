package bend

import (
	"html"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/unleash-mock/unleash-mock/spec"
)

// shortColumn is how long a text may be in the short columns of some databases.
const shortColumn = 255

// garblings are ways to store another text than was sent.
var garblings = []struct {
	id, name string
	change   func(string) string
}{
	{"cut", "cuts off a long", func(text string) string {
		letters := []rune(text)
		return string(letters[:min(len(letters), shortColumn)])
	}},
	{"escaped", "escapes the markup in a", html.EscapeString},
	{"trimmed", "trims a", strings.TrimSpace},
	{"composed", "composes the letters of a", norm.NFC.String},
	{"one-line", "changes the line breaks and tabs in a", strings.NewReplacer("\r\n", "\n", "\t", " ").Replace},
	{"unquoted", "drops quotation marks from a", func(text string) string { return strings.ReplaceAll(text, `"`, "") }},
	{"without-emoji", "loses letters of four bytes in a", func(text string) string {
		return strings.Map(func(letter rune) rune {
			if letter > 0xFFFF {
				return -1
			}
			return letter
		}, text)
	}},
}

// Garbled lists the faults of an operation that stores a text of its body, a member, otherwise
// than it was sent. Their ids begin with a prefix.
func Garbled(prefix, operation, key string, standing spec.Standing) []Fault {
	var faults []Fault
	for _, g := range garblings {
		faults = append(faults, Fault{ID: prefix + "-" + g.id, Name: g.name + " " + key, Operation: operation, Standing: standing, Bend: Member(key, Words(g.change))})
	}
	return faults
}
