package flagfile

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/spelling"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/yamlfile"
)

// ofUnleash are fields that Unleash writes, that nothing here reads, and whose names resemble others.
var ofUnleash = []string{"archivedAt", "projectId"}

// parametersOf are the parameters of the strategies that are built in.
var parametersOf = map[string][]string{
	flexibleRollout:           {"rollout", "stickiness", "groupId"},
	"gradualRolloutUserId":    {"percentage", "groupId"},
	"gradualRolloutSessionId": {"percentage", "groupId"},
	"gradualRolloutRandom":    {"percentage", "groupId"},
	"userWithId":              {"userIds"},
	"remoteAddress":           {"IPs"},
	"applicationHostname":     {"hostNames"},
}

// maxRemarks is how many probable misspellings of a file are remarked on.
const maxRemarks = 20

// speller remarks on names that are probably misspelt. They are no mistakes: other programs write fields of
// their own, and a strategy may have any parameters.
type speller struct {
	silent  bool // looks for none
	fields  map[reflect.Type]fields
	remarks engine.Problems
}

// name remarks on an unknown name if it resembles a known one that is lacking.
func (s *speller) name(name string, known []string, has func(string) bool, path []string) {
	if len(s.remarks) == maxRemarks || slices.Contains(ofUnleash, name) {
		return
	}
	if meant := spelling.Nearest(name, known); meant != "" && !has(meant) {
		s.remarks = append(s.remarks, engine.Problem{Path: at(path, name), Message: fmt.Sprintf("it is not used; did you mean %s?", meant)})
	}
}

// parameters remarks on the parameters of a strategy.
func (s *speller) parameters(strategy string, parameters map[string]any, path []string) {
	known := parametersOf[strategy]
	if s.silent || known == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if !slices.Contains(known, name) {
			s.name(name, known, func(meant string) bool { _, has := parameters[meant]; return has }, path)
		}
	}
}

// value remarks on the fields of the objects in a value that is read into the type.
func (s *speller) value(t reflect.Type, value any, path []string) {
	list, isList := value.([]any)
	object, isObject := value.(*v8json.Object)
	switch {
	case s.silent:
	case isList && t.Kind() == reflect.Slice:
		for i, element := range list {
			s.value(t.Elem(), element, at(path, i))
		}
	case isObject && t.Kind() == reflect.Struct:
		of := s.fieldsOf(t)
		for name, inner := range object.All() {
			if field := of.types[name]; field != nil {
				s.value(field, inner, at(path, name))
				continue
			}
			s.name(name, of.names, func(meant string) bool { _, has := object.Get(meant); return has }, path)
		}
	}
}

// fields are the fields of a struct by their names in a file.
type fields struct {
	types map[string]reflect.Type
	names []string
}

// fieldsOf returns the fields of a struct.
func (s *speller) fieldsOf(t reflect.Type) fields {
	if known, has := s.fields[t]; has {
		return known
	}
	out := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" && (out[name] == nil || len(field.Index) == 1) {
			out[name] = field.Type
		}
	}
	if s.fields == nil {
		s.fields = map[reflect.Type]fields{}
	}
	s.fields[t] = fields{out, slices.Collect(maps.Keys(out))}
	return s.fields[t]
}

// located returns the remarks as lines of text.
func (s *speller) located(file *yamlfile.Document) (lines []string) {
	for _, remark := range file.Locate(s.remarks) {
		lines = append(lines, remark.Error())
	}
	return lines
}
