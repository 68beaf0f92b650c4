package reads

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

func TestWhatChangesSomething(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		id, path string
		want     bool
	}{
		{"deleteAll", "/all", true}, {"", "/cache/clear", true}, {"Purge", "/x", true}, {"reset-state", "/x", true}, {"GET /tokens/{id}/Revoke", "/tokens/{id}/Revoke", true},
		{"getDeletedItems", "/items/deleted", false}, {"listResets", "/resets", false}, {"getToken", "/auth/reset/validate", false}, {"dropdown", "/dropdowns", false},
		{"", "/", false}, {"getClearing", "/clear-days", false}, {"one", "/things/{delete}", false},
	} {
		if got := changes(&spec.Operation{ID: test.id, Path: test.path}); got != test.want {
			t.Errorf("%s %s: got %v", test.id, test.path, got)
		}
	}
	for _, operation := range spec.Default().Operations() {
		if operation.Method == "GET" && changes(operation) {
			t.Errorf("%s of Unleash would not be called", operation.ID)
		}
	}
}

func TestWhatSaysLogout(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"logout", "/logout", "/auth/log-out", "/Auth/LogOut", "/auth/log_off", "/sign-out", "signOut", "userSignOff", "SIGNOUT", "/lOgOuT",
		"/auth/sign/out", "logUserOut", "/log-me-out", "logoutUser", "userlogout", "getLogoutUrl", "/oidc/end_session", "endSession",
		"/oauth2/endsession", "terminateAllSessions", "/api/users/logged-out", "/%6Cogout", "GET /logout", "auth.logout", "signs out",
	} {
		if !saysLogout(text) {
			t.Errorf("%q is not recognized as a logout", text)
		}
	}
	for _, text := range []string{
		"", "/", "/login", "getLogs", "getLogOutput", "/blog/outline", "/dialog/outcome", "signUp", "/catalog/offers", "listSessions", "/logs/official",
		"/api/admin/signal-endpoints", "getSignOffers", "/api/admin/projects/{projectId}", "assignOutlet", "/log/{id}/outputs", "getDesignOutline",
	} {
		if saysLogout(text) {
			t.Errorf("%q is mistaken for a logout", text)
		}
	}
}

func FuzzSaysLogout(f *testing.F) {
	f.Add("/a/", "b")
	f.Add("%", "é")
	f.Fuzz(func(t *testing.T, before, behind string) {
		saysLogout(before + behind)
		if !saysLogout("/auth/log-out/" + behind) {
			t.Errorf("a logout followed by %q is not recognized", behind)
		}
	})
}
