// Package judge says what is wrong with a response. It checks what a scenario expects, what
// the contract says, and rules that all responses must follow.
package judge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Breach is one way in which a response is wrong.
type Breach struct {
	In          string // status, header or body
	Pointer     string
	Expectation string
	Got         string
	Standing    spec.Standing
	Source      string
}

// Rule is something that every response must follow, whatever the request, and that no schema
// can express.
type Rule struct {
	Standing spec.Standing
	Source   string
	Check    func(*target.Exchange) []Breach
}

// Specifics holds what is specific to the responses of one resource.
type Specifics struct {
	Rules []Rule
	// Secrets are shown only once.
	Secrets []Secret
	// FreeForm lists properties that may contain anything.
	FreeForm []string
	// Unworded lists operations that may word the refusal of a token in any way.
	Unworded []string
	// Deviations lists the known deviations of real servers.
	Deviations []Deviation
}

// Secret is a text that only the response to its creation shows.
type Secret struct {
	Operation string // operationId
	Property  string
}

// Judge judges the responses of one run. It is safe for concurrent use.
type Judge struct {
	rules    []Rule
	specific Specifics
	errorIDs once
	tags     tagged
	secrets  texts
	allowed  allowances
}

// New returns a judge that knows what is specific to some resources.
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

// Breaches returns what is wrong with a response according to the contract and the rules.
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

// maxBreaches limits how many breaches of one response are reported.
const maxBreaches = 50

// Failures returns where a response breaks the OpenAPI document. Only the head is judged if
// the body could not be read, which a rule reports, or if the request was a HEAD.
func Failures(x *target.Exchange) []spec.Failure {
	body := x.Received
	if x.Method == http.MethodHead || x.Unread != "" {
		body = nil
	} else if body == nil {
		body = []byte{}
	}
	failures := x.Operation.CheckResponse(x.Status, x.Answer, body)
	return failures[:min(len(failures), maxBreaches)]
}

// contractBreaches judges a response by the OpenAPI document.
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
			b.Expectation = fmt.Sprintf("one of the statuses %v", x.Operation.Statuses())
			b.Source = "the statuses that the contract of " + x.Operation.ID + " lists"
		}
		if value, found := jsonvalue.At(x.Value, failure.Pointer); failure.In == "body" && found && failure.Pointer != "" {
			b.Got = Got(failure.Pointer, value)
		}
		found = append(found, b)
	}
	return found
}

// MaxGot is how many bytes a breach keeps of what a response has. Many breaches may be of one object.
const MaxGot = 64 << 10

// Got returns a value of a response for a breach at a pointer. What is too long is shortened, unless its
// place says that it is secret: secrets cannot be found in a part of it.
func Got(pointer string, value any) string {
	text := jsonvalue.Text(value)
	if len(text) <= MaxGot {
		return text
	}
	text = secrets.At(pointer, text)
	return strings.Clone(text[:min(len(text), MaxGot)])
}

// Learn remembers the secret that a response shows because it was just created. It returns
// that secret, or an empty string. From then on, no other response may show it.
func (j *Judge) Learn(x *target.Exchange) string {
	created := j.creates(x)
	if created == nil {
		return ""
	}
	secret := x.Text("/" + created.Property)
	if len(secret) < minSecret {
		return ""
	}
	secret = strings.Clone(secret[:min(len(secret), maxSecret)])
	j.secrets.add(secret)
	return secret
}

// minSecret is the minimum length of a text that is looked for in other responses.
const minSecret = 8

// maxSecret is how much of a secret is kept. Those of a real server are far shorter.
const maxSecret = 4 << 10

// creates returns the secret that a response may show because its request created it, or nil.
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
