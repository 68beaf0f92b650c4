package conformance

import (
	"fmt"
	"slices"
)

// plan decides for every scenario whether it runs. A choice of the user comes
// before anything that is missing, except for the edition, which is the better
// answer to why an enterprise scenario does not run.
func (s *suite) plan() {
	for _, scenario := range s.files.scenarios {
		scenario.disabled = s.reasonAgainst(scenario)
	}
}

func (s *suite) reasonAgainst(sc *scenario) string {
	for _, reason := range []func(*scenario) string{
		s.byEdition, s.byProfile, s.byChoice, s.byStanding, s.byWrites, s.byTokens, s.byStrangers, s.byLimits, s.byRoom,
	} {
		if text := reason(sc); text != "" {
			return text
		}
	}
	return ""
}

func (s *suite) byEdition(sc *scenario) string {
	switch {
	case sc.has("@enterprise") && s.found.edition == openSourceEdition:
		return "the target is an open-source instance, which does not have this"
	case sc.has("@open-source") && s.found.edition == enterpriseEdition:
		return "it holds on an open-source instance, the target is Unleash Enterprise"
	case sc.has("@open-source") && s.found.edition == "":
		return "it holds on an open-source instance, and whether the target is one is not known"
	}
	return ""
}

func (s *suite) byProfile(sc *scenario) string {
	profile := s.profile()
	if profile == Core && sc.has("@enterprise") || profile == Enterprise && !sc.has("@enterprise") {
		return fmt.Sprintf("the profile %s leaves it out", profile)
	}
	return ""
}

// profile is what was asked for, or what fits the target.
func (s *suite) profile() Profile {
	switch {
	case s.options.Profile != "":
		return s.options.Profile
	case s.found.edition == openSourceEdition, s.tokens.Admin == "":
		return Core
	}
	return All
}

func (s *suite) byChoice(sc *scenario) string {
	if !s.chosen(sc.tags) {
		return "the tags that were asked for leave it out"
	}
	if len(s.options.Operations) > 0 && !slices.ContainsFunc(sc.operations, func(id string) bool { return slices.Contains(s.options.Operations, id) }) {
		return "the operations that were asked for leave it out"
	}
	return ""
}

func (s *suite) byStanding(sc *scenario) string {
	if sc.has("@assumed") && !s.assumed() {
		return "it rests on an assumption; --assumed turns it on"
	}
	return ""
}

// assumed reports whether scenarios that rest on assumptions run.
func (s *suite) assumed() bool {
	if s.options.Assumed != nil {
		return *s.options.Assumed
	}
	return s.found.mock != ""
}

func (s *suite) byWrites(sc *scenario) string {
	if sc.has("@writes") && !s.writes {
		return "it sends requests that could change something; --allow-writes turns it on"
	}
	return ""
}

func (s *suite) byTokens(sc *scenario) string {
	for _, actor := range sc.needs.actors {
		if s.token(actor) == "" {
			reason := fmt.Sprintf("it needs a token of the %s", actor)
			if problem := s.noViewer; actor == "viewer" && problem != "" {
				reason += "; one could not be made: " + problem
			}
			return reason
		}
	}
	if s.found.badAdmin != "" && slices.Contains(sc.needs.actors, "admin") && !sc.has("@token-check") {
		return s.found.badAdmin
	}
	return ""
}

// byStrangers looks for what the scenario asks for because nothing has it.
func (s *suite) byStrangers(sc *scenario) string {
	for _, text := range sc.needs.unused {
		if slices.Contains(s.found.taken, text) {
			return fmt.Sprintf("the target has something of the id or name %s, which nothing has as a rule and the scenario asks for", text)
		}
	}
	return ""
}

// maxBurst is the highest limit on requests that the suite exceeds on purpose.
const maxBurst = 50

func (s *suite) byLimits(sc *scenario) string {
	for _, fact := range sc.needs.facts {
		if _, known := s.fact(fact); known {
			continue
		}
		switch {
		case fact == "actor.id":
			return "the user in whose name the admin's token acts is not known"
		case fact == "limit.personal.exceeded" && s.found.personalLimit == 0:
			return "the target tells of no limit on requests with a personal access token"
		case fact == "limit.personal.exceeded":
			return fmt.Sprintf("the target allows %d requests a minute with a personal access token; the suite sends at most %d", s.found.personalLimit, maxBurst)
		case s.found.lifted:
			return "the target limits no calls, so its limits count as lifted"
		}
		return "the limits of the target are not known"
	}
	if sc.has("@slow") && !s.found.lifted && !s.options.Slow {
		return "it is slow on a target that limits calls; --slow turns it on"
	}
	return ""
}

func (s *suite) byRoom(sc *scenario) string {
	needed := sc.needs.endpoints
	if sc.needs.everyEndpoint {
		needed = max(needed, 1)
	}
	switch {
	case !s.probed || needed <= s.found.room:
		return ""
	case s.found.noRoom != "":
		return s.found.noRoom
	}
	return fmt.Sprintf("it needs room for %d signal endpoints; the target holds %d and has room for %d", needed, s.found.existing, s.found.room)
}

// fact is the value of a variable that only some targets have.
func (s *suite) fact(name string) (any, bool) {
	limited := s.probed && !s.found.lifted
	switch name {
	case "actor.id":
		return s.found.actorID, s.found.actorID != ""
	case "limit.endpoints":
		return s.endpointLimit(), limited
	case "limit.endpoints.exceeded":
		return s.endpointLimit() + 1, limited
	case "limit.tokens":
		return s.tokenLimit(), limited
	case "limit.tokens.exceeded":
		return s.tokenLimit() + 1, limited
	case "limit.calls":
		return s.found.callLimit, limited && s.found.callLimit <= maxBurst
	case "limit.calls.exceeded":
		return 2*s.found.callLimit + 1, limited && s.found.callLimit <= maxBurst
	case "limit.personal.exceeded":
		return s.found.personalLimit + 1, s.found.personalLimit > 0 && s.found.personalLimit <= maxBurst
	}
	return nil, false
}
