package overlay

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// nobody is a caller whose credentials the real server does not know.
var nobody = engine.Identity{Kind: engine.Nobody}

// credentials are the headers that identify a caller.
var credentials = []string{"Authorization", "Cookie"}

// Identify asks the real server to identify the caller of a request, unless it has just
// done so for the same credentials.
func (o *Overlay) Identify(r *http.Request) (engine.Identity, error) {
	digest := sha256.New()
	sent := false
	for _, name := range credentials {
		for _, value := range r.Header.Values(name) {
			sent = true
			fmt.Fprintf(digest, "%s: %s\n", name, value)
		}
	}
	if !sent {
		return nobody, nil
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

// maxIdentity is how many bytes of an answer are read.
const maxIdentity = 1 << 20

// ask requests GET /api/admin/user, which every edition has (O).
func (o *Overlay) ask(r *http.Request) (engine.Identity, error) {
	ctx, cancel := context.WithTimeout(r.Context(), identifyTimeout)
	defer cancel()
	status, text, err := o.get(ctx, "/api/admin/user", r.Header, maxIdentity)
	if err != nil {
		return nobody, err
	}
	switch status {
	case http.StatusOK:
		o.edition.Do(func() { o.warnOfEnterprise(ctx, r.Header) })
		return readIdentity(text)
	case http.StatusForbidden:
		return engine.Identity{Kind: engine.BackendToken, Token: spec.BackendToken}, nil
	case http.StatusUnauthorized:
		return nobody, nil
	}
	return nobody, fmt.Errorf("it did not identify the caller: status %d", status)
}

// get reads up to limit bytes of a path's answer, with the credentials of a request.
func (o *Overlay) get(ctx context.Context, path string, from http.Header, limit int64) (status int, text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Target.JoinPath(path).String(), nil)
	if err != nil {
		return 0, nil, err
	}
	for _, name := range credentials {
		if values := from.Values(name); len(values) > 0 {
			request.Header[name] = values
		}
	}
	response, err := o.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(io.LimitReader(response.Body, limit))
	return response.StatusCode, text, err
}

// warnOfEnterprise logs that the real server has what the mock answers, if its UI's configuration
// says so. A failure says nothing about the edition.
func (o *Overlay) warnOfEnterprise(ctx context.Context, from http.Header) {
	var config struct {
		VersionInfo struct {
			Current struct{ Enterprise string }
		}
	}
	status, text, err := o.get(ctx, uiConfig, from, maxUIConfig)
	if err == nil && status == http.StatusOK && json.Unmarshal(text, &config) == nil && config.VersionInfo.Current.Enterprise != "" {
		o.Logger.Warn("the upstream is Unleash Enterprise: the mock's answers hide the upstream's own", "version", config.VersionInfo.Current.Enterprise)
	}
}

func readIdentity(text []byte) (engine.Identity, error) {
	var answer struct {
		User struct {
			ID        int64  `json:"id"`
			Username  string `json:"username"`
			Email     string `json:"email"`
			TokenType string `json:"type"` // only for API tokens
			ActsAs    int64  `json:"internalAdminTokenUserId"`
		} `json:"user"`
		Permissions []engine.Grant `json:"permissions"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nobody, fmt.Errorf("it did not identify the caller: the answer is not JSON: %w", err)
	}
	identity := engine.Identity{
		Token:  spec.AdminToken,
		Kind:   engine.PersonalToken, // or a session, which has the same rights
		Actor:  engine.Actor{ID: answer.User.ID, Username: cmp.Or(answer.User.Email, answer.User.Username)},
		Grants: answer.Permissions,
	}
	switch answer.User.TokenType {
	case "":
	case "admin":
		identity.Kind, identity.Actor.ID = engine.AdminToken, answer.User.ActsAs
		identity.Grants = []engine.Grant{{Permission: spec.Admin}}
	default:
		identity = engine.Identity{Kind: engine.BackendToken, Token: spec.BackendToken}
	}
	return identity, nil
}

type identityKey string

// identities remembers who owns which credentials, of which it keeps only digests.
type identities struct {
	mu    sync.Mutex
	known map[identityKey]remembered
}

type remembered struct {
	engine.Identity
	until time.Time
}

// maxIdentities is how many identities are remembered.
const maxIdentities = 1000

func (i *identities) get(key identityKey, now time.Time) (engine.Identity, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	found, has := i.known[key]
	if !has || !now.Before(found.until) {
		return nobody, false
	}
	return found.Identity, true
}

func (i *identities) put(key identityKey, identity engine.Identity, now time.Time) {
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

// forget drops expired identities, or all of them if none has expired.
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
