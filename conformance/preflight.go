package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

// mockHeader is how a mock tells that it is one, and of what version.
const mockHeader = "Unleash-Mock"

// Editions, as a report names them.
const (
	enterpriseEdition = "enterprise"
	openSourceEdition = "open-source"
)

// findings are what the preflight found out about the target. What it could not
// find out is empty.
type findings struct {
	mock    string // version of the mock, if the target is one
	version string
	edition string
	// badAdmin says why the admin's token is none; empty if it is one or could
	// not be judged.
	badAdmin string
	// actorID is the id of the user in whose name the admin's token acts.
	actorID string
	// limits that the target tells of itself.
	endpointLimit, tokenLimit int
	// taken are ids and names that nothing should have, and that something has;
	// free is true if the target's list shows that there are none.
	taken []string
	free  bool
	// existing counts the signal endpoints that are there.
	existing int
	// room is how many more there can be; noRoom says why there are none.
	room   int
	noRoom string
	// callLimit is how many calls a second the target allows; 0 if it does not
	// limit them, so that its other limits count as lifted too.
	callLimit int
	lifted    bool
	// personalLimit is how many requests a minute a personal access token may
	// make; 0 if not known.
	personalLimit int
	notes         []string
}

func (f *findings) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// adminPaths are operations that every token of the admin API may read, so that
// their answers tell whether a token is one, and what edition the target is.
var adminPaths = []string{endpointsPath, "/api/admin/signals", "/api/admin/invoices", "/api/admin/invoices/list"}

// preflight finds out what the target is. It judges nothing: whatever speaks
// HTTP gets its scenarios. The error wraps ErrUnreachable.
func (s *suite) preflight(ctx context.Context) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	if s.found.mock != "" {
		s.useTokens(MockTokens())
	}
	if s.tokens.Admin != "" {
		if err := s.askAsAdmin(ctx); err != nil {
			return err
		}
	}
	if s.tokens.Viewer != "" {
		if x, err := s.ask(ctx, "viewer", adminPaths[1]); err != nil {
			return err
		} else if x != nil {
			s.found.personalLimit, _ = strconv.Atoi(x.answer.Get("RateLimit-Limit"))
		}
	}
	return nil
}

// reach finds out whether the target speaks HTTP at all.
func (s *suite) reach(ctx context.Context) error {
	var first error
	for _, path := range []string{"/health", "/ready", endpointsPath} {
		x, _, err := s.client.send(ctx, request{method: http.MethodGet, path: path})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			s.found.mock = x.answer.Get(mockHeader)
			return nil
		}
		if first == nil {
			first = err
		}
	}
	if errors.Is(first, ErrUnreachable) {
		return first
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, first)
}

// ask sends a GET as an actor; nil if no answer came, which a scenario will
// find out too.
func (s *suite) ask(ctx context.Context, actor, path string) (*exchange, error) {
	x, _, err := s.client.send(ctx, request{method: http.MethodGet, path: path, header: authorized(s.token(actor)), actor: actor})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, nil //nolint:nilerr // told above
	}
	return x, nil
}

// askAsAdmin finds out the edition, the version and the rights of the token.
func (s *suite) askAsAdmin(ctx context.Context) error {
	var statuses []int
	var unknownPath int
	for _, path := range adminPaths {
		x, err := s.ask(ctx, "admin", path)
		if err != nil {
			return err
		}
		if x == nil {
			continue
		}
		statuses = append(statuses, x.status)
		if path == endpointsPath {
			s.found.noteTaken(x)
		}
		if x.status == http.StatusOK && x.isJSON {
			s.found.edition = enterpriseEdition
		}
		if message, _ := at(x.value, "/message"); x.status == http.StatusNotFound && strings.HasPrefix(fmt.Sprint(message), "The path you were looking for") {
			unknownPath++
		}
	}
	if s.found.edition == "" && unknownPath == len(adminPaths) {
		s.found.edition = openSourceEdition
	}
	all := func(status int) bool {
		return len(statuses) > 0 && !slices.ContainsFunc(statuses, func(got int) bool { return got != status })
	}
	switch {
	case all(http.StatusUnauthorized):
		s.found.badAdmin = "the admin's token is not known to the target: it answers 401"
	case all(http.StatusForbidden):
		s.found.badAdmin = "the admin's token is of another kind: the target answers 403"
	}
	if err := s.askAboutInstance(ctx); err != nil {
		return err
	}
	return s.askAboutToken(ctx)
}

// Scenarios use these to ask for what nothing has. No instance has come to that
// id yet.
const (
	unusedID   = "2147483600"
	unusedName = namePrefix + "none"
)

// noteTaken looks in the list of signal endpoints for what nothing should have.
func (f *findings) noteTaken(x *exchange) {
	all, isList := signalEndpoint.things(x.value)
	for _, t := range all {
		if t.id == unusedID {
			f.taken = append(f.taken, unusedID)
		}
		if t.name == unusedName {
			f.taken = append(f.taken, unusedName)
		}
	}
	f.free = isList && x.status == http.StatusOK && len(f.taken) == 0
}

// askAboutInstance reads what a real server tells the admin UI.
func (s *suite) askAboutInstance(ctx context.Context) error {
	x, err := s.ask(ctx, "admin", "/api/admin/ui-config")
	if err != nil || x == nil || x.status != http.StatusOK {
		return err
	}
	var config struct {
		Version     string `json:"version"`
		VersionInfo struct {
			Current struct {
				OSS        string `json:"oss"`
				Enterprise string `json:"enterprise"`
			} `json:"current"`
		} `json:"versionInfo"`
		ResourceLimits struct {
			SignalEndpoints         int `json:"signalEndpoints"`
			SignalTokensPerEndpoint int `json:"signalTokensPerEndpoint"`
		} `json:"resourceLimits"`
	}
	if json.Unmarshal(x.received, &config) != nil {
		return nil
	}
	s.found.version = config.Version
	if config.VersionInfo.Current.Enterprise != "" {
		s.found.version = config.VersionInfo.Current.Enterprise
	}
	s.found.endpointLimit = config.ResourceLimits.SignalEndpoints
	s.found.tokenLimit = config.ResourceLimits.SignalTokensPerEndpoint
	return nil
}

// adminTokenUser is the user in whose name admin API tokens act (O: on 8.2.0).
const adminTokenUser = "-42"

// askAboutToken finds out whose the admin's token is and whether it has the
// ADMIN permission.
func (s *suite) askAboutToken(ctx context.Context) error {
	if strings.HasPrefix(s.tokens.Admin, "*:*.") {
		s.found.actorID = adminTokenUser
	}
	x, err := s.ask(ctx, "admin", "/api/admin/user")
	if err != nil || x == nil {
		return err
	}
	if id, found := at(x.value, "/user/id"); found && x.status == http.StatusOK {
		s.found.actorID = fmt.Sprint(id)
	}
	if id, found := at(x.value, "/user/internalAdminTokenUserId"); found && x.status == http.StatusOK {
		s.found.actorID = fmt.Sprint(id)
	}
	if s.found.badAdmin != "" || s.found.edition != enterpriseEdition {
		return nil
	}
	return s.askForPermission(ctx)
}

// askForPermission sends what only an admin may do, to an endpoint that does
// not exist. Only if every answer says that the permission is missing, it is.
func (s *suite) askForPermission(ctx context.Context) error {
	probes := []request{{method: http.MethodGet, path: endpointsPath + "/" + unusedID + "/signals"}}
	if s.writes && s.found.free {
		probes = append(probes,
			request{method: http.MethodPost, path: endpointsPath + "/" + unusedID + "/off"},
			request{method: http.MethodDelete, path: endpointsPath + "/" + unusedID})
	}
	for _, probe := range probes {
		probe.header, probe.actor = authorized(s.tokens.Admin), "admin"
		probe.header.Set("Content-Type", jsonType)
		x, _, err := s.client.send(ctx, probe)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil || x.status != http.StatusForbidden {
			return nil //nolint:nilerr // no answer says nothing of the token
		}
	}
	s.found.badAdmin = "the admin's token does not have the ADMIN permission: the target answers 403"
	return nil
}

// probeLimits creates a signal endpoint and calls it, to find out how much room
// there is and whether calls are limited. What does not work is left to the
// scenarios to find.
func (s *suite) probeLimits(ctx context.Context) error {
	authorization := s.tokens.Admin
	all, _, err := signalEndpoint.listed(ctx, s.client, authorized(authorization))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		s.found.existing = len(slices.DeleteFunc(all, func(t thing) bool { return t.collection != endpointsPath }))
	}
	made := s.newLedger()
	limit := s.endpointLimit()
	s.found.room = limit - s.found.existing
	defer func() { s.leftovers = append(s.leftovers, made.clear(ctx, authorization)...) }()

	name := s.name("preflight")
	endpoint, err := s.post(ctx, made, endpointsPath, fmt.Sprintf(`{"name":%q}`, name), authorization)
	if err != nil {
		return err
	}
	if endpoint == nil || endpoint.status != http.StatusCreated {
		if endpoint != nil && fmt.Sprint(valueAt(endpoint, "/name")) == "ExceedsLimitError" {
			s.found.room = 0
			s.found.noRoom = fmt.Sprintf("the target holds %d signal endpoints and allows no more", s.found.existing)
		}
		s.found.room = max(s.found.room, 0)
		s.found.callLimit = 1
		return nil
	}
	s.found.room = max(s.found.room, 1)
	if err := s.probeCalls(ctx, made, name, compact(valueAt(endpoint, "/id"))); err != nil {
		return err
	}
	if s.found.lifted {
		s.found.room = manyEndpoints
	}
	return nil
}

// manyEndpoints is the room on a target that has no limit.
const manyEndpoints = 1000

// probeCalls finds out how many calls the target allows a second.
func (s *suite) probeCalls(ctx context.Context, made *ledger, name, id string) error {
	s.found.callLimit = 1
	if err := made.vouch(ctx, s.tokens.Admin, http.MethodPost, endpointsPath, id); err != nil {
		return context.Cause(ctx) // a scenario will find it out too
	}
	token, err := s.post(ctx, made, endpointsPath+"/"+id+"/tokens", fmt.Sprintf(`{"name":%q}`, name), s.tokens.Admin)
	if err != nil || token == nil {
		return err
	}
	secret, isText := valueAt(token, "/token").(string)
	if !isText {
		return nil
	}
	s.redact.secret(secret)
	for range 2 {
		x, err := s.post(ctx, made, callPrefix+name, "{}", secret)
		if err != nil || x == nil {
			return err
		}
		if limit, err := strconv.Atoi(x.answer.Get("RateLimit-Limit")); err == nil && limit > 0 {
			s.found.callLimit = limit
			return nil
		}
		if x.status != http.StatusOK {
			return nil
		}
	}
	s.found.callLimit, s.found.lifted = 0, true
	return nil
}

// post sends JSON for the preflight and notes what it made; nil if no answer
// came.
func (s *suite) post(ctx context.Context, made *ledger, path, body, authorization string) (*exchange, error) {
	header := http.Header{"Content-Type": {jsonType}}
	if authorization != "" {
		header.Set("Authorization", authorization)
	}
	// Not again after a 429: that is what the preflight wants to see.
	x, _, err := s.client.send(ctx, request{method: http.MethodPost, path: path, body: []byte(body), header: header, burst: isCall(path)})
	if err == nil {
		made.note(x)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, nil //nolint:nilerr // scenarios will find out too
	}
	return x, nil
}

func valueAt(x *exchange, pointer string) any {
	value, _ := at(x.value, pointer)
	return value
}

// documentedLimit is how many signal endpoints there can be, and tokens of each,
// unless the instance is configured otherwise.
const documentedLimit = 5

func (s *suite) endpointLimit() int {
	return firstPositive(s.options.EndpointLimit, s.found.endpointLimit, documentedLimit)
}

func (s *suite) tokenLimit() int {
	return firstPositive(s.options.TokenLimit, s.found.tokenLimit, documentedLimit)
}

func firstPositive(numbers ...int) int {
	for _, number := range numbers {
		if number > 0 {
			return number
		}
	}
	return 0
}

// describe is the target as a report names it.
func (s *suite) describe() report.Target {
	return report.Target{URL: s.target.base, Version: s.found.version, Edition: s.found.edition, Mock: s.found.mock}
}
