// Package seed reads the YAML files that define what a mocked instance starts with: rows
// of the resources' tables, and rules. Every complaint names the line and the field.
package seed

import (
	_ "embed"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/rules"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

//go:generate go test -run TestSchema . -update

//go:embed default.yaml
var defaultSource []byte

// Schema is the JSON Schema of seeds.
//
//go:embed seed.schema.json
var Schema []byte

// rulesSection holds the rules; all other sections hold rows.
const (
	rulesSection    = "rules"
	oldRulesSection = "scenarios"
)

// Seed is what a mocked instance starts with. It is immutable.
type Seed struct {
	rows  *v8json.Object
	rules []rules.Rule
	file  *yamlfile.Document
}

// DefaultSource returns the built-in seed file.
func DefaultSource() []byte { return append([]byte(nil), defaultSource...) }

// Default returns the built-in seed.
func Default() *Seed {
	parsed, err := parsedDefault()
	if err != nil {
		panic("seed: the built-in seed does not parse: " + err.Error())
	}
	return parsed
}

var parsedDefault = sync.OnceValues(func() (*Seed, error) { return Read(defaultSource) })

// Section returns the lines of a section of the built-in seed file, without its name.
func Section(name string) string {
	_, rest, _ := strings.Cut("\n"+string(defaultSource), "\n"+name+":\n")
	section, _, _ := strings.Cut(rest, "\n\n")
	return section + "\n"
}

// kind describes seeds. They may be as large as memory allows for any document.
var kind = yamlfile.Kind{Name: "a seed", Marks: yamljson.MaxMarks, Objects: yamljson.MaxMarks}

// Read reads a seed file. The error is of type yamlfile.Problems. Whether an instance can
// have the rows is checked only by Plant.
func Read(source []byte) (*Seed, error) {
	file, err := yamlfile.Read(source, kind)
	if err != nil {
		return nil, err
	}
	object, err := file.Object()
	if err != nil {
		return nil, err
	}
	out := &Seed{file: file}
	if problems := out.readRules(object); len(problems) > 0 {
		return nil, file.Locate(problems)
	}
	return out, nil
}

// Rules returns the rules that are in force from the start, in order.
func (s *Seed) Rules() []rules.Rule { return s.rules }

// Rows returns the sections of a seed except the rules.
func (s *Seed) Rows() *v8json.Object { return s.rows }

// Plant returns a store with the rows. The time of the request is the base for relative
// times in the file, such as "-2h", and the default for missing ones. The error is of type
// yamlfile.Problems.
func (s *Seed) Plant(e *engine.Engine, request engine.Request) (*engine.Store, error) {
	store, err := e.Plant(s.rows, request)
	if err != nil {
		return nil, s.located(err)
	}
	return store, nil
}

// AddTo adds the rows to a store, as Plant adds them to an empty one.
func (s *Seed) AddTo(store *engine.Store, request engine.Request) error {
	return s.located(store.Add(s.rows, request))
}

// located adds lines to the complaints of the engine.
func (s *Seed) located(err error) error {
	var problems engine.Problems
	if errors.As(err, &problems) {
		return s.file.Locate(problems)
	}
	return err
}

// With returns the seed with a changed section.
func (s *Seed) With(section string, change func(rows []any) []any) *Seed {
	out := *s
	out.rows = v8json.NewObject()
	for name, value := range s.rows.All() {
		out.rows.Set(name, value)
	}
	value, _ := s.rows.Get(section)
	rows, _ := value.([]any)
	out.rows.Set(section, change(rows))
	return &out
}

// readRules reads the rules of a file, and leaves the other sections as rows.
func (s *Seed) readRules(raw *v8json.Object) engine.Problems {
	s.rows = v8json.NewObject()
	for name, value := range raw.All() {
		if name != rulesSection {
			s.rows.Set(name, value)
		}
	}
	if _, has := raw.Get(oldRulesSection); has {
		return engine.Problems{{Path: []string{oldRulesSection}, Message: "this section is now called " + rulesSection}}
	}
	value, has := raw.Get(rulesSection)
	list, isList := value.([]any)
	if !has || value == nil {
		return nil
	}
	if !isList {
		return engine.Problems{{Path: []string{rulesSection}, Message: "it is not a list"}}
	}
	var problems engine.Problems
	for i, source := range list {
		rule, err := rules.Parse(v8json.Stringify(nil, source))
		var wrong *rules.Problem
		path := []string{rulesSection, strconv.Itoa(i)}
		switch {
		case errors.As(err, &wrong):
			if wrong.Pointer != "" {
				path = append(path, strings.Split(wrong.Pointer[1:], "/")...)
			}
			problems = append(problems, engine.Problem{Path: path, Message: wrong.Message})
		case err != nil:
			problems = append(problems, engine.Problem{Path: path, Message: err.Error()})
		default:
			s.rules = append(s.rules, rule)
		}
	}
	return problems
}
