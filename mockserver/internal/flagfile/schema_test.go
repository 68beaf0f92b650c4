package flagfile

import (
	"os"
	"strings"
	"testing"

	"github.com/pb33f/jsonschema/v6"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// TestSchema checks that the schema of the short form and the reader agree on a file.
// Only the reader checks references, duplicates and sums.
func TestSchema(t *testing.T) {
	t.Parallel()
	file, err := os.Open("flags.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	written, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("flags.json", written); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("flags.json")
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]bool{
		"": true, "a: true": true, "flags: true": true, "flags: {}": true, "flags: {enabled: true}": true, "flags: {a: false}": true, "flags:": true, "flags:\nsegments:": true,
		"flags: {a: true}\nsegments: [{name: s, constraints: [{contextName: c, operator: ANY}]}]":     true,
		"a: {strategies: [default, {parameters: {rollout: 5}}], variants: [{name: v, payload: [1]}]}": true,
		"a: {dependencies: [b, {feature: c, enabled: false}], tags: [{type: t, value: v}]}":           true,
		"a: 1": false, "a: null": false, "a: {}": true, "a: {enable: true}": false, "a: {type: x}": false, "a: {strategies: [1]}": false,
		"flags: {a: true}\nb: true": false, "flags: {a: true}\nsegments: [{id: 1}]": false, "flags: [a]": false,
		"a: {variant: b}": true, "flags: {variant: true}": true, "a: {variant: {name: b, payload: 1}}": true, "a: {variant: 1}": false, "a: {variant: ''}": false, "a: {variant: b, variants: []}": false,
		"a: {variants: [{weight: 1}]}": false, "a: {variants: [{name: v, weight: 1001}]}": false, "a: {variants: [{name: v, weightType: x}]}": false,
		"a: {strategies: [{constraints: [{operator: IN}]}]}": false, "a: {tags: [{type: t}]}": false, "a: {dependencies: [{enabled: true}]}": false,
	} {
		_, refused := Read([]byte(source))
		file, err := open([]byte(source), "a file of flags")
		if err != nil {
			t.Fatal(err)
		}
		object, _ := file.Object()
		value, parseErr := jsonschema.UnmarshalJSON(strings.NewReader(string(v8json.Stringify(nil, object))))
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		invalid := schema.Validate(value)
		if (refused == nil) != want || (invalid == nil) != want {
			t.Errorf("%q: the reader returns %v, the schema %v; want it valid: %v", source, refused, invalid, want)
		}
	}
}
