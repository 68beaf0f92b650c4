package conformance

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/unleash-mock/unleash-mock/features"
	"github.com/unleash-mock/unleash-mock/spec"
)

// catalogue is what the feature files hold.
type catalogue struct {
	// paths are the files in the order of the run.
	paths []string
	// scenarios in the order of the files' names and lines.
	scenarios []*scenario
	// sources are the files' texts, by path, and starts the lines on which their
	// scenarios and outlines begin.
	sources map[string][]byte
	starts  map[string][]int
}

// scenario is one scenario, or one row of a scenario outline, and what can be
// known of it before it runs.
type scenario struct {
	id         string
	feature    string
	name       string
	file       string
	line       int
	tags       []string
	operations []string
	standing   spec.Standing
	source     string
	steps      []stepText
	needs      needs
	// disabled says why it does not run; empty if it does.
	disabled string
}

// stepText is a step as it is written.
type stepText struct {
	keyword string
	text    string
	line    int
}

// needs is what a scenario asks of the run and of the target.
type needs struct {
	// actors are who it acts as: admin, viewer, backend, frontend.
	actors []string
	// endpoints is how many signal endpoints it has at a time; everyEndpoint
	// that it takes all that are free.
	endpoints     int
	everyEndpoint bool
	// unused are ids and names that it takes to be nobody's.
	unused []string
	// facts are variables that only some targets have a value for.
	facts []string
}

func (s *scenario) has(tag string) bool { return slices.Contains(s.tags, tag) }

// load reads the features. The seed shuffles the files; godog shuffles the
// scenarios of each by the same seed.
func load(contract *spec.Contract, seed int64) (*catalogue, error) {
	paths, err := fs.Glob(features.FS, "*.feature")
	if err != nil {
		return nil, fmt.Errorf("listing the features: %w", err)
	}
	rand.New(rand.NewPCG(uint64(seed), 0)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	list := &catalogue{paths: paths, sources: map[string][]byte{}, starts: map[string][]int{}}
	suite := godog.TestSuite{Options: &godog.Options{FS: features.FS, Paths: paths}}
	files, err := suite.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("reading the features: %w", err)
	}
	for _, file := range files {
		index := indexOf(file.GherkinDocument)
		list.sources[index.file], list.starts[index.file] = file.Content, index.starts
		for _, pickle := range file.Pickles {
			s, err := index.scenario(file.Feature.Name, pickle, contract)
			if err != nil {
				return nil, err
			}
			list.scenarios = append(list.scenarios, s)
		}
	}
	list.number()
	return list, nil
}

// number sorts the scenarios and gives each an id.
func (c *catalogue) number() {
	slices.SortFunc(c.scenarios, func(a, b *scenario) int {
		return cmp.Or(strings.Compare(a.file, b.file), a.line-b.line)
	})
	seen := map[string]int{}
	for _, s := range c.scenarios {
		id := strings.TrimSuffix(path.Base(s.file), ".feature") + "/" + slug(s.name)
		seen[id]++
		if seen[id] > 1 {
			id = fmt.Sprintf("%s-%d", id, seen[id])
		}
		s.id = id
	}
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(text string) string {
	return strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// astIndex finds the nodes of a document that a pickle names by id.
type astIndex struct {
	file      string
	scenarios map[string]*messages.Scenario
	rows      map[string]*messages.TableRow
	steps     map[string]*messages.Step
	starts    []int // lines on which scenarios and outlines begin, tags included
}

func indexOf(document *messages.GherkinDocument) *astIndex {
	index := &astIndex{
		file:      document.Uri,
		scenarios: map[string]*messages.Scenario{}, rows: map[string]*messages.TableRow{}, steps: map[string]*messages.Step{},
	}
	for _, child := range document.Feature.Children {
		if child.Background != nil {
			index.addSteps(child.Background.Steps)
		}
		if child.Scenario != nil {
			index.add(child.Scenario)
		}
	}
	return index
}

func (x *astIndex) add(s *messages.Scenario) {
	x.scenarios[s.Id] = s
	x.addSteps(s.Steps)
	start := int(s.Location.Line)
	for _, tag := range s.Tags {
		start = min(start, int(tag.Location.Line))
	}
	x.starts = append(x.starts, start)
	for _, examples := range s.Examples {
		for _, row := range examples.TableBody {
			x.rows[row.Id] = row
		}
	}
}

func (x *astIndex) addSteps(steps []*messages.Step) {
	for _, step := range steps {
		x.steps[step.Id] = step
	}
}

// standingOf is the standing that a tag stands for; empty if it is another tag.
func standingOf(tag string) spec.Standing {
	switch standing := spec.Standing(strings.TrimPrefix(tag, "@")); standing {
	case spec.Documented, spec.Observed, spec.Measured, spec.Inferred, spec.Assumed:
		return standing
	}
	return ""
}

// line is that of a pickle: of its scenario, or of its row of an outline.
func (x *astIndex) line(pickle *messages.Pickle) int {
	if len(pickle.AstNodeIds) > 1 {
		return int(x.rows[pickle.AstNodeIds[1]].Location.Line)
	}
	return int(x.scenarios[pickle.AstNodeIds[0]].Location.Line)
}

// scenario describes one pickle.
func (x *astIndex) scenario(feature string, pickle *messages.Pickle, contract *spec.Contract) (*scenario, error) {
	node := x.scenarios[pickle.AstNodeIds[0]]
	if node == nil {
		return nil, fmt.Errorf("%s: scenario %q is inside a rule, which the suite does not read", x.file, pickle.Name)
	}
	s := &scenario{
		feature: feature, name: pickle.Name, file: x.file, line: x.line(pickle),
		source: strings.Join(strings.Fields(node.Description), " "),
	}
	for _, tag := range pickle.Tags {
		s.tags = append(s.tags, tag.Name)
		if standing := standingOf(tag.Name); standing != "" {
			s.standing = standing
		}
		if operation, is := strings.CutPrefix(tag.Name, "@op:"); is {
			s.operations = append(s.operations, operation)
		}
	}
	for _, step := range pickle.Steps {
		written := x.steps[step.AstNodeIds[0]]
		s.steps = append(s.steps, stepText{strings.TrimSpace(written.Keyword), step.Text, int(written.Location.Line)})
	}
	s.needs = needsOf(pickle)
	if len(s.operations) == 0 {
		if operation := addressed(s.steps, contract); operation != nil {
			s.operations = []string{operation.ID}
			s.tags = append(s.tags, "@op:"+operation.ID)
		}
	}
	return s, nil
}

var (
	requestText  = regexp.MustCompile(`^I (?:send )?([A-Z]+) "([^"?]*)`)
	variableText = regexp.MustCompile(`<([a-z][A-Za-z0-9_. -]*)>`)
	actorText    = regexp.MustCompile(`\bas the (admin|viewer|backend|frontend)\b`)
	arrangeText  = regexp.MustCompile(`^a (signal endpoint|token|signal) "`)
	createText   = regexp.MustCompile(`^I (?:repeat |send )?POST "/api/admin/signal-endpoints" as the admin`)
	factText     = regexp.MustCompile(`^(limit|actor)\.`)
)

// addressed returns the operation of a scenario's first request; for a method
// that is no operation the first one of the path; nil for another path.
func addressed(steps []stepText, contract *spec.Contract) *spec.Operation {
	for _, step := range steps {
		m := requestText.FindStringSubmatch(step.text)
		if m == nil {
			continue
		}
		path := variableText.ReplaceAllString(m[2], "1")
		if operation := contract.Find(m[1], path); operation != nil {
			return operation
		}
		if found, _, _ := contract.Match(path); found != nil {
			return found.Operations[0]
		}
		return nil
	}
	return nil
}

// needsOf reads off a scenario's steps what it needs.
func needsOf(pickle *messages.Pickle) needs {
	var n needs
	for i, step := range pickle.Steps {
		text := step.Text
		if m := actorText.FindStringSubmatch(text); m != nil {
			n.actors = append(n.actors, m[1])
		}
		if arrangeText.MatchString(text) {
			n.actors = append(n.actors, "admin")
		}
		if strings.HasPrefix(text, `a signal endpoint "`) {
			n.endpoints++
		}
		for _, literal := range []string{unusedID, unusedName} {
			if strings.Contains(text, literal) && !slices.Contains(n.unused, literal) {
				n.unused = append(n.unused, literal)
			}
		}
		if createText.MatchString(text) {
			n.everyEndpoint = n.everyEndpoint || strings.HasPrefix(text, "I repeat")
			// One that is refused for its name needs room too: the limit comes first.
			// Of many at once one may get in.
			if strings.HasPrefix(text, "I send") || isFollowedBy(pickle.Steps[i+1:], "the status is 201", "the status is 409") {
				n.endpoints++
			}
		}
		for _, m := range variableText.FindAllStringSubmatch(text+argumentText(step), -1) {
			if actor, rest, _ := strings.Cut(m[1], "."); rest == "token" && slices.Contains(actors, actor) {
				n.actors = append(n.actors, actor)
			}
			if factText.MatchString(m[1]) {
				n.facts = append(n.facts, m[1])
			}
		}
	}
	n.actors = slices.Compact(slices.Sorted(slices.Values(n.actors)))
	n.facts = slices.Compact(slices.Sorted(slices.Values(n.facts)))
	return n
}

// actors are who a scenario can act as.
var actors = []string{"admin", "viewer", "backend", "frontend"}

func isFollowedBy(steps []*messages.PickleStep, texts ...string) bool {
	return len(steps) > 0 && slices.Contains(texts, steps[0].Text)
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
