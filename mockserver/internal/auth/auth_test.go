package auth

import (
	"net/http"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/seed"
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
		if got := Token(sent, true); got != want.api {
			t.Errorf("%q under /api: %q, want %q", header, got, want.api)
		}
		if got := Token(sent, false); got != want.elsewhere {
			t.Errorf("%q elsewhere: %q, want %q", header, got, want.elsewhere)
		}
	}
}

func TestPermitted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		identity Identity
		admin    bool
	}{
		{Identity{Kind: AdminAPI}, true},
		{Identity{Kind: Personal, Role: seed.Admin}, true},
		{Identity{Kind: Personal, Role: seed.Editor}, false},
		{Identity{Kind: Personal, Role: seed.Viewer}, false},
		{Identity{Kind: SignalEndpoint}, false},
		{Identity{Kind: Unknown}, false},
		{Identity{Kind: None, Role: seed.Admin}, false},
	} {
		if got := test.identity.Permitted("ADMIN"); got != test.admin {
			t.Errorf("%+v has ADMIN: %v", test.identity, got)
		}
		if !test.identity.Permitted("") {
			t.Errorf("%+v may not do what needs no permission", test.identity)
		}
	}
}
