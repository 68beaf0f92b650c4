package plan

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"testing/fstest"

	"github.com/cucumber/godog"
)

// Selection is the part of the feature files that runs.
type Selection struct {
	Files fs.FS
	Paths []string
	// ByPickle maps godog's ids to scenarios.
	ByPickle map[string]*Scenario
}

// place is where a scenario, or a row of an outline, is written.
type place struct {
	file string
	line int
}

// Enabled leaves out what does not run. godog takes time for each scenario, even for one that
// is skipped at once, and most runs are about a few. Lines are emptied rather than removed,
// so that the others keep their line numbers. A disabled row of an outline that runs stays
// in, and is skipped.
func (c *Catalogue) Enabled() (*Selection, error) {
	at := map[place]*Scenario{}
	runs := map[string][]int{} // lines of the scenarios that run, by file
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

// only empties the lines of those scenarios in a file that do not contain any of the given
// lines.
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
