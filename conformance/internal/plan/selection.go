package plan

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"testing/fstest"

	"github.com/cucumber/godog"
)

// Selection is what of the feature files runs.
type Selection struct {
	Files fs.FS
	Paths []string
	// ByPickle finds a scenario by the id that godog gives it.
	ByPickle map[string]*Scenario
}

// place is where a scenario, or a row of an outline, stands.
type place struct {
	file string
	line int
}

// Enabled leaves out what does not run. godog takes its time for every scenario
// that it is given, also for one that is skipped at once, and most runs are
// about a few. Lines are emptied and not removed, so that the others keep their
// place. A disabled row of an outline that runs stays, and is skipped.
func (c *Catalogue) Enabled() (*Selection, error) {
	at := map[place]*Scenario{}
	runs := map[string][]int{} // lines of what runs, by file
	for _, sc := range c.Scenarios {
		at[place{sc.File, sc.Line}] = sc
		if sc.Disabled == "" {
			runs[sc.File] = append(runs[sc.File], sc.Line)
		}
	}
	files := fstest.MapFS{}
	s := &Selection{Files: files, ByPickle: map[string]*Scenario{}}
	for _, path := range c.paths {
		if len(runs[path]) > 0 {
			s.Paths = append(s.Paths, path)
			files[path] = &fstest.MapFile{Data: c.only(path, runs[path])}
		}
	}
	suite := godog.TestSuite{Options: &godog.Options{FS: files, Paths: s.Paths}}
	if len(s.Paths) == 0 {
		return s, nil
	}
	chosen, err := suite.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("reading the chosen features: %w", err)
	}
	for _, file := range chosen {
		index := indexOf(file.GherkinDocument)
		for _, pickle := range file.Pickles {
			s.ByPickle[pickle.Id] = at[place{index.file, index.line(pickle)}]
		}
	}
	return s, nil
}

// only empties the lines of those scenarios of a file that do not hold any of the
// given lines.
func (c *Catalogue) only(path string, lines []int) []byte {
	text := bytes.Split(c.sources[path], []byte("\n"))
	starts := c.starts[path]
	for i, start := range starts {
		end := len(text) + 1
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		if slices.ContainsFunc(lines, func(line int) bool { return start <= line && line < end }) {
			continue
		}
		for line := start; line < end; line++ {
			text[line-1] = nil
		}
	}
	return bytes.Join(text, []byte("\n"))
}
