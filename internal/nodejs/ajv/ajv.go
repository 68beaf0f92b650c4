// Package ajv words validation failures as Unleash does, which checks requests with Ajv
// and reports the first error in sentences of its own. It also coerces values as Ajv does
// before it validates them.
package ajv

import (
	"fmt"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// roots are the names of a request's parts in the real server's schema.
var roots = map[string]string{"path": "/params", "query": "/query", "header": "/headers", "body": "/body"}

// messages are Ajv's sentences by keyword; %s is the value that the keyword demands.
var messages = map[string]string{
	"type":      "must be %s",
	"pattern":   `must match pattern "%s"`,
	"format":    `must match format "%s"`,
	"minimum":   "must be >= %s",
	"maximum":   "must be <= %s",
	"minLength": "must NOT have fewer than %s characters",
	"maxLength": "must NOT have more than %s characters",
	"minItems":  "must NOT have fewer than %s items",
	"maxItems":  "must NOT have more than %s items",
	"anyOf":     "must match a schema in anyOf",
	"not":       "must NOT be valid",
}

// Complaint is one failure in Unleash's words.
type Complaint struct {
	Path    string
	Message string
	// PathFirst writes path before message, as some validation errors do.
	PathFirst bool
	// Root writes the path although it is empty.
	Root bool
}

// Details words a failure as the validator does. For a oneOf it says what is wrong with
// each form, then that none of them fits. sent prints the value at a JSON pointer as
// JSON.stringify would.
func Details(failure spec.Failure, sent func(pointer string) string) []Complaint {
	var out []Complaint
	for _, form := range failure.Forms {
		out = append(out, Details(form, sent)...)
	}
	return append(out, Detail(failure, sent(failure.Pointer)))
}

// Detail words the first failure of a request. sent is the value at the failure's place,
// as compact JSON.
func Detail(failure spec.Failure, sent string) Complaint {
	at := roots[failure.In] + failure.Pointer
	switch failure.Keyword {
	case "required":
		path := at + "/" + failure.Property
		return Complaint{
			Path: path, PathFirst: true,
			Message: fmt.Sprintf("The `%s` property is required. It was not present on the data you sent.", path),
		}
	case "additionalProperties":
		path := at + "/" + failure.Property
		return Complaint{
			Path: path, PathFirst: true,
			Message: fmt.Sprintf("The `%s` object of the request body does not allow additional properties. Your request included the `%s` property.", at, path),
		}
	case "enum":
		name := at[strings.LastIndexByte(at, '/')+1:]
		allowed := make([]string, len(failure.Allowed))
		for i, value := range failure.Allowed {
			allowed[i] = `"` + v8json.Text(value) + `"`
		}
		return Complaint{
			Path: name,
			Message: fmt.Sprintf("The `%s` property must be equal to one of the allowed values: %s. You provided \"%s\", which is not valid. Please use one of the allowed values instead..",
				name, strings.Join(allowed, ", "), asText(sent)),
		}
	case "oneOf":
		return Complaint{
			Path:    at,
			Message: fmt.Sprintf("The \"%s\" property must match exactly one schema in oneOf. The data you provided matches more than one option in the schema. These options are mutually exclusive. Please refer back to the schema and remove any excess properties.", at),
		}
	}
	message, known := messages[failure.Keyword]
	if !known {
		message = "is invalid"
	}
	message = strings.Replace(message, "%s", failure.Want, 1)
	return Complaint{Path: at, Message: "The `" + at + "` property " + message + ". You sent " + sent + "."}
}

// asText returns a value, given as JSON, as the text that JavaScript makes of it.
func asText(sent string) string {
	value, err := v8json.Parse([]byte(sent))
	if err != nil {
		return strings.Trim(sent, `"`)
	}
	return v8json.Text(value)
}
