// Package traffic is one exchange, a request and its answer, as journal, proxy, suite,
// recordings and HAR know it: in memory an Exchange, written down a Record or an entry
// of an HTTP archive. What is written down has no secrets.
package traffic

import (
	"net/http"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// Exchange is a request and its answer.
type Exchange struct {
	// ID is that in the journal; 0 outside of one.
	ID       int64
	Started  time.Time
	Duration time.Duration
	// Proto is the version of HTTP, such as HTTP/1.0; empty for HTTP/1.1.
	Proto  string
	Method string
	// Host is what was asked; the server's address if the client named none.
	Host string
	// Path and Query are as they were sent, without a base path.
	Path, Query string
	// Operation is the operationId; empty if the contract has none.
	Operation string
	// Status is 0 if no answer came.
	Status int
	// Uncovered is true if the status says nothing of the operation.
	Uncovered bool
	// Caller is whose token it was, without the token.
	Caller string
	// Rule is the id of the rule or the preference that changed the answer.
	Rule       string
	Request    Message
	Response   Message
	Violations []Violation
}

// Message is one half of an exchange.
type Message struct {
	Header http.Header
	// Body is without its content encoding.
	Body []byte
	// Size is the body's length in bytes, also of one that Body does not have, or not
	// all of; -1 if nobody knows.
	Size int64
	// Wire is how many bytes of a content encoding the body came in; 0 if it had none, or
	// nobody knows.
	Wire int64
	// Cut is true if Body is only the beginning.
	Cut bool
	// Unread is what to show in the place of a body that cannot be read.
	Unread string
}

// Direction is one half of an exchange.
type Direction string

// The directions of a violation.
const (
	ToServer Direction = "request"
	ToClient Direction = "response"
)

// Outcome is what became of what broke the contract.
type Outcome string

// The outcomes of a violation.
const (
	// Refused: the client got an error.
	Refused Outcome = "refused"
	// Accepted: the policy let the request pass.
	Accepted Outcome = "accepted"
	// Replaced: the client got an error in the place of the answer.
	Replaced Outcome = "replaced"
	// Forced: a rule demanded this answer, and it was sent.
	Forced Outcome = "forced"
	// Passed: a proxy passed it on.
	Passed Outcome = "passed"
)

// Violation is one way in which an exchange broke the contract.
type Violation struct {
	Direction Direction
	Outcome   Outcome
	// Status of the response that broke the contract; 0 for a request.
	Status int
	spec.Failure
}

// Target is path and query as they were sent.
func (x *Exchange) Target() string {
	if x.Query == "" {
		return x.Path
	}
	return x.Path + "?" + x.Query
}
