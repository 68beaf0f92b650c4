// Package plan decides which scenarios run on a target, and says why the others do not.
package plan

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/features"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Catalogue is the content of the feature files.
type Catalogue struct {
	// Scenarios are sorted by file name and line.
	Scenarios []*Scenario
	// paths lists the files in the order of the run.
	paths []string
	// sources maps paths to the texts of files. starts has the lines on which their scenarios
	// and outlines start.
	sources map[string][]byte
	starts  map[string][]int
}

// Scenario is one scenario, or one row of a scenario outline, and what is known about it
// before it runs.
type Scenario struct {
	ID         string
	Feature    string
	Name       string
	File       string
	Line       int
	Tags       []string
	Operations []string // operationIds
	Standing   spec.Standing
	Source     string
	Steps      []Step
	Needs      Needs
	// Restricted is true if one of its operations requires a permission.
	Restricted bool
	// Since is the first major version of Unleash that it applies to; 0 if no version is
	// known to differ.
	Since int
	// Disabled says why it does not run; empty if it does run.
	Disabled string
}

// Step is a step as written in the file.
type Step struct {
	Keyword string
	Text    string
	Line    int
}

// Has reports whether the scenario has a tag.
func (s *Scenario) Has(tag string) bool { return slices.Contains(s.Tags, tag) }

// Number returns the file and line of the scenario, which are unique.
func (s *Scenario) Number() string {
	return fmt.Sprintf("%s%d", strings.TrimSuffix(path.Base(s.File), ".feature"), s.Line)
}

// Record returns a new record of the scenario for a report.
func (s *Scenario) Record() *report.Scenario {
	record := &report.Scenario{
		ID: s.ID, Feature: s.Feature, Name: s.Name, File: "features/" + s.File, Line: s.Line,
		Tags: append([]string{}, s.Tags...), Operations: append([]string{}, s.Operations...),
		Steps: []report.Step{}, Exchanges: []report.Exchange{}, Failures: []report.Failure{},
	}
	for _, step := range s.Steps {
		record.Steps = append(record.Steps, report.Step{Keyword: step.Keyword, Text: step.Text, Line: step.Line, Outcome: report.Skipped})
	}
	return record
}

// Load reads the features into a catalogue. The seed shuffles the files. godog shuffles the
// scenarios within each file by the same seed.
func Load(contract *spec.Contract, seed int64, vocabulary Vocabulary) (*Catalogue, error) {
	files, err := parsed()
	if err != nil {
		return nil, err
	}
	list := &Catalogue{sources: map[string][]byte{}, starts: map[string][]int{}}
	for _, file := range files {
		list.paths = append(list.paths, file.path)
		list.sources[file.path], list.starts[file.path] = file.source, file.starts
		for _, written := range file.scenarios {
			s := written.Scenario
			vocabulary.read(&s.Needs, written.pickle)
			s.address(contract)
			s.Restricted = slices.ContainsFunc(s.Operations, func(id string) bool { return takesPermission(contract.Operation(id)) })
			list.Scenarios = append(list.Scenarios, &s)
		}
	}
	rand.New(rand.NewPCG(uint64(seed), 0)).Shuffle(len(list.paths), func(i, j int) { list.paths[i], list.paths[j] = list.paths[j], list.paths[i] })
	slices.SortFunc(list.Scenarios, func(a, b *Scenario) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return list, nil
}

// feature is a file as written.
type feature struct {
	path      string
	source    []byte
	starts    []int
	scenarios []writtenScenario
}

// writtenScenario is what depends on the text of a scenario alone.
type writtenScenario struct {
	Scenario
	pickle *messages.Pickle
}

// parsed returns the features, which are read once and never change.
var parsed = sync.OnceValues(func() ([]feature, error) {
	paths, err := fs.Glob(features.Files(), "*/*.feature")
	if err != nil {
		return nil, fmt.Errorf("listing the features: %w", err)
	}
	suite := godog.TestSuite{Options: &godog.Options{FS: features.Files(), Paths: paths}}
	files, err := suite.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("reading the features: %w", err)
	}
	var read []feature
	for _, file := range files {
		index := indexOf(file.GherkinDocument)
		f := feature{path: index.file, source: file.Content, starts: index.starts}
		for _, pickle := range file.Pickles {
			s, err := index.scenario(file.Feature.Name, pickle)
			if err != nil {
				return nil, err
			}
			f.scenarios = append(f.scenarios, writtenScenario{*s, pickle})
		}
		number(f.scenarios)
		read = append(read, f)
	}
	return read, nil
})

// number gives each scenario of a file its id.
func number(scenarios []writtenScenario) {
	slices.SortFunc(scenarios, func(a, b writtenScenario) int { return a.Line - b.Line })
	seen := map[string]int{}
	for i := range scenarios {
		s := &scenarios[i]
		s.ID = strings.TrimSuffix(path.Base(s.File), ".feature") + "/" + slug(s.Name)
		seen[s.ID]++
		if count := seen[s.ID]; count > 1 {
			s.ID = fmt.Sprintf("%s-%d", s.ID, count)
		}
	}
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(text string) string {
	return strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// astIndex finds the nodes of a document that a pickle refers to by id.
type astIndex struct {
	file      string
	scenarios map[string]*messages.Scenario
	rows      map[string]*messages.TableRow
	steps     map[string]*messages.Step
	starts    []int // lines on which scenarios and outlines start, including their tags
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

// StandingOf returns the standing that a tag stands for, or an empty string for any other
// tag.
func StandingOf(tag string) spec.Standing {
	switch standing := spec.Standing(strings.TrimPrefix(tag, "@")); standing {
	case spec.Documented, spec.Observed, spec.Measured, spec.Inferred, spec.Assumed:
		return standing
	}
	return ""
}

// line returns the line of a pickle: that of its scenario, or of its row in an outline.
func (x *astIndex) line(pickle *messages.Pickle) int {
	if len(pickle.AstNodeIds) > 1 {
		return int(x.rows[pickle.AstNodeIds[1]].Location.Line)
	}
	return int(x.scenarios[pickle.AstNodeIds[0]].Location.Line)
}

func (x *astIndex) scenario(feature string, pickle *messages.Pickle) (*Scenario, error) {
	node := x.scenarios[pickle.AstNodeIds[0]]
	if node == nil {
		return nil, fmt.Errorf("%s: scenario %q is inside a rule, which the suite does not support", x.file, pickle.Name)
	}
	s := &Scenario{
		Feature: feature, Name: pickle.Name, File: x.file, Line: x.line(pickle),
		Source: strings.Join(strings.Fields(node.Description), " "),
	}
	for _, tag := range pickle.Tags {
		s.Tags = append(s.Tags, tag.Name)
		if standing := StandingOf(tag.Name); standing != "" {
			s.Standing = standing
		}
		if operation, is := strings.CutPrefix(tag.Name, "@op:"); is {
			s.Operations = append(s.Operations, operation)
		}
		if major, is := strings.CutPrefix(tag.Name, "@since:"); is {
			s.Since, _ = strconv.Atoi(major)
		}
	}
	for _, step := range pickle.Steps {
		written := x.steps[step.AstNodeIds[0]]
		s.Steps = append(s.Steps, Step{strings.TrimSpace(written.Keyword), step.Text, int(written.Location.Line)})
	}
	s.Needs = writtenNeeds(pickle)
	return s, nil
}

// takesPermission reports whether an operation requires a permission in addition to the right
// kind of token.
func takesPermission(operation *spec.Operation) bool {
	return operation != nil && len(operation.Permissions) > 0 && !slices.Contains(operation.Permissions, spec.None)
}

// requestText matches a step that sends a request.
var requestText = regexp.MustCompile(`^I (?:send )?([A-Z]+) "([^"?]*)`)

// address finds the operation of a scenario that does not name one.
func (s *Scenario) address(contract *spec.Contract) {
	if len(s.Operations) > 0 {
		return
	}
	if operation := addressed(s.Steps, contract); operation != nil {
		s.Operations = []string{operation.ID}
		s.Tags = append(slices.Clip(s.Tags), "@op:"+operation.ID)
	}
}

// addressed returns the operation of a scenario's first request. If the path does not have
// the request's method, it returns the path's first operation. It returns nil for an unknown
// path.
func addressed(steps []Step, contract *spec.Contract) *spec.Operation {
	for _, step := range steps {
		m := requestText.FindStringSubmatch(step.Text)
		if m == nil {
			continue
		}
		path := VariableText.ReplaceAllString(m[2], "1")
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
