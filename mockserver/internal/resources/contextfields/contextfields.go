// Package contextfields is the resource of the context fields that constraints refer to.
package contextfields

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/usage"
)

// Resource returns the resource. usedBy finds the strategies that have constraints
// on fields.
func Resource(usedBy usage.Of[string]) engine.Resource {
	return engine.Resource{
		Name:   "contextfields",
		Tables: []engine.AnyTable{fields},
		Operations: engine.Operations{
			"getContextFields":             engine.Read(list(usedBy)),
			"createContextField":           engine.Write(create),
			"getContextField":              engine.Read(get),
			"updateContextField":           engine.Write(update),
			"deleteContextField":           engine.Write(remove(usedBy)),
			"updateContextFieldLegalValue": engine.Write(addLegalValue),
			"deleteContextFieldLegalValue": engine.Write(removeLegalValue),
			"validateContextFieldName":     engine.Read(validate),
			"getStrategiesByContextField":  engine.Read(strategies(usedBy)),
		},
	}
}

// Field is a field of the context. Fields that have no row can be used all the same.
type Field struct {
	Name        string       `json:"name" state:",required"`
	Description *string      `json:"description"`
	Stickiness  bool         `json:"stickiness"`
	SortOrder   int64        `json:"sortOrder"`
	LegalValues []LegalValue `json:"legalValues"`
	CreatedAt   time.Time    `json:"createdAt"`
	Project     string       `json:"project,omitzero"`
}

// LegalValue is a value that constraints on a field may name. If a field has any, other
// values are not allowed.
type LegalValue struct {
	Value       string  `json:"value"`
	Description *string `json:"description,omitzero"`
}

// The fields of a new instance (O).
const builtIn = `[
	{"name": "environment", "description": "Allows you to constrain on application environment", "sortOrder": 0},
	{"name": "userId", "description": "Allows you to constrain on userId", "sortOrder": 1},
	{"name": "appName", "description": "Allows you to constrain on application name", "sortOrder": 2},
	{"name": "currentTime", "description": "Allows you to constrain on date values", "sortOrder": 3},
	{"name": "sessionId", "description": "Allows you to constrain on sessionId", "stickiness": true, "sortOrder": 4}
]`

var fields = engine.NewTable(engine.Definition[Field]{
	Name: "contextFields", Singular: "contextField", Noun: "context field",
	Key:     func(f *Field) engine.Key { return engine.Text(f.Name) },
	Events:  engine.Events{Created: "context-field-created", Updated: "context-field-updated", Deleted: "context-field-deleted"},
	Default: func(now time.Time) Field { return Field{LegalValues: []LegalValue{}, CreatedAt: now} },
	BuiltIn: builtIn,
})

// Allowed returns which values a constraint on a field may name; nil if it may name any.
func Allowed(r engine.Reader, field string) map[string]bool {
	known := fields.Get(r, engine.Text(field))
	if known == nil || len(known.LegalValues) == 0 {
		return nil
	}
	out := make(map[string]bool, len(known.LegalValues))
	for _, legal := range known.LegalValues {
		out[legal.Value] = true
	}
	return out
}
