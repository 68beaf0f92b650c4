package accounts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/apitokens"
	"github.com/unleash-mock/unleash-mock/spec"
)

// person is a user as the API shows it. Nobody logs in, so users were last seen when they
// were created.
type person struct {
	AccountType   string    `json:"accountType"`
	ID            int64     `json:"id"`
	Name          string    `json:"name,omitzero"`
	Username      string    `json:"username"`
	Email         string    `json:"email,omitzero"`
	ImageURL      string    `json:"imageUrl"`
	SeenAt        time.Time `json:"seenAt"`
	LoginAttempts int64     `json:"loginAttempts"`
	CreatedAt     time.Time `json:"createdAt"`
}

// machine is an admin API token shown as a user (O).
type machine struct {
	Username    string   `json:"username"`
	Permissions []string `json:"permissions"`
	Environment string   `json:"environment"`
	Type        string   `json:"type"`
	Secret      string   `json:"secret"`
	Projects    []string `json:"projects"`
	UserID      int64    `json:"internalAdminTokenUserId"`
}

type grant struct {
	Permission  spec.Permission `json:"permission"`
	Project     string          `json:"project,omitzero"`
	Environment string          `json:"environment,omitzero"`
}

type meOut struct {
	User        engine.JSON     `json:"user"`
	Permissions []grant         `json:"permissions"`
	Feedback    []struct{}      `json:"feedback"`
	Splash      map[string]bool `json:"splash"`
}

// me returns who the caller is and what they may do.
func me(view *engine.View, _ struct{}) (engine.Answer[meOut], error) {
	out := meOut{Permissions: []grant{}}
	if user := users.Get(view, engine.Int(view.Identity.Actor.ID)); user != nil {
		out.User = engine.Append(nil, user.person())
	} else {
		out.User = engine.Append(nil, machineOf(&view.Identity))
	}
	for _, held := range view.Identity.Grants {
		out.Permissions = append(out.Permissions, grant(held))
	}
	return engine.Answer[meOut]{Value: out, Header: http.Header{"Cache-Control": {"no-store"}}}, nil
}

func (u *User) person() *person {
	return &person{
		AccountType: "User", ID: u.ID, Name: u.Name, Username: u.Username, Email: u.Email,
		ImageURL: Picture(cmp.Or(u.Email, u.Username)), SeenAt: u.CreatedAt, CreatedAt: u.CreatedAt,
	}
}

// Picture returns the URL of a user's picture, by e-mail address or name (O).
func Picture(name string) string {
	digest := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(name))))
	return "https://gravatar.com/avatar/" + hex.EncodeToString(digest[:]) + "?s=42&d=retro&r=g"
}

func machineOf(identity *engine.Identity) *machine {
	out := &machine{
		Username: identity.Actor.Username, Permissions: []string{string(spec.Admin)}, Environment: "*", Type: "admin",
		Projects: []string{"*"}, UserID: identity.Actor.ID,
	}
	if token := apitokens.Of(identity); token != nil {
		out.Secret = token.Shown()
	}
	return out
}
