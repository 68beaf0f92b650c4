package features

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// metadata reads the properties of a flag as a real server does after the schema, which
// does not name all of them. What is missing gets its default, and everything that is
// wrong is reported (O).
type metadata struct {
	at     string // precedes names inside a list or another object
	strict bool   // refuses properties that no variant has
	get    func(name string) (value any, sent bool)
	broken []apierror.Detail
}

func (m *metadata) refuse(name, rule string, value any) {
	message := fmt.Sprintf("%q %s.", m.at+name, rule)
	switch value {
	case nil, false, 0.0, "": // not repeated
	default:
		message += " You provided " + string(v8json.Stringify(nil, value)) + "."
	}
	m.broken = append(m.broken, apierror.Detail{Message: message})
}

// err refuses everything that is wrong.
func (m *metadata) err() error {
	if m.broken == nil {
		return nil
	}
	return apierror.BadDetails(m.broken...)
}

// boolean reads true and false, also as text. What was not sent is false.
func (m *metadata) boolean(name string) bool {
	value, sent := m.get(name)
	if !sent {
		return false
	}
	switch text, _ := value.(string); strings.ToLower(strings.TrimSpace(text)) {
	case "true":
		return true
	case "false":
		return false
	}
	is, good := value.(bool)
	if !good {
		m.refuse(name, "must be a boolean", value)
	}
	return is
}

// date reads a date, as text or in milliseconds. It returns otherwise if the property was
// not sent.
func (m *metadata) date(name string, otherwise time.Time) time.Time {
	value, sent := m.get(name)
	if !sent || value == nil {
		return otherwise
	}
	var date time.Time
	good := false
	milliseconds, isNumber := value.(float64)
	if text, _ := value.(string); timestamp.MatchString(text) {
		milliseconds, _ = strconv.ParseFloat(text, 64)
		isNumber = true
	} else if !isNumber {
		date, good = evaluation.Date(text)
	}
	if isNumber && math.Abs(milliseconds) <= latest {
		date, good = time.UnixMilli(int64(milliseconds)), true
	}
	switch year := date.UTC().Year(); {
	case !good:
		m.refuse(name, "must be a valid date", value)
	case year >= 0 && year <= 9999: // has four digits
		return date.UTC()
	}
	return otherwise
}

// latest is the last millisecond of a JavaScript date.
const latest = 8.64e15

// name checks the name, which cannot be changed.
func (m *metadata) name() {
	value, sent := m.get("name")
	text, is := value.(string)
	switch {
	case !sent:
		m.refuse("name", "is required", nil)
	case !is:
		m.refuse("name", "must be a string", value)
	default:
		if refusal, is := names.Check(m.at+"name", text).(*apierror.Error); is {
			m.broken = append(m.broken, refusal.Details...)
		}
	}
}

func (m *metadata) kind() string {
	value, sent := m.get("type")
	if !sent {
		return "release"
	}
	m.text("type", true)
	text, _ := value.(string)
	return text
}

func (m *metadata) description() *string {
	value, _ := m.get("description")
	text, is := value.(string)
	switch {
	case value != nil && !is:
		m.refuse("description", "must be a string", value)
	case text != "": // an empty one counts as none
		return &text
	}
	return nil
}

// number reads a number, also as text.
func (m *metadata) number(name string) (number float64, sent bool) {
	value, sent := m.get(name)
	if !sent {
		return 0, false
	}
	number, is := value.(float64)
	if text, isText := value.(string); isText && numeral.MatchString(text) {
		number, _ = strconv.ParseFloat(strings.TrimSpace(text), 64)
		is = true
	}
	switch {
	case !is:
		m.refuse(name, "must be a number", value)
	case math.Abs(number) > apierror.MaxSafe:
		m.refuse(name, "must be a safe number", value)
	}
	return number, true
}

// numeral matches the texts that are read as numbers, and timestamp those that are read as
// milliseconds.
var (
	numeral   = regexp.MustCompile(`^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$`)
	timestamp = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
)

// unchanged checks what a flag has elsewhere: its variants, its tags, and who created it. Only a new
// flag gets its creator so.
func (m *metadata) unchanged() (creator float64, sent bool) {
	m.variants()
	m.tags()
	return m.number("createdByUserId")
}

func (m *metadata) tags() {
	for i, value := range m.list("tags") {
		m.inside(fmt.Sprintf("tags[%d]", i), value, func(inner *metadata) {
			inner.text("type", true)
			inner.text("value", true)
		})
	}
}

// variants checks the variants of the flag itself. They are a legacy that nothing shows.
func (m *metadata) variants() {
	value, _ := m.get("variants")
	list, is := value.([]any)
	if value != nil && !is {
		m.refuse("variants", "must be an array", value)
	}
	m.variantList("variants", list)
}

// variantList checks each variant of a list, and then whether two have the same name, or none (O).
func (m *metadata) variantList(at string, list []any) {
	sound := make([]bool, len(list))
	for i, one := range list {
		before := len(m.broken)
		m.inside(fmt.Sprintf("%s[%d]", at, i), one, func(inner *metadata) { inner.variant(one) })
		sound[i] = len(m.broken) == before
	}
	seen := map[string]bool{}
	for i, one := range list {
		var name any // what is no object has none, either; a real server fails at null
		if get := propertiesOf(one); get != nil {
			name, _ = get("name")
		} else if one == nil {
			continue
		}
		switch text, isText := name.(string); {
		case !isText && name != nil: // refused above
		case seen[text]:
			m.refuse(fmt.Sprintf("%s[%d]", at, i), "contains a duplicate value", completed(one, sound[i]))
		default:
			seen[text] = true
		}
	}
}

// propertiesOf returns how to get the properties of an object, of a body or of what a patch
// leaves; nil if the value is something else.
func propertiesOf(value any) func(name string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		return unnamed(value).get
	case *v8json.Object:
		return value.Get
	}
	return nil
}

// properties are those of a variant, in the order in which they are checked.
var properties = []string{"name", "weight", "weightType", "payload", "stickiness", "overrides"}

func (m *metadata) variant(sent any) {
	m.name()
	m.weight()
	if value, sent := m.get("weightType"); sent {
		m.weightType(value)
	}
	m.text("weightType", false)
	if value, sent := m.get("payload"); sent {
		m.inside("payload", value, func(inner *metadata) {
			inner.text("type", true)
			inner.text("value", true)
			inner.json()
			inner.only(value, "type", "value")
		})
	}
	m.text("stickiness", false)
	for i, value := range m.list("overrides") {
		m.inside(fmt.Sprintf("overrides[%d]", i), value, func(inner *metadata) {
			inner.text("contextName", true)
			for j, value := range inner.list("values") {
				one := metadata{at: inner.at, get: func(string) (any, bool) { return value, true }}
				one.text(fmt.Sprintf("values[%d]", j), true)
				inner.broken = append(inner.broken, one.broken...)
			}
			inner.only(value, "contextName", "values")
		})
	}
	m.only(sent, properties...)
}

// inside checks an object that is a property or part of one.
func (m *metadata) inside(name string, value any, check func(*metadata)) {
	inner := metadata{at: m.at + name + ".", get: propertiesOf(value), strict: m.strict}
	if inner.get == nil {
		m.refuse(name, "must be of type object", value)
		return
	}
	check(&inner)
	m.broken = append(m.broken, inner.broken...)
}

// list returns the elements of a list, if one was sent.
func (m *metadata) list(name string) []any {
	value, sent := m.get(name)
	list, is := value.([]any)
	if sent && !is {
		m.refuse(name, "must be an array", value)
	}
	return list
}

// json checks the value of a payload that is to be JSON.
func (m *metadata) json() {
	kind, _ := m.get("type")
	value, _ := m.get("value")
	if text, is := value.(string); is && text != "" && kind == "json" && !isContainer(text) {
		m.broken = append(m.broken, apierror.Detail{Message: fmt.Sprintf("'value' must be a valid json string when 'type' is json. You provided %s.", v8json.Stringify(nil, text))})
	}
}

// only refuses properties other than the known ones.
func (m *metadata) only(sent any, known ...string) {
	object, is := sent.(*v8json.Object)
	if !is || !m.strict {
		return
	}
	for name, value := range object.All() {
		if !slices.Contains(known, name) {
			m.refuse(name, "is not allowed", value)
		}
	}
}

// completed returns a variant with the properties that are added to a sound one before it is compared
// with others (O).
func completed(variant any, sound bool) any {
	names, get, out := properties, propertiesOf(variant), v8json.NewObject()
	if get == nil {
		return variant
	}
	if object, is := variant.(*v8json.Object); is {
		names = object.Keys()
	}
	for _, name := range names {
		if value, sent := get(name); sent {
			out.Set(name, value)
		}
	}
	for _, added := range [][2]string{{"weightType", "variable"}, {"stickiness", "default"}} {
		if _, sent := get(added[0]); !sent && sound {
			out.Set(added[0], added[1])
		}
	}
	return out
}

func (m *metadata) weight() {
	value, sent := m.get("weight")
	weight, is := value.(float64)
	switch {
	case !sent:
		m.refuse("weight", "is required", nil)
	case !is:
		m.refuse("weight", "must be a number", value)
	default:
		m.thousandths(weight)
	}
}

func (m *metadata) thousandths(weight float64) {
	if weight != math.Trunc(weight) {
		m.broken = append(m.broken, apierror.Detail{Message: "Weight only supports 1 decimal. You provided " + v8json.Text(weight) + "."})
	}
	switch {
	case weight < 0:
		m.refuse("weight", "must be greater than or equal to 0", weight)
	case weight > wholeWeight:
		m.refuse("weight", "must be less than or equal to 1000", weight)
	}
}

func (m *metadata) weightType(value any) {
	if value != "variable" && value != "fix" {
		m.refuse("weightType", "must be one of [variable, fix]", value)
	}
}

// text checks a text, which must not be empty.
func (m *metadata) text(name string, required bool) {
	value, sent := m.get(name)
	text, is := value.(string)
	switch {
	case !sent && required:
		m.refuse(name, "is required", nil)
	case sent && !is:
		m.refuse(name, "must be a string", value)
	case sent && text == "":
		m.refuse(name, "is not allowed to be empty", nil)
	}
}

// described returns a description as it is stored: an empty one becomes none (O).
func described(text *string) *string {
	if text != nil && *text == "" {
		return nil
	}
	return text
}

// archived sets whether a flag is archived. A flag that already is gets a new time (O).
func (f *Flag) archived(is bool, now time.Time) {
	f.ArchivedAt = nil
	if is {
		f.ArchivedAt = &now
	}
}
