package plan

import (
	"fmt"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/naming"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Conditions are what a run found out about its target, and what it may do there.
// They do not change while scenarios run.
type Conditions struct {
	target.Findings
	Tokens target.Tokens
	// NoToken says of actors why no token could be made for them.
	NoToken map[string]string
	Writes  bool
	// Own is true for a mock that the run has to itself: an instance in its process, or a
	// workspace of its own. Settings of the whole instance are then nobody else's.
	Own bool
	// Shared says why a mock is not the run's own; empty if it is, or if the target is none.
	Shared string
	// Taken are ids and names that nothing should have, and that something has.
	Taken []string
	// Room is how much of a kind there can be; nothing is known of others.
	Room map[*ledger.Kind]Room
	// Facts are variables of scenarios, such as limit.tokens.
	Facts map[string]Fact
	// FlagNames stand around names of the run, so that they fit the project's pattern.
	FlagNames naming.Affixes
	// Misnamed says why no name of the run fits the flags of the project; empty if
	// names do.
	Misnamed string
	// Lifted says why the target's limits do not count; empty if they do.
	Lifted string
	// Notes are what the user should know before the first scenario.
	Notes []string
}

// Room is how much of a kind a target can hold.
type Room struct {
	Existing int
	Free     int
	None     string // why there is no room, if there is a better reason than numbers
}

// many is the room on a target that has no limit.
const many = 1000

// Fact is the value of a variable that only some targets have.
type Fact struct {
	Value   any
	Missing string // why there is none
}

// MaxBurst is the highest limit on requests that the suite exceeds on purpose.
const MaxBurst = 50

// UnknownLimits is why a scenario about limits does not run as a rule.
const UnknownLimits = "the limits of the target are not known"

// Fact returns the value of a variable, or why there is none.
func (c *Conditions) Fact(name string) Fact {
	if fact, is := placeFact(&c.Place, name); is {
		return fact
	}
	switch {
	case name == "actor.id" && c.ActorID == "":
		return Fact{Missing: "the user in whose name the admin's token acts is not known"}
	case name == "actor.id":
		return Fact{Value: c.ActorID}
	case name == "limit.personal.exceeded":
		return burst(c.PersonalLimit, "a personal access token")
	case name == "limit.sdk.exceeded":
		return burst(c.SDKLimit, "the token of an SDK")
	case c.Lifted != "" && strings.HasPrefix(name, "limit."):
		return Fact{Missing: c.Lifted}
	}
	if fact, known := c.Facts[name]; known {
		return fact
	}
	return Fact{Missing: UnknownLimits}
}

// burst is how many requests exceed a limit, if the suite sends as many.
func burst(limit int, token string) Fact {
	switch {
	case limit == 0:
		return Fact{Missing: "the target announces no limit on requests with " + token}
	case limit > MaxBurst:
		return Fact{Missing: fmt.Sprintf("the target allows %d requests a minute with %s; the suite sends at most %d", limit, token, MaxBurst)}
	}
	return Fact{Value: limit + 1}
}

// Lift says that the target has no limits at all.
func (c *Conditions) Lift(reason string) {
	c.Lifted = reason
	for kind, room := range c.Room {
		c.Room[kind] = Room{Existing: room.Existing, Free: many}
	}
}

// Note adds to what the user should know.
func (c *Conditions) Note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}
