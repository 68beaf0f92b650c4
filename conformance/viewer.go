package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// makeViewer creates a user with the role Viewer and a personal access token of
// that user, as an administrator can where passwords are allowed. It returns why
// it cannot; then scenarios that need the token stay disabled.
func (s *suite) makeViewer(ctx context.Context) (problem string, err error) {
	username, password := s.name("viewer"), "Aa1!"+uuid.NewString()
	s.redact.secret(password)
	roles, err := s.ask(ctx, "admin", usersPath)
	if err != nil {
		return "", err
	}
	role := viewerRole(roles)
	if role == "" {
		return "the target does not tell the admin which roles there are", nil
	}
	user, err := s.post(ctx, s.ledger, usersPath, fmt.Sprintf(`{"username":%q,"name":%q,"password":%q,"rootRole":%s,"sendEmail":false}`, username, username, password, role), s.tokens.Admin)
	if err != nil || user == nil {
		return "making a user had no answer", err
	}
	if user.status != http.StatusCreated {
		return fmt.Sprintf("making a user was refused with %d", user.status), nil
	}
	login, err := s.post(ctx, s.ledger, "/auth/simple/login", fmt.Sprintf(`{"username":%q,"password":%q}`, username, password), "")
	if err != nil || login == nil {
		return "logging in as the new user had no answer", err
	}
	cookie, _, _ := strings.Cut(login.answer.Get("Set-Cookie"), ";")
	if login.status != http.StatusOK || cookie == "" {
		return fmt.Sprintf("logging in with a password was refused with %d", login.status), nil
	}
	return s.makePersonalToken(ctx, cookie)
}

// personalTokenLife is how long the viewer's token would live if its user could
// not be removed.
const personalTokenLife = 24 * time.Hour

// makePersonalToken makes a token for who is logged in, if that is the run's own
// user.
func (s *suite) makePersonalToken(ctx context.Context, cookie string) (problem string, err error) {
	who, _, err := s.client.send(ctx, request{method: http.MethodGet, path: "/api/admin/user", header: http.Header{"Cookie": {cookie}}})
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "asking who is logged in had no answer", nil //nolint:nilerr // told
	}
	if username, isText := valueAt(who, "/user/username").(string); !isText || !s.owns(username) {
		return "the target does not say that it is the new user who logged in", nil
	}
	expires := time.Now().Add(personalTokenLife).UTC().Format(time.RFC3339)
	x, _, err := s.client.send(ctx, request{
		method: http.MethodPost, path: personalTokensPath,
		header: http.Header{"Cookie": {cookie}, "Content-Type": {jsonType}},
		body:   fmt.Appendf(nil, `{"description":%q,"expiresAt":%q}`, s.name("viewer"), expires),
	})
	if err == nil {
		s.ledger.note(x)
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "making a personal access token had no answer", nil //nolint:nilerr // told
	}
	secret, isText := valueAt(x, "/secret").(string)
	if x.status != http.StatusCreated || !isText {
		return fmt.Sprintf("making a personal access token was refused with %d", x.status), nil
	}
	s.useTokens(Tokens{Viewer: secret})
	return "", nil
}

// viewerRole finds the id of the role Viewer in the list of users.
func viewerRole(x *exchange) string {
	if x == nil || x.status != http.StatusOK {
		return ""
	}
	var answer struct {
		RootRoles []struct {
			ID   json.Number `json:"id"`
			Name string      `json:"name"`
		} `json:"rootRoles"`
	}
	if json.Unmarshal(x.received, &answer) != nil {
		return ""
	}
	for _, role := range answer.RootRoles {
		if role.Name == "Viewer" {
			return role.ID.String()
		}
	}
	return ""
}
