package mockserver

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// capturedValues are the values that a recording refers to as ${NAME}.
type capturedValues map[string]string

func (v capturedValues) fill(text string) string {
	for name, value := range v {
		text = strings.ReplaceAll(text, "${"+name+"}", strings.ReplaceAll(value, `"`, `\"`))
	}
	return text
}

// header is fill for text outside JSON.
func (v capturedValues) header(text string) string {
	return strings.ReplaceAll(v.fill(text), `\"`, `"`)
}

// take captures a value of an answer. The recording says where it is: a path into the
// body, the entity tag, or the one id in a list that is new.
func (v capturedValues) take(name, from string, header http.Header, body []byte) {
	value, _ := v8json.ParseOrdered(body)
	switch pointer, isPath := strings.CutPrefix(from, "/"); {
	case isPath:
		if found := member(value, pointer); found != nil {
			v[name] = plainText(found)
		}
	case strings.Contains(from, "header etag"):
		if etag := header.Get("Etag"); etag != "" {
			v[name] = etag
		}
	case strings.HasPrefix(from, "the id that is not "):
		for _, element := range list(value) {
			if id := plainText(member(element, "id")); id != v.fill(strings.TrimPrefix(from, "the id that is not ")) {
				v[name] = id
			}
		}
	default:
		panic("a recording captures " + from)
	}
}

func member(value any, name string) any {
	object, is := value.(*v8json.Object)
	if !is {
		return nil
	}
	out, _ := object.Get(name)
	return out
}

func list(value any) []any {
	out, _ := value.([]any)
	return out
}

func plainText(value any) string {
	if text, is := value.(string); is {
		return text
	}
	return string(v8json.Stringify(nil, value))
}

// placeholders are what a recording has in place of values that vary.
var placeholders = strings.NewReplacer(
	"<uuid>", uuidPattern.String(),
	"<ulid>", "[0-9A-HJKMNP-TV-Z]{26}",
	"<date>", `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
	"<int>", `-?\d+`,
	"<secret>", `([^:]+:[^.]+\.[0-9a-f]{56}|user:[0-9a-f]{56})`,
	"<any>", ".*",
)

// matchesText reports whether a text matches the recorded one.
func matchesText(want, got string) bool {
	return want == got || regexp.MustCompile("^(?s:"+placeholders.Replace(regexp.QuoteMeta(want))+")$").MatchString(got)
}

// unordered are the keys of lists whose order does not count.
var unordered = []string{"features", "toggles", "names", "tokens", "projects", "types", "segments", "applications", "tags", "parents"}

// comparison collects the differences between an answer and the recorded one.
type comparison struct{ problems []string }

func (c *comparison) fail(path, format string, args ...any) {
	c.problems = append(c.problems, "body"+path+": "+fmt.Sprintf(format, args...))
}

// compareRecorded compares a body with the recorded one, including the order of keys.
func compareRecorded(want, got []byte) []string {
	return compareParsed(want, got, func(_, got any) any { return got })
}

// compareDigest compares a body with a part or a digest of the recorded one. name is the
// name of the case.
func compareDigest(name string) func(want, got []byte) []string {
	return func(want, got []byte) []string {
		return compareParsed(want, got, func(want, got any) any { return digest(name, want, got) })
	}
}

func compareParsed(want, got []byte, prepare func(want, got any) any) []string {
	wanted, err := v8json.ParseOrdered(want)
	if err != nil {
		return []string{"the recorded body: " + err.Error()}
	}
	answered, err := v8json.ParseOrdered(got)
	if err != nil {
		return []string{fmt.Sprintf("the body %s: %v", got, err)}
	}
	c := &comparison{}
	c.value("", "", wanted, prepare(wanted, answered))
	return c.problems
}

func (c *comparison) value(path, key string, want, got any) {
	switch want := want.(type) {
	case *v8json.Object:
		c.object(path, want, got)
		return
	case []any:
		c.list(path, key, want, got)
		return
	case string:
		_, isText := got.(string)
		_, isNumber := got.(float64)
		if want == "<any>" || (isText || isNumber) && matchesText(want, plainText(got)) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	c.fail(path, "%s, want %s", v8json.Stringify(nil, got), v8json.Stringify(nil, want))
}

func (c *comparison) object(path string, want *v8json.Object, got any) {
	object, is := got.(*v8json.Object)
	if !is {
		c.fail(path, "%s, want an object", v8json.Stringify(nil, got))
		return
	}
	keys := slices.DeleteFunc(slices.Clone(want.Keys()), func(key string) bool {
		value, _ := want.Get(key)
		return value == "<absent>"
	})
	if !slices.Equal(keys, object.Keys()) {
		c.fail(path, "the keys are %q, want %q", object.Keys(), keys)
	}
	for _, key := range keys {
		wanted, _ := want.Get(key)
		if value, has := object.Get(key); has {
			c.value(path+"."+key, key, wanted, value)
		}
	}
}

func (c *comparison) list(path, key string, want []any, got any) {
	elements, is := got.([]any)
	if !is || len(elements) != len(want) {
		c.fail(path, "%s, want %s", v8json.Stringify(nil, got), v8json.Stringify(nil, want))
		return
	}
	elements = slices.Clone(elements)
	anyOrder := slices.Contains(unordered, key) || !slices.ContainsFunc(want, func(element any) bool { _, is := element.(string); return !is })
	for i, wanted := range want {
		if anyOrder {
			if at := slices.IndexFunc(elements[i:], func(element any) bool { return isSame(wanted, element) }); at > 0 {
				elements[i], elements[i+at] = elements[i+at], elements[i]
			}
		}
		c.value(fmt.Sprintf("%s[%d]", path, i), "", wanted, elements[i])
	}
}

func isSame(want, got any) bool {
	c := &comparison{}
	c.value("", "", want, got)
	return len(c.problems) == 0
}

// digest reduces an answer to what the recording kept of its kind: some of its members,
// the names of its flags, or whether a particular flag is on.
func digest(name string, want, got any) any {
	switch want := want.(type) {
	case bool:
		about, _, _ := strings.Cut(name, "-")
		return slices.ContainsFunc(list(member(got, "toggles")), func(toggle any) bool {
			return plainText(member(toggle, "name")) == questioned[about]
		})
	case []any:
		return digestToggles(want, list(member(got, "toggles")))
	case *v8json.Object:
		return digestMembers(want, got)
	}
	return got
}

// questioned are the flags of which a recording kept only whether they are on, keyed by
// the beginning of the case names.
var questioned = map[string]string{"r": "half", "app": "app", "time": "later", "t": "half"}

// digestToggles returns the names of the flags, or those flags that are wanted.
func digestToggles(want, toggles []any) (out []any) {
	wanted := func(toggle any) bool {
		return slices.ContainsFunc(want, func(one any) bool {
			_, isName := one.(string)
			return isName || member(one, "name") == member(toggle, "name")
		})
	}
	for _, toggle := range toggles {
		if !wanted(toggle) {
			continue
		}
		if _, isName := want[0].(string); isName {
			toggle = member(toggle, "name")
		}
		out = append(out, toggle)
	}
	return out
}

func digestMembers(want *v8json.Object, got any) any {
	out := v8json.NewObject()
	for _, key := range want.Keys() {
		wanted, _ := want.Get(key)
		if value, has := digestMember(key, wanted, got); has {
			out.Set(key, value)
		}
	}
	return out
}

// digestMember returns a member of an answer, or what a recording derived from others.
func digestMember(key string, want, got any) (any, bool) {
	object, is := got.(*v8json.Object)
	if !is {
		return nil, false
	}
	value, has := object.Get(key)
	switch key {
	case "keys":
		if events := list(member(got, "events")); len(events) > 0 {
			object = events[0].(*v8json.Object)
		}
		return texts(object.Keys()), true
	case "names":
		return each(member(got, "features"), "name"), true
	case "types":
		return each(member(got, "events"), "type"), true
	case "rows":
		return float64(len(list(member(got, "data")))), true
	case "feature":
		for _, feature := range list(member(got, "features")) {
			if member(feature, "name") == member(want, "name") {
				return feature, true
			}
		}
	case "data", "tokens", "strategies":
		return chosen(list(want), list(value)), has
	case "environments":
		return counted(list(want), list(value)), has
	}
	return value, has
}

func texts(names []string) (out []any) {
	for _, name := range names {
		out = append(out, name)
	}
	return out
}

// each returns the values of one member over the elements of a list, without duplicates.
func each(value any, name string) (out []any) {
	for _, element := range list(value) {
		if one := member(element, name); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// chosen returns, for each wanted element, the first element that matches it.
func chosen(want, got []any) (out []any) {
	for _, wanted := range want {
		if at := slices.IndexFunc(got, func(element any) bool { return isSame(wanted, element) }); at >= 0 {
			out = append(out, got[at])
		}
	}
	return out
}

// counted returns the wanted members of the elements, with lists replaced by their
// lengths.
func counted(want, got []any) (out []any) {
	for i, element := range got[:min(len(want), len(got))] {
		small := v8json.NewObject()
		for _, key := range want[i].(*v8json.Object).Keys() {
			value := member(element, key)
			if elements, is := value.([]any); is {
				value = float64(len(elements))
			}
			small.Set(key, value)
		}
		out = append(out, small)
	}
	return out
}

// TestSequenceComparison checks that differences from a recorded body are found.
func TestSequenceComparison(t *testing.T) {
	t.Parallel()
	same, differs := true, false
	for name, c := range map[string]struct {
		compare   func(want, got []byte) []string
		want, got string
		same      bool
	}{
		"equal":                       {compareRecorded, `{"a":1,"b":[null]}`, `{"a":1,"b":[null]}`, same},
		"another order of keys":       {compareRecorded, `{"a":1,"b":2}`, `{"b":2,"a":1}`, differs},
		"a key more":                  {compareRecorded, `{"a":1}`, `{"a":1,"b":2}`, differs},
		"a key less":                  {compareRecorded, `{"a":1,"b":2}`, `{"a":1}`, differs},
		"another value deep down":     {compareRecorded, `{"a":[{"b":true}]}`, `{"a":[{"b":false}]}`, differs},
		"another type":                {compareRecorded, `{"a":"1"}`, `{"a":true}`, differs},
		"a list in another order":     {compareRecorded, `{"a":[1,2]}`, `{"a":[2,1]}`, differs},
		"flags in another order":      {compareRecorded, `{"features":[{"name":"a"},{"name":"b"}]}`, `{"features":[{"name":"b"},{"name":"a"}]}`, same},
		"other flags":                 {compareRecorded, `{"features":[{"name":"a"},{"name":"b"}]}`, `{"features":[{"name":"b"},{"name":"c"}]}`, differs},
		"texts in another order":      {compareRecorded, `["a","b"]`, `["b","a"]`, same},
		"a list that is longer":       {compareRecorded, `["a"]`, `["a","b"]`, differs},
		"a date":                      {compareRecorded, `"<date>"`, `"2026-01-02T03:04:05.000Z"`, same},
		"no date":                     {compareRecorded, `"<date>"`, `"2026-01-02"`, differs},
		"a number in a text":          {compareRecorded, `"\"1fc12c72:<int>:v1\""`, `"\"1fc12c72:7:v1\""`, same},
		"a number":                    {compareRecorded, `"<int>"`, `7`, same},
		"null for anything":           {compareRecorded, `{"a":"<any>"}`, `{"a":null}`, same},
		"nothing for anything":        {compareRecorded, `{"a":"<any>"}`, `{}`, differs},
		"an absent key":               {compareRecorded, `{"a":"<absent>"}`, `{}`, same},
		"an absent key that is there": {compareDigest("r-on"), `{"a":"<absent>"}`, `{"a":1}`, differs},
		"a part":                      {compareDigest("r-on"), `{"a":1}`, `{"a":1,"b":2}`, same},
		"another part":                {compareDigest("r-on"), `{"a":1}`, `{"a":2,"b":2}`, differs},
		"names of flags":              {compareDigest("r-on"), `["a"]`, `{"toggles":[{"name":"a"}]}`, same},
		"a flag too many":             {compareDigest("r-on"), `["a"]`, `{"toggles":[{"name":"a"},{"name":"b"}]}`, differs},
		"a flag among others":         {compareDigest("r-on"), `[{"name":"a","enabled":true}]`, `{"toggles":[{"name":"b"},{"name":"a","enabled":true}]}`, same},
		"a flag that is on":           {compareDigest("r-on"), `true`, `{"toggles":[{"name":"half"}]}`, same},
		"a flag that is off":          {compareDigest("r-on"), `true`, `{"toggles":[{"name":"plain"}]}`, differs},
		"keys":                        {compareDigest("r-on"), `{"keys":["a","b"]}`, `{"a":1,"b":2}`, same},
		"how many strategies":         {compareDigest("r-on"), `{"environments":[{"strategies":1}]}`, `{"environments":[{"name":"x","strategies":[]}]}`, differs},
		"an element among others":     {compareDigest("r-on"), `{"tokens":[{"a":1}]}`, `{"tokens":[{"a":2},{"a":1}]}`, same},
		"an element that is missing":  {compareDigest("r-on"), `{"tokens":[{"a":3}]}`, `{"tokens":[{"a":2},{"a":1}]}`, differs},
	} {
		if problems := c.compare([]byte(c.want), []byte(c.got)); (len(problems) == 0) != c.same {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
