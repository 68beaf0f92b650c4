package spec

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOperationsAreReadWhenNeeded checks that operations used before all are read give the
// same verdicts, however many goroutines use them at once.
func TestOperationsAreReadWhenNeeded(t *testing.T) {
	t.Parallel()
	whole, err := Parse(openapiYAML())
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := Load(openapiYAML())
	if err != nil {
		t.Fatal(err)
	}
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			if err := fresh.Complete(); err != nil {
				t.Error(err)
			}
		})
		for _, operation := range fresh.Operations() {
			asking.Go(func() {
				same := func(asked any, want, got []Failure) {
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: %v differs (-want +got):\n%s", operation.ID, asked, diff)
					}
				}
				twin := whole.Operation(operation.ID)
				for i, parameter := range operation.Parameters() {
					for _, value := range []any{"7", "x", []any{"7"}} {
						same(parameter.Name, twin.Parameters()[i].Check(value, true), parameter.Check(value, true))
					}
				}
				for _, body := range []any{nil, "x", map[string]any{}, map[string]any{"name": 7.0}} {
					same(body, twin.CheckBody(body), operation.CheckBody(body))
				}
				for _, response := range operation.Responses() {
					header := http.Header{"Content-Type": {response.MediaType}}
					for _, body := range []string{`{}`, `{"id":"no UUID","name":7}`, `[1]`, `"x"`} {
						same(body, twin.CheckResponse(response.Status, header, []byte(body)), operation.CheckResponse(response.Status, header, []byte(body)))
					}
				}
			})
		}
	}
	asking.Wait()
}

// TestParseTellsOfEverySchema checks that a schema that does not compile is reported with
// its place.
func TestParseTellsOfEverySchema(t *testing.T) {
	t.Parallel()
	const bad = "schema: {type: string, pattern: \"(\"}"
	for name, test := range map[string]struct{ operation, response, want string }{
		"a body of a request": {"requestBody: {content: {application/json: {" + bad + "}}}", "", "POST /x (x, line 6): request body: "},
		"a parameter":         {"parameters: [{name: q, in: query, " + bad + "}]", "", "POST /x (x, line 6): parameter q: "},
		"a body":              {"summary: s", "content: {application/json: {" + bad + "}}", "POST /x (x, line 6): response 200: "},
		"a large schema":      {"summary: s", "content: {application/json: {schema: {enum: [" + strings.Repeat("0, ", 1<<16) + "0]}}}", "POST /x (x, line 6): response 200: application/json: the schema is too large: 65542 characters"},
		"a header":            {"summary: s", "headers: {X-A: {" + bad + "}}", "POST /x (x, line 6): response 200: header X-A: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    post:\n      operationId: x\n      " +
				test.operation + "\n      responses:\n        '200': {description: d, " + test.response + "}\n"))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got the error %v, want one that begins with %q", err, test.want)
			}
		})
	}
}

// TestWhatIsCompiledIsBounded checks that the memory for compiled schemas is bounded:
// beyond the bound, schemas are compiled again when needed.
func TestWhatIsCompiledIsBounded(t *testing.T) {
	t.Parallel()
	contract, err := Parse(contractOf(t, sizes[0]))
	if err != nil {
		t.Fatal(err)
	}
	compiled := func() (count int) {
		for _, schema := range contract.schemas.known {
			if schema.judging.Load() != nil {
				count++
			}
		}
		return count
	}
	all := compiled()
	if all != len(contract.schemas.known) {
		t.Fatalf("%d of %d schemas are compiled", all, len(contract.schemas.known))
	}
	contract.schemas.bytes = maxCompiled // as if they were larger
	clear(contract.schemas.parts)
	for _, schema := range contract.schemas.known {
		schema.judging.Store(nil)
		schema.get()
		break
	}
	if kept := compiled(); kept != 1 {
		t.Errorf("%d schemas are kept", kept)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for range 2 {
		if failures := contract.Operation("getHealth").CheckResponse(http.StatusOK, header, []byte(`{"health":1}`)); len(failures) != 1 || failures[0].Keyword != "enum" && failures[0].Keyword != "type" {
			t.Errorf("the failures are %v", failures)
		}
	}
}
