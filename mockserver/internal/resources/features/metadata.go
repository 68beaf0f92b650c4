package features

import (
	"fmt"
	"math"
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
	return unfit(m.broken...)
}

// boolean reads true and false, also as text. It returns otherwise if the property was
// not sent.
func (m *metadata) boolean(name string, otherwise bool) bool {
	value, sent := m.get(name)
	if !sent {
		return otherwise
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
	switch value := value.(type) {
	case string:
		date, good = evaluation.Date(value)
	case float64:
		if good = value >= -latest && value <= latest; good {
			date = time.UnixMilli(int64(value))
		}
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

// variants checks the variants of the flag itself. They are a legacy that nothing shows.
func (m *metadata) variants() {
	value, _ := m.get("variants")
	list, is := value.([]any)
	if value != nil && !is {
		m.refuse("variants", "must be an array", value)
	}
	seen := map[any]bool{}
	for i, one := range list {
		at := fmt.Sprintf("variants[%d]", i)
		get := propertiesOf(one)
		if get == nil {
			m.refuse(at, "must be of type object", one)
			continue
		}
		inner := metadata{at: at + ".", get: get}
		inner.variant()
		m.broken = append(m.broken, inner.broken...)
		sent, _ := get("name")
		name, isText := sent.(string)
		if !isText && sent != nil { // already refused, and a duplicate of nothing
			continue
		}
		if seen[name] {
			told := Variant{Name: name, WeightType: "variable", Stickiness: "default"}
			weight, _ := get("weight")
			told.Weight, _ = weight.(float64)
			m.broken = append(m.broken, apierror.Detail{Message: fmt.Sprintf("%q contains a duplicate value. You provided %s.", at, told.told(asSent))})
		} else {
			seen[name] = true
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

func (m *metadata) variant() {
	m.name()
	m.weight()
	if value, sent := m.get("weightType"); sent {
		m.weightType(value)
	}
	m.text("weightType", false)
	m.text("stickiness", false)
	if value, sent := m.get("payload"); sent {
		get := propertiesOf(value)
		if get == nil {
			m.refuse("payload", "must be of type object", value)
			return
		}
		inner := metadata{at: m.at + "payload.", get: get}
		inner.text("type", true)
		inner.text("value", true)
		m.broken = append(m.broken, inner.broken...)
	}
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
