package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Problem describes what is wrong with a rule.
type Problem struct {
	// Pointer is the JSON pointer of the field, such as /answer/status.
	Pointer string
	Message string
}

// Error returns the field and the reason.
func (p *Problem) Error() string {
	if p.Pointer == "" {
		return p.Message
	}
	return p.Pointer + ": " + p.Message
}

func problem(pointer, format string, args ...any) *Problem {
	return &Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)}
}

// Parse reads a rule in JSON and checks it. The error is a *Problem.
func Parse(text []byte) (Rule, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var rule Rule
	if err := decoder.Decode(&rule); err != nil {
		return Rule{}, problem("", "%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Rule{}, problem("", "there is something after the rule")
	}
	return rule, rule.Check()
}

// Limits of what a rule may hold.
const (
	lowestStatus  = 200
	highestStatus = 599
	maxHeaders    = 32
	maxBody       = 1 << 20
	// maxPointer is how many bytes a JSON pointer may have: it is parsed for each request.
	maxPointer = 1 << 10
)

// Check validates a rule by itself; Fits compares it with a contract. The error is a
// *Problem.
func (r *Rule) Check() error {
	if r.Answer == nil && r.Delay == nil && r.Fault == "" {
		return problem("", "the rule changes nothing: it has no answer, no delay and no fault")
	}
	for _, check := range []func() *Problem{r.checkMatch, r.checkAnswer, r.checkDelay, r.checkFault, r.checkUse} {
		if found := check(); found != nil {
			return found
		}
	}
	return nil
}

// Fits reports what a contract does not support: operations that it does not have, and
// successes without the body that they require. The error is a *Problem.
func (r *Rule) Fits(contract *spec.Contract) error {
	matched := contract.Operations()
	if ids := r.Match.Operations; len(ids) > 0 {
		matched = nil
		for i, id := range ids {
			operation := contract.Operation(id)
			if operation == nil {
				return problem(fmt.Sprintf("/match/operations/%d", i), "%q is not an operation of the API; 'unleash-mock spec operations' lists them", id)
			}
			matched = append(matched, operation)
		}
	}
	if a := r.Answer; a == nil || a.Body != nil || a.Text != nil || a.Status >= http.StatusBadRequest {
		return nil
	}
	for _, operation := range matched {
		if documented := operation.Response(r.Answer.Status); documented != nil && documented.MediaType != "" {
			return problem("/answer", "an answer of %s with the status %d needs a body: give one, or omit the answer to let the operation answer itself",
				operation.ID, r.Answer.Status)
		}
	}
	return nil
}

func (r *Rule) checkMatch() *Problem {
	if path := r.Match.Path; path != "" && (!strings.ContainsAny(path[:1], "/*") || strings.Contains(path, "?")) {
		return problem("/match/path", "%q is not a path without a query, such as /api/client/features/*", path)
	}
	if strings.HasPrefix(r.Match.Path, "/w/") {
		return problem("/match/path", "%q begins with a workspace: leave /w/<name> out, and set the rule in that workspace", r.Match.Path)
	}
	if max(len(r.Match.Headers), len(r.Match.Query), len(r.Match.Body)) > maxHeaders {
		return problem("/match", "more than %d headers, parameters or pointers", maxHeaders)
	}
	for name := range r.Match.Query {
		if secrets.IsParameter(name) {
			return problem("/match/query", "%s holds a secret, which the list of rules would show: match on another parameter", name)
		}
	}
	for name := range r.Match.Headers {
		if found := checkHeader("/match/headers", name, ""); found != nil {
			return found
		}
		if secrets.IsHeader(name) {
			return problem("/match/headers", "%s holds a secret, which the list of rules would show: match on another header", name)
		}
	}
	for pointer := range r.Match.Body {
		if pointer != "" && pointer[0] != '/' {
			return problem("/match/body", "%q is not a JSON pointer: it does not begin with a slash", pointer)
		}
		if len(pointer) > maxPointer {
			return problem("/match/body", "a JSON pointer has more than %d bytes", maxPointer)
		}
	}
	return nil
}

func (r *Rule) checkAnswer() *Problem {
	if r.Answer == nil {
		return nil
	}
	a := r.Answer
	if a.Status < lowestStatus || a.Status > highestStatus {
		return problem("/answer/status", "%d is not a status from %d to %d", a.Status, lowestStatus, highestStatus)
	}
	for name, value := range a.Headers {
		if found := checkHeader("/answer/headers", name, value); found != nil {
			return found
		}
		if slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Connection", "Content-Encoding"}, http.CanonicalHeaderKey(name)) {
			return problem("/answer/headers", "%s is set by the server itself", name)
		}
	}
	switch {
	case len(a.Headers) > maxHeaders:
		return problem("/answer/headers", "more than %d headers", maxHeaders)
	case a.Body != nil && a.Text != nil:
		return problem("/answer/text", "an answer has a body or a text, not both")
	case !bodyAllowed(a.Status) && (a.Body != nil || a.Text != nil):
		return problem("/answer/status", "an answer with the status %d has no body", a.Status)
	case len(a.Body) > maxBody || a.Text != nil && len(*a.Text) > maxBody:
		return problem("/answer", "the body has more than %d bytes", maxBody)
	case a.Body != nil && !json.Valid(a.Body):
		return problem("/answer/body", "it is not JSON; use text for anything else")
	}
	return nil
}

func (r *Rule) checkDelay() *Problem {
	if r.Delay == nil {
		return nil
	}
	d := r.Delay
	if d.Distribution == Fixed && (d.Mean < 0 || d.Mean > maxDelay) {
		return problem("/delay", "%s is not from 0 to %s", d.Mean, maxDelay)
	}
	for name, value := range map[string]time.Duration{"min": d.Min, "max": d.Max, "mean": d.Mean, "stdDev": d.StdDev} {
		if value < 0 || value > maxDelay {
			return problem("/delay", "%s is not from 0 to %s: %s", name, maxDelay, value)
		}
	}
	switch {
	case d.Distribution == Uniform && d.Max < d.Min:
		return problem("/delay", "max, %s, is less than min, %s", d.Max, d.Min)
	case !(d.Sigma >= 0 && d.Sigma <= 10):
		return problem("/delay", "sigma is not from 0 to 10: %v", d.Sigma)
	case !slices.Contains([]Distribution{Fixed, Uniform, Normal, LogNormal}, d.Distribution):
		return problem("/delay", "%s", d.Distribution.unknown())
	}
	return nil
}

func (r *Rule) checkFault() *Problem {
	slowFor := time.Duration(r.SlowFor)
	switch {
	case r.Fault != "" && !slices.Contains(Faults(), r.Fault):
		return problem("/fault", "%q is not one of %s", r.Fault, faultNames())
	case r.SlowFor != 0 && r.Fault != Slow:
		return problem("/slowFor", "it applies only to the fault slow")
	case slowFor < 0 || slowFor > maxDelay:
		return problem("/slowFor", "%s is not from 0 to %s", slowFor, maxDelay)
	case r.Fault == Reset && r.Answer != nil:
		return problem("/fault", "a connection that is reset has no answer")
	}
	return nil
}

func (r *Rule) checkUse() *Problem {
	switch {
	case r.Times < 0 || r.Times > math.MaxInt32:
		return problem("/times", "%d is not a number of requests; 0 means any number", r.Times)
	case !(r.Probability >= 0 && r.Probability <= 1):
		return problem("/probability", "%v is not from 0 to 1", r.Probability)
	}
	return nil
}

func faultNames() string {
	names := make([]string, 0, len(Faults()))
	for _, fault := range Faults() {
		names = append(names, string(fault))
	}
	return strings.Join(names, ", ")
}

// bodyAllowed reports whether HTTP allows a body with that status.
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// checkHeader refuses names that are not tokens and values with control characters.
func checkHeader(pointer, name, value string) *Problem {
	isToken := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
	if !isToken {
		return problem(pointer, "%q is not the name of a header", name)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return problem(pointer, "the value of %s has a control character", name)
	}
	return nil
}
