package spec

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var jsonHeader = http.Header{"Content-Type": {"application/json; charset=utf-8"}}

// TestVerdictsAreRemembered checks that a second check of the same bytes gives the same
// verdict, and that other bytes get their own.
func TestVerdictsAreRemembered(t *testing.T) {
	t.Parallel()
	contract, err := Parse(openapiYAML())
	if err != nil {
		t.Fatal(err)
	}
	health := contract.Operation("getHealth")
	for range 3 {
		if failures := health.CheckResponse(200, jsonHeader, []byte(`{"health":"GOOD"}`)); len(failures) > 0 {
			t.Errorf("a good body fails: %v", failures)
		}
		failures := health.CheckResponse(200, jsonHeader, []byte(`{"health":"FINE"}`))
		if len(failures) != 1 || failures[0].Pointer != "/health" {
			t.Errorf("a bad body: %v", failures)
		}
	}
	if n := len(health.Response(200).Contents[0].verdicts.young); n != 2 {
		t.Errorf("%d bodies are remembered", n)
	}
}

// TestErrorsAreJudgedOnceButForTheirID checks that errors that differ only in their id
// share a verdict, and that a wrong id is still found.
func TestErrorsAreJudgedOnceButForTheirID(t *testing.T) {
	t.Parallel()
	contract, err := Parse(openapiYAML())
	if err != nil {
		t.Fatal(err)
	}
	operation := contract.Operation("deleteSignalEndpoint")
	body := func(id string) []byte {
		return fmt.Appendf(nil, `{"id":"%s","name":"PermissionError","message":"m","details":[{"message":"m"}],"permissions":["ADMIN"]}`, id)
	}
	for i := range 100 {
		if failures := operation.CheckResponse(403, jsonHeader, body(fmt.Sprintf("00000000-0000-4000-8000-%012d", i))); len(failures) > 0 {
			t.Fatal(failures)
		}
	}
	response := operation.Response(403)
	if n := len(response.Contents[0].verdicts.young); n != 1 {
		t.Errorf("%d bodies are remembered, want 1", n)
	}
	for _, wrong := range []string{`{"id":7,"name":"PermissionError"}`, `{"id":"00000000-0000-4000-8000-000000000000"}`} {
		if failures := operation.CheckResponse(403, jsonHeader, []byte(wrong)); len(failures) == 0 {
			t.Errorf("%s passes", wrong)
		}
	}
	for _, whole := range []string{`{"id":"no uuid","x":1}`, `{"id":"00000000-0000-4000-8000-00000000000X","x":1}`, `{"name":"x"}`, ``, `{"id":"`} {
		if got := withoutID([]byte(whole)); string(got) != whole {
			t.Errorf("%s was cut to %s", whole, got)
		}
	}
}

// TestASchemaThatLooksAtTheIDKeepsIt checks schemas for which the id matters, as in
// documents other than ours.
func TestASchemaThatLooksAtTheIDKeepsIt(t *testing.T) {
	t.Parallel()
	const template = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /x:
    get:
      operationId: x
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: %s
components:
  schemas:
    tree: {type: object, properties: {id: {anyOf: [{type: string}, {$ref: '#/components/schemas/tree'}]}}}
    prefixed: {type: string, pattern: "^a"}
`
	for schema, want := range map[string]bool{
		`{type: object, properties: {id: {type: string, format: uuid}}}`: true,
		`{type: object, properties: {id: {}}}`:                           true,
		`{type: object}`:                                                 true,
		`{allOf: [{type: object, properties: {id: {type: string}}}, {not: {required: [name]}}]}`:              true,
		`{type: object, properties: {id: {anyOf: [{type: string}, {type: integer}]}}}`:                        true,
		`{type: object, properties: {id: {type: string, enum: [a]}}}`:                                         false,
		`{type: object, properties: {id: {type: string, pattern: "^a"}}}`:                                     false,
		`{type: object, properties: {id: {anyOf: [{type: string, pattern: a}]}}}`:                             false,
		`{$ref: '#/components/schemas/tree'}`:                                                                 true,
		`{type: object, properties: {id: {$ref: '#/components/schemas/prefixed'}}}`:                           false,
		`{type: object, enum: [{id: a}]}`:                                                                     false,
		`{allOf: [{type: object, properties: {id: {type: string}}}, {not: {properties: {id: {enum: [a]}}}}]}`: false,
	} {
		contract, err := Parse(fmt.Appendf(nil, template, schema))
		if err != nil {
			t.Fatal(err)
		}
		if got := contract.Operation("x").Response(200).Contents[0].schema.get().anyUUID; got != want {
			t.Errorf("%s: any UUID is valid: %v, want %v", schema, got, want)
		}
	}
}

// TestVerdictsAreBounded checks that the memory is bounded, however many bodies are
// checked, and that a frequent body is still known.
func TestVerdictsAreBounded(t *testing.T) {
	t.Parallel()
	var memory verdicts
	often := []byte("often")
	memory.put(often, nil)
	for i := range 1000 {
		memory.put(fmt.Appendf(nil, "%04d%s", i, strings.Repeat("x", 1000)), []Failure{{Reason: strings.Repeat("x", i), Forms: make([]Failure, i%7)}})
		if _, known := memory.get(often); !known {
			t.Fatalf("the frequent body was forgotten after %d others", i)
		}
	}
	size := 0
	for _, generation := range []map[string][]Failure{memory.young, memory.old} {
		for body, failures := range generation {
			size += len(body)
			for i := range failures {
				size += failures[i].Bytes()
			}
		}
	}
	if size > 2*maxRemembered {
		t.Errorf("%d bytes are remembered", size)
	}
}

// TestLargeBodiesAreRememberedByTheirDigest checks that a large valid body takes only 33
// bytes, and that many failures are not remembered.
func TestLargeBodiesAreRememberedByTheirDigest(t *testing.T) {
	t.Parallel()
	var memory verdicts
	valid := bytes.Repeat([]byte("x"), maxKey+1)
	memory.put(valid, nil)
	if failures, known := memory.get(valid); !known || failures != nil {
		t.Errorf("a large body has the verdict %v, known: %v", known, failures)
	}
	if memory.size != 33 {
		t.Errorf("a large body takes %d bytes", memory.size)
	}
	other := append(bytes.Clone(valid[1:]), 'y')
	if _, known := memory.get(other); known {
		t.Error("a large body is confused with another of its length")
	}
	memory.put(other, []Failure{{Reason: strings.Repeat("y", maxRemembered)}})
	if _, known := memory.get(other); known {
		t.Error("failures larger than the memory are remembered")
	}
	memory.put(other, []Failure{{Reason: "y"}})
	if failures, known := memory.get(other); !known || len(failures) != 1 {
		t.Errorf("a large body has the verdict %v, known: %v", failures, known)
	}
}

// TestVerdictsOfManyAtOnce uses the memory from many goroutines, for the same and for
// different bodies.
func TestVerdictsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	var memory verdicts
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 500 {
				body := fmt.Appendf(nil, "%d%s", i%50, strings.Repeat("x", 4000))
				want := []Failure{{Reason: string(body[:2])}}
				got, known := memory.get(body)
				if known && !cmp.Equal(got, want) {
					t.Errorf("worker %d got the verdict on another body: %v", worker, got)
				}
				memory.put(body, want)
			}
		})
	}
	group.Wait()
}

// TestBodiesAreJudgedByTheirText checks that the verdict on a text is the verdict on its
// value.
func TestBodiesAreJudgedByTheirText(t *testing.T) {
	t.Parallel()
	contract, err := Parse(openapiYAML())
	if err != nil {
		t.Fatal(err)
	}
	operation := contract.Operation("createSignalEndpoint")
	for text, value := range map[string]any{
		`{"name":"a"}`:                 map[string]any{"name": "a"},
		`{"name":7}`:                   map[string]any{"name": 7.0},
		`{"name":"a","enabled":"yes"}`: map[string]any{"name": "a", "enabled": "yes"},
		`{}`:                           map[string]any{},
		`[]`:                           []any{},
	} {
		want := operation.CheckBody(value)
		for range 2 {
			got := operation.CheckBodyText([]byte(text), value)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s differs (-value +text):\n%s", text, diff)
			}
			for i := range got {
				got[i] = Failure{} // changing a result must not affect others
			}
		}
	}
	if got := operation.CheckBodyText(nil, []any{}); len(got) == 0 {
		t.Error("a body without text is not checked")
	}
	free := contract.Operation("deleteSignalEndpoint")
	if got := free.CheckBodyText([]byte(`[]`), []any{}); len(got) != 1 || got[0].Want != "object" {
		t.Errorf("an operation without a body: %v", got)
	}
}
