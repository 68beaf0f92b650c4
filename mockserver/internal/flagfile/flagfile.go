// Package flagfile reads files of flags in the forms that people have at hand: an answer
// of the Client API, which is also an SDK's bootstrap or backup file, or just its flags,
// as a list or by name; an export file of Unleash; and the mock's own short YAML. It
// recognizes them by their content. Every complaint names the line and the field.
package flagfile

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

// Schema is the JSON Schema of the short YAML.
//
//go:embed flags.schema.json
var Schema []byte

// Set is the content of a file.
type Set struct {
	Flags    []Flag
	Segments []Segment
	// Unknown are segments that strategies use but whose constraints are not in the file,
	// such as those of an export file. The mock may have segments with these names.
	Unknown []Segment
	// Remarks are about names in the file that are probably misspelt, one line each.
	Remarks []string
}

// Flag is a flag in one environment.
type Flag struct {
	Name           string       `json:"name" state:",required"`
	Type           string       `json:"type"`
	Description    string       `json:"description"`
	Project        string       `json:"project"`
	Enabled        bool         `json:"enabled"`
	Stale          bool         `json:"stale"`
	ImpressionData bool         `json:"impressionData"`
	Strategies     []Strategy   `json:"-"`
	Variants       []Variant    `json:"-"`
	Dependencies   []Dependency `json:"-"`
	Tags           []Tag        `json:"-"`
}

// Strategy is a way to turn a flag on.
type Strategy struct {
	Name        string            `json:"name" state:",required"`
	Title       string            `json:"title"`
	Disabled    bool              `json:"disabled"`
	Parameters  map[string]string `json:"-"`
	Constraints []Constraint      `json:"-"`
	// Segments are ids of segments in the set.
	Segments []int64   `json:"-"`
	Variants []Variant `json:"-"`
}

// Constraint compares a field of the context with one or several values. Numbers in the
// file become texts here.
type Constraint struct {
	ContextName     string   `json:"contextName" state:",required"`
	Operator        string   `json:"operator" state:",required"`
	Values          []string `json:"-"`
	Value           *string  `json:"-"`
	Inverted        bool     `json:"inverted"`
	CaseInsensitive bool     `json:"caseInsensitive"`
}

// Variant is one of the variants of a flag or a strategy.
type Variant struct {
	Name string `json:"name" state:",required"`
	// Weight is the variant's share of the sum of the weights, which Unleash makes 1000.
	Weight     float64    `json:"weight"`
	WeightType string     `json:"weightType" enum:"variable,fix"`
	Stickiness string     `json:"stickiness"`
	Payload    *Payload   `json:"-"`
	Overrides  []Override `json:"overrides"`
}

// Payload is the payload of a variant.
type Payload struct{ Type, Value string }

// Override gives a variant to contexts with one of the values.
type Override struct {
	ContextName string   `json:"contextName" state:",required"`
	Values      []string `json:"values"`
}

// Dependency is a parent of a flag.
type Dependency struct {
	Feature  string   `json:"feature" state:",required"`
	Enabled  *bool    `json:"enabled"`
	Variants []string `json:"variants"`
}

// Tag is a tag of a flag.
type Tag struct {
	Type  string `json:"type" state:",required"`
	Value string `json:"value" state:",required"`
}

// Segment is a list of constraints that strategies share.
type Segment struct {
	ID          int64        `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Constraints []Constraint `json:"-"`
}

// maxFlags is how many flags a file may have: more than any known instance of Unleash
// has.
const maxFlags = 20000

// Read reads a file of flags. The error is of type yamlfile.Problems.
func Read(source []byte) (*Set, error) {
	file, err := open(source, "a file of flags")
	if err != nil {
		return nil, err
	}
	r := &reader{set: &Set{}}
	r.storable(file.Value, nil)
	if list, is := file.Value.([]any); is {
		r.features(list, nil)
		return r.finish(file)
	}
	object, err := file.Object()
	if err != nil {
		return nil, err
	}
	switch {
	case r.refuse(object):
	case areStored(object):
		r.stored(object)
	case !isList(object, "features"):
		flags, path := r.shortFlags(object)
		if count := len(flags.Keys()); count > maxFlags { // checked early, since each takes more memory here than in the file
			return nil, tooMany(count)
		}
		r.short(flags, path)
	case slices.ContainsFunc(exportSections, func(name string) bool { return isList(object, name) }):
		r.export(object)
	default:
		r.answer(object)
	}
	return r.finish(file)
}

// What is said about files of other kinds.
const (
	answers   = "want a response of /api/client/features"
	evaluated = "the Frontend API has evaluated this for one context; " + answers
)

// others are kinds of files that do not contain flags as the mock needs them, by a list
// that only they have.
var others = map[string]string{
	flagsKey:       "got a list, want an object: flags go by name, such as 'flags: {my-flag: true}'",
	"toggles":      evaluated,
	"events":       "these are changes to flags; " + answers,
	"environments": "this is a state export of Unleash 4 or 5, for several environments; want an export of one, or a response of /api/client/features",
}

// refuse complains if an object is a file of another kind.
func (r *reader) refuse(object *v8json.Object) (refused bool) {
	for list, complaint := range others {
		if isList(object, list) {
			r.complain([]string{list}, "%s", complaint)
			refused = true
		}
	}
	return refused
}

// open parses a file.
func open(source []byte, kind string) (*yamlfile.Document, error) {
	file, err := yamlfile.Read(source, yamlfile.Kind{Name: kind, Marks: maxMarks, Objects: maxObjects})
	if err != nil {
		return nil, err
	}
	if size := sizeOf(file.Value); size > maxSize {
		return nil, yamlfile.Problems{{Message: fmt.Sprintf("it is too large for %s: its values take %d bytes in memory, and %d are allowed", kind, size, maxSize)}}
	}
	return file, nil
}

// ReadAnswer reads an answer of the Client API, and refuses other forms. It makes no remarks,
// since nobody has typed it. The error is of type yamlfile.Problems.
func ReadAnswer(source []byte) (*Set, error) {
	if !json.Valid(source) {
		return nil, yamlfile.Problems{{Message: "it is not JSON"}}
	}
	file, err := open(source, "a response of the Client API")
	if err != nil {
		return nil, err
	}
	object, err := file.Object()
	if err != nil {
		return nil, err
	}
	if !isList(object, "features") {
		return nil, yamlfile.Problems{{Message: "it has no list of features"}}
	}
	r := &reader{set: &Set{}, speller: speller{silent: true}}
	r.storable(object, nil)
	r.answer(object)
	return r.finish(file)
}

// finish returns the set, or the problems of the file.
func (r *reader) finish(file *yamlfile.Document) (*Set, error) {
	if count := len(r.set.Flags); count > maxFlags {
		return nil, tooMany(count)
	}
	r.check()
	if len(r.problems) > 0 {
		return nil, file.Locate(r.problems)
	}
	r.set.Remarks = r.speller.located(file)
	return r.set, nil
}

func tooMany(flags int) error {
	return yamlfile.Problems{{Message: fmt.Sprintf("it has %d flags, and %d are allowed", flags, maxFlags)}}
}

func isList(object *v8json.Object, name string) bool {
	value, _ := object.Get(name)
	_, is := value.([]any)
	return is
}

// reader fills a set and collects problems.
type reader struct {
	set      *Set
	places   [][]string    // location of each flag in the set
	segments map[any]int64 // ids of segments, by what strategies refer to; nil until one does
	foreign  bool          // made by another program
	problems engine.Problems
	speller  speller
}

func (r *reader) complain(path []string, format string, args ...any) {
	if len(r.problems) >= yamlfile.MaxProblems {
		return
	}
	r.problems = append(r.problems, engine.Problem{Path: slices.Clone(path), Message: fmt.Sprintf(format, args...)})
}

// fill reads a value by the tags of a type.
func (r *reader) fill(into, value any, path []string) {
	if r.foreign {
		r.speller.value(reflect.TypeOf(into).Elem(), value, path)
		r.problems = append(r.problems, engine.FillForeign(into, value, path)...)
		return
	}
	r.problems = append(r.problems, engine.Fill(into, value, path, false)...)
}

func (r *reader) add(flag Flag, path []string) {
	flag.Type = cmp.Or(flag.Type, "release")
	r.set.Flags, r.places = append(r.set.Flags, flag), append(r.places, path)
}

// check finds problems that only the whole file shows.
func (r *reader) check() {
	flags := map[string]int{}
	for i, flag := range r.set.Flags {
		if before, twice := flags[flag.Name]; twice && before != i {
			r.complain(r.places[i], "the flag %q appears twice", flag.Name)
		}
		flags[flag.Name] = i
	}
	ids, names := map[int64]bool{}, map[string]bool{}
	for i, segment := range r.set.Segments {
		path := at(nil, segmentsKey, i)
		switch {
		case segment.ID < 1 || segment.ID > maxID:
			r.complain(path, "%d is not an id from 1 to %d", segment.ID, maxID)
		case ids[segment.ID]:
			r.complain(path, "the segment %d appears twice", segment.ID)
		case names[segment.Name]:
			r.complain(path, "the segment %q appears twice", segment.Name)
		}
		ids[segment.ID], names[segment.Name] = true, true
	}
}

// storable complains about texts that Postgres cannot store.
func (r *reader) storable(value any, path []string) {
	switch value := value.(type) {
	case string:
		if strings.Contains(value, "\x00") || !utf8.ValidString(value) {
			r.complain(path, "U+0000 and halves of surrogate pairs cannot be stored")
		}
	case []any:
		for i, element := range value {
			r.storable(element, at(path, i))
		}
	case *v8json.Object:
		for name, inner := range value.All() {
			r.storable(name, at(path, name))
			r.storable(inner, at(path, name))
		}
	}
}
