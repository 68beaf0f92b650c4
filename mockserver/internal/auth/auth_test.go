package auth

import (
	"net/http"
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/seed"
	"github.com/unleash-mock/unleash-mock/spec"
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

func TestHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		identity Identity
		admin    bool
		token    spec.TokenKind
	}{
		{Identity{Kind: AdminAPI}, true, spec.AdminToken},
		{Identity{Kind: Personal, Role: seed.Admin}, true, spec.AdminToken},
		{Identity{Kind: Personal, Role: seed.Editor}, false, spec.AdminToken},
		{Identity{Kind: Personal, Role: seed.Viewer}, false, spec.AdminToken},
		{Identity{Kind: Backend}, false, spec.BackendToken},
		{Identity{Kind: Frontend}, false, spec.FrontendToken},
		{Identity{Kind: SignalEndpoint}, false, "signal-endpoint"},
		{Identity{Kind: Unknown}, false, ""},
		{Identity{Kind: None, Role: seed.Admin}, false, ""},
	} {
		if got := test.identity.Token(); got != test.token {
			t.Errorf("the token of %+v is of the kind %q, want %q", test.identity, got, test.token)
		}
		if got := test.identity.Holds(spec.Admin); got != test.admin {
			t.Errorf("%+v has ADMIN: %v", test.identity, got)
		}
	}
}
