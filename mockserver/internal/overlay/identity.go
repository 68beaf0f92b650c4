package overlay

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Kind is what the real server takes a credential for.
type Kind int

// The kinds.
const (
	Nobody   Kind = iota // it does not know the credential, or there is none
	User                 // a session or a personal access token
	AdminAPI             // an admin API token
	SDK                  // an API token of another type
)

// Identity is who makes a request, as the real server says.
type Identity struct {
	Kind     Kind
	ID       int64
	Username string
	// Admin is true for who has the permission ADMIN.
	Admin bool
}

// credentials are the headers that tell who makes a request.
var credentials = []string{"Authorization", "Cookie"}

// Identify asks the real server who makes a request, or remembers what it said
// of the same credentials a moment ago.
func (o *Overlay) Identify(r *http.Request) (Identity, error) {
	digest := sha256.New()
	sent := false
	for _, name := range credentials {
		for _, value := range r.Header.Values(name) {
			sent = true
			fmt.Fprintf(digest, "%s: %s\n", name, value)
		}
	}
	if !sent {
		return Identity{}, nil
	}
	key := identityKey(digest.Sum(nil))
	if known, has := o.identities.get(key, o.Now()); has {
		return known, nil
	}
	identity, err := o.ask(r)
	if err == nil {
		o.identities.put(key, identity, o.Now())
	}
	return identity, err
}

// maxIdentity bounds what is read of an answer.
const maxIdentity = 1 << 20

// ask asks GET /api/admin/user, which every edition has (O).
func (o *Overlay) ask(r *http.Request) (Identity, error) {
	ctx, cancel := context.WithTimeout(r.Context(), identifyTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Target.JoinPath("/api/admin/user").String(), nil)
	if err != nil {
		return Identity{}, err
	}
	for _, name := range credentials {
		if values := r.Header.Values(name); len(values) > 0 {
			request.Header[name] = values
		}
	}
	response, err := o.client.Do(request)
	if err != nil {
		return Identity{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxIdentity))
	if err != nil {
		return Identity{}, err
	}
	switch response.StatusCode {
	case http.StatusOK:
		return readIdentity(text)
	case http.StatusForbidden:
		return Identity{Kind: SDK}, nil
	case http.StatusUnauthorized:
		return Identity{}, nil
	}
	return Identity{}, fmt.Errorf("asked who somebody is, it answered status %d", response.StatusCode)
}

func readIdentity(text []byte) (Identity, error) {
	var answer struct {
		User struct {
			ID        int64  `json:"id"`
			Username  string `json:"username"`
			Email     string `json:"email"`
			TokenType string `json:"type"` // of API tokens
			ActsAs    int64  `json:"internalAdminTokenUserId"`
		} `json:"user"`
		Permissions []struct {
			Permission string `json:"permission"`
		} `json:"permissions"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return Identity{}, fmt.Errorf("asked who somebody is, it answered no JSON: %w", err)
	}
	identity := Identity{Kind: User, ID: answer.User.ID, Username: answer.User.Username}
	if answer.User.Email != "" {
		identity.Username = answer.User.Email
	}
	for _, p := range answer.Permissions {
		identity.Admin = identity.Admin || p.Permission == "ADMIN"
	}
	switch answer.User.TokenType {
	case "":
	case "admin":
		identity.Kind, identity.ID = AdminAPI, answer.User.ActsAs
	default:
		identity.Kind = SDK
	}
	return identity, nil
}

type identityKey string

// identities remembers who has which credentials, of which it keeps no more than
// a digest.
type identities struct {
	mu    sync.Mutex
	known map[identityKey]remembered
}

type remembered struct {
	Identity
	until time.Time
}

// maxIdentities bounds how many are remembered.
const maxIdentities = 1000

func (i *identities) get(key identityKey, now time.Time) (Identity, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	found, has := i.known[key]
	if !has || !now.Before(found.until) {
		return Identity{}, false
	}
	return found.Identity, true
}

func (i *identities) put(key identityKey, identity Identity, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil {
		i.known = map[identityKey]remembered{}
	}
	if len(i.known) >= maxIdentities {
		i.forget(now)
	}
	i.known[key] = remembered{Identity: identity, until: now.Add(rememberFor)}
}

// forget drops what is too old, and all if nothing is.
func (i *identities) forget(now time.Time) {
	for key, entry := range i.known {
		if !now.Before(entry.until) {
			delete(i.known, key)
		}
	}
	if len(i.known) >= maxIdentities {
		clear(i.known)
	}
}
