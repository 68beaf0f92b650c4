package conformance

import (
	"regexp"

	"github.com/cucumber/godog"
)

// step is a sentence that scenarios are written in.
type step struct {
	expression *regexp.Regexp
	bind       func(*world) any
}

// who is the part of a request step that says who sends it.
const who = `(as the (?:admin|viewer|backend|frontend)|as nobody|with the authorization "[^"]*")`

// steps is the whole vocabulary. Given steps prepare and fail if the target
// does not do what they ask; When steps send and judge the answer by what
// always holds; Then steps look at the answer that came last.
func steps() []step {
	sentences := []struct {
		sentence string
		bind     func(*world) any
	}{
		{`a signal endpoint "([^"]+)"`, func(w *world) any { return w.givenEndpoint }},
		{`a token "([^"]+)" of "([^"]+)"`, func(w *world) any { return w.givenToken }},
		{`a signal "([^"]+)" to "([^"]+)" with "([^"]+)"`, func(w *world) any { return w.givenSignal }},
		{`the next request has the header "([^"]+)" with "(.*)"`, func(w *world) any { return w.nextHeader }},
		{`the next request has no header "([^"]+)"`, func(w *world) any { return w.nextWithout }},
		{`the next body is compressed with (gzip|deflate)`, func(w *world) any { return w.nextCompressed }},

		{`I ([A-Z]+) "([^"]*)" ` + who, func(w *world) any { return w.sendPlain }},
		{`I ([A-Z]+) "([^"]*)" ` + who + ` with the body:`, func(w *world) any { return w.sendBody }},
		{`I ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)'`, func(w *world) any { return w.sendText }},
		{`I ([A-Z]+) "([^"]*)" ` + who + ` with a body of (\d+) bytes`, func(w *world) any { return w.sendLong }},
		{`I repeat ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)' until the status is (\d+), at most (\S+) times`, func(w *world) any { return w.sendUntil }},
		{`I send ([A-Z]+) "([^"]*)" ` + who + ` (\S+) times at once`, func(w *world) any { return w.sendAtOnce }},
		{`I send ([A-Z]+) "([^"]*)" ` + who + ` with the body '([^']*)' (\S+) times at once`, func(w *world) any { return w.sendTextAtOnce }},
		{`I keep the answer as "([^"]+)"`, func(w *world) any { return w.keepAnswer }},
		{`I keep the entry of "([^"]*)" where "([^"]+)" is (.+) as "([^"]+)"`, func(w *world) any { return w.keepEntry }},
		{`I keep the header "([^"]+)" as "([^"]+)"`, func(w *world) any { return w.keepHeader }},

		{`the status is (\d+)`, func(w *world) any { return w.statusIs }},
		{`there is no body`, func(w *world) any { return w.noBody }},
		{`the body is "(.*)"`, func(w *world) any { return w.bodyIs }},
		{`the error is "([^"]+)"`, func(w *world) any { return w.errorIs }},
		{`the message is "(.*)"`, func(w *world) any { return w.messageIs }},
		{`the answer has`, func(w *world) any { return w.answerHas }},
		{`the header "([^"]+)" (?:is )?(.+)`, func(w *world) any { return w.headerIs }},
		{`"([^"]*)" has one entry where "([^"]+)" is (.+), with`, func(w *world) any { return w.oneEntryWith }},
		{`"([^"]*)" has no entry where "([^"]+)" is (.+)`, func(w *world) any { return w.noEntry }},
		{`"([^"]*)" lists the "([^"]+)" (\[.*\])`, func(w *world) any { return w.listIs }},
		{`"([^"]*)" lists the "([^"]+)" (\[.*\]) in that order among others`, func(w *world) any { return w.listHolds }},
		{`"([^"]*)" is (.+) from entry (\d+) on, at most (\d+)`, func(w *world) any { return w.listIsPart }},
		{`every "([^"]+)" of "([^"]*)" (?:is )?(.+)`, func(w *world) any { return w.everyIs }},
		{`the "([^"]+)" of "([^"]*)" (rise|fall)`, func(w *world) any { return w.listSorted }},
		{`(\S+) of them were accepted`, func(w *world) any { return w.acceptedAre }},
	}
	out := make([]step, len(sentences))
	for i, row := range sentences {
		out[i] = step{regexp.MustCompile("^" + row.sentence + "$"), row.bind}
	}
	return out
}

// table is the argument of a step that is a table.
type table = *godog.Table

// docString is the argument of a step that is a text of several lines.
type docString = *godog.DocString
