// Package accounts has what scenarios need for users: a viewer with a personal access token.
package accounts

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

const (
	usersPath  = "/api/admin/user-admin"
	tokensPath = "/api/admin/user/tokens"
)

// Resource returns what scenarios need.
func Resource() gherkin.Resource {
	return gherkin.Resource{
		Kinds: []*ledger.Kind{
			{Name: "user", Path: usersPath, List: usersPath, Key: "/users", Label: "/username", Swept: true},
			{Name: "personal access token", Path: tokensPath, List: tokensPath, Key: "/pats", Label: "/description"},
		},
		Tokens: map[string]func(context.Context, *gherkin.Setup) (string, string, error){"viewer": makeViewer},
	}
}

// makeViewer creates a user with the role Viewer and a personal access token for that user.
// An administrator can do so where passwords are allowed.
func makeViewer(ctx context.Context, s *gherkin.Setup) (token, problem string, err error) {
	username, password := s.Name("viewer"), "Aa1!"+uuid.NewString()
	s.Hide(password)
	users, err := s.Send(ctx, http.MethodGet, usersPath, "", target.Authorized(s.Admin()))
	if err != nil {
		return "", "", err
	}
	role := viewerRole(users)
	if !ledger.IsID(role) {
		return "", "the target does not show the admin which roles exist", nil
	}
	user, err := s.Send(ctx, http.MethodPost, usersPath,
		fmt.Sprintf(`{"username":%q,"name":%q,"password":%q,"rootRole":%s,"sendEmail":false}`, username, username, password, role), target.Authorized(s.Admin()))
	if err != nil || user == nil {
		return "", "the request to create a user got no answer", err
	}
	if user.Status != http.StatusCreated {
		return "", fmt.Sprintf("creating a user was refused with %d", user.Status), nil
	}
	login, err := s.Send(ctx, http.MethodPost, "/auth/simple/login", fmt.Sprintf(`{"username":%q,"password":%q}`, username, password), nil)
	if err != nil || login == nil {
		return "", "the login as the new user got no answer", err
	}
	cookie, _, _ := strings.Cut(login.Answer.Get("Set-Cookie"), ";")
	if login.Status != http.StatusOK || cookie == "" {
		return "", fmt.Sprintf("logging in with a password was refused with %d", login.Status), nil
	}
	return makeToken(ctx, s, username, http.Header{"Cookie": {cookie}})
}

// viewerRole returns the id of the role Viewer from the list of users, as JSON.
func viewerRole(users *target.Exchange) string {
	if users == nil || users.Status != http.StatusOK {
		return ""
	}
	for _, role := range jsonvalue.List(users.Value, "/rootRoles") {
		if jsonvalue.String(role, "/name") == "Viewer" {
			id, _ := jsonvalue.At(role, "/id")
			return jsonvalue.Text(id)
		}
	}
	return ""
}

// tokenLife is the lifetime of the viewer's token, in case it cannot be removed.
const tokenLife = 24 * time.Hour

// makeToken creates a personal access token for the owner of a session, provided that this is
// the run's own user.
func makeToken(ctx context.Context, s *gherkin.Setup, username string, session http.Header) (token, problem string, err error) {
	who, err := s.Send(ctx, http.MethodGet, "/api/admin/user", "", session)
	if err != nil || who == nil {
		return "", "the request for the logged-in user got no answer", err
	}
	if who.Text("/user/username") != username {
		return "", "the target does not confirm that the new user is logged in", nil
	}
	expires := time.Now().Add(tokenLife).UTC().Format(time.RFC3339)
	made, err := s.Send(ctx, http.MethodPost, tokensPath, fmt.Sprintf(`{"description":%q,"expiresAt":%q}`, username, expires), session)
	if err != nil || made == nil {
		return "", "the request to create a personal access token got no answer", err
	}
	if made.Status != http.StatusCreated || made.Text("/secret") == "" {
		return "", fmt.Sprintf("creating a personal access token was refused with %d", made.Status), nil
	}
	return made.Text("/secret"), "", nil
}
