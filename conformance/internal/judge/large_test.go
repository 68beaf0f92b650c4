package judge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestALargeAnswerIsJudgedToItsEnd hides one wrong entry among many.
func TestALargeAnswerIsJudgedToItsEnd(t *testing.T) {
	t.Parallel()
	for _, wrong := range []int{-1, 0, 700, 2999} {
		var entries []any
		for i := range 3000 {
			entry := map[string]any{"id": json.Number(fmt.Sprint(i + 1)), "name": "n", "constraints": []any{}, "createdAt": "2026-01-01T00:00:00.000Z", "createdBy": "me", "description": nil, "usedInProjects": json.Number("0"), "usedInFeatures": json.Number("0"), "project": nil}
			if i == wrong {
				entry["id"] = "seven"
			}
			entries = append(entries, entry)
		}
		x := &target.Exchange{
			Request: target.Request{Method: "GET", Path: "/api/admin/segments"}, Status: 200, Operation: spec.Default().Find("GET", "/api/admin/segments"),
			Answer: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Received: []byte(jsonvalue.Text(map[string]any{"segments": entries})),
		}
		x.Value, x.IsJSON = jsonvalue.Decode(x.Received)
		var body []Breach
		for _, b := range contractBreaches(x) {
			if b.In == "body" {
				body = append(body, b)
			}
		}
		switch {
		case wrong < 0 && len(body) > 0:
			t.Errorf("a breach in a correct answer: %+v", body[0])
		case wrong >= 0 && (len(body) != 1 || body[0].Pointer != fmt.Sprintf("/segments/%d/id", wrong) || body[0].Got != `"seven"`):
			t.Errorf("entry %d is wrong, but the breaches are %+v", wrong, body)
		}
	}
}

// TestALargeAnswerOfNoFormIsToldShortly checks an object each of whose properties keeps it from fitting a form.
func TestALargeAnswerOfNoFormIsToldShortly(t *testing.T) {
	t.Parallel()
	contract, err := spec.Parse([]byte(`openapi: 3.0.3
info: {title: t, version: v}
paths: {/x: {get: {operationId: x, responses: {'200': {description: d, content: {application/json: {schema: {nullable: true, allOf: [{type: object, additionalProperties: {type: integer}}]}}}}}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	object := map[string]any{}
	for i := range 30_000 {
		object[fmt.Sprint("a", i)] = "x"
	}
	x := &target.Exchange{
		Request: target.Request{Method: "GET", Path: "/x"}, Status: 200, Operation: contract.Operation("x"),
		Answer: http.Header{"Content-Type": {"application/json"}}, Received: []byte(jsonvalue.Text(object)),
	}
	x.Value, x.IsJSON = jsonvalue.Decode(x.Received)
	if found := contractBreaches(x); len(found) != 1 || found[0].Pointer != "" || len(found[0].Expectation) > 100 {
		t.Errorf("%d breaches: %.200v", len(found), found)
	}
}

// TestBreachesOfALargeObjectAreSmall checks an object with much that it must not have: each breach shows the
// whole object.
func TestBreachesOfALargeObjectAreSmall(t *testing.T) {
	t.Parallel()
	project := map[string]any{"large": strings.Repeat("x", 2*MaxGot)}
	for i := range maxBreaches {
		project[fmt.Sprint("a", i)] = json.Number("0")
	}
	x := &target.Exchange{
		Request: target.Request{Method: "GET", Path: "/api/admin/projects"}, Status: 200, Operation: spec.Default().Find("GET", "/api/admin/projects"),
		Answer:   http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Received: []byte(jsonvalue.Text(map[string]any{"version": json.Number("1"), "projects": []any{project}})),
	}
	x.Value, x.IsJSON = jsonvalue.Decode(x.Received)
	found := contractBreaches(x)
	if len(found) < 2 {
		t.Fatalf("%d breaches", len(found))
	}
	for _, b := range found {
		if len(b.Got) > MaxGot {
			t.Errorf("%s shows %d bytes", b.Pointer, len(b.Got))
		}
	}
	if got := Got("/projects/0/secret", project["large"]); got != secrets.Mark {
		t.Errorf("a secret is shown as %.20s", got)
	}
}
