package target

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Findings are what a target says of itself. What it does not say is empty.
type Findings struct {
	Mock    string // version of the mock, if the target is one
	Version string
	Edition spec.Edition
	// BadAdmin says why the admin's token is of no use; empty if it is of use or nothing is
	// known.
	BadAdmin string
	// ActorID is the id of the user in whose name the admin's token acts.
	ActorID string
	// PersonalLimit is how many requests a minute a personal access token may make.
	PersonalLimit int
	// SDKLimit is how many requests a minute an SDK may make.
	SDKLimit int
	// Restricted says that the admin's token may not do everything; empty if it may or
	// nothing is known.
	Restricted string
	// Place is where flags are made.
	Place Place
	// Scopes are what the tokens of SDKs are for, by actor, as far as it is known.
	Scopes map[string]Scope
	// Config is what the target tells its admin UI, in JSON.
	Config any
	// Answers are what the admin got of lists, in JSON by path.
	Answers map[string]any
}

// Major is the first number of a version of Unleash, 0 if it is none.
func Major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	major, _ := strconv.Atoi(first)
	return max(major, 0)
}

// mockHeader is how a mock says that it is one, and of what version.
const mockHeader = "Unleash-Mock"

// Mock is the version of the mock that answered, empty if it was none.
func (x *Exchange) Mock() string { return x.Answer.Get(mockHeader) }

// Reach finds out whether the target speaks HTTP at all, and whether it is a mock.
// The error wraps ErrUnreachable.
func Reach(ctx context.Context, c *Client) (mock string, err error) {
	var first error
	for _, path := range slices.Concat(readable(c.Contract, isOpen), readable(c.Contract, ofEnterprise)) {
		x, err := c.Get(ctx, path, nil)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err == nil {
			return x.Mock(), nil
		}
		if first == nil {
			first = err
		}
	}
	if errors.Is(first, ErrUnreachable) {
		return "", first
	}
	return "", fmt.Errorf("%w: %w", ErrUnreachable, first)
}

// kinds are those of the tokens that actors have.
var kinds = map[string]spec.TokenKind{"admin": spec.AdminToken, "viewer": spec.AdminToken, "backend": spec.BackendToken, "frontend": spec.FrontendToken}

// For is the first actor with a token that an operation admits, empty if there is none.
func (t *Tokens) For(o *spec.Operation) string {
	for _, actor := range Actors() {
		if t.Of(actor) != "" && o.Admits(kinds[actor]) {
			return actor
		}
	}
	return ""
}

// Unknown finds the actors whose token the target does not know: it answers 401 to it on
// every path, and not to a request that needs none.
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
		return nil, err // something in front of the target refuses everybody
	}
	return actors, nil
}

// refused reports whether every path answers an actor with 401.
func (l *look) refused(ctx context.Context, actor string, paths []string) (bool, error) {
	for _, path := range paths {
		x, err := l.ask(ctx, actor, path)
		if err != nil || x == nil || x.Status != http.StatusUnauthorized {
			return false, err
		}
	}
	return true, nil
}

// enough is how many paths say what a target is.
const enough = 4

// readable are paths without parameters that a GET reads, of the first operations that are
// asked for.
func readable(contract *spec.Contract, wanted func(*spec.Operation) bool) (paths []string) {
	for _, o := range contract.Operations() {
		if len(paths) < enough && o.Method == http.MethodGet && len(o.PathParameters()) == 0 && wanted(o) {
			paths = append(paths, o.Path)
		}
	}
	return paths
}

// isOpen reports whether an operation of every edition takes no token.
func isOpen(o *spec.Operation) bool { return o.Public && o.Edition == "" }

// ofEnterprise reports whether only Unleash Enterprise has an operation.
func ofEnterprise(o *spec.Operation) bool { return !o.Public && o.Edition == spec.Enterprise }

// admitting reports whether an operation is for a kind of token.
func admitting(kind spec.TokenKind) func(*spec.Operation) bool {
	return func(o *spec.Operation) bool { return !o.Public && o.Admits(kind) }
}

// Look finds out what the target is. It judges nothing: whatever speaks HTTP gets
// its scenarios. where names the place of which it is to find out more.
func Look(ctx context.Context, c *Client, tokens Tokens, where Place) (*Findings, error) {
	l := &look{client: c, tokens: tokens, found: &Findings{Answers: map[string]any{}, Place: where}}
	if err := l.scopes(ctx); err != nil {
		return l.found, err
	}
	if tokens.Admin != "" {
		for _, ask := range []func(context.Context) error{l.edition, l.instance, l.actor, l.place} {
			if err := ask(ctx); err != nil {
				return l.found, err
			}
		}
	}
	if tokens.Viewer != "" {
		if err := l.personalLimit(ctx); err != nil {
			return l.found, err
		}
	}
	if tokens.Backend != "" {
		return l.found, l.sdkLimit(ctx)
	}
	return l.found, nil
}

// look is one look at a target.
type look struct {
	client *Client
	tokens Tokens
	found  *Findings
}

// ask sends a GET as an actor; nil if no answer came, which a scenario will find
// out too.
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

// credential is that of an actor; empty for nobody's.
func (l *look) credential(actor string) http.Header {
	if token := l.tokens.Of(actor); token != "" {
		return Authorized(token)
	}
	return nil
}

// edition finds out the edition, and whether the admin's token is one.
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
	all := func(status int) bool {
		return len(statuses) > 0 && !slices.ContainsFunc(statuses, func(got int) bool { return got != status })
	}
	if all(http.StatusForbidden) {
		l.found.BadAdmin = "the admin's token is of another kind: the target answers 403"
	}
	return nil
}

// instance reads what a real server tells its admin UI.
func (l *look) instance(ctx context.Context) error {
	x, err := l.ask(ctx, "admin", "/api/admin/ui-config")
	if err != nil || x == nil || x.Status != http.StatusOK {
		return err
	}
	l.found.Config = x.Value
	l.found.Version = x.Text("/version")
	if enterprise := x.Text("/versionInfo/current/enterprise"); enterprise != "" {
		l.found.Version = enterprise
	}
	return nil
}

// adminTokenUser is the user in whose name admin API tokens act (O: on 8.2.0).
const adminTokenUser = "-42"

// actor finds out whose the admin's token is.
func (l *look) actor(ctx context.Context) error {
	everything := strings.HasPrefix(l.tokens.Admin, "*:*.") // an API token of an admin
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

// personalLimit finds out how often a personal access token may ask.
func (l *look) personalLimit(ctx context.Context) error {
	limit, err := l.limit(ctx, "viewer", ofEnterprise)
	l.found.PersonalLimit = limit
	return err
}

// sdkLimit finds out how often an SDK may ask.
func (l *look) sdkLimit(ctx context.Context) error {
	limit, err := l.limit(ctx, "backend", admitting(spec.BackendToken))
	l.found.SDKLimit = limit
	return err
}

// limit is how many requests a minute an actor may make, by the answer to one of the
// operations that are asked for; 0 if it does not say.
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

// Limit is how much the target tells its admin UI that it allows, 0 if it does not
// say.
func (f *Findings) Limit(name string) int {
	value, _ := jsonvalue.At(f.Config, "/resourceLimits/"+name)
	number, _ := strconv.Atoi(jsonvalue.Text(value))
	return number
}

// limitsTold bounds how many limits of the target are told.
const limitsTold = 50

// Limits words what the target says that it allows, by name.
func (f *Findings) Limits() []string {
	value, _ := jsonvalue.At(f.Config, "/resourceLimits")
	named, _ := value.(map[string]any)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if limit := f.Limit(name); limit > 0 && len(out) < limitsTold {
			out = append(out, fmt.Sprintf("%s %d", name, limit))
		}
	}
	for _, minute := range []struct {
		limit int
		who   string
	}{{f.PersonalLimit, "a personal access token"}, {f.SDKLimit, "the token of an SDK"}} {
		if minute.limit > 0 {
			out = append(out, fmt.Sprintf("%d requests a minute with %s", minute.limit, minute.who))
		}
	}
	return out
}

// Refused asks the target with every token, and returns the statuses by which it refuses
// some, by actor.
func Refused(ctx context.Context, c *Client, tokens Tokens) (map[string]int, error) {
	l := &look{client: c, tokens: tokens}
	out := map[string]int{}
	for _, actor := range Actors() {
		paths := []string{"/api/admin/user"} // which takes no permission
		if kind := kinds[actor]; kind != spec.AdminToken {
			paths = readable(c.Contract, admitting(kind))
		}
		if tokens.Of(actor) == "" || len(paths) == 0 {
			continue
		}
		x, err := l.ask(ctx, actor, paths[0])
		if err != nil {
			return nil, err
		}
		if x != nil && (x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden) {
			out[actor] = x.Status
		}
	}
	return out, nil
}

// UnusedID is an id that no instance has come to yet.
const UnusedID = "2147483600"

// LacksPermission says that the admin's token may not do everything, empty if it may or
// nothing is known: for targets that do not list the permissions. It asks for what
// takes the permission ADMIN, of a thing that does not exist; it is missing only if every
// answer says so. Requests that could change something are sent if nothing has that id.
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
			return "", nil //nolint:nilerr // no answer says nothing of the token
		}
	}
	if len(probes) == 0 {
		return "", nil
	}
	return lacksAdmin, nil
}

// lacksAdmin is why an admin's token may not do everything.
const lacksAdmin = "the admin's token belongs to somebody without the ADMIN permission"

// permissionProbes are requests for what takes a permission, those that change
// nothing first.
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
