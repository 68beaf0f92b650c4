package reads

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Bounds of what is remembered of answers.
const (
	maxRemembered = 20  // values for one parameter from one answer
	maxValue      = 256 // bytes of one
	maxTries      = 500 // ways to fill one path
)

// values are those that parameters can have: what the document gives, and what earlier answers
// showed.
//
// A parameter of a path is filled, in this order, from an entry of the list answered at the path
// before it, by the document, and by what had the same name in an earlier answer, or in the path
// that it was the answer to; other parameters by the last two.
type values struct {
	contract *spec.Contract
	// behind are the parameters that follow a template: name and others at /projects behind it.
	behind map[string][]string
	// names are those of the parameters that are demanded and whose name says what they are.
	names map[string]bool
	// listed are values by the path that answered and the parameter behind it, named those by
	// their name.
	listed map[string]map[string][]any
	named  map[string][]any
}

func newValues(contract *spec.Contract) *values {
	v := &values{contract: contract, behind: map[string][]string{}, names: map[string]bool{}, listed: map[string]map[string][]any{}, named: map[string][]any{}}
	for _, operation := range contract.Operations() {
		if operation.Method != http.MethodGet {
			continue
		}
		for _, p := range operation.Parameters() {
			if p.Required && !slices.Contains(common, p.Name) {
				v.names[p.Name] = true
			}
		}
		for _, name := range operation.PathParameters() {
			before, _, _ := strings.Cut(operation.Path, "{"+name+"}")
			if at := trimmed(before); !slices.Contains(v.behind[at], name) {
				v.behind[at] = append(v.behind[at], name)
			}
		}
	}
	return v
}

// common are the names that something else has just as well.
var common = []string{"id", "name", "key"}

// trimmed is a path without the slash at its end.
func trimmed(path string) string { return strings.TrimRight(path, "/") }

// request makes the request of an operation, with every parameter that is demanded; or returns
// the first that has no value.
func (v *values) request(operation *spec.Operation) (request target.Request, missing *spec.Parameter) {
	f := &filling{values: v, operation: operation, tries: maxTries}
	path, found := f.fill("", operation.Path, operation.PathParameters())
	if !found {
		return target.Request{}, f.missing
	}
	request = blank(path)
	for _, p := range operation.Parameters() {
		if !p.Required || p.In == "path" {
			continue
		}
		value, found := first(p, v.given(p))
		if !found {
			return target.Request{}, p
		}
		send(&request, p, value)
	}
	return request, nil
}

// send gives a request the value of a parameter.
func send(request *target.Request, p *spec.Parameter, value any) {
	switch p.In {
	case "query":
		addQuery(request, p.Encode(value, url.QueryEscape))
	case "cookie":
		addCookie(request, p.Name+"="+p.Encode(value, url.QueryEscape))
	case "header":
		request.Header.Set(p.Name, p.Encode(value, func(text string) string { return text }))
	}
}

// given are the values of a parameter that is not in the path, or none of a list.
func (v *values) given(p *spec.Parameter) []any { return slices.Concat(p.Values(), v.named[p.Name]) }

// first returns the first of some values that a parameter takes.
func first(p *spec.Parameter, candidates []any) (value any, found bool) {
	for _, candidate := range candidates {
		if value, fits := fit(p, candidate); fits {
			return value, true
		}
	}
	return nil, false
}

// fit reports whether a parameter takes a value: as it is, a number as a text, or a text as the
// number that it is.
func fit(p *spec.Parameter, value any) (any, bool) {
	forms := []any{value}
	switch value := value.(type) {
	case json.Number, bool, float64:
		forms = append(forms, jsonvalue.Text(value))
	case string:
		if strings.IndexFunc(value, unicode.IsControl) >= 0 {
			return nil, false
		}
		if decoded, isJSON := jsonvalue.Decode([]byte(value)); isJSON {
			forms = append(forms, decoded)
		}
	}
	for _, form := range forms {
		if len(p.Check(form, true)) == 0 {
			return form, true
		}
	}
	return nil, false
}

// filling fills the path of one operation.
type filling struct {
	*values
	operation *spec.Operation
	tries     int
	missing   *spec.Parameter
}

// fill fills the parameters of the rest of a template behind what is filled already. A value is
// taken only if the rest can be filled too, and the whole addresses the operation and no other.
func (f *filling) fill(filled, rest string, names []string) (path string, found bool) {
	if len(names) == 0 {
		path := filled + rest
		return path, f.contract.Find(http.MethodGet, path) == f.operation && !saysLogout(path)
	}
	before, after, _ := strings.Cut(rest, "{"+names[0]+"}")
	p := &spec.Parameter{Name: names[0], In: "path", Style: "simple"} // that of a document that does not declare it
	for _, declared := range f.operation.Parameters() {
		if declared.In == "path" && declared.Name == names[0] {
			p = declared
		}
	}
	f.missing = p
	filled += before
	for _, candidate := range slices.Concat(f.listed[trimmed(filled)][p.Name], f.given(p)) {
		if f.tries--; f.tries < 0 {
			return "", false
		}
		value, fits := fit(p, candidate)
		text := p.Encode(value, url.PathEscape)
		if !fits || text == "" || text == "." || text == ".." {
			continue
		}
		if path, found := f.fill(filled+text, after, names[1:]); found {
			return path, true
		}
	}
	return "", false
}

// learn remembers what a successful answer shows.
func (v *values) learn(operation *spec.Operation, x *target.Exchange) {
	if !x.Succeeded() || !x.IsJSON {
		return
	}
	hidden := map[string]bool{}
	for _, secret := range secrets.InBody(x.Answer.Get("Content-Type"), string(x.Received)) {
		hidden[secret] = true
	}
	path, _, _ := strings.Cut(x.Path, "?")
	_, used, _ := v.contract.Match(path)
	for i, name := range operation.PathParameters() {
		if value, err := url.PathUnescape(used[i]); err == nil && v.names[name] {
			v.named[name] = remember(v.named[name], value, hidden)
		}
	}
	if names := v.behind[trimmed(operation.Path)]; len(names) > 0 {
		at := trimmed(path)
		v.listed[at] = map[string][]any{}
		for _, entry := range entries(x.Value, trimmed(operation.Path)) {
			for _, name := range names {
				v.listed[at][name] = remember(v.listed[at][name], idOf(entry, name), hidden)
			}
		}
	}
	jsonvalue.Walk(x.Value, func(_, key string, value any) {
		if v.names[key] {
			v.named[key] = remember(v.named[key], value, hidden)
		}
	})
}

// remember adds a value to some: a text or a number that is short, not there, and no secret.
func remember(known []any, value any, hidden map[string]bool) []any {
	text := ""
	switch value := value.(type) {
	case string:
		text = value
	case json.Number:
		text = value.String()
	}
	if text == "" || len(text) > maxValue || hidden[text] || len(known) >= maxRemembered || slices.Contains(known, value) {
		return known
	}
	return append(known, value)
}

// entries are those of the list that an answer is, or that it holds: the property whose name the
// end of the path has in it, in the plural or not, else the only one that is a list.
func entries(value any, path string) []any {
	if list, is := value.([]any); is {
		return list
	}
	object, _ := value.(map[string]any)
	end := letters(path[strings.LastIndexByte(path, '/')+1:])
	lists, best := 0, ""
	var found []any
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list, is := object[name].([]any)
		if !is {
			continue
		}
		lists++
		short := strings.TrimSuffix(letters(name), "s")
		if short != "" && strings.Contains(end, short) && len(short) > len(best) {
			best, found = short, list
		} else if best == "" {
			found = list
		}
	}
	if best == "" && lists > 1 {
		return nil
	}
	return found
}

// idOf is what of an entry of a list stands for a parameter: the entry itself if it is no object,
// else its property of the same name, else the one that the name ends with, such as name for
// featureName, else its id or name.
func idOf(entry any, parameter string) any {
	object, is := entry.(map[string]any)
	if !is {
		return entry
	}
	if value, has := object[parameter]; has {
		return value
	}
	best := ""
	for name := range object {
		if letters(name) != "" && strings.HasSuffix(letters(parameter), letters(name)) && (len(name) > len(best) || len(name) == len(best) && name < best) {
			best = name
		}
	}
	for _, name := range []string{best, "id", "name"} {
		if value, has := object[name]; has && name != "" {
			return value
		}
	}
	return nil
}

// letters are those of a name, in small: apitokens of api-tokens.
func letters(name string) string { return strings.ToLower(strings.Map(letter, name)) }
