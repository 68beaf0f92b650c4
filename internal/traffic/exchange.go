// Package traffic has the type of an exchange, a request and its answer, for journal,
// proxy, suite, recordings and HAR. In memory it is an Exchange; written down, it is a
// Record or an entry of an HTTP archive. What is written down contains no secrets.
package traffic

import (
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Exchange is a request and its answer.
type Exchange struct {
	// ID is the id in the journal; 0 outside of one.
	ID       int64
	Started  time.Time
	Duration time.Duration
	// Proto is the version of HTTP, such as HTTP/1.0; empty for HTTP/1.1.
	Proto  string
	Method string
	// Host is the host that was requested, or the server's address if the client named
	// none.
	Host string
	// Path and Query are as the client sent them, without a base path.
	Path, Query string
	// Operation is the operationId; empty if the contract has none.
	Operation string
	// Status is 0 if no answer came.
	Status int
	// Uncovered is true if the status says nothing about the operation.
	Uncovered bool
	// Caller says whose token it was, without the token itself.
	Caller string
	// Rule is the id of the rule or the preference that determined the answer.
	Rule       string
	Request    Message
	Response   Message
	Violations []Violation
}

// Message is one half of an exchange.
type Message struct {
	Header http.Header
	// Body is the body without its content encoding.
	Body []byte
	// Size is the length of the body in bytes, even if Body has nothing or only a part of
	// it; -1 if it is not known.
	Size int64
	// Wire is the length in bytes of the body in its content encoding; 0 if it had none,
	// or if the length is not known.
	Wire int64
	// Cut is true if Body is only the beginning of the body.
	Cut bool
	// Unread is what to show in place of a body that cannot be read.
	Unread string
}

// Direction is one half of an exchange.
type Direction string

// The directions of a violation.
const (
	ToServer Direction = "request"
	ToClient Direction = "response"
)

// Outcome is what happened to a request or an answer that broke the contract.
type Outcome string

// The outcomes of a violation.
const (
	// Refused: the client got an error.
	Refused Outcome = "refused"
	// Accepted: the policy let the request pass.
	Accepted Outcome = "accepted"
	// Replaced: the client got an error in place of the answer.
	Replaced Outcome = "replaced"
	// Forced: a rule demanded this answer, and it was sent.
	Forced Outcome = "forced"
	// Passed: it was sent all the same, by a proxy or because another document takes precedence.
	Passed Outcome = "passed"
)

// Violation is one way in which an exchange broke the contract.
type Violation struct {
	Direction Direction
	Outcome   Outcome
	// Status is that of the response that broke the contract; 0 for a request.
	Status int
	spec.Failure
}

// Target returns path and query as they were sent.
func (x *Exchange) Target() string {
	if x.Query == "" {
		return x.Path
	}
	return x.Path + "?" + x.Query
}
