package plan

import (
	"regexp"
	"slices"
	"strings"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Needs is what a scenario asks of the run and of the target.
type Needs struct {
	// Actors are who it acts as.
	Actors []string
	// Room is what it holds at a time of kinds of which there can be only so many.
	Room map[*ledger.Kind]Demand
	// Facts are variables that only some targets have a value for.
	Facts []string
	// Unused are ids and names that it takes to be nobody's.
	Unused []string
	// SDKs are those of the actors who ask for flags or report of them.
	SDKs []string
	// Changes is true if it changes a flag in an environment.
	Changes bool
}

// InProject reports whether it works in the project of the run.
func (n *Needs) InProject() bool { return n.has(Project) }

func (n *Needs) has(fact string) bool { return slices.Contains(n.Facts, fact) }

// Demand is how much of the room on a target a scenario takes.
type Demand struct {
	Count int
	All   bool // of what is free, at least one
}

// atLeast is what there must be.
func (d Demand) atLeast() int {
	if d.All {
		return max(d.Count, 1)
	}
	return d.Count
}

// Vocabulary is what needs can be read from.
type Vocabulary struct {
	Kinds ledger.Kinds
	// Sentences arrange what a scenario starts from, as the admin.
	Sentences []Sentence
}

// Sentence is one that a step is written in.
type Sentence struct {
	Expression *regexp.Regexp
	Makes      *ledger.Kind // nil if it makes nothing that takes room
	Facts      []string     // variables that it takes a value of
}

var (
	// VariableText is a variable in a step, by what stands between its brackets.
	VariableText = regexp.MustCompile(`<([a-z][A-Za-z0-9_. -]*)>`)

	actorText  = regexp.MustCompile(`\bas the (admin|viewer|backend|frontend)\b`)
	createText = regexp.MustCompile(`^I (repeat |send )?POST "([^"]*)" as the admin`)
	factText   = regexp.MustCompile(`^(limit|actor)\.`)
	sdkText    = regexp.MustCompile(`^I (?:repeat |send )?[A-Z]+ "/api/(?:client|frontend)\b[^"]*" as the (backend|frontend)`)
	changeText = regexp.MustCompile(`^I (?:repeat |send )?(?:POST|PUT|PATCH|DELETE) "/api/admin/(?:projects|segments/strategies)\b.*<(?:other )?environment>`)
)

// writtenNeeds are those that can be read off the text of a scenario alone.
func writtenNeeds(pickle *messages.Pickle) Needs {
	n := Needs{}
	for _, step := range pickle.Steps {
		n.readActors(step)
		n.readUnused(step.Text)
		n.readVariables(step)
		n.readPlace(step)
	}
	for _, list := range []*[]string{&n.Actors, &n.Facts, &n.Unused, &n.SDKs} {
		*list = slices.Compact(slices.Sorted(slices.Values(*list)))
	}
	return n
}

// read adds the needs that the vocabulary knows.
func (v Vocabulary) read(n *Needs, pickle *messages.Pickle) {
	n.Room = map[*ledger.Kind]Demand{}
	for i, step := range pickle.Steps {
		v.readSentence(n, step.Text)
		v.readCreate(n, step.Text, pickle.Steps[i+1:])
	}
}

func (n *Needs) readActors(step *messages.PickleStep) {
	if m := actorText.FindStringSubmatch(step.Text); m != nil {
		n.Actors = append(n.Actors, m[1])
	}
}

func (v Vocabulary) readSentence(n *Needs, text string) {
	for _, sentence := range v.Sentences {
		if !sentence.Expression.MatchString(text) {
			continue
		}
		if !slices.Contains(n.Actors, "admin") {
			n.Actors = slices.Insert(slices.Clone(n.Actors), 0, "admin")
		}
		for _, fact := range sentence.Facts {
			if !n.has(fact) {
				n.Facts = append(slices.Clone(n.Facts), fact)
			}
			n.Changes = n.Changes || fact == Environment
		}
		if sentence.Makes != nil {
			n.take(sentence.Makes, 1, false)
		}
	}
}

func (n *Needs) take(kind *ledger.Kind, count int, all bool) {
	demand := n.Room[kind]
	n.Room[kind] = Demand{demand.Count + count, demand.All || all}
}

// readCreate looks at a request that makes something. One that is refused for its
// name needs room too: the limit comes first. Of many at once one may get in.
func (v Vocabulary) readCreate(n *Needs, text string, next []*messages.PickleStep) {
	m := createText.FindStringSubmatch(text)
	if m == nil {
		return
	}
	at := slices.IndexFunc(v.Kinds, func(k *ledger.Kind) bool { return k.Counted && k.Path == m[2] })
	switch {
	case at < 0:
	case m[1] == "repeat ":
		n.take(v.Kinds[at], 0, true)
	case m[1] == "send ", isFollowedBy(next, "the status is 201", "the status is 409"):
		n.take(v.Kinds[at], 1, false)
	}
}

func isFollowedBy(steps []*messages.PickleStep, texts ...string) bool {
	return len(steps) > 0 && slices.Contains(texts, steps[0].Text)
}

func (n *Needs) readUnused(text string) {
	for _, literal := range []string{target.UnusedID, ledger.UnusedName} {
		if strings.Contains(text, literal) {
			n.Unused = append(n.Unused, literal)
		}
	}
}

func (n *Needs) readVariables(step *messages.PickleStep) {
	for _, m := range VariableText.FindAllStringSubmatch(step.Text+argumentText(step), -1) {
		name := m[1][strings.LastIndex(m[1], " ")+1:] // without words such as capitals of
		if actor, rest, _ := strings.Cut(name, "."); rest == "token" && slices.Contains(target.Actors(), actor) {
			n.Actors = append(n.Actors, actor)
		}
		if factText.MatchString(m[1]) || IsPlace(m[1]) {
			n.Facts = append(n.Facts, m[1])
		}
	}
}

// readPlace looks for requests of SDKs, and for changes in an environment that are not
// refused for who asks.
func (n *Needs) readPlace(step *messages.PickleStep) {
	if m := sdkText.FindStringSubmatch(step.Text); m != nil {
		n.SDKs = append(n.SDKs, m[1])
	}
	text := step.Text + argumentText(step)
	n.Changes = n.Changes || changeText.MatchString(strings.ReplaceAll(text, "\n", " ")) && strings.Contains(text, "as the admin")
}

// argumentText is the text of a step's table or docstring.
func argumentText(step *messages.PickleStep) string {
	if step.Argument == nil {
		return ""
	}
	var text strings.Builder
	if doc := step.Argument.DocString; doc != nil {
		text.WriteString("\n" + doc.Content)
	}
	if table := step.Argument.DataTable; table != nil {
		for _, row := range table.Rows {
			for _, cell := range row.Cells {
				text.WriteString("\n" + cell.Value)
			}
		}
	}
	return text.String()
}
