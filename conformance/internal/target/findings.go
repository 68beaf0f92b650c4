package target

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Findings holds what a target says about itself. What it does not say is empty.
type Findings struct {
	Mock    string // version of the mock, if the target is one
	Version string
	Edition spec.Edition
	// BadAdmin says why the admin's token is useless. It is empty if the token works or
	// nothing is known.
	BadAdmin string
	// ActorID is the id of the user on whose behalf the admin's token acts.
	ActorID string
	// PersonalLimit is how many requests per minute a personal access token may make.
	PersonalLimit int
	// SDKLimit is how many requests per minute an SDK may make.
	SDKLimit int
	// Restricted says that the admin's token lacks permissions. It is empty if it has all of
	// them or nothing is known.
	Restricted string
	// NoReadBodies says that a GET cannot have a body on its way to the target. It is empty if it can.
	NoReadBodies string
	// Place is where flags are created.
	Place Place
	// Scopes says where the tokens of SDKs apply, by actor, as far as that is known.
	Scopes map[string]Scope
	// Config is the configuration that the target gives its admin UI, as JSON.
	Config any
	// Answers has the lists that the admin got, as JSON by path.
	Answers map[string]any
}

// AnyOrigin reports whether web pages of any origin may use the Frontend API, which a real server tells
// its admin UI. A mock of its own always lets them.
func (f *Findings) AnyOrigin() bool {
	_, known := jsonvalue.At(f.Config, "/frontendApiOrigins")
	return slices.Contains(jsonvalue.List(f.Config, "/frontendApiOrigins"), any("*")) || !known && f.Mock != ""
}

// Major returns the major version of Unleash, or 0 if the text is not a version.
func Major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	major, _ := strconv.Atoi(first)
	return max(major, 0)
}

// mockHeader is the header in which a mock states its version.
const mockHeader = "Unleash-Mock"

// Mock returns the version of the mock that responded, or an empty string if it was not a
// mock.
func (x *Exchange) Mock() string { return x.Answer.Get(mockHeader) }

// Reach checks that the target speaks HTTP, and finds out whether it is a mock. It asks for the given paths
// before others. The error wraps ErrUnreachable and names the paths that were tried.
func Reach(ctx context.Context, c *Client, before ...string) (mock string, err error) {
	var first error
	var tried []string
	for _, path := range append(before, alternating(readable(c.Contract, isOpen), readable(c.Contract, ofEnterprise))...) {
		tried = append(tried, path)
		x, err := c.Get(ctx, path, nil)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err == nil {
			return x.Mock(), nil
		}
		if first = cmp.Or(first, err); c.IsMute() {
			break
		}
	}
	return "", Unreachable(first, tried...)
}

// alternating returns the paths of two lists in turn: a gateway may drop the requests for all of one.
func alternating(one, other []string) []string {
	var out []string
	for i := range max(len(one), len(other)) {
		for _, list := range [][]string{one, other} {
			if i < len(list) {
				out = append(out, list[i])
			}
		}
	}
	return out
}

// kinds maps actors to the kinds of their tokens.
var kinds = map[string]spec.TokenKind{"admin": spec.AdminToken, "viewer": spec.AdminToken, "backend": spec.BackendToken, "frontend": spec.FrontendToken}

// For returns the first actor with a token that an operation accepts, or an empty string.
func (t *Tokens) For(o *spec.Operation) string {
	for _, actor := range Actors() {
		if t.Of(actor) != "" && o.Admits(kinds[actor]) {
			return actor
		}
	}
	return ""
}

// Unknown returns the actors whose token the target does not know: every path answers 401 to
// it, but not to a request that needs no token.
func Unknown(ctx context.Context, c *Client, tokens Tokens) (actors []string, err error) {
	l := &look{client: c, tokens: tokens}
	for _, actor := range Actors() {
		if tokens.Of(actor) == "" {
			continue
		}
		refused, err := l.refused(ctx, actor, append(readable(c.Contract, ofEnterprise), readable(c.Contract, admitting(kinds[actor]))...))
		if err != nil {
			return nil, err
		}
		if refused {
			actors = append(actors, actor)
		}
	}
	if len(actors) == 0 {
		return nil, nil
	}
	if open, err := l.refused(ctx, "", readable(c.Contract, isOpen)[:1]); open || err != nil {
		return nil, err // something in front of the target refuses everyone
	}
	return actors, nil
}

// refused reports whether every path answers 401 to an actor.
func (l *look) refused(ctx context.Context, actor string, paths []string) (bool, error) {
	for _, path := range paths {
		x, err := l.ask(ctx, actor, path)
		if err != nil || x == nil || x.Status != http.StatusUnauthorized {
			return false, err
		}
	}
	return true, nil
}

// enough is how many paths suffice to find out what a target is.
const enough = 4

// readable returns paths without parameters that can be read with GET, for the first of the
// wanted operations.
func readable(contract *spec.Contract, wanted func(*spec.Operation) bool) (paths []string) {
	for _, o := range contract.Operations() {
		if len(paths) < enough && o.Method == http.MethodGet && len(o.PathParameters()) == 0 && wanted(o) {
			paths = append(paths, o.Path)
		}
	}
	return paths
}

// isOpen reports whether every edition has the operation and it requires no token.
func isOpen(o *spec.Operation) bool { return o.Public && o.Edition == "" }

// ofEnterprise reports whether only Unleash Enterprise has the operation.
func ofEnterprise(o *spec.Operation) bool { return !o.Public && o.Edition == spec.Enterprise }

// admitting returns a function that reports whether an operation accepts a kind of token.
func admitting(kind spec.TokenKind) func(*spec.Operation) bool {
	return func(o *spec.Operation) bool { return !o.Public && o.Admits(kind) }
}

// Look finds out what the target is. It does not judge: whatever speaks HTTP gets its
// scenarios. where names the project and environment to find out more about.
func Look(ctx context.Context, c *Client, tokens Tokens, where Place) (*Findings, error) {
	l := &look{client: c, tokens: tokens, found: &Findings{Answers: map[string]any{}, Place: where}}
	questions := []func(context.Context) error{l.scopes, l.readBodies}
	if tokens.Admin != "" {
		questions = append(questions, l.edition, l.instance, l.actor, l.place, l.tagTypes)
	}
	if tokens.Viewer != "" {
		questions = append(questions, l.personalLimit)
	}
	if tokens.Backend != "" {
		questions = append(questions, l.sdkLimit)
	}
	for _, ask := range questions {
		if err := ask(ctx); err != nil {
			return l.found, err
		}
	}
	return l.found, nil
}

// look is one examination of a target.
type look struct {
	client *Client
	tokens Tokens
	found  *Findings
}

// readBodies finds out whether a gateway in front of the target refuses every GET with a body, as those of
// some clouds do.
func (l *look) readBodies(ctx context.Context) error {
	path := readable(l.client.Contract, isOpen)[0]
	plain, err := l.ask(ctx, "", path)
	if err != nil || plain == nil || !plain.Succeeded() || !plain.IsJSON {
		return err
	}
	x, _, err := l.client.Send(ctx, Request{Method: http.MethodGet, Path: path, Header: http.Header{"Content-Type": {JSON}}, Body: []byte("{}")})
	if err == nil && !x.Succeeded() && !x.IsJSON {
		l.found.NoReadBodies = fmt.Sprintf("something in front of the target refuses a GET with a body: it answers %d, and not in JSON", x.Status)
	}
	return context.Cause(ctx)
}

// ask sends a GET as an actor. It returns nil if no response came, since a scenario will
// report that too.
func (l *look) ask(ctx context.Context, actor, path string) (*Exchange, error) {
	x, _, err := l.client.Send(ctx, Request{Method: http.MethodGet, Path: path, Header: l.credential(actor), Actor: actor})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return x, nil
}

// credential returns the header of an actor, or nil for none.
func (l *look) credential(actor string) http.Header {
	if token := l.tokens.Of(actor); token != "" {
		return Authorized(token)
	}
	return nil
}

// edition finds out the edition, and whether the admin's token is of the right kind.
func (l *look) edition(ctx context.Context) error {
	var statuses []int
	unknown, paths := 0, readable(l.client.Contract, ofEnterprise)
	for _, path := range paths {
		x, err := l.ask(ctx, "admin", path)
		if err != nil {
			return err
		}
		if x == nil {
			continue
		}
		statuses = append(statuses, x.Status)
		if x.Status == http.StatusOK && x.IsJSON {
			l.found.Edition, l.found.Answers[path] = spec.Enterprise, x.Value
		}
		if x.IsUnknownPath() {
			unknown++
		}
	}
	if l.found.Edition == "" && unknown == len(paths) {
		l.found.Edition = spec.OpenSource
	}
	if len(statuses) > 0 && !slices.ContainsFunc(statuses, func(status int) bool { return status != http.StatusForbidden }) {
		l.found.BadAdmin = "the admin's token is of the wrong kind: the target answers 403"
	}
	return nil
}

// instance reads the configuration that a real server gives its admin UI.
func (l *look) instance(ctx context.Context) error {
	x, err := l.ask(ctx, "admin", "/api/admin/ui-config")
	if err != nil || x == nil || x.Status != http.StatusOK {
		return err
	}
	l.found.Config = x.Value
	l.found.Version = cmp.Or(x.Text("/versionInfo/current/enterprise"), x.Text("/version"))
	return nil
}

// adminTokenUser is the user on whose behalf admin API tokens act (O: on 8.2.0).
const adminTokenUser = "-42"

// actor finds out on whose behalf the admin's token acts, and whether it lacks permissions.
func (l *look) actor(ctx context.Context) error {
	everything := strings.HasPrefix(l.tokens.Admin, "*:*.") // an admin API token
	if everything {
		l.found.ActorID = adminTokenUser
	}
	x, err := l.ask(ctx, "admin", "/api/admin/user")
	if err != nil || x == nil || x.Status != http.StatusOK {
		return err
	}
	for _, pointer := range []string{"/user/id", "/user/internalAdminTokenUserId"} {
		if id, present := jsonvalue.At(x.Value, pointer); present {
			l.found.ActorID = jsonvalue.Text(id)
		}
	}
	if permissions := texts(x, "/permissions", "/permission"); !everything && permissions != nil && !permissions[string(spec.Admin)] {
		l.found.Restricted = lacksAdmin
	}
	return nil
}

// personalLimit finds out how many requests per minute a personal access token may make.
func (l *look) personalLimit(ctx context.Context) (err error) {
	l.found.PersonalLimit, err = l.limit(ctx, "viewer", ofEnterprise)
	return err
}

// sdkLimit finds out how many requests per minute an SDK may make.
func (l *look) sdkLimit(ctx context.Context) (err error) {
	l.found.SDKLimit, err = l.limit(ctx, "backend", admitting(spec.BackendToken))
	return err
}

// limit returns how many requests per minute an actor may make, according to the response of
// one of the wanted operations. It returns 0 if the response does not say.
func (l *look) limit(ctx context.Context, actor string, wanted func(*spec.Operation) bool) (int, error) {
	paths := readable(l.client.Contract, wanted)
	if len(paths) == 0 {
		return 0, nil
	}
	x, err := l.ask(ctx, actor, paths[0])
	if err != nil || x == nil {
		return 0, err
	}
	limit, _ := strconv.Atoi(x.Answer.Get("RateLimit-Limit"))
	return limit, nil
}

// Limit returns a limit that the target reports to its admin UI, or 0.
func (f *Findings) Limit(name string) int {
	value, _ := jsonvalue.At(f.Config, "/resourceLimits/"+name)
	number, _ := strconv.Atoi(jsonvalue.Text(value))
	return number
}

// limitsShown is the maximum number of the target's limits that are reported.
const limitsShown = 50

// Limits lists the target's limits, by name.
func (f *Findings) Limits() []string {
	value, _ := jsonvalue.At(f.Config, "/resourceLimits")
	named, _ := value.(map[string]any)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if limit := f.Limit(name); limit > 0 && len(out) < limitsShown {
			out = append(out, fmt.Sprintf("%s %d", name, limit))
		}
	}
	for _, minute := range []struct {
		limit int
		who   string
	}{{f.PersonalLimit, "a personal access token"}, {f.SDKLimit, "the token of an SDK"}} {
		if minute.limit > 0 {
			out = append(out, plural.Of(minute.limit, "request")+" a minute with "+minute.who)
		}
	}
	return out
}

// Refused tries every token, and returns the statuses with which the target refuses some of
// them, by actor.
func Refused(ctx context.Context, c *Client, tokens Tokens) (map[string]int, error) {
	l := &look{client: c, tokens: tokens}
	out := map[string]int{}
	for _, actor := range Actors() {
		path := home(c.Contract, kinds[actor])
		if tokens.Of(actor) == "" || path == "" {
			continue
		}
		x, err := l.ask(ctx, actor, path)
		if err != nil {
			return nil, err
		}
		if x != nil && (x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden) {
			out[actor] = x.Status
		}
	}
	return out, nil
}

// home returns a path that the holder of a kind of token may read without any permission; empty if the
// contract has none.
func home(contract *spec.Contract, kind spec.TokenKind) string {
	if kind == spec.AdminToken {
		return "/api/admin/user"
	}
	paths := append(readable(contract, admitting(kind)), "")
	return paths[0]
}

// Mistaken returns those of the actors that Refused found whose token is of another kind than theirs, with that
// kind: the target answers 403 to it where the actor reads, once more, and lets it read where the other kind does.
// What a gateway answers, such as a login page, accuses nobody. The admin's is left out: a scenario verifies it.
func Mistaken(ctx context.Context, c *Client, tokens Tokens, refused map[string]int) (map[string]spec.TokenKind, error) {
	l, out := &look{client: c, tokens: tokens}, map[string]spec.TokenKind{}
	for actor, status := range refused {
		if actor == "admin" || status != http.StatusForbidden {
			continue
		}
		own, err := l.ask(ctx, actor, home(c.Contract, kinds[actor]))
		if err != nil {
			return nil, err
		}
		if own == nil || own.Status != http.StatusForbidden || own.Text("/message") == "" {
			continue
		}
		for _, kind := range []spec.TokenKind{spec.AdminToken, spec.BackendToken, spec.FrontendToken} {
			if kind == kinds[actor] {
				continue
			}
			x, err := l.ask(ctx, actor, home(c.Contract, kind))
			if err != nil {
				return nil, err
			}
			if x != nil && x.Status == http.StatusOK && x.IsJSON {
				out[actor] = kind
			}
		}
	}
	return out, nil
}

// UnusedID is an id that no instance has reached yet.
const UnusedID = "2147483600"

// LacksPermission says that the admin's token lacks the permission ADMIN. It returns an empty
// string if the token has it or nothing is known. It is for targets that do not list
// permissions. It sends requests that require ADMIN, for a thing that does not exist; the
// permission is missing only if all responses say so. Requests that could change something
// are sent only if nothing has that id.
func LacksPermission(ctx context.Context, c *Client, admin string, unused bool) (string, error) {
	probes := permissionProbes(c.Contract, unused && c.Writes)
	for _, probe := range probes {
		probe.Header, probe.Actor = Authorized(admin), "admin"
		probe.Header.Set("Content-Type", JSON)
		x, _, err := c.Send(ctx, probe)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil || x.Status != http.StatusForbidden {
			return "", nil //nolint:nilerr // without a response, nothing is known about the token
		}
	}
	if len(probes) == 0 {
		return "", nil
	}
	return lacksAdmin, nil
}

// lacksAdmin is the reason for an admin's token that lacks permissions.
const lacksAdmin = "the admin's token belongs to somebody without the ADMIN permission"

// permissionProbes returns requests that require ADMIN. Those that change nothing come first.
func permissionProbes(contract *spec.Contract, unsafe bool) []Request {
	var probes []Request
	for _, operation := range contract.Operations() {
		parameters := operation.PathParameters()
		if len(parameters) == 0 || len(operation.Permissions) == 0 || !slices.Equal(operation.Permissions, []spec.Permission{spec.Admin}) {
			continue
		}
		path := operation.Path
		for _, name := range parameters {
			path = strings.ReplaceAll(path, "{"+name+"}", UnusedID)
		}
		switch probe := (Request{Method: operation.Method, Path: path}); {
		case probe.IsSafe():
			probes = slices.Insert(probes, 0, probe)
		case unsafe:
			probes = append(probes, probe)
		}
	}
	return probes
}
