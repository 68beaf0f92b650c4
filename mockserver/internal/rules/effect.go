package rules

import "time"

// Effect is what happens to one request.
type Effect struct {
	// Source is the id of the rule, or Preferred.
	Source string
	// Answer replaces the operation's own; nil lets the operation answer.
	Answer *Answer
	// Example is the name of an example of the document that the client prefers to what the
	// operation answers; empty for none.
	Example string
	Delay   time.Duration
	Fault   Fault
	// SlowFor is how long a body takes with the fault Slow.
	SlowFor time.Duration
	// Applied lists the preferences that were honoured, as the response header
	// Preference-Applied has them; empty for a rule.
	Applied string
}

// Preferred is the source of an effect that the client itself asked for.
const Preferred = "prefer"
