// Package rules holds what a mock does instead of answering as usual: forced answers,
// delays and faults of the connection, for some or all requests.
//
// A client asks for one with the header Prefer, see ParsePrefer. A test sets rules, which
// a Set keeps in order: the first rule that matches and is not used up applies.
package rules

import (
	"encoding/json"
	"fmt"
	"time"
)

// Rule says which requests are not answered as usual, and what happens to them. At least
// one of Answer, Delay and Fault is set.
type Rule struct {
	// Name is for people; several rules may share one.
	Name string `json:"name,omitempty"`
	// Match selects requests; the zero value selects requests to all operations.
	Match Match `json:"match,omitzero"`
	// Answer replaces the operation's own; nil lets the operation answer.
	Answer *Answer `json:"answer,omitempty"`
	// Delay delays the answer; may be nil.
	Delay *Delay `json:"delay,omitempty"`
	// Fault breaks the connection or the body; may be empty.
	Fault Fault `json:"fault,omitempty"`
	// SlowFor is how long the fault Slow takes to send a body; 0 means defaultSlowFor.
	SlowFor Duration `json:"slowFor,omitzero"`
	// Times is the number of requests to which the rule applies; 0 means no limit.
	Times int `json:"times,omitempty"`
	// Probability is the share of matching requests to which the rule applies, from 0 to 1;
	// 0 means all of them.
	Probability float64 `json:"probability,omitempty"`
}

// Match selects requests. All conditions that are set must hold.
type Match struct {
	// Operations are operationIds; empty means every operation.
	Operations []string `json:"operations,omitempty"`
	// Path is the path as sent, without query and workspace; a * in it matches anything.
	Path string `json:"path,omitempty"`
	// Query are parameters of the query and their values; a * in a value matches anything.
	Query map[string]string `json:"query,omitempty"`
	// Workspace is the name of a workspace; a * in it matches anything.
	Workspace string `json:"workspace,omitempty"`
	// Headers are request headers and their values; a * in a value matches anything.
	Headers map[string]string `json:"headers,omitempty"`
	// Body maps JSON pointers into the request's body to the values there.
	Body map[string]any `json:"body,omitempty"`
}

// Answer is a forced answer.
type Answer struct {
	// Status is from 200 to 599. An error without Body and Text has the body that a real
	// Unleash sends with this status for the operation.
	Status int `json:"status"`
	// Headers are added to the answer.
	Headers map[string]string `json:"headers,omitempty"`
	// Body is sent as JSON.
	Body json.RawMessage `json:"body,omitempty"`
	// Text is sent unchanged, with the Content-Type of Headers, or else text/plain.
	Text *string `json:"text,omitempty"`
}

// Fault is a way to break an answer.
type Fault string

// The faults.
const (
	// Reset resets the connection. The operation is not carried out.
	Reset Fault = "reset"
	// Truncate closes the connection in the middle of the body.
	Truncate Fault = "truncate"
	// Slow sends the body in pieces, spread over some time.
	Slow Fault = "slow"
	// Malformed sends a body that is not JSON.
	Malformed Fault = "malformed"
)

// Faults lists the faults.
func Faults() []Fault { return []Fault{Reset, Truncate, Slow, Malformed} }

// defaultSlowFor is how long sending a slow body takes unless a rule says otherwise.
const defaultSlowFor = 2 * time.Second

// Duration is a time.Duration that is written in JSON as in Go: "250ms", "1.5s".
type Duration time.Duration

// MarshalText writes the duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 250ms or 1.5s", text)
	}
	*d = Duration(parsed)
	return nil
}
