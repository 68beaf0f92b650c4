// Package judge says what is wrong with an answer: what a scenario expects of it,
// what the contract says, and rules that every answer keeps.
package judge

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Breach is one way in which an answer is not what it must be.
type Breach struct {
	In          string // status, header or body
	Pointer     string
	Expectation string
	Got         string
	Standing    spec.Standing
	Source      string
}

// Rule is something that every answer keeps whatever it was asked for, and that
// no schema can say.
type Rule struct {
	Standing spec.Standing
	Source   string
	Check    func(*target.Exchange) []Breach
}

// Specifics are what is particular to the answers of one resource.
type Specifics struct {
	Rules []Rule
	// Secrets are shown once.
	Secrets []Secret
	// FreeForm are properties below which anything may stand.
	FreeForm []string
	// Unworded are operations whose refusals of a token may be worded in any way.
	Unworded []string
	// Deviations are those of real servers.
	Deviations []Deviation
}

// Secret is one that only the answer to its creation shows, as a text.
type Secret struct {
	Operation string // operationId
	Property  string
}

// Judge judges the answers of one run. It is safe for concurrent use.
type Judge struct {
	rules    []Rule
	specific Specifics
	errorIDs once
	secrets  texts
	allowed  allowances
}

// New makes a judge who knows what is particular to some resources.
func New(resources ...Specifics) *Judge {
	j := &Judge{}
	for _, r := range resources {
		j.specific.Rules = append(j.specific.Rules, r.Rules...)
		j.specific.Secrets = append(j.specific.Secrets, r.Secrets...)
		j.specific.FreeForm = append(j.specific.FreeForm, r.FreeForm...)
		j.specific.Unworded = append(j.specific.Unworded, r.Unworded...)
		j.specific.Deviations = append(j.specific.Deviations, r.Deviations...)
	}
	j.rules = append(j.general(), j.specific.Rules...)
	return j
}

// Breaches finds what is wrong with an answer by the contract and by the rules.
func (j *Judge) Breaches(x *target.Exchange) []Breach {
	var found []Breach
	if x.Operation != nil && !(x.Status == http.StatusNotModified && conditional(x)) {
		found = contractBreaches(x)
	}
	for _, rule := range j.rules {
		broken := rule.Check(x)
		for _, b := range broken[:min(len(broken), maxBreaches)] {
			b.Standing, b.Source = rule.Standing, rule.Source
			found = append(found, b)
		}
	}
	return slices.DeleteFunc(found, func(b Breach) bool { return j.Allows(x, b) })
}

func conditional(x *target.Exchange) bool { return x.Header.Get("If-None-Match") != "" }

// maxBreaches is how much of what is wrong with one answer is told.
const maxBreaches = 50

// Failures are what of an answer breaks the OpenAPI document. Of a body that could not be read,
// which a rule tells, and of one that nobody sees, only the head is judged.
func Failures(x *target.Exchange) []spec.Failure {
	body := x.Received
	if x.Method == http.MethodHead || x.Unread != "" {
		body = nil
	} else if body == nil {
		body = []byte{}
	}
	failures := contractFailures(x, body)
	return failures[:min(len(failures), maxBreaches)]
}

// contractBreaches judges an answer by the OpenAPI document.
func contractBreaches(x *target.Exchange) []Breach {
	var found []Breach
	for _, failure := range Failures(x) {
		b := Breach{
			In: failure.In, Pointer: failure.Pointer, Expectation: failure.Reason, Got: x.Summary(),
			Standing: spec.Documented, Source: fmt.Sprintf("the contract of %s, status %d", x.Operation.ID, x.Status),
		}
		if response := x.Operation.Response(x.Status); response != nil {
			b.Standing = response.Standing
		} else {
			b.Expectation = fmt.Sprintf("a status of %v", x.Operation.Statuses())
			b.Source = "the statuses that the contract of " + x.Operation.ID + " lists"
		}
		if value, found := jsonvalue.At(x.Value, failure.Pointer); failure.In == "body" && found && failure.Pointer != "" {
			b.Got = jsonvalue.Text(value)
		}
		found = append(found, b)
	}
	return found
}

// Learn takes up the secret that an answer shows because it was created just now,
// empty if it shows none. No other answer may show it from here on.
func (j *Judge) Learn(x *target.Exchange) string {
	created := j.creates(x)
	if created == nil {
		return ""
	}
	secret := x.Text("/" + created.Property)
	if len(secret) < minSecret {
		return ""
	}
	j.secrets.add(secret)
	return secret
}

// minSecret is the length from which a text is looked for in other answers.
const minSecret = 8

// creates finds the secret that an answer may show, because it created it.
func (j *Judge) creates(x *target.Exchange) *Secret {
	if x.Status != http.StatusCreated {
		return nil
	}
	at := slices.IndexFunc(j.specific.Secrets, func(s Secret) bool { return s.Operation == x.OperationID() })
	if at < 0 {
		return nil
	}
	return &j.specific.Secrets[at]
}
