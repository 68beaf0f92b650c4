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

// Limits on what is remembered from responses.
const (
	maxRemembered = 20  // values for one parameter
	maxValue      = 256 // bytes of one value
	maxTries      = 500 // ways to fill one path
)

// values holds the possible values of parameters, from the document and from earlier
// responses.
//
// A path parameter gets its value from the first source that has one: an entry of the list
// returned by the path before it, the document, and finally what had the same name in an
// earlier response or in the path of its request. Other parameters use the last two sources.
type values struct {
	contract *spec.Contract
	// behind maps a path template to the parameters that follow it, such as the name in
	// /projects/{name}.
	behind map[string][]string
	// names has the required parameters whose name says what they are.
	names map[string]bool
	// listed has values by the path that returned them and the parameter that follows it.
	// named has values by parameter name.
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

// common lists names that are too general to identify a parameter.
var common = []string{"id", "name", "key"}

// trimmed returns a path without its trailing slash.
func trimmed(path string) string { return strings.TrimRight(path, "/") }

// request builds the request of an operation with all required parameters, or returns the
// first parameter that has no value.
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

// send adds the value of a parameter to a request.
func send(request *target.Request, p *spec.Parameter, value any) {
	switch p.In {
	case "query":
		addQuery(request, p.Encode(value, url.QueryEscape))
	case "cookie":
		addCookie(request, p.Name+"="+p.Encode(value, cookieEscape))
	case "header":
		request.Header.Set(p.Name, p.Encode(value, func(text string) string { return text }))
	}
}

// given returns the possible values of a parameter other than those from a list.
func (v *values) given(p *spec.Parameter) []any { return slices.Concat(p.Values(), v.named[p.Name]) }

// first returns the first candidate that a parameter accepts.
func first(p *spec.Parameter, candidates []any) (value any, found bool) {
	for _, candidate := range candidates {
		if value, fits := fit(p, candidate); fits {
			return value, true
		}
	}
	return nil, false
}

// fit reports whether a parameter accepts a value: as it is, a number as a string, or a
// string as the number it contains.
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

// fill fills the parameters in the rest of a template, after the part that is already filled.
// A value is used only if the rest can be filled too, and the whole path addresses this
// operation and no other.
func (f *filling) fill(filled, rest string, names []string) (path string, found bool) {
	if len(names) == 0 {
		path := filled + rest
		return path, f.contract.Find(http.MethodGet, path) == f.operation && !saysLogout(path)
	}
	before, after, _ := strings.Cut(rest, "{"+names[0]+"}")
	p := &spec.Parameter{Name: names[0], In: "path", Style: "simple"} // for a document that does not declare it
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

// lesson is what a response shows.
type lesson struct {
	// at is the path of the request, and listed has what a list there holds for the parameters that
	// follow it; nil if none do.
	at     string
	listed map[string][]any
	named  map[string][]any
}

// lesson returns what a successful response shows. It may be called for several at once.
func (v *values) lesson(operation *spec.Operation, x *target.Exchange) lesson {
	shown := lesson{named: map[string][]any{}}
	if !x.Succeeded() || !x.IsJSON {
		return shown
	}
	hidden := map[string]bool{}
	for _, secret := range secrets.InBody(x.Answer.Get("Content-Type"), string(x.Received)) {
		hidden[secret] = true
	}
	path, _, _ := strings.Cut(x.Path, "?")
	_, used, _ := v.contract.Match(path)
	for i, name := range operation.PathParameters() {
		if value, err := url.PathUnescape(used[i]); err == nil && v.names[name] {
			shown.named[name] = remember(shown.named[name], value, hidden)
		}
	}
	if names := v.behind[trimmed(operation.Path)]; len(names) > 0 {
		shown.at, shown.listed = trimmed(path), map[string][]any{}
		for _, entry := range entries(x.Value, trimmed(operation.Path)) {
			for _, name := range names {
				shown.listed[name] = remember(shown.listed[name], idOf(entry, name), hidden)
			}
		}
	}
	jsonvalue.Walk(x.Value, func(_, key string, value any) {
		if v.names[key] {
			shown.named[key] = remember(shown.named[key], value, hidden)
		}
	})
	return shown
}

// learn remembers what a response has shown.
func (v *values) learn(shown lesson) {
	if shown.listed != nil {
		v.listed[shown.at] = shown.listed
	}
	for name, found := range shown.named {
		for _, value := range found {
			v.named[name] = remember(v.named[name], value, nil)
		}
	}
}

// remember adds a value, provided that it is a short string or number, new, and not a secret.
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

// entries returns the entries of the list that a response is or contains: the property whose
// name, in the plural or not, occurs in the last segment of the path, otherwise the only list
// among the properties.
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

// idOf returns the part of a list entry to use for a parameter: the entry itself if it is not
// an object, otherwise its property of the same name, otherwise the property that the name
// ends with, such as name for featureName, otherwise its id or name.
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

// letters returns the letters of a name in lower case: apitokens for api-tokens.
func letters(name string) string { return strings.ToLower(strings.Map(letter, name)) }
