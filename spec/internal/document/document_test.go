package document_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

const notes = `openapi: 3.0.3
info: {title: Notes, version: "1"}
servers: [{url: "https://a"}]
paths:
  /notes:
    parameters: [{$ref: '#/components/parameters/page'}]
    get: &get
      description: >-
        Lists
        notes.
      responses: {200: {$ref: '#/components/responses/notes'}}
    head: *get
  /other/{a b}:
    $ref: '#/paths/~1notes'
  /tags:
    get: {<<: *get, summary: Tags}
components:
  schemas:
    note/text: {type: string, example: '#/info/title'}
    note: {properties: {text: {$ref: '#/components/schemas/note~1text'}, tree: {$ref: '#/components/schemas/note'}}}
    unused: {type: string}
  parameters:
    page: {name: page, in: query, schema: {type: integer}}
  responses:
    notes: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/note'}}}}
`

func read(t *testing.T, source string) *document.Document {
	t.Helper()
	d, err := document.Read([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows a path of member names.
func at(d *document.Document, names ...string) []byte {
	value := d.Text()
	for _, name := range names {
		value = document.Member(value, name)
	}
	return value
}

// TestReadKeepsLines checks that the JSON has every part of a YAML document on its original
// line.
func TestReadKeepsLines(t *testing.T) {
	t.Parallel()
	d := read(t, notes)
	for pointer, want := range map[string]int{
		"openapi":                        1,
		"info version":                   2,
		"paths /notes":                   6,
		"paths /notes get":               7,
		"paths /notes get responses":     11,
		"components schemas unused":      21,
		"components parameters page":     23,
		"components parameters page in":  23,
		"components responses notes":     25,
		"components schemas note/text":   19,
		"paths /tags get summary":        16,
		"components schemas unused type": 21,
	} {
		if got := d.Line(at(d, strings.Fields(pointer)...)); got != want {
			t.Errorf("%s is on line %d, want %d", pointer, got, want)
		}
	}
	if got := d.Line(at(d, "paths", "/other/{a b}", "$ref")); got != 14 {
		t.Errorf("the reference is on line %d", got)
	}
}

// TestReadResolvesWhatJSONDoesNotHave checks aliases, merges and numeric keys.
func TestReadResolvesWhatJSONDoesNotHave(t *testing.T) {
	t.Parallel()
	d := read(t, notes)
	get := string(at(d, "paths", "/notes", "get"))
	if want := `{"description":"Lists notes.","responses":{"200":{"$ref":"#/components/responses/notes"}}}`; compact(t, get) != want {
		t.Errorf("got %s, want %s", compact(t, get), want)
	}
	if head := string(at(d, "paths", "/notes", "head")); compact(t, head) != compact(t, get) {
		t.Errorf("the alias is %s", head)
	}
	if tags := compact(t, string(at(d, "paths", "/tags", "get"))); !strings.Contains(tags, `"Lists notes."`) || !strings.Contains(tags, `"summary":"Tags"`) || strings.Contains(tags, "<<") {
		t.Errorf("the merge is %s", tags)
	}
}

func compact(t *testing.T, text string) string {
	t.Helper()
	return string(read(t, text).Compact())
}

// TestReadTakesJSONAsItIs checks that JSON is kept as it is, including its escapes and
// lines.
func TestReadTakesJSONAsItIs(t *testing.T) {
	t.Parallel()
	source := "{\n \"a\": \"\\ud83d\\ude00 \\/\",\n \"b\": {\"c\": [1, 2]}\n}\n"
	d := read(t, source)
	if string(d.Text()) != source {
		t.Errorf("got %s", d.Text())
	}
	if line := d.Line(at(d, "b", "c")); line != 3 {
		t.Errorf("c is on line %d", line)
	}
	if got := string(d.Compact()); got != `{"a":"\ud83d\ude00 \/","b":{"c":[1,2]}}` {
		t.Errorf("compact, it is %s", got)
	}
}

func TestReadSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x, x, x, x, x, x, x]\n"
	for name := 'b'; name <= 'z'; name++ {
		bomb += strings.ReplaceAll(fmt.Sprintf("%c: &%c [*, *, *, *, *, *, *, *]\n", name, name), "*", fmt.Sprintf("*%c", name-1))
	}
	for source, want := range map[string]string{
		"a: 1\nb:\n  c: 1\n  c: 2\n": `line 4: "c" is already defined on line 3`,
		"a: &a\n  b: *a\n":           "nested too deeply",
		bomb:                         "its aliases make it too large",
		"a: [":                       "line 2, column 1",
	} {
		if _, err := document.Read([]byte(source)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", source, err, want)
		}
	}
}

// TestOperation checks that the document of an operation has everything that the operation
// refers to, and nothing else.
func TestOperation(t *testing.T) {
	t.Parallel()
	d := read(t, notes)
	for name, test := range map[string]struct {
		operation, parameters []byte
		want                  string
	}{
		"with all that it reaches": {
			at(d, "paths", "/notes", "get"), at(d, "paths", "/notes", "parameters"),
			`{"components":{
				"parameters":{"page":{"name":"page","in":"query","schema":{"type":"integer"}}},
				"responses":{"notes":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/note"}}}}},
				"schemas":{
					"note":{"properties":{"text":{"$ref":"#/components/schemas/note~1text"},"tree":{"$ref":"#/components/schemas/note"}}},
					"note/text":{"type":"string","example":"#/info/title"}}},
			"info":{"title":"Notes","version":"1"},
			"openapi":"3.0.3",
			"paths":{"/x":{
				"get":{"description":"Lists notes.","responses":{"200":{"$ref":"#/components/responses/notes"}}},
				"parameters":[{"$ref":"#/components/parameters/page"}]}}}`,
		},
		"that reaches another path": {
			[]byte(`{"a":{"$ref":"#/paths/~1tags/get"},"b":"#/nothing","c":"#/components/schemas"}`), nil,
			`{"components":{
				"responses":{"notes":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/note"}}}}},
				"schemas":{
					"note":{"properties":{"text":{"$ref":"#/components/schemas/note~1text"},"tree":{"$ref":"#/components/schemas/note"}}},
					"note/text":{"type":"string","example":"#/info/title"}}},
			"info":{"title":"Notes","version":"1"},
			"openapi":"3.0.3",
			"paths":{
				"/tags":{"get":{"summary":"Tags","description":"Lists notes.","responses":{"200":{"$ref":"#/components/responses/notes"}}}},
				"/x":{"get":{"a":{"$ref":"#/paths/~1tags/get"},"b":"#/nothing","c":"#/components/schemas"}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := d.Operation("/x", "get", test.operation, test.parameters, math.MaxInt)
			if err != nil {
				t.Fatal(err)
			}
			var read, want any
			for text, into := range map[string]*any{string(got): &read, test.want: &want} {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, read); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestOperationWithinBounds checks the limit on the bytes of schemas, which applies to the
// request and to the responses separately: the nearest schemas are included, and the others
// allow everything.
func TestOperationWithinBounds(t *testing.T) {
	t.Parallel()
	d := read(t, `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /x:
    get:
      responses: {200: {$ref: '#/components/schemas/answer'}}
      parameters: [{schema: {$ref: '#/components/schemas/asked'}}]
      requestBody: {$ref: '#/components/schemas/sent'}
components:
  schemas:
    answer: {a: '#/components/schemas/far1', pad: 012345678901234567890123456789}
    far1: {a: '#/components/schemas/far2'}
    far2: {type: object}
    asked: {a: '#/components/schemas/near1', pad: 0123456789}
    sent: {a: '#/components/schemas/near2'}
    near1: {type: integer}
    near2: {type: boolean}
`)
	operation := at(d, "paths", "/x", "get")
	for bytes, want := range map[int]string{
		0:   " of 3",
		50:  "asked of 4",
		110: "answer asked far1 near1 sent of 7",
		1e6: "answer asked far1 far2 near1 near2 sent of 7",
	} {
		text, err := d.Operation("/x", "get", operation, nil, bytes)
		if err != nil {
			t.Fatal(err)
		}
		var part struct {
			Components struct{ Schemas map[string]json.RawMessage }
		}
		if err := json.Unmarshal(text, &part); err != nil {
			t.Fatal(err)
		}
		var whole []string
		for _, name := range slices.Sorted(maps.Keys(part.Components.Schemas)) {
			if string(part.Components.Schemas[name]) != "{}" {
				whole = append(whole, name)
			}
		}
		if got := fmt.Sprintf("%s of %d", strings.Join(whole, " "), len(part.Components.Schemas)); got != want {
			t.Errorf("%d bytes: %s; want %s", bytes, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	d := read(t, notes+`  headers:
    a: {$ref: '#/components/headers/b'}
    b: {$ref: '#/components/headers/a'}
    c: {$ref: '#/components/headers/d%20e'}
    d e: {name: c}
    f: {$ref: 'other.yaml#/a'}
    g: {$ref: '#/components/headers/h'}
    i: {$ref: 7}
`)
	for name, want := range map[string]string{
		"a": "a reference leads to itself",
		"c": `{"name":"c"}`,
		"f": `the reference "other.yaml#/a" leads out of the document`,
		"g": `the reference "#/components/headers/h" leads nowhere`,
		"i": `{"$ref":7}`,
	} {
		got, err := d.Resolve(at(d, "components", "headers", name))
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	item, err := d.Resolve(at(d, "paths", "/other/{a b}"))
	if err != nil || d.Line(item) != 6 {
		t.Errorf("got %s, %v", item, err)
	}
}

// TestReferencesTakeLinearTime checks documents whose every reference would take as long as the document
// if its parts were read for each.
func TestReferencesTakeLinearTime(t *testing.T) {
	t.Parallel()
	const count = 100_000
	list := func(format string) string {
		var out strings.Builder
		for i := range count {
			fmt.Fprintf(&out, format+",\n", i)
		}
		return strings.TrimRight(out.String(), ",\n")
	}
	for name, test := range map[string]struct{ operation, others, want string }{
		"into another member":  {`[` + list(`{"$ref":"#/x/%d"}`) + `]`, `"x":{` + list(`"%d":1`) + `}`, "<nil>"},
		"into an array":        {`[` + list(`{"$ref":"#/x/%d"}`) + `]`, `"x":[` + list(`%d`) + `]`, "<nil>"},
		"that repeat":          {`[` + list(`{"$ref":"#/x/y","a":%d}`) + `]`, `"x":{` + list(`"%d":1`) + `,"y":{}}`, "<nil>"},
		"that lead nowhere":    {`[` + list(`{"$ref":"#/x/%d"}`) + `]`, `"x":{}`, `the reference "#/x/0" leads nowhere`},
		"in an example":        {`{"example":[` + list(`{"$ref":"#/x/%d"}`) + `]}`, `"x":{}`, "<nil>"},
		"to references to one": {`[` + list(`{"$ref":"#/x/%d"}`) + `]`, `"x":{` + list(`"%d":{"$ref":"#/y"}`) + `},"y":{` + list(`"%d":1`) + `}`, "<nil>"},
		"in a chain":           {`{"$ref":"#/x/0"}`, `"x":{"100000":{}` + chain(count) + `}`, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, began := read(t, `{"operation":`+test.operation+`,`+test.others+`}`), time.Now()
			operation := at(d, "operation")
			found := "<nil>"
			if dangling, _ := d.References().Check(operation); dangling != nil {
				found = dangling.Reason
			}
			if found != test.want {
				t.Errorf("got %s, want %s", found, test.want)
			}
			if _, err := d.Operation("/x", "get", operation, nil, math.MaxInt); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestReferencesThatLeadNowhereFromSeveralPlaces checks that each place has its own line, that what looks
// like a reference in an example is none, and that nothing depends on callbacks and links.
func TestReferencesThatLeadNowhereFromSeveralPlaces(t *testing.T) {
	t.Parallel()
	d := read(t, `{"operations":{
		"0":{"requestBody":{"$ref":"#/none"}},
		"1":{"responses":{"200":{"$ref":"#/none"}}},
		"2":{"requestBody":{"example":{"$ref":"#/none"}}},
		"3":{"requestBody":{"$ref":"#/first"}},
		"4":{"requestBody":{"$ref":"#/second"}},
		"5":{"callbacks":{"a":{"$ref":"#/none"}},"responses":{}},
		"6":{"responses":{"200":{"links":{"a":{"$ref":"#/none"}}}}},
		"7":{"callbacks":{"a":{"$ref":"#/second"}}},
		"8":{"responses":{"200":{"headers":{"links":{"$ref":"#/none"}}}}},
		"9":{"requestBody":{"schema":{"properties":{"links":{"$ref":"#/none"}}}}},
		"10":{"callbacks":{"a":{"$ref":"#/none"}},
		 "requestBody":{"$ref":"#/none"}}},
		"first":{"$ref":"#/none"},
		"second":{"a":{"$ref":"#/none"}}}`)
	references := d.References()
	want := [][2]int{{2, 0}, {3, 0}, {0, 0}, {5, 0}, {15, 0}, {0, 7}, {0, 8}, {0, 15}, {10, 0}, {11, 0}, {13, 12}}
	for i, want := range want {
		var got [2]int
		operation := at(d, "operations", strconv.Itoa(i))
		found, unused := references.Check(operation)
		for i, one := range []*document.Dangling{found, unused} {
			if one != nil {
				got[i] = one.Line
			}
		}
		if got != want {
			t.Errorf("operation %d: the lines are %v, want %v", i, got, want)
		}
	}
}

// chain returns members that each refer to the next.
func chain(count int) string {
	var out strings.Builder
	for i := range count {
		fmt.Fprintf(&out, `,"%d":{"items":{"$ref":"#/x/%d"}}`, i, i+1)
	}
	return out.String()
}

// TestReferencesOfManyOperations checks that what operations share is judged once, and for each of them.
func TestReferencesOfManyOperations(t *testing.T) {
	t.Parallel()
	const count = 20_000
	d := read(t, `{"x":{"20000":{"$ref":"#/nowhere"}`+chain(count)+`},"y":{"a":{"$ref":"#/y"}}}`)
	references, began := d.References(), time.Now()
	for range count {
		if found, _ := references.Check([]byte(`{"$ref":"#/y"}`)); found != nil {
			t.Fatal("what is sound is not")
		}
		found, _ := references.Check([]byte(`{"$ref":"#/x/0"}`))
		if found == nil || found.Line != 1 || found.Reason != `the reference "#/nowhere" leads nowhere` {
			t.Fatalf("got %v", found)
		}
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %v", took)
	}
}

func TestServedAt(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{"info": {"a": 1}, "servers": [], "paths": {}}`: `{"info":{"a":1},"servers":[{"url":"/base"}],"paths":{}}`,
		`{"paths": {}, "info": "i"}`:                     `{"paths":{},"info":"i","servers":[{"url":"/base"}]}`,
	} {
		if got := string(read(t, source).ServedAt("/base", "", nil)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestMembersComeInOrder(t *testing.T) {
	t.Parallel()
	var got []string
	for name, value := range document.Members([]byte(` { "b" : "x\"y" , "a\n":{"c":"}"},"c":[1,"]"] , "d":-1.5e3,"e":null } `)) {
		got = append(got, fmt.Sprintf("%s %s", name, value))
	}
	want := []string{`b "x\"y"`, "a\n" + ` {"c":"}"}`, `c [1,"]"]`, "d -1.5e3", "e null"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, nothing := range []string{"", "null", "[]", `"a"`, "{}"} {
		for name := range document.Members([]byte(nothing)) {
			t.Errorf("%s has the member %s", nothing, name)
		}
	}
}

// TestNamesOfSchemas checks that references to names of schemas become pointers, and that others, data
// and lines stay as they are.
func TestNamesOfSchemas(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, want string }{
		"no names":                    {`{"a": {"$ref": "#x"}}`, ``},
		"an anchor":                   {"{\"a\": {\"$ref\":\n \"#x\"}, \"b\": {\"$anchor\": \"x\"}}", "{\"a\": {\"$ref\":\n \"#/b\"}, \"b\": {\"$anchor\": \"x\"}}"},
		"a dynamic anchor":            {`{"a": {"$ref": "#x"}, "b": {"$dynamicAnchor": "x"}, "c": {"$dynamicRef": "#x"}}`, `{"a": {"$ref": "#/b"}, "b": {"$dynamicAnchor": "x"}, "c": {"$dynamicRef": "#x"}}`},
		"the nearest anchor":          {`{"a": {"$anchor": "x"}, "b": {"c": {"$ref": "#x"}, "d": {"$anchor": "x"}}}`, `{"a": {"$anchor": "x"}, "b": {"c": {"$ref": "#/b/d"}, "d": {"$anchor": "x"}}}`},
		"in a list":                   {`{"a": [{"$anchor": "x"}, {"$ref": "#x"}]}`, `{"a": [{"$anchor": "x"}, {"$ref": "#/a/0"}]}`},
		"an id":                       {`{"a": {"$ref": "https://x/y"}, "b": {"$id": "https://x/y#"}}`, `{"a": {"$ref": "#/b"}, "b": {"$id": "https://x/y#"}}`},
		"an id behind what it is for": {`{"a": {"b": {"$ref": "z"}, "$id": "https://x/y"}, "c": {"$id": "https://x/z"}}`, `{"a": {"b": {"$ref": "#/c"}, "$id": "https://x/y"}, "c": {"$id": "https://x/z"}}`},
		"a relative id":               {`{"a": {"$ref": "y#/p"}, "b": {"$id": "y", "p": {}}}`, `{"a": {"$ref": "#/b/p"}, "b": {"$id": "y", "p": {}}}`},
		"a URN":                       {`{"a": {"$ref": "urn:x:y#z"}, "b": {"$id": "urn:x:y", "c": {"$anchor": "z"}}}`, `{"a": {"$ref": "#/b/c"}, "b": {"$id": "urn:x:y", "c": {"$anchor": "z"}}}`},
		"an anchor of an id":          {`{"a": {"$ref": "#z"}, "b": {"$id": "urn:x:y", "$anchor": "z"}}`, ``},
		"a pointer in an id":          {`{"b": {"$id": "urn:x:y", "c": {"$ref": "#/d"}, "d": {}}, "d": {}}`, `{"b": {"$id": "urn:x:y", "c": {"$ref": "#/b/d"}, "d": {}}, "d": {}}`},
		"a pointer out of it":         {`{"b": {"$id": "urn:x:y", "c": {"$ref": "#/d"}}, "d": {}}`, ``},
		"a list in an id":             {`{"b": {"$id": "urn:x:y", "oneOf": [{}, {"$ref": "#/oneOf/0"}]}}`, `{"b": {"$id": "urn:x:y", "oneOf": [{}, {"$ref": "#/b/oneOf/0"}]}}`},
		"an escaped pointer in an id": {`{"b": {"$id": "urn:x:y", "a b/%": {}, "c": {"$ref": "#/a%20b~1%25"}}}`, `{"b": {"$id": "urn:x:y", "a b/%": {}, "c": {"$ref": "#/b/a b~1%25"}}}`},
		"the second nearest anchor":   {`{"a": {"b": {"$anchor": "x"}, "c": {"d": {"$ref": "#x"}}}, "e": {"$anchor": "x"}}`, `{"a": {"b": {"$anchor": "x"}, "c": {"d": {"$ref": "#/a/b"}}}, "e": {"$anchor": "x"}}`},
		"an order of its own":         {`{"a": {"b": {"$ref": "#x"}, "$ref": "#x", "c": {"$ref": "#x"}}, "d": {"$anchor": "x"}}`, `{"a": {"b": {"$ref": "#/d"}, "$ref": "#/d", "c": {"$ref": "#/d"}}, "d": {"$anchor": "x"}}`},
		"an anchor in an $id":         {`{"a": {"$ref": "urn:x:y#z"}, "b": {"$id": "urn:x:y#z"}}`, `{"a": {"$ref": "#/b"}, "b": {"$id": "urn:x:y#z"}}`},
		"blanks before it":            {" \n" + `{"a": {"$ref": "#x"}, "b": {"$anchor": "x"}}`, " \n" + `{"a": {"$ref": "#/b"}, "b": {"$anchor": "x"}}`},
		"an id that is too long":      {`{"a": {"$ref": "` + strings.Repeat("y", 1001) + `"}, "b": {"$id": "` + strings.Repeat("y", 1001) + `"}}`, ``},
		"an id itself":                {`{"b": {"$id": "urn:x:y", "c": {"$ref": "#"}}}`, `{"b": {"$id": "urn:x:y", "c": {"$ref": "#/b"}}}`},
		"an odd place":                {`{"a": {"$ref": "#x"}, "b%/~": {"$anchor": "x"}}`, `{"a": {"$ref": "#/b%25~1~0"}, "b%/~": {"$anchor": "x"}}`},
		"the document's own URI":      {`{"$self": "https://x/y", "a": {"$ref": "https://x/y#/b"}, "b": {"$ref": "#/b"}}`, `{"$self": "https://x/y", "a": {"$ref": "#/b"}, "b": {"$ref": "#/b"}}`},
		"what is out":                 {`{"a": {"$ref": "https://x/y"}, "b": {"$id": "https://x/z"}}`, ``},
		"data":                        {`{"a": {"example": {"$ref": "#x", "$anchor": "x"}, "enum": [{"$ref": "#x"}]}}`, ``},
		"a property":                  {`{"properties": {"$ref": {"$anchor": "x"}, "$id": {"type": "string"}, "example": {"$ref": "#x"}}}`, `{"properties": {"$ref": {"$anchor": "x"}, "$id": {"type": "string"}, "example": {"$ref": "#/properties/$ref"}}}`},
		"no text":                     {`{"$id": 1, "$anchor": null, "$ref": 2}`, ``},
		"no URI":                      {`{"a": {"$id": ":"}, "b": {"$ref": "%"}}`, ``},
	} {
		if test.want == "" {
			test.want = test.source
		}
		if got := string(read(t, test.source).Text()); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// TestHostileNamesOfSchemas checks that documents with many names, references or long pointers are read quickly.
func TestHostileNamesOfSchemas(t *testing.T) {
	t.Parallel()
	list := func(element string, count int) string {
		return "[" + strings.Repeat(element+",", count) + element + "]"
	}
	long := strings.Repeat("K", 200_000)
	for name, source := range map[string]string{
		"pointers in an id":           `{"a": ` + list("0", 300_000) + `, "b": {"$id": "urn:x", "c": {}, "d": ` + list(`{"$ref":"#/c"}`, 30_000) + `}}`,
		"elements of a long name":     `{"$id": "urn:x", "` + long + `": ` + list("0", 200_000) + `}`,
		"objects of a long name":      `{"$id": "urn:x", "` + long + `": ` + list("{}", 200_000) + `}`,
		"one anchor in many places":   `{"a": ` + list(`{"$anchor":"a"}`, 60_000) + `, "b": ` + list(`{"$ref":"#a"}`, 60_000) + `}`,
		"references to a long name":   `{"` + long + `": {"$id": "urn:x", "a": ` + list(`{"$ref":"#"}`, 30_000) + `}}`,
		"names relative to a long id": `{"a": {"$id": "urn:` + long + `/", "b": ` + list(`{"$id":"x"}`, 30_000) + `}}`,
	} {
		began := time.Now()
		if size := len(read(t, source).Text()); size > 100<<20 {
			t.Errorf("%s: the document has become %d bytes long", name, size)
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestNothingIsCopied checks that a document with no reference to its names stays the text that it is.
func TestNothingIsCopied(t *testing.T) {
	t.Parallel()
	source := []byte(`{"properties": {"$id": {"type": "string"}, "a": {"$ref": "#/properties/b"}, "b": {}}}`)
	if d, err := document.Read(source); err != nil || &d.Text()[0] != &source[0] {
		t.Errorf("it is copied, or fails: %v", err)
	}
}

// TestPartsOfLists checks references through elements of lists that are written alike, and the lines of elements.
func TestPartsOfLists(t *testing.T) {
	t.Parallel()
	d := read(t, "{\"a\": [{\"x\": 1},\n {\"x\": 2}, \"b\",\n \"\", [{\"x\": 3}, {\"x\": 4}], 5]}")
	for reference, want := range map[string]string{
		"#/a/0/x": "1", "#/a/1/x": "2", "#/a/2": `"b"`, "#/a/3": `""`, "#/a/4/0/x": "3", "#/a/4/1/x": "4", "#/a/5": "5",
	} {
		if got, err := d.At(reference); err != nil || string(got) != want {
			t.Errorf("%s: got %s %v, want %s", reference, got, err, want)
		}
	}
	for reference, want := range map[string]int{"#/a/0": 1, "#/a/1": 2, "#/a/2": 2, "#/a/3": 3, "#/a/4/1/x": 3} {
		part, err := d.At(reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Line(part); got != want {
			t.Errorf("%s: line %d, want %d", reference, got, want)
		}
	}
}
