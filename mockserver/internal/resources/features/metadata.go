package features

import (
	"fmt"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/evaluation"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

// metadata reads what a flag says of itself as a real server does behind the schema, which
// does not name all of it: what is missing gets its default, and all that is wrong is told
// (O).
type metadata struct {
	get    func(name string) (value any, sent bool)
	broken []apierror.Detail
}

func (m *metadata) refuse(name, rule string, value any) {
	message := fmt.Sprintf("%q %s.", name, rule)
	switch value {
	case nil, false, 0.0, "": // which are not told
	default:
		message += " You provided " + string(v8json.Stringify(nil, value)) + "."
	}
	m.broken = append(m.broken, apierror.Detail{Message: message})
}

// err is the refusal of all that is wrong.
func (m *metadata) err() error {
	if m.broken == nil {
		return nil
	}
	return unfit(m.broken...)
}

// boolean reads true and false, in words too; otherwise is the default.
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

// date reads a date in words or milliseconds; otherwise is the default.
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
	case year >= 0 && year <= 9999: // what has four digits
		return date.UTC()
	}
	return otherwise
}

// latest is the number of milliseconds beyond which JavaScript has no dates.
const latest = 8.64e15

// name checks the name, which changes nothing.
func (m *metadata) name() {
	value, sent := m.get("name")
	text, is := value.(string)
	switch {
	case !sent:
		m.refuse("name", "is required", nil)
	case !is:
		m.refuse("name", "must be a string", value)
	default:
		if refusal, is := names.Check("name", text).(*apierror.Error); is {
			m.broken = append(m.broken, refusal.Details...)
		}
	}
}

func (m *metadata) kind() string {
	value, sent := m.get("type")
	text, is := value.(string)
	switch {
	case !sent:
		return "release"
	case !is:
		m.refuse("type", "must be a string", value)
	case text == "":
		m.refuse("type", "is not allowed to be empty", nil)
	}
	return text
}

func (m *metadata) description() *string {
	value, _ := m.get("description")
	text, is := value.(string)
	switch {
	case value != nil && !is:
		m.refuse("description", "must be a string", value)
	case text != "": // an empty one is none
		return &text
	}
	return nil
}

// variants are refused if they are no list. They are the flag's own of old, which nothing
// shows.
func (m *metadata) variants() {
	if value, sent := m.get("variants"); sent && value != nil {
		if _, is := value.([]any); !is {
			m.refuse("variants", "must be an array", value)
		}
	}
}

// described is a description as it is stored: an empty one is none (O).
func described(text *string) *string {
	if text != nil && *text == "" {
		return nil
	}
	return text
}

// archived stores in a flag whether it is archived, at a time.
func (f *Flag) archived(is bool, now time.Time) {
	switch {
	case !is:
		f.ArchivedAt = nil
	case f.ArchivedAt == nil:
		f.ArchivedAt = &now
	}
}
