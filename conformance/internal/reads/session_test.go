package reads

import "testing"

func TestWhatSaysLogout(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"logout", "/logout", "/auth/log-out", "/Auth/LogOut", "/auth/log_off", "/sign-out", "signOut", "userSignOff", "SIGNOUT", "/lOgOuT",
		"/auth/sign/out", "logUserOut", "/log-me-out", "logoutUser", "userlogout", "getLogoutUrl", "/oidc/end_session", "endSession",
		"/oauth2/endsession", "terminateAllSessions", "/api/users/logged-out", "/%6Cogout", "GET /logout", "auth.logout", "signs out",
	} {
		if !saysLogout(text) {
			t.Errorf("%q is called", text)
		}
	}
	for _, text := range []string{
		"", "/", "/login", "getLogs", "getLogOutput", "/blog/outline", "/dialog/outcome", "signUp", "/catalog/offers", "listSessions", "/logs/official",
		"/api/admin/signal-endpoints", "getSignOffers", "/api/admin/projects/{projectId}", "assignOutlet", "/log/{id}/outputs", "getDesignOutline",
	} {
		if saysLogout(text) {
			t.Errorf("%q is not called", text)
		}
	}
}

func FuzzSaysLogout(f *testing.F) {
	f.Add("/a/", "b")
	f.Add("%", "é")
	f.Fuzz(func(t *testing.T, before, behind string) {
		saysLogout(before + behind)
		if !saysLogout("/auth/log-out/" + behind) {
			t.Errorf("behind it %q hides it", behind)
		}
	})
}
