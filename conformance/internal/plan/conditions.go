package plan

import (
	"fmt"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/naming"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Conditions holds what a run has found out about its target, and what it may do there. It
// does not change while scenarios run.
type Conditions struct {
	target.Findings
	Tokens target.Tokens
	// NoToken says, by actor, why no token could be made.
	NoToken map[string]string
	Writes  bool
	// Own is true for a mock that only this run uses: an instance in its process, or a
	// workspace of its own. The run may then change settings of the whole instance.
	Own bool
	// Shared says why a mock is not the run's own. It is empty if it is, or if the target is
	// not a mock.
	Shared string
	// Taken lists ids and names that nothing should have but something does.
	Taken []string
	// Room says how much room there is, by kind. Nothing is known about kinds that are
	// missing.
	Room map[*ledger.Kind]Room
	// Facts are the values of variables in scenarios, such as limit.tokens.
	Facts map[string]Fact
	// FlagNames are put around the run's names so that they fit the project's pattern.
	FlagNames naming.Affixes
	// Misnamed says why no name of the run fits the project's pattern. It is empty if names
	// fit.
	Misnamed string
	// Lifted says why limits of unknown size do not apply. It is empty if they do.
	Lifted string
	// Notes are what the user should know before the first scenario.
	Notes []string
}

// Room is how many things of a kind a target can hold.
type Room struct {
	Existing int
	Free     int
	None     string // why there is no room, if there is a better reason than the numbers
	Stated   bool   // the user or the target states the limit
}

// many is the room on a target without limits.
const many = 1000

// Fact is the value of a variable that only some targets have.
type Fact struct {
	Value   any
	Missing string // why there is no value
	Stated  bool   // the user or the target states it
}

// everyOrigin is the variable for what the Frontend API tells web pages about who may use it.
const everyOrigin = "every origin"

// MaxBurst is the highest limit on requests that the suite exceeds on purpose.
const MaxBurst = 50

// unknownLimits is the usual reason why a scenario about limits does not run.
const unknownLimits = "the limits of the target are not known"

// Fact returns the value of a variable, or says why there is none.
func (c *Conditions) Fact(name string) Fact {
	if fact, is := placeFact(&c.Place, name); is {
		return fact
	}
	switch {
	case name == "actor.id" && c.ActorID == "":
		return Fact{Missing: "it is not known which user the admin's token belongs to"}
	case name == "actor.id":
		return Fact{Value: c.ActorID}
	case name == everyOrigin && !c.AnyOrigin():
		return Fact{Missing: "the target does not say that web pages of all origins may use the Frontend API"}
	case name == everyOrigin:
		return Fact{Value: "*"}
	case name == "limit.personal.exceeded":
		return burst(c.PersonalLimit, "a personal access token")
	case name == "limit.sdk.exceeded":
		return burst(c.SDKLimit, "the token of an SDK")
	}
	fact, known := c.Facts[name]
	switch {
	case c.Lifted != "" && !fact.Stated:
		return Fact{Missing: c.Lifted}
	case !known:
		return Fact{Missing: unknownLimits}
	}
	return fact
}

// burst returns how many requests exceed a limit, provided that the suite sends that many.
func burst(limit int, token string) Fact {
	switch {
	case limit == 0:
		return Fact{Missing: "the target announces no limit on requests with " + token}
	case limit > MaxBurst:
		return Fact{Missing: fmt.Sprintf("the target allows %d requests a minute with %s; the suite sends at most %d", limit, token, MaxBurst)}
	}
	return Fact{Value: limit + 1}
}

// Lift records that the target has no limits, except those that it or the user states.
func (c *Conditions) Lift(reason string) {
	c.Lifted = reason
	for kind, room := range c.Room {
		if kind.Limit != "" || room.Stated {
			continue
		}
		c.Room[kind] = Room{Existing: room.Existing, Free: many}
	}
}

// LittleRoom returns the kinds of which the target can hold less than a number, by name.
func (c *Conditions) LittleRoom(than int) []*ledger.Kind {
	return slices.DeleteFunc(sortedKinds(c.Room), func(kind *ledger.Kind) bool { return c.Room[kind].Free >= than })
}

// Note adds a note for the user.
func (c *Conditions) Note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}
