package rules

import "time"

// Effect is what a rule or preference does to one request.
type Effect struct {
	// Source is the id of the rule, or Preferred.
	Source string
	// Answer replaces the operation's own; nil lets the operation answer.
	Answer *Answer
	// Example is the name of an example in the document that the client prefers to the
	// operation's answer; may be empty.
	Example string
	Delay   time.Duration
	Fault   Fault
	// SlowFor is how long the fault Slow takes to send a body.
	SlowFor time.Duration
	// Applied lists the preferences that were honoured, in the form of the response header
	// Preference-Applied; empty for a rule.
	Applied string
}

// Preferred is the source of an effect that the client asked for itself.
const Preferred = "prefer"
