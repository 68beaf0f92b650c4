package mocktest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/plural"
)

// Filter selects exchanges. The zero value selects all.
type Filter struct {
	// Operation is an operationId.
	Operation string
	// Method is an HTTP method, in capitals.
	Method string
	// Path is a path as it was sent, without query and workspace; a * in it stands for anything.
	Path string
	// Status is a status, such as 404, or a class, such as 4xx.
	Status string
	// Rule is the id of a rule, "prefer" for the header Prefer, or a * for any.
	Rule string
	// After is an id; only later exchanges are selected.
	After int64
}

func (f Filter) query() url.Values {
	out := url.Values{}
	for name, value := range map[string]string{"operationId": f.Operation, "method": f.Method, "path": f.Path, "status": f.Status, "rule": f.Rule} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if f.After > 0 {
		out.Set("after", strconv.FormatInt(f.After, 10))
	}
	return out
}

// Exchange is a request and its answer, secrets masked.
type Exchange struct {
	ID   int64
	Time time.Time
	// DurationMS is in milliseconds.
	DurationMS float64 `json:"durationMs"`
	Method     string
	// Target is path and query as they were sent, without the workspace.
	Target string
	// Operation is the operationId; empty if it is not an operation.
	Operation string `json:"operationId"`
	// Status is 0 if a rule reset the connection.
	Status int
	// Caller says whose token it was, without the token.
	Caller string
	// Rule is the id of the rule that changed the answer, or "prefer".
	Rule       string
	Request    Message
	Response   Message
	Violations []Violation
}

// Message is one half of an exchange.
type Message struct {
	Headers []struct{ Name, Value string }
	// Body is text, up to 16 KiB.
	Body      string
	Truncated bool
}

// Header returns the first value of a header, or an empty string if there is none.
func (m Message) Header(name string) string {
	for _, header := range m.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Violation is one way in which an exchange broke the contract.
type Violation struct {
	// Direction is request or response.
	Direction string
	// Outcome is refused, accepted, replaced, forced or passed.
	Outcome string
	// Exchange is the id of the exchange, Operation its operationId.
	Exchange  int64
	Operation string `json:"operationId"`
	// In and Pointer are the place: body and /name, for instance.
	In, Pointer, Keyword, Reason string
}

// String returns the violation as one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s of exchange %d, %s, %s: %s%s: %s", v.Direction, v.Exchange, v.Operation, v.Outcome, v.In, v.Pointer, v.Reason)
}

// page is a response of listRequests.
type page struct {
	Requests []Exchange
	Matched  int
	Complete bool
}

// maxPage is how many exchanges a response may have.
const maxPage = "1000"

// Requests returns the newest exchanges that match, up to 1000, oldest first. The journal keeps
// 500, unless mockserver.WithJournalSize says otherwise.
func (s *Server) Requests(filter Filter) []Exchange {
	s.t.Helper()
	return s.requests(filter.query()).Requests
}

func (s *Server) requests(query url.Values) page {
	s.t.Helper()
	query.Set("limit", maxPage)
	var out page
	s.control(http.MethodGet, "requests?"+query.Encode(), nil, &out) // the newest, newest first
	slices.Reverse(out.Requests)
	return out
}

// WaitForRequests waits until count exchanges match and returns what Requests does. If they
// do not arrive in time, it ends the test. Use it instead of a sleep.
func (s *Server) WaitForRequests(count int, filter Filter, timeout time.Duration) []Exchange {
	s.t.Helper()
	query := filter.query()
	query.Set("count", strconv.Itoa(count))
	query.Set("wait", timeout.String())
	out := s.requests(query)
	if !out.Complete {
		s.t.Fatalf("mocktest: within %s the mock got %d of %d requests that match %+v", timeout, out.Matched, count, filter)
	}
	return out.Requests
}

// AssertRequests fails the test unless exactly count exchanges match, and returns
// them, oldest first.
func (s *Server) AssertRequests(count int, filter Filter) []Exchange {
	s.t.Helper()
	found := s.Requests(filter)
	if len(found) != count {
		s.t.Errorf("the mock got %s like %+v, want %d", plural.Of(len(found), "request"), filter, count)
	}
	return found
}

// Violations returns what broke the contract, oldest first: requests that were
// refused or only accepted, and answers that were replaced. Answers that a rule
// forced are not among them.
func (s *Server) Violations() []Violation {
	s.t.Helper()
	var out struct{ Violations []Violation }
	s.control(http.MethodGet, "violations", nil, &out)
	var unwanted []Violation
	for _, violation := range out.Violations {
		if violation.Outcome != "forced" {
			unwanted = append(unwanted, violation)
		}
	}
	return unwanted
}

// AssertNoViolations fails the test if the client, or the mock, broke the
// contract.
func (s *Server) AssertNoViolations() {
	s.t.Helper()
	for _, violation := range s.Violations() {
		s.t.Errorf("the contract was broken: %s", violation)
	}
}

// ClearRequests empties the journal.
func (s *Server) ClearRequests() {
	s.t.Helper()
	s.control(http.MethodDelete, "requests", nil, nil)
}

// logged is how many requests a failed test logs.
const logged = 50

func (s *Server) logRequests() {
	var out page
	if err := s.ask(http.MethodGet, "requests?order=newest&limit="+strconv.Itoa(logged), nil, &out); err != nil {
		s.t.Logf("mocktest: reading the journal: %v", err)
		return
	}
	var lines strings.Builder
	for _, exchange := range out.Requests {
		fmt.Fprintf(&lines, "\n%4d  %d  %s %s (%s)", exchange.ID, exchange.Status, exchange.Method, exchange.Target, exchange.Caller)
		for _, violation := range exchange.Violations {
			fmt.Fprintf(&lines, "\n           %s, %s%s: %s", violation.Direction, violation.In, violation.Pointer, violation.Reason)
		}
	}
	s.t.Logf("Requests to the mock at %s, newest first:%s", s.URL, lines.String())
}
