package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/jsonschema/v6"
)

func compile(t *testing.T, change func(any)) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	change(document)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("report.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// closed forbids what the schema does not describe. Readers ignore new fields, but all of ours
// must be described.
func closed(node any) {
	switch node := node.(type) {
	case map[string]any:
		if node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closed(child)
		}
	case []any:
		for _, child := range node {
			closed(child)
		}
	}
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

func TestTheJSONReportFitsItsSchema(t *testing.T) {
	t.Parallel()
	schema := compile(t, closed)
	for name, r := range reports() {
		if r.SchemaVersion == 0 {
			r.SchemaVersion = SchemaVersion
		}
		if err := validate(t, schema, written(t, "json", r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheSchemaDescribesEveryField fills every field of the model, so that omitempty cannot hide
// one without a description.
func TestTheSchemaDescribesEveryField(t *testing.T) {
	t.Parallel()
	r := sample()
	fill(reflect.ValueOf(r).Elem())
	text := written(t, "json", r)
	err := validate(t, compile(t, func(document any) {
		closed(document)
		open(document)
	}), text)
	if err != nil {
		t.Error(err)
	}
}

// fill gives every zero field a value and every empty list an entry.
func fill(value reflect.Value) {
	switch value.Kind() {
	case reflect.String:
		if value.Len() == 0 {
			value.SetString("filled")
		}
	case reflect.Int, reflect.Int64:
		if value.IsZero() {
			value.SetInt(1)
		}
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Slice:
		if value.Len() == 0 {
			value.Set(reflect.MakeSlice(value.Type(), 1, 1))
		}
		for i := range value.Len() {
			fill(value.Index(i))
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				fill(value.Field(i))
			}
		}
	}
}

// open removes the restrictions on values, so that only names and types matter.
func open(node any) {
	switch node := node.(type) {
	case map[string]any:
		if values, isEnum := node["enum"].([]any); isEnum {
			delete(node, "enum")
			if _, isNumber := values[0].(json.Number); !isNumber {
				node["type"] = "string"
			}
		}
		for _, child := range node {
			open(child)
		}
	case []any:
		for _, child := range node {
			open(child)
		}
	}
}

func TestTheSchemaRefusesOtherReports(t *testing.T) {
	t.Parallel()
	schema := compile(t, func(any) {})
	for name, change := range map[string]func(map[string]any){
		"another version":    func(r map[string]any) { r["schemaVersion"] = 2 },
		"no scenarios":       func(r map[string]any) { delete(r, "scenarios") },
		"null for a list":    func(r map[string]any) { r["cleanup"] = nil },
		"an unknown outcome": func(r map[string]any) { r["scenarios"].([]any)[0].(map[string]any)["outcome"] = "green" },
		"a negative count":   func(r map[string]any) { r["summary"].(map[string]any)["failed"] = -1 },
		"a text for a date":  func(r map[string]any) { r["run"].(map[string]any)["started"] = "today" },
	} {
		var report map[string]any
		if err := json.Unmarshal(written(t, "json", sample()), &report); err != nil {
			t.Fatal(err)
		}
		change(report)
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		if validate(t, schema, text) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestTheJSONReportKeepsEverything(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Scenarios = r.Scenarios[:1]
	r.Cleanup = nil
	var got Report
	if err := json.Unmarshal(written(t, "json", r), &got); err != nil {
		t.Fatal(err)
	}
	r.Cleanup = []Leftover{}
	r.Operations[2].Statuses = []Status{}
	if diff := cmp.Diff(r, &got); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
}
