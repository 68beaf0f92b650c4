package httpx

import (
	"strings"
	"testing"
)

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://localhost:3000":    "http://localhost:3000",
		"HTTP://LocalHost:3000/":   "http://localhost:3000",
		"http://a.example:80":      "http://a.example",
		"https://a.example:443/":   "https://a.example",
		"https://a.example:80":     "https://a.example:80",
		"http://[::1]:80":          "http://[::1]",
		"capacitor://localhost":    "capacitor://localhost",
		"chrome-extension://abcde": "chrome-extension://abcde",
	} {
		if got, err := ParseOrigin(text); err != nil || got != want {
			t.Errorf("%s became %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"null":                  "any page can have the origin null",
		"":                      "not an origin",
		"*":                     "not an origin",
		"localhost:3000":        "not an origin",
		"//a.example":           "not an origin",
		"http://":               "not an origin",
		"http://:80":            "not an origin",
		"http://a b":            "not an origin",
		"http://a.example/path": "nothing else",
		"http://a.example?":     "nothing else",
		"http://a.example#b":    "nothing else",
		"http://u:p@a.example":  "nothing else",
		"http://*.example":      "name a single host",
		"http://bücher.example": "in ASCII",
	} {
		if got, err := ParseOrigin(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}
