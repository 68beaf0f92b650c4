package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/naming"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

// reach checks that the target speaks HTTP, and finds out whether it is a mock.
func (s *suite) reach(ctx context.Context) error {
	mock, err := target.Reach(ctx, s.run.Client)
	if err != nil {
		return err
	}
	if err := belowInstance(ctx, s.run.Client); err != nil {
		return err
	}
	c := s.conditions()
	c.Own = mock != "" && s.options.Handler != nil // no one else knows its address
	if c.Mock = mock; mock != "" {
		s.run.Ledger.Bin.Settled = true
		s.useTokens(MockTokens())
	}
	return nil
}

// belowInstance refuses the URL of one of an instance's APIs, and one that only redirects, or with http instead of https. Every scenario
// would fail there without saying anything about the instance.
func belowInstance(ctx context.Context, client *target.Client) error {
	if really, does := target.Moved(ctx, client); really != "" {
		return usage("the target %s; the URL of the instance is %s", does, really)
	}
	if instance := target.Elsewhere(ctx, client); instance != "" {
		return usage("the target is the URL of an API, as given to SDKs; the URL of the instance is %s", instance)
	}
	return nil
}

// look examines the target and plans the run. Planning takes several passes, because tokens
// for the run, and resources to try the limits with, are made only if scenarios need them.
func (s *suite) look(ctx context.Context) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	if !s.options.DryRun { // a dry run notes it instead, in examine
		if err := s.checkTokens(ctx); err != nil {
			return err
		}
	}
	if err := s.survey(ctx); err != nil {
		return err
	}
	if err := s.enterWorkspace(ctx); err != nil {
		return err
	}
	s.tell()
	if s.options.DryRun {
		return s.examine(ctx)
	}
	return nil
}

// survey finds out what the target is, has and allows, and plans accordingly.
func (s *suite) survey(ctx context.Context) error {
	c := s.conditions()
	c.Room, c.Facts, c.Taken = map[*ledger.Kind]plan.Room{}, map[string]plan.Fact{}, nil
	c.Lifted, c.FlagNames, c.Misnamed = "", naming.Affixes{}, ""
	found, err := target.Look(ctx, s.run.Client, c.Tokens, target.Place{Project: s.options.Project, Environment: s.options.Environment})
	found.Mock = c.Mock
	c.Findings = *found
	if err != nil {
		return err
	}
	if c.Mock == "" { // a mock is as new as the scenarios
		s.run.Judge.Against(c.Version)
	}
	s.fitNames()
	unused := s.noteTaken()
	if c.Edition == spec.Enterprise && c.BadAdmin == "" && c.Restricted == "" {
		if c.Restricted, err = target.LacksPermission(ctx, s.run.Client, c.Tokens.Admin, unused); err != nil {
			return err
		}
	}
	if s.mayMake() && s.run.Ledger.Others != nil {
		ledger.New(s.run.Ledger).LookForOthers(ctx, c.Tokens.Admin)
	}
	for _, prepare := range []func(context.Context) error{s.makeTokens, s.count, s.probe} {
		s.run.Plan.Decide()
		if err := prepare(ctx); err != nil {
			return err
		}
	}
	s.run.Plan.Decide()
	return nil
}

// examine notes, for a dry run, whether the target is healthy, which tokens it refuses and what it
// allows.
func (s *suite) examine(ctx context.Context) error {
	c := s.conditions()
	if answer := target.Unwell(ctx, s.run.Client); answer != "" {
		c.Note("/health does not say GOOD, as a healthy Unleash does: the answer is %s", answer)
	}
	refused, err := target.Refused(ctx, s.run.Client, c.Tokens)
	if err != nil {
		return err
	}
	mistaken, err := target.Mistaken(ctx, s.run.Client, c.Tokens, refused)
	if err != nil {
		return err
	}
	for _, actor := range target.Actors() {
		switch status := refused[actor]; {
		case mistaken[actor] != "":
			c.Note("the %s's token is refused: it is of another kind, %s", actor, mistaken[actor])
		case status != 0 && (actor != "admin" || c.BadAdmin == ""):
			c.Note("the %s's token is refused: the target answers %d", actor, status)
		}
	}
	// On Unleash Enterprise, a scenario requires the permission (@token-check).
	s.refused = len(refused) > 0 || c.BadAdmin != "" || c.Edition == spec.Enterprise && c.Restricted != ""
	if limits := c.Limits(); len(limits) > 0 {
		c.Note("limits: %s", strings.Join(limits, ", "))
	}
	return nil
}

// slowRun is the note for a run that has no workspace of its own.
const slowRun = "the target limits calls, and the scenarios that make calls have to wait, which takes a minute or more"

// enterWorkspace moves the run to its own workspace if it would otherwise have to wait, or
// would change what others share.
func (s *suite) enterWorkspace(ctx context.Context) error {
	c, client := s.conditions(), s.run.Client
	waits := client.Waits()
	if !waits && (c.Mock == "" || !s.run.Plan.NeedsOwn()) {
		return nil
	}
	shared, err := s.move(ctx)
	if err != nil {
		return err
	}
	switch {
	case shared == "" && waits:
		c.Note("the run has the workspace %s of the mock to itself, and advances its clock instead of waiting", s.workspaceName())
	case shared == "":
		c.Note("the run has the workspace %s of the mock to itself", s.workspaceName())
	case waits && c.Mock != "" && c.Writes:
		c.Note("%s: %s", slowRun, shared)
	case waits:
		c.Note("%s", slowRun)
	}
	if c.Mock != "" && !c.Own {
		c.Shared = shared
	}
	s.run.Plan.Decide()
	return nil
}

// move enters a workspace and surveys it as it did the original one. stays says why the run
// stays where it is, and is empty if it has moved.
func (s *suite) move(ctx context.Context) (stays string, err error) {
	c, client := s.conditions(), s.run.Client
	switch {
	case c.Mock == "":
		return "the target is not a mock", nil
	case !s.options.Workspace:
		return "no workspace was requested for the run", nil
	case !c.Writes:
		return "the run is read-only", nil
	case s.options.Keep:
		return "what the run creates is kept, but a workspace is not", nil
	case len(s.setups) > 0:
		return "a new workspace would not know the token that was created for the run", nil
	case !client.Enter(ctx, s.workspaceName()):
		return "the mock's control API, which creates workspaces, is closed or has no room for one", ctx.Err()
	}
	there := *c
	unknown, err := target.Unknown(ctx, client, c.Tokens)
	if err != nil || len(unknown) > 0 {
		return "a new workspace would not know the tokens", errors.Join(err, client.Leave(ctx))
	}
	c.Own = true
	if err := s.survey(ctx); err != nil {
		return "", err
	}
	if lacks := cmp.Or(c.Place.NoProject, c.Place.NoEnvironment); lacks != "" && lacks != cmp.Or(there.Place.NoProject, there.Place.NoEnvironment) {
		*c = there
		return "a new workspace would lack what this one has: " + lacks, client.Leave(ctx)
	}
	c.Notes = there.Notes
	return "", nil
}

// checkTokens returns a usage error if the target does not know a token that the user gave, or it is of
// another kind. A mock's built-in token that the mock does not know is not used.
func (s *suite) checkTokens(ctx context.Context) error {
	c := s.conditions()
	unknown, err := target.Unknown(ctx, s.run.Client, c.Tokens)
	if err != nil {
		return err
	}
	given := target.Tokens(s.options.Tokens)
	var wrong []string
	for _, actor := range unknown {
		if given.Of(actor) != "" {
			wrong = append(wrong, actor)
			continue
		}
		c.Tokens = c.Tokens.With(actor, "")
		c.NoToken[actor] = "the mock does not know the built-in one, it answers 401"
		c.Note("the mock does not know the built-in token of the %s: give one that it knows", actor)
	}
	if len(wrong) > 0 {
		return usage("the target does not know the token of the %s: it answers 401", strings.Join(wrong, ", nor that of the "))
	}
	given = given.With("admin", "")
	refused, err := target.Refused(ctx, s.run.Client, given)
	if err != nil {
		return err
	}
	mistaken, err := target.Mistaken(ctx, s.run.Client, given, refused)
	for _, actor := range slices.Sorted(maps.Keys(mistaken)) {
		wrong = append(wrong, fmt.Sprintf("the token given for the %s is of another kind, %s", actor, mistaken[actor]))
	}
	if len(wrong) > 0 {
		return usage("%s: the target answers 403", strings.Join(wrong, "; "))
	}
	return err
}

// fitNames makes flag names match the project's pattern, if it has one.
func (s *suite) fitNames() {
	c := s.conditions()
	if c.Place.Naming == "" {
		return
	}
	var err error
	if c.FlagNames, err = naming.Fit(c.Place.Naming, s.name("flags12-one"), s.name("strategies345-Checkout")); err != nil {
		c.Misnamed = fmt.Sprintf("the project %s requires names of a different form: %v", c.Place.Project, err)
	}
}

// noteTaken searches the lists that the target returned for the id and the name that nothing
// should have. It reports whether there was a list to search and neither was found.
func (s *suite) noteTaken() (unused bool) {
	c := s.conditions()
	for _, kind := range s.run.Ledger.Kinds {
		all, isList := kind.Things(c.Answers[kind.List])
		for _, t := range all {
			if t.ID == target.UnusedID {
				c.Taken = append(c.Taken, t.ID)
			}
			if t.Name == ledger.UnusedName {
				c.Taken = append(c.Taken, t.Name)
			}
		}
		unused = unused || isList
	}
	c.Answers = nil // nothing else needs them, and they may be large
	return unused && len(c.Taken) == 0
}

// mayMake reports whether the admin may create resources on the target.
func (s *suite) mayMake() bool {
	c := s.conditions()
	return c.Writes && c.Tokens.Admin != "" && c.BadAdmin == "" && c.Restricted == ""
}

// makeTokens makes tokens for actors that have none, if scenarios need them.
func (s *suite) makeTokens(ctx context.Context) error {
	c := s.conditions()
	for _, resource := range s.run.Resources {
		for actor, makeToken := range resource.Tokens {
			if !s.mayMake() || c.Tokens.Of(actor) != "" || !s.run.Plan.NeedsToken(actor) {
				continue
			}
			setup := s.run.NewSetup()
			s.setups = append(s.setups, setup)
			token, problem, err := makeToken(ctx, setup)
			if err != nil {
				return err
			}
			if problem != "" {
				c.NoToken[actor] = problem
				c.Note("no %s's token could be created: %s", actor, problem)
			}
			c.Tokens = c.Tokens.With(actor, token)
			s.run.Redact.Add(token)
		}
	}
	return nil
}

// count finds out how much room there is by the limits that the target reports, if scenarios
// need it.
func (s *suite) count(ctx context.Context) error {
	c := s.conditions()
	for _, kind := range s.run.Ledger.Kinds {
		limit := 0
		if kind.Limit != "" {
			limit = c.Limit(kind.Limit)
		}
		if limit == 0 || !s.mayMake() || !s.run.Plan.NeedsRoom(kind) {
			continue
		}
		if existing, known := kind.Existing(ctx, s.run.Client, c.Tokens.Admin); known {
			c.Room[kind] = plan.Room{Existing: existing, Free: max(limit-existing, 0)}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// probe finds out how much the target allows, if scenarios need room.
func (s *suite) probe(ctx context.Context) error {
	c := s.conditions()
	probed := func(k *ledger.Kind) bool { return k.Counted && k.Limit == "" && s.run.Plan.NeedsRoom(k) }
	if !s.mayMake() || c.Edition == spec.OpenSource || !slices.ContainsFunc(s.run.Ledger.Kinds, probed) {
		return nil
	}
	for _, resource := range s.run.Resources {
		if resource.Probe == nil {
			continue
		}
		setup := s.run.NewSetup()
		err := resource.Probe(ctx, setup)
		s.leftovers = append(s.leftovers, setup.Ledger.Clear(ctx, c.Tokens.Admin)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// littleRoom is the amount of room below which a note says how much is left.
const littleRoom = 5

// tell notes what the user should know before the first scenario.
func (s *suite) tell() {
	c := s.conditions()
	if c.BadAdmin != "" {
		c.Note("%s", c.BadAdmin)
	}
	for _, reason := range []string{c.Place.NoProject, c.Place.NoEnvironment, c.Place.Approvals, c.Misnamed, c.Restricted} {
		if reason != "" {
			c.Note("%s", reason)
		}
	}
	if !c.Writes {
		c.Note("read-only: scenarios that write are disabled")
	}
	for _, kind := range c.LittleRoom(littleRoom) {
		c.Note("room for %d %ss besides the %d that exist", c.Room[kind].Free, kind.Name, c.Room[kind].Existing)
	}
}
