package spec

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// sampledOnce returns samples of a schema in a document of OpenAPI 3.1, as JSON.
func sampledOnce(t *testing.T, schema, components string, seeds uint64) (samples []string) {
	t.Helper()
	contract, err := Load([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":` + schema + `}}}}}}},"components":{"schemas":` + components + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range seeds {
		value, err := contract.Operation("x").Response(http.StatusOK).Contents[0].Sample(seed)
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, string(text))
	}
	return samples
}

// TestSamplesThatPeopleWouldWrite checks samples where a schema allows more than it means.
func TestSamplesThatPeopleWouldWrite(t *testing.T) {
	t.Parallel()
	const day, hour = `2026-0[1-6]-([012]\d|3[01])`, `([01]\d|2[0-3]):[0-5]\d`
	named := func(property, schema string) string {
		return `{"type":"object","required":["` + property + `"],"properties":{"` + property + `":` + schema + `}}`
	}
	const components = `{
		"Blank":{"enum":[""]}, "Null":{"enum":[null]}, "Status":{"type":"string","enum":["draft","done"]},
		"Pet":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind"}},
		"Cat":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"properties":{"lives":{"const":9}},"required":["lives"]}]},
		"Order":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind","mapping":{"big":"#/components/schemas/Big"}}},
		"Big":{"allOf":[{"$ref":"#/components/schemas/Order"}]},
		"Small":{"allOf":[{"$ref":"#/components/schemas/Order"}]}}`
	for schema, want := range map[string]string{
		`{"type":"string","pattern":"^\\d{4}-\\d{2}-\\d{2}$"}`:                                 `"` + day + `"`,
		`{"type":"string","pattern":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$"}`: `"` + day + `T` + hour + `:[0-5]\dZ"`,
		`{"type":"string","pattern":"^\\d{2}:\\d{2}$"}`:                                        `"` + hour + `"`,
		`{"type":"string","pattern":"^\\d{2}/\\d{2}/\\d{4}$"}`:                                 `"(0[1-6])/(0[1-6])/2026"`,
		`{"type":"string","pattern":"^\\d{4}-\\d{2}$"}`:                                        `"2026-0[1-6]"`,
		`{"type":"string","pattern":"^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"}`:                      `"\d{3}\.50"`,
		named("slug", `{"type":"string","pattern":"^[-a-zA-Z0-9_]+$"}`):                        `{"slug":"slug-\d{3}"}`,
		named("code", `{"type":"string","pattern":"^[A-Z]+_[0-9]+$"}`):                         `{"code":"CODE_\d{3}"}`,
		named("city", `{"type":"string","pattern":"^\\p{L}+$"}`):                               `{"city":"city"}`,
		named("zip", `{"type":"string","pattern":"^\\d{5}$"}`):                                 `{"zip":"\d{5}"}`,
		`{"type":"string","not":{"minLength":1},"default":""}`:                                 `""`,
		`{"type":"string","format":"guid"}`:                                                    `"[0-9a-f]{8}-.{27}"`,
		`{"type":"string","format":"uuid4"}`:                                                   `"[0-9a-f]{8}-[0-9a-f]{4}-4.{21}"`,
		`{"type":"string","format":"datetime"}`:                                                `"` + day + `T` + hour + `:[0-5]\d\.000Z"`,
		`{"type":"string","format":"time-span"}`:                                               `"` + hour + `:[0-5]\d"`,
		`{"type":"string","format":"char"}`:                                                    `"a"`,
		`{"type":"string","format":"decimal"}`:                                                 `"\d+\.50"`,
		`{"type":"string","format":"int64"}`:                                                   `"\d+"`,
		`{"type":"string","format":"ip"}`:                                                      `"192\.0\.2\.\d+"`,
		`{"type":"string","format":"uri","maxLength":20}`:                                      `"https?://.+"`,
		`{"type":"integer","format":"int8"}`:                                                   `\d{1,2}|1[01]\d|12[0-7]`,
		`{"type":"integer","format":"uint8"}`:                                                  `\d{1,2}|1\d\d|2[0-4]\d|25[0-5]`,
		`{"type":"integer","format":"unix-time"}`:                                              `17672\d{5}`,
		`{"type":"number","format":"timestamp","maximum":99}`:                                  `9\d`,
		`{"type":"string","default":""}`:                                                       `"text-\d+"`,
		`{"type":["string","null"],"default":null}`:                                            `"text-\d+"`,
		named("tags", `{"type":"array","items":{"type":"string"},"default":[]}`):               `{"tags":\["tags-\d+"\]}`,
		named("name", `{"type":"string","default":"Rex"}`):                                     `{"name":"Rex"}`,
		`{"type":"object","default":{},"properties":{"a":{"type":"boolean"}}}`:                 `{"a":(true|false)}`,
		`{"type":"string","enum":["","asc"]}`:                                                  `"asc"`,
		`{"enum":["",null]}`:                                                                   `""|null`,
		`{"oneOf":[{"$ref":"#/components/schemas/Status"},{"$ref":"#/components/schemas/Blank"},{"$ref":"#/components/schemas/Null"}]}`: `"(draft|done)"`,
		`{"oneOf":[{"type":"string","format":"uri"},{"const":""}]}`:                                                                     `"https://.+"`,
		named("rest", `{"type":"object","additionalProperties":true}`):                                                                  `{"rest":{"key1":{}}}`,
		named("list", `{"type":"array","items":{}}`):                                                                                    `{"list":\[{}\]}`,
		`{"$ref":"#/components/schemas/Pet"}`:                                                                                           `{"kind":"Pet"}`,
		`{"$ref":"#/components/schemas/Cat"}`:                                                                                           `{"kind":"Cat","lives":9}`,
		`{"$ref":"#/components/schemas/Order"}`:                                                                                         `{"kind":"big"}`,
		`{"$ref":"#/components/schemas/Big"}`:                                                                                           `{"kind":"big"}`,
		`{"$ref":"#/components/schemas/Small"}`:                                                                                         `{"kind":"Small"}`,
	} {
		for _, text := range sampledOnce(t, schema, components, 20) {
			if !regexp.MustCompile("^(" + want + ")$").MatchString(text) {
				t.Errorf("%s: the sample is %s, want %s", schema, text, want)
			}
		}
	}
}

// TestSamplesOfUsualHeaders checks that headers that clients act on have the form that HTTP demands.
func TestSamplesOfUsualHeaders(t *testing.T) {
	t.Parallel()
	date := func(text string) bool { _, err := http.ParseTime(text); return err == nil }
	for name, good := range map[string]func(string) bool{
		"location":                    func(text string) bool { at, err := url.Parse(text); return err == nil && at.IsAbs() },
		"Set-Cookie":                  func(text string) bool { _, err := http.ParseSetCookie(text); return err == nil },
		"Last-Modified":               date,
		"Expires":                     date,
		"Retry-After":                 func(text string) bool { return text == "60" },
		"Access-Control-Allow-Origin": func(text string) bool { return text == "*" },
		"X-Own":                       func(text string) bool { return strings.HasPrefix(text, "text-") },
	} {
		contract, err := Load(oddDocument("3.0.3", "      responses: {'200': {description: d, headers: {"+name+": {schema: {type: string}}}}}\n", "  schemas: {}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if value, err := contract.Operation("x").Response(http.StatusOK).Headers[0].Value(7); err != nil || !good(fmt.Sprint(value)) {
			t.Errorf("%s: %v %v", name, value, err)
		}
	}
}

// TestExamplesOfHeadersAreKept checks that what the schema of a usual header says comes before its usual text.
func TestExamplesOfHeadersAreKept(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		"{type: string, example: /orders/42}":                                 "/orders/42",
		"{type: string, default: /orders/42}":                                 "/orders/42",
		"{type: string, enum: [/orders/42]}":                                  "/orders/42",
		"{allOf: [{$ref: '#/components/schemas/At'}, {description: of one}]}": "/orders/42",
		"{type: string}": "https://example.com/7",
	} {
		contract, err := Load(oddDocument("3.0.3", "      responses: {'201': {description: d, headers: {Location: {schema: "+schema+"}}}}\n",
			"  schemas: {At: {type: string, example: /orders/42}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if value, err := contract.Operation("x").Response(http.StatusCreated).Headers[0].Value(7); err != nil || value != want {
			t.Errorf("%s: %v %v, want %s", schema, value, err, want)
		}
	}
}

// bodyOf returns the content of a response with a schema E, beside other components.
func bodyOf(t *testing.T, components string) *Content {
	t.Helper()
	contract, err := Load([]byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/E"}}}}}}}},"components":{"schemas":` + components + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	return contract.Operation("x").Response(http.StatusOK).Contents[0]
}

// TestLargeValuesOfTreesAreJudged checks that a large value is judged by a schema that contains itself, as long as
// that takes time in proportion to the value.
func TestLargeValuesOfTreesAreJudged(t *testing.T) {
	t.Parallel()
	content := bodyOf(t, `{
		"E":{"type":"object","required":["type"],"oneOf":[{"$ref":"#/components/schemas/Line"},{"$ref":"#/components/schemas/Group"}]},
		"Line":{"properties":{"type":{"const":"line"},"at":{"type":"array","items":{"anyOf":[{"type":"number"},{"type":"array","items":{"type":"number"}}]}}},"required":["at"]},
		"Group":{"properties":{"type":{"const":"group"},"shapes":{"type":"array","items":{"$ref":"#/components/schemas/E"}}},"required":["shapes"]}}`)
	for name, value := range map[string]string{
		"lists":   `{"type":"group","shapes":[{"type":"line","at":[[1,2]` + strings.Repeat(",[1,2]", 150_000) + `]}]}`,
		"numbers": `{"type":"group","shapes":[{"type":"line","at":[2]},{"type":"line","at":[1` + strings.Repeat(",1", 350_000) + `]}]}`,
		"objects": `{"type":"group","shapes":[{"type":"line","at":[2]}` + strings.Repeat(`,{"type":"line","at":[[1,2]]}`, 80_000) + `]}`,
	} {
		if failures := content.Check(decoded(t, value)); len(failures) > 0 {
			t.Errorf("%s: %v", name, failures)
		}
		if failures := content.Check(decoded(t, strings.Replace(value, "2]", `"2"]`, 1))); len(failures) == 0 {
			t.Errorf("%s: a text is taken for a number", name)
		}
	}
}

// TestExpressionsTakeBoundedTime checks schemas of expressions: each form contains the schema itself, so that the time
// to try all forms at every depth is exponential. So it is if schemas refer twice to the next one.
func TestExpressionsTakeBoundedTime(t *testing.T) {
	t.Parallel()
	began := time.Now()
	const forms = 60
	var refs, components []string
	for i := range forms {
		refs = append(refs, fmt.Sprintf(`{"$ref":"#/components/schemas/F%d"}`, i))
		components = append(components, fmt.Sprintf(`"F%d":{"type":"object","required":["op","left","right"],"properties":{"op":{"const":%d},"left":{"$ref":"#/components/schemas/E"},"right":{"$ref":"#/components/schemas/E"}}}`, i, i))
	}
	content := bodyOf(t, `{"E":{"oneOf":[`+strings.Join(append(refs, `{"type":"integer"}`), ",")+`]},`+strings.Join(components, ",")+`}`)
	if _, err := content.Sample(1); err != nil {
		t.Error(err)
	}
	good, bad := `{"op":7,"left":1,"right":2}`, `{"op":7,"left":1,"right":"x"}`
	if failures := content.Check(decoded(t, good)); len(failures) > 0 {
		t.Errorf("%s fails: %v", good, failures)
	}
	if failures := content.Check(decoded(t, bad)); len(failures) == 0 {
		t.Errorf("%s passes", bad)
	}
	deep := func(inner, around string) string {
		for range 20 {
			inner = strings.Replace(around, "%", inner, 1)
		}
		return inner
	}
	chain := func(level string) string {
		var levels []string
		for i := range 40 {
			levels = append(levels, fmt.Sprintf(strings.ReplaceAll(level, "NEXT", `{"$ref":"#/components/schemas/C%[2]d"}`), i, i+1))
		}
		return strings.Join(append(levels, `"C40":{}`), ",")
	}
	for name, unjudged := range map[string]struct {
		content *Content
		value   string
	}{
		"forms": {content, deep(good, `{"op":8,"left":1,"right":%}`)},
		"forms beside many values": {
			bodyOf(t, `{"E":{"oneOf":[`+strings.Join(slices.Repeat([]string{`{"properties":{"op":{"type":"integer"},"args":{"items":{"$ref":"#/components/schemas/E"}}}}`}, 8), ",")+`]}}`),
			`{"op":"x","args":[` + strings.Repeat(`{"op":1},`, 9000) + deep(`{"op":"x"}`, `{"op":"x","args":[%]}`) + `]}`,
		},
		"levels": {
			bodyOf(t, `{"E":{"$ref":"#/components/schemas/C0"},`+chain(`"C%[1]d":{"properties":{"a":{"oneOf":[NEXT,NEXT]}}}`)+`}`),
			deep(`{"a":{"a":{"a":1}}}`, `{"a":%}`),
		},
		"dependencies": {
			bodyOf(t, `{"E":{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":{"properties":{"a":{"$ref":"#/components/schemas/E"}}},"b":{"properties":{"a":{"$ref":"#/components/schemas/E"}}}}}}`),
			deep(`{"a":1,"b":1}`, `{"b":1,"a":%}`),
		},
	} {
		if failures := unjudged.content.Check(decoded(t, unjudged.value)); len(failures) > 0 {
			t.Errorf("%s: %v", name, failures)
		}
	}
	content = bodyOf(t, `{"E":{"properties":{"x":{"items":{"allOf":[{"$ref":"#/components/schemas/E"},{"$ref":"#/components/schemas/C0"}]}}}},`+chain(`"C%[1]d":{"dependentSchemas":{"a":NEXT,"b":NEXT}}`)+`}`)
	content.Check(decoded(t, `{"x":[{"a":1,"b":1}]}`))
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %s", took)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	value, err := exactly([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestLargeSchemasAreSampledInLinearTime checks schemas with thousands of values and names.
func TestLargeSchemasAreSampledInLinearTime(t *testing.T) {
	t.Parallel()
	list := func(first, count int, format string) string {
		var out []string
		for i := range count {
			out = append(out, fmt.Sprintf(format, first+i))
		}
		return strings.Join(out, ",")
	}
	const count = 16_000
	for name, schema := range map[string]string{
		"two enums":       `{"allOf":[{"enum":[` + list(0, count, "%d") + `]},{"enum":[` + list(count-1, count, "%d") + `]}]}`,
		"required names":  `{"type":"object","additionalProperties":{"type":"boolean"},"required":[` + list(0, count, `"p%d"`) + `]}`,
		"different texts": `{"type":"array","uniqueItems":true,"minItems":500,"items":{"type":"string"}}`,
	} {
		began := time.Now()
		sampledOnce(t, schema, "{}", 1)
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("%s: a sample took %s", name, took)
		}
	}
}
