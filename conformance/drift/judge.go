package drift

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pb33f/libopenapi/what-changed/model"

	"github.com/unleash-mock/unleash-mock/internal/visible"
	"github.com/unleash-mock/unleash-mock/spec"
)

// effect says how a change affects the set of requests or responses that a part of the
// document allows.
type effect int

const (
	none    effect = iota // nothing
	tighter               // the target allows less
	looser                // the target allows more
	either                // it may allow less or more
)

// effects lists the effects of a keyword that is only in the target's document, only in the
// contract, or in both with different values.
type effects struct{ added, removed, changed effect }

var (
	constraint = effects{added: tighter, removed: looser, changed: either}
	unknown    = effects{added: either, removed: either, changed: either}
	noEffect   = effects{}
)

// keywords maps each keyword to the effects of its changes. A keyword that is not listed may
// have any effect.
var keywords = map[string]effects{
	"type": constraint, "format": constraint, "pattern": constraint, "const": constraint, "multipleOf": constraint,
	"maximum": constraint, "maxLength": constraint, "maxItems": constraint, "maxProperties": constraint,
	"minimum": constraint, "minLength": constraint, "minItems": constraint, "minProperties": constraint,
	"exclusiveMaximum": constraint, "exclusiveMinimum": constraint, "uniqueItems": constraint,
	"required":             constraint,
	"additionalProperties": constraint, // values that allow anything have been removed
	"nullable":             {added: looser, removed: tighter, changed: either},
	"enum":                 {added: looser, removed: tighter, changed: either},
	"properties":           {added: none, removed: either, changed: either},
	"content":              {added: looser, removed: tighter, changed: either},
	"headers":              {added: none, removed: either, changed: either},
	"allowEmptyValue":      {added: looser, removed: tighter, changed: either},
	"default":              noEffect,
	"deprecated":           noEffect, "operationId": noEffect, "readOnly": noEffect, "writeOnly": noEffect,
	"discriminator": noEffect, "xml": noEffect, "servers": noEffect,
}

// bounds says what a greater value of each bound does.
var bounds = map[string]effect{
	"maximum": looser, "maxLength": looser, "maxItems": looser, "maxProperties": looser,
	"minimum": tighter, "minLength": tighter, "minItems": tighter, "minProperties": tighter,
}

// reasons maps the direction, true for requests, and the effect to the reason for a verdict.
var reasons = map[bool]map[effect]string{
	true: { // request
		none:    "requests that keep the contract are not affected",
		tighter: "a request that keeps the contract may be refused",
		looser:  "the target accepts more than the contract",
		either:  "a request that keeps the contract may be refused",
	},
	false: {
		none:    "answers still keep the contract",
		tighter: "the target answers less than the contract allows",
		looser:  "an answer may break the contract",
		either:  "an answer may break the contract",
	},
}

// Reasons for verdicts that do not come from an effect.
const (
	reasonNotOnWire     = "it makes no difference on the wire"
	reasonUnlisted      = "the contract marks it as %s; the target's document does not list it"
	reasonStatusGone    = "the contract's status is not in the target's document"
	reasonStatusNew     = "the contract does not list this status, so an answer with it breaks the contract"
	reasonRange         = "it only covers statuses that neither document lists"
	reasonHeaderLess    = "the target's document says less about the header"
	reasonErrorLess     = "the target's document leaves the body open, and every example of the contract fits it"
	reasonOpenInFact    = "the contract requires no token here; the target's document requires one for every operation"
	reasonTokenNeeded   = "the contract requires no token, so a request without one may be refused"
	reasonOneMoreWay    = "one more way to authenticate"
	reasonLessNeeded    = "what clients send for the contract is more than the target requires"
	reasonNoTokenNeeded = "the target's document requires no token, and sending one does no harm"
	reasonWayGone       = "clients that authenticate this way may be refused"
	reasonOtherDefault  = "the target takes the same requests, but what one leaves out may mean something else"
	reasonOtherError    = "an example of the contract does not fit the target's document: "
)

// kinds maps the library's change types to states.
var kinds = map[int]State{
	model.Modified:        Changed,
	model.PropertyAdded:   Added,
	model.ObjectAdded:     Added,
	model.PropertyRemoved: Removed,
	model.ObjectRemoved:   Removed,
}

func (l located) describe(verdict Verdict, reason string) Change {
	return Change{
		Pointer: l.pointer, Kind: kinds[l.ChangeType], Verdict: verdict,
		Contract: oneLine(l.Original), Target: oneLine(l.New), Reason: reason,
	}
}

// judge returns a change within an operation together with its verdict.
func (p pair) judge(change located) Change {
	part, rest, _ := strings.Cut(strings.TrimPrefix(change.pointer, "/"), "/")
	switch part {
	case "parameters", "requestBody":
		return p.judgeEffect(change, true)
	case "responses":
		code, inside, _ := strings.Cut(rest, "/")
		switch {
		case inside == "":
			return p.judgeStatus(change, code)
		case strings.HasPrefix(inside, "headers/") && p.effect(change, false) == looser:
			return change.describe(Beyond, reasonHeaderLess)
		}
		return p.judgeEffect(change, false)
	}
	return change.describe(Compatible, reasonNotOnWire)
}

// judgeStatus judges a status that only one side lists. The contract lists statuses that were
// observed, and some that are assumed. It is not drift if the target's document lacks those.
func (p pair) judgeStatus(change located, code string) Change {
	if isRange(code) { // the exact statuses on the other side were compared with it
		return change.describe(Compatible, reasonRange)
	}
	if kinds[change.ChangeType] == Added {
		return change.describe(Breaking, reasonStatusNew)
	}
	status, _ := strconv.Atoi(code)
	if p.isUnsure(status) {
		return change.describe(Beyond, strings.Replace(reasonUnlisted, "%s", string(p.operation.Response(status).Standing), 1))
	}
	return change.describe(Breaking, reasonStatusGone)
}

// isUnsure reports whether the contract lists a status that is not documented.
func (p pair) isUnsure(status int) bool {
	response := p.operation.Response(status)
	return response != nil && response.Standing != spec.Documented
}

// judgeEffect judges a change by its effect. A target breaks clients that keep the contract
// by accepting less in requests or by allowing more in responses.
func (p pair) judgeEffect(change located, request bool) Change {
	found := p.effect(change, request)
	if request && change.Property == "default" {
		return change.describe(Compatible, reasonOtherDefault)
	}
	breaks := found == either || request && found == tighter || !request && found == looser
	verdict := Compatible
	if breaks {
		verdict = Breaking
	}
	return change.describe(verdict, reasons[request][found])
}

// effect returns the effect of a change, according to its keyword and context.
func (p pair) effect(change located, request bool) effect {
	parent := change.pointer[:strings.LastIndexByte(change.pointer, '/')]
	kind := kinds[change.ChangeType]
	switch change.Property {
	case "parameters":
		return p.parameterEffect(change, kind)
	case "requestBody":
		if kind == Added && text(p.at(p.right, "/requestBody/required")) != "true" {
			return none
		}
	case "content": // one more media type in a request is looser, one fewer tighter
	case "enum":
		contract, target := p.at(p.left, parent+"/enum"), p.at(p.right, parent+"/enum")
		switch { // the keyword itself was added or removed, with all its values
		case contract == nil && target == nil: // in one of several forms
			return either
		case contract == nil:
			return tighter
		case target == nil:
			return looser
		}
	case "properties":
		return p.propertyEffect(change, kind, request)
	case "type":
		if kind == Changed {
			return typeEffect(change.Original, change.New)
		}
	}
	if direction, isBound := bounds[change.Property]; isBound && kind == Changed {
		return boundEffect(change.Original, change.New, direction)
	}
	known, listed := keywords[change.Property]
	if !listed {
		known = unknown
	}
	switch kind {
	case Added:
		return known.added
	case Removed:
		return known.removed
	}
	return known.changed
}

// parameterEffect returns the effect of a change to the list of parameters. A new parameter
// matters only if it is required. A parameter that the target does not know cannot have the
// effect that the client sends it for.
func (p pair) parameterEffect(change located, kind State) effect {
	if kind != Added {
		return either
	}
	if change.Breaking {
		return tighter
	}
	return none
}

// propertyEffect returns the effect of a change to the list of properties. A new property in
// a response breaks a contract that allows no others. One that is not sent in this direction has none.
func (p pair) propertyEffect(change located, kind State, request bool) effect {
	side := p.left
	if kind == Added {
		side = p.right
	}
	if isMarked(p.at(side, change.pointer), unsent[request]) {
		return none
	}
	if kind != Added {
		return either
	}
	schema := beforeLast(change.pointer, "/properties/")
	if !request && text(p.at(p.left, schema+"/additionalProperties")) == "false" {
		return looser
	}
	return none
}

// typeEffect returns the effect of a changed type. Every integer is also a number.
func typeEffect(contract, target string) effect {
	switch {
	case contract == "integer" && target == "number":
		return looser
	case contract == "number" && target == "integer":
		return tighter
	}
	return either
}

func boundEffect(contract, target string, greater effect) effect {
	before, err := strconv.ParseFloat(contract, 64)
	after, otherErr := strconv.ParseFloat(target, 64)
	if err != nil || otherErr != nil {
		return either
	}
	if after > before {
		return greater
	}
	if greater == looser {
		return tighter
	}
	return looser
}

// beforeLast returns the part of a text before the last separator.
func beforeLast(text, separator string) string {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i]
	}
	return text
}

// isError reports whether a change lies inside an error response that both sides list, and
// returns the response's status.
func (l located) isError() (status int, is bool) {
	rest, found := strings.CutPrefix(l.pointer, "/responses/")
	code, inside, _ := strings.Cut(rest, "/")
	status, err := strconv.Atoi(code)
	return status, found && inside != "" && err == nil && status >= http.StatusBadRequest
}

// maxValue is how many bytes a change shows of a value.
const maxValue = 300

func oneLine(value string) string {
	return strings.Join(strings.Fields(visible.Short(value, maxValue)), " ")
}
