package gherkin

import (
	"regexp"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// Step is a sentence that scenarios can use.
type Step struct {
	// Sentence is a regular expression. Its groups are the arguments of the function that
	// Bind returns.
	Sentence string
	// Makes is the kind that the step creates if the target limits how many there can be,
	// otherwise nil.
	Makes *ledger.Kind
	// Needs are the variables whose values the step uses.
	Needs []string
	Bind  func(*World) any
}

func (s Step) expression() *regexp.Regexp { return regexp.MustCompile("^" + s.Sentence + "$") }

// who is the part of a request step that says who sends the request.
const who = `(as the (?:admin|viewer|backend|frontend)|as nobody|with the authorization "[^"]*")`

// general returns the sentences that every resource can use. Given steps prepare. When steps
// send a request and check the response against the contract and the general rules. Then
// steps check the latest response.
func general() []Step {
	return []Step{
		{Sentence: `the next request has the header "([^"]+)" with "(.*)"`, Bind: func(w *World) any { return w.requests.nextHeader }},
		{Sentence: `the next request has no header "([^"]+)"`, Bind: func(w *World) any { return w.requests.nextWithout }},
		{Sentence: `the next body is compressed with (gzip|deflate)`, Bind: func(w *World) any { return w.requests.nextCompressed }},

		{Sentence: `I ([A-Z]+) "([^"]*)" ` + who, Bind: func(w *World) any { return w.sender.plain }},
		{Sentence: `I ([A-Z]+) "([^"]*)" ` + who + ` with the body:`, Bind: func(w *World) any { return w.sender.document }},
		{Sentence: `I ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)'`, Bind: func(w *World) any { return w.sender.text }},
		{Sentence: `I ([A-Z]+) "([^"]*)" ` + who + ` with a body of (\d+) bytes`, Bind: func(w *World) any { return w.sender.long }},
		{Sentence: `I repeat ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)' until the status is (\d+), at most (\S+) times`, Bind: func(w *World) any { return w.sender.until }},
		{Sentence: `I GET "([^"]*)" ` + who + ` until "([^"]*)" has (one|no) entry where "([^"]+)" is (.+)`, Bind: func(w *World) any { return w.sender.untilListed }},
		{Sentence: `I GET "([^"]*)" ` + who + ` with each query, "([^"]+)" where "([^"]+)" is (.+) in "([^"]*)" is`, Bind: func(w *World) any { return w.sender.eachQuery }},
		{Sentence: `I POST "([^"]*)" ` + who + ` with each body, "([^"]*)" where "([^"]+)" is (.+) in "([^"]*)" is`, Bind: func(w *World) any { return w.sender.eachBody }},
		{Sentence: `I GET "([^"]*)" ` + who + ` until the status is (\d+)`, Bind: func(w *World) any { return w.sender.untilStatus }},
		{Sentence: `I send ([A-Z]+) "([^"]*)" ` + who + ` (\S+) times at once`, Bind: func(w *World) any { return w.sender.plainAtOnce }},
		{Sentence: `I send ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)' (\S+) times at once`, Bind: func(w *World) any { return w.sender.textAtOnce }},

		{Sentence: `I keep the answer as "([^"]+)"`, Bind: func(w *World) any { return w.answer.keep }},
		{Sentence: `I keep the entry of "([^"]*)" where "([^"]+)" is (.+) as "([^"]+)"`, Bind: func(w *World) any { return w.answer.keepEntry }},
		{Sentence: `I keep the header "([^"]+)" as "([^"]+)"`, Bind: func(w *World) any { return w.answer.keepHeader }},
		{Sentence: `the status is (\d+)`, Bind: func(w *World) any { return w.answer.statusIs }},
		{Sentence: `there is no body`, Bind: func(w *World) any { return w.answer.noBody }},
		{Sentence: `the body is "(.*)"`, Bind: func(w *World) any { return w.answer.bodyIs }},
		{Sentence: `the error is "([^"]+)"`, Bind: func(w *World) any { return w.answer.errorIs }},
		{Sentence: `the message is "(.*)"`, Bind: func(w *World) any { return w.answer.messageIs }},
		{Sentence: `the answer has`, Bind: func(w *World) any { return w.answer.has }},
		{Sentence: `a web page may send the request that it asked about`, Bind: func(w *World) any { return w.answer.admitsPage }},
		{Sentence: `the header "([^"]+)" (?:is )?(.+)`, Bind: func(w *World) any { return w.answer.headerIs }},
		{Sentence: `"([^"]*)" has one entry where "([^"]+)" is (.+), with`, Bind: func(w *World) any { return w.answer.oneEntryWith }},
		{Sentence: `"([^"]*)" has no entry where "([^"]+)" is (.+)`, Bind: func(w *World) any { return w.answer.noEntry }},
		{Sentence: `"([^"]*)" (has|lacks) the entry (.+)`, Bind: func(w *World) any { return w.answer.entry }},
		{Sentence: `"([^"]*)" lists the "([^"]+)" (\[.*\])`, Bind: func(w *World) any { return w.answer.listIs }},
		{Sentence: `"([^"]*)" lists the "([^"]+)" (\[.*\]) in that order among others`, Bind: func(w *World) any { return w.answer.listHolds }},
		{Sentence: `"([^"]*)" is (.+) from entry (\d+) on, at most (\d+)`, Bind: func(w *World) any { return w.answer.listIsPart }},
		{Sentence: `every "([^"]+)" of "([^"]*)" (?:is )?(.+)`, Bind: func(w *World) any { return w.answer.everyIs }},
		{Sentence: `the "([^"]+)" of "([^"]*)" (rise|fall)`, Bind: func(w *World) any { return w.answer.listSorted }},
		{Sentence: `(\S+) of them were accepted`, Bind: func(w *World) any { return w.answer.acceptedAre }},
	}
}

// steps returns all sentences.
func (all Resources) steps() []Step {
	var steps []Step
	for _, r := range all {
		steps = append(steps, r.Steps...)
	}
	return append(steps, general()...)
}

type table = *godog.Table

// docString is the multi-line text argument of a step.
type docString = *godog.DocString
