package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Profile selects scenarios by what the target is.
type Profile string

// The profiles. The zero value means whatever fits the target.
const (
	Core       Profile = "core"       // what every edition has
	Enterprise Profile = "enterprise" // what only Unleash Enterprise has
	All        Profile = "all"        // both
)

// Choice is what the user wants to run.
type Choice struct {
	Profile    Profile
	Tags       string   // an expression in Cucumber's syntax
	Operations []string // operationIds; empty means all
	Scenarios  []string // their ids; empty means all
	// Assumed turns the scenarios that rest on assumptions on or off; nil turns them on only
	// against a mock.
	Assumed *bool
	Slow    bool
}

// Plan says which scenarios run.
type Plan struct {
	*Catalogue
	Conditions Conditions
	choice     Choice
	tagged     tagFilter
}

// New returns a plan that has not been decided. Decide is called once the conditions are
// known.
func New(catalogue *Catalogue, choice Choice) (*Plan, error) {
	tagged, err := parseTags(choice.Tags)
	if err != nil {
		return nil, err
	}
	for _, tag := range wordsOf(choice.Tags) {
		if strings.HasPrefix(tag, "@") && !slices.ContainsFunc(catalogue.Scenarios, func(s *Scenario) bool { return s.Has(tag) }) {
			return nil, fmt.Errorf("no scenario has the tag %q; verify --list shows the tags of each", tag)
		}
	}
	for _, id := range choice.Scenarios {
		if !slices.ContainsFunc(catalogue.Scenarios, func(s *Scenario) bool { return s.ID == id }) {
			return nil, fmt.Errorf("there is no scenario %q; verify --list shows their ids", id)
		}
	}
	return &Plan{Catalogue: catalogue, choice: choice, tagged: tagged}, nil
}

// Decide decides for each scenario whether it runs.
func (p *Plan) Decide() {
	for _, scenario := range p.Scenarios {
		scenario.Disabled = p.against(&p.Conditions, scenario)
	}
}

// Choose decides only by the user's choice, whatever the target may be.
func (p *Plan) Choose() {
	checks := []check{p.byChoice}
	if p.choice.Profile != "" {
		checks = append(checks, p.byProfile)
	}
	if p.choice.Assumed != nil {
		checks = append(checks, p.byStanding)
	}
	for _, scenario := range p.Scenarios {
		scenario.Disabled = p.reason(scenario, &p.Conditions, checks)
	}
}

// Planned counts the scenarios that run.
func (p *Plan) Planned() int {
	count := 0
	for _, scenario := range p.Scenarios {
		if scenario.Disabled == "" {
			count++
		}
	}
	return count
}

// NeedsToken reports whether a scenario would run if an actor had a token.
func (p *Plan) NeedsToken(actor string) bool {
	hoped := p.Conditions
	hoped.Tokens = hoped.Tokens.With(actor, "wanted")
	return slices.ContainsFunc(p.Scenarios, func(s *Scenario) bool {
		return slices.Contains(s.Needs.Actors, actor) && p.against(&hoped, s) == ""
	})
}

// NeedsOwn reports whether a scenario would run if the run had the target to itself, and it
// does not.
func (p *Plan) NeedsOwn() bool {
	hoped := p.Conditions
	hoped.Own = true
	return !p.Conditions.Own && slices.ContainsFunc(p.Scenarios, func(s *Scenario) bool {
		return s.Has("@settings") && p.against(&hoped, s) == ""
	})
}

// NeedsRoom reports whether a scenario that takes room for a kind would run if there were enough
// room and the target's limits were known.
func (p *Plan) NeedsRoom(kind *ledger.Kind) bool {
	return slices.ContainsFunc(p.Scenarios, func(s *Scenario) bool {
		return s.Needs.Room[kind].atLeast() > 0 && p.reason(s, &p.Conditions, p.byChoices()) == ""
	})
}

// Profile returns the profile that the user chose, or the one that fits the target.
func (p *Plan) Profile() Profile {
	switch {
	case p.choice.Profile != "":
		return p.choice.Profile
	case p.Conditions.Edition == spec.OpenSource, p.Conditions.Tokens.Admin == "":
		return Core
	}
	return All
}

// Assumed reports whether scenarios that rest on assumptions run.
func (p *Plan) Assumed() bool {
	if p.choice.Assumed != nil {
		return *p.choice.Assumed
	}
	return p.Conditions.Mock != ""
}

// against says why a scenario does not run. It returns an empty string if it runs. The user's
// choice comes before anything that is missing. The exception is the edition, which better
// explains why an Enterprise scenario does not run.
func (p *Plan) against(c *Conditions, s *Scenario) string {
	return p.reason(s, c, append(p.byChoices(), byFacts, p.bySlowness, byRoom))
}

// check says why a scenario does not run under conditions.
type check func(*Conditions, *Scenario) string

// byChoices returns the checks that do not depend on room and limits.
func (p *Plan) byChoices() []check {
	return []check{byEdition, p.byProfile, p.byChoice, byVersion, p.byStanding, byWrites, bySettings, byTokens, byRights, byPerson, byPlace, byNaming, byStrangers, byBodies}
}

func (p *Plan) reason(s *Scenario, c *Conditions, checks []check) string {
	for _, check := range checks {
		if text := check(c, s); text != "" {
			return text
		}
	}
	return ""
}

func byEdition(c *Conditions, s *Scenario) string {
	switch {
	case s.Has("@enterprise") && c.Edition == spec.OpenSource:
		return "the target is an open-source instance, which does not have this"
	case s.Has("@open-source") && c.Edition == spec.Enterprise:
		return "it only holds on an open-source instance; the target is Unleash Enterprise"
	case s.Has("@open-source") && c.Edition == "":
		return "it only holds on an open-source instance, and it is not known whether the target is one"
	}
	return ""
}

func (p *Plan) byProfile(_ *Conditions, s *Scenario) string {
	profile := p.Profile()
	if profile == Core && s.Has("@enterprise") || profile == Enterprise && !s.Has("@enterprise") {
		return fmt.Sprintf("the profile %s excludes it", profile)
	}
	return ""
}

func (p *Plan) byChoice(_ *Conditions, s *Scenario) string {
	if !p.tagged(s.Tags) {
		return "the chosen tags exclude it"
	}
	if len(p.choice.Operations) > 0 && !slices.ContainsFunc(s.Operations, func(id string) bool { return slices.Contains(p.choice.Operations, id) }) {
		return "the chosen operations exclude it"
	}
	if len(p.choice.Scenarios) > 0 && !slices.Contains(p.choice.Scenarios, s.ID) {
		return "the chosen scenarios exclude it"
	}
	return ""
}

// byVersion excludes what older servers are known to do differently. A mock is as new as the
// scenarios.
func byVersion(c *Conditions, s *Scenario) string {
	major := target.Major(c.Version)
	if c.Mock != "" || major == 0 || major >= s.Since {
		return ""
	}
	return fmt.Sprintf("Unleash %d answers differently: the scenario holds from %d on", major, s.Since)
}

func (p *Plan) byStanding(_ *Conditions, s *Scenario) string {
	if s.Has("@assumed") && !p.Assumed() {
		return "it rests on an assumption; --assumed turns it on"
	}
	return ""
}

func byWrites(c *Conditions, s *Scenario) string {
	if s.Has("@writes") && !c.Writes {
		return "it sends requests that could change something; --allow-writes turns it on"
	}
	return ""
}

// bySettings protects what everyone on an instance shares. Deleting an environment also
// deletes what others have in it, and no one can restore that.
func bySettings(c *Conditions, s *Scenario) string {
	if !s.Has("@settings") || c.Own {
		return ""
	}
	const reason = "it changes settings of the whole instance, so it runs only on a mock that the run has to itself"
	if c.Shared != "" {
		return reason + ": " + c.Shared
	}
	return reason
}

func byTokens(c *Conditions, s *Scenario) string {
	for _, actor := range s.Needs.Actors {
		if c.Tokens.Of(actor) == "" {
			flag := "--" + actor + "-token"
			if actor == "admin" {
				flag = "--token"
			}
			reason := fmt.Sprintf("it needs a token of the %s (%s)", actor, flag)
			if problem := c.NoToken[actor]; problem != "" {
				reason += "; none is available: " + problem
			}
			return reason
		}
	}
	if c.BadAdmin != "" && slices.Contains(s.Needs.Actors, "admin") && !s.Has("@token-check") {
		return c.BadAdmin
	}
	return ""
}

// byRights excludes what an admin's token with limited permissions would be refused.
func byRights(c *Conditions, s *Scenario) string {
	if c.Restricted == "" || s.Has("@token-check") || !slices.Contains(s.Needs.Actors, "admin") {
		return ""
	}
	if s.Has("@writes") || s.Has("@administrator") || s.Restricted {
		return c.Restricted
	}
	return ""
}

// byPerson excludes what Unleash 8.2.0 answers differently, or not at all, if the admin is a
// person (O). It looks up some things before it checks what a person may do, and its process
// exits if they do not exist. On open source, people may do nothing in a project or an
// environment that only Enterprise can have.
func byPerson(c *Conditions, s *Scenario) string {
	switch {
	case !strings.HasPrefix(c.Tokens.Admin, personalPrefix):
		return ""
	case s.Has("@fatal-to-people") && c.Mock == "":
		return "it makes the process of a real Unleash exit if the admin's token is a personal access token; with an API token it does not"
	case s.Has("@beyond-open-source") && c.Edition == spec.OpenSource:
		return "an open-source instance refuses people access to what it does not have; with an API token as the admin's, the scenario runs"
	}
	return ""
}

// personalPrefix starts the tokens of people and service accounts.
const personalPrefix = "user:"

// byStrangers excludes a scenario that relies on an id or name being unused, if something has
// it.
func byStrangers(c *Conditions, s *Scenario) string {
	for _, text := range s.Needs.Unused {
		if slices.Contains(c.Taken, text) {
			return fmt.Sprintf("the target has something with the id or name %s, which the scenario needs to be unused", text)
		}
	}
	return ""
}

// byBodies excludes a scenario whose requests do not reach the target.
func byBodies(c *Conditions, s *Scenario) string {
	if s.Needs.ReadBodies {
		return c.NoReadBodies
	}
	return ""
}

func byFacts(c *Conditions, s *Scenario) string {
	for _, name := range s.Needs.Facts {
		if missing := c.Fact(name).Missing; missing != "" {
			return missing
		}
	}
	return ""
}

func (p *Plan) bySlowness(c *Conditions, s *Scenario) string {
	switch {
	case p.choice.Slow:
	case s.Has("@slow") && c.Lifted == "":
		return "it is slow on a target that limits calls; --slow turns it on"
	case s.Has("@patient") && c.Mock == "":
		return "it waits for what a real server may notice a minute late; --slow turns it on"
	}
	return ""
}

func sortedKinds[V any](of map[*ledger.Kind]V) []*ledger.Kind {
	return slices.SortedFunc(maps.Keys(of), func(a, b *ledger.Kind) int { return strings.Compare(a.Name, b.Name) })
}

func byRoom(c *Conditions, s *Scenario) string {
	for _, kind := range sortedKinds(s.Needs.Room) {
		demand := s.Needs.Room[kind]
		room, known := c.Room[kind]
		needed := demand.atLeast()
		switch {
		case !known || needed <= room.Free:
			continue
		case room.None != "":
			return room.None
		}
		return fmt.Sprintf("the target holds %d %ss and has room for %d more; the scenario needs %d", room.Existing, kind.Name, max(room.Free, 0), needed)
	}
	return ""
}
