package plan

import (
	"path"
	"regexp"
	"slices"
	"strings"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// Needs is what a scenario requires of the run and of the target.
type Needs struct {
	// Actors are the actors that it acts as.
	Actors []string
	// Room is how much it holds at a time of each kind that the target limits.
	Room map[*ledger.Kind]Demand
	// Facts are the variables it uses that have a value only on some targets.
	Facts []string
	// Unused lists ids and names that must not exist.
	Unused []string
	// SDKs lists the actors that request flags or send reports as an SDK.
	SDKs []string
	// Changes is true if it changes a flag in an environment.
	Changes bool
	// ReadBodies is true if it sends a body with a request that changes nothing.
	ReadBodies bool
}

// InProject reports whether the scenario uses the run's project.
func (n *Needs) InProject() bool { return n.has(Project) }

func (n *Needs) has(fact string) bool { return slices.Contains(n.Facts, fact) }

// Demand is how much of the room on a target a scenario needs.
type Demand struct {
	Count int
	All   bool // all that is free, but at least one
}

// atLeast returns the minimum room that the scenario needs.
func (d Demand) atLeast() int {
	if d.All {
		return max(d.Count, 1)
	}
	return d.Count
}

// Vocabulary is what is needed to read needs from a scenario's text.
type Vocabulary struct {
	Kinds ledger.Kinds
	// Sentences set up what a scenario starts with, as the admin.
	Sentences []Sentence
}

// Sentence is a sentence that steps can use.
type Sentence struct {
	Expression *regexp.Regexp
	Makes      *ledger.Kind // nil if it creates nothing that takes room
	Facts      []string     // variables whose values it uses
}

var (
	// VariableText matches a variable in a step. Its group is the text between the brackets.
	VariableText = regexp.MustCompile(`<([a-z][A-Za-z0-9_. -]*)>`)

	actorText  = regexp.MustCompile(`\bas the (admin|viewer|backend|frontend)\b`)
	createText = regexp.MustCompile(`^I (repeat |send )?POST "([^"]*)" as the admin`)
	factText   = regexp.MustCompile(`^(limit|actor)\.`)
	sdkText    = regexp.MustCompile(`^I (?:repeat |send )?[A-Z]+ "/api/(?:client|frontend)\b[^"]*" as the (backend|frontend)`)
	readText   = regexp.MustCompile(`^I (?:send )?(?:GET|HEAD|OPTIONS) .* with (?:the|a) body\b`)
	changeText = regexp.MustCompile(`^I (?:repeat |send )?(?:POST|PUT|PATCH|DELETE) "/api/admin/(?:projects|segments/strategies)\b.*<(?:other )?environment>`)
)

// writtenNeeds returns the needs that follow from the text of a scenario alone.
func writtenNeeds(pickle *messages.Pickle) Needs {
	n := Needs{}
	for _, step := range pickle.Steps {
		n.readActors(step)
		n.readUnused(step.Text)
		n.readVariables(step)
		n.readPlace(step)
		n.ReadBodies = n.ReadBodies || readText.MatchString(step.Text)
	}
	for _, list := range []*[]string{&n.Actors, &n.Facts, &n.Unused, &n.SDKs} {
		*list = slices.Compact(slices.Sorted(slices.Values(*list)))
	}
	return n
}

// read adds the needs that depend on the vocabulary.
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

// readCreate reads the need for room from a request that creates something. One that is
// refused because of its name needs room too, because the limit is checked first. Of many
// sent at once, one may succeed.
func (v Vocabulary) readCreate(n *Needs, text string, next []*messages.PickleStep) {
	m := createText.FindStringSubmatch(text)
	if m == nil {
		return
	}
	at := slices.IndexFunc(v.Kinds, func(k *ledger.Kind) bool { return k.Counted && isCreatedAt(k, m[2]) })
	switch {
	case at < 0:
	case m[1] == "repeat ":
		n.take(v.Kinds[at], 0, true)
	case m[1] == "send ", isFollowedBy(next, "the status is 201", "the status is 409"):
		n.take(v.Kinds[at], 1, false)
	}
}

// isCreatedAt reports whether a path, as written in a scenario, is one where things of a kind are
// created.
func isCreatedAt(k *ledger.Kind, text string) bool {
	pattern := VariableText.ReplaceAllString(text, "*")
	return slices.ContainsFunc(append([]string{k.Path}, k.Also...), func(at string) bool {
		is, err := path.Match(pattern, at)
		return is && err == nil
	})
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
		name := m[1][strings.LastIndex(m[1], " ")+1:] // without words such as "capitals of"
		if actor, rest, _ := strings.Cut(name, "."); rest == "token" && slices.Contains(target.Actors(), actor) {
			n.Actors = append(n.Actors, actor)
		}
		if factText.MatchString(m[1]) || m[1] == everyOrigin || IsPlace(m[1]) {
			n.Facts = append(n.Facts, m[1])
		}
	}
}

// readPlace looks for requests of SDKs, and for changes in an environment that are not
// refused because of the sender.
func (n *Needs) readPlace(step *messages.PickleStep) {
	if m := sdkText.FindStringSubmatch(step.Text); m != nil {
		n.SDKs = append(n.SDKs, m[1])
	}
	text := step.Text + argumentText(step)
	n.Changes = n.Changes || changeText.MatchString(strings.ReplaceAll(text, "\n", " ")) && strings.Contains(text, "as the admin")
}

// argumentText returns the text of a step's table or docstring.
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
