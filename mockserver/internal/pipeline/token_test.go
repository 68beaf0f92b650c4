package pipeline

import (
	"net/http"
	"testing"
)

func TestToken(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct{ api, elsewhere string }{
		"":                     {"", ""},
		"token":                {"token", "token"},
		"  token\t":            {"token", "token"},
		"Bearer token":         {"token", "Bearer token"},
		"bEARER \t token":      {"token", "bEARER \t token"},
		"Bearer":               {"Bearer", "Bearer"},
		"Bearer\xa0token":      {"token", "Bearer\xa0token"},
		"Bearer\xc2\xa0token":  {"Bearer\xc2\xa0token", "Bearer\xc2\xa0token"},
		"\u00a0token\u2003":    {"\u00a0token\u2003", "\u00a0token\u2003"},
		"Bearertoken":          {"Bearertoken", "Bearertoken"},
		"Bearer Bearer token":  {"Bearer token", "Bearer Bearer token"},
		"Basic dXNlcjpwYXNz":   {"Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXNz"},
		"\"Bearer\" something": {"\"Bearer\" something", "\"Bearer\" something"},
	} {
		sent := http.Header{"Authorization": {header, "second"}}
		if got := tokenOf(sent, true); got != want.api {
			t.Errorf("%q under /api: %q, want %q", header, got, want.api)
		}
		if got := tokenOf(sent, false); got != want.elsewhere {
			t.Errorf("%q elsewhere: %q, want %q", header, got, want.elsewhere)
		}
	}
}
