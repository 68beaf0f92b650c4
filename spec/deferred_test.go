package spec

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestResponsesAreCompiledWhenNeeded: who asks before all are compiled gets the
// same verdicts, however many ask at once.
func TestResponsesAreCompiledWhenNeeded(t *testing.T) {
	t.Parallel()
	whole, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := read(document)
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
				for _, response := range operation.Responses {
					header := http.Header{"Content-Type": {response.MediaType}}
					for _, body := range []string{`{}`, `{"id":"no UUID","name":7}`, `[1]`, `"x"`} {
						got := operation.CheckResponse(response.Status, header, []byte(body))
						want := whole.Operation(operation.ID).CheckResponse(response.Status, header, []byte(body))
						if diff := cmp.Diff(want, got); diff != "" {
							t.Errorf("%s %d %s differs (-want +got):\n%s", operation.ID, response.Status, body, diff)
						}
					}
				}
			})
		}
	}
	asking.Wait()
}

// TestParseTellsOfResponses: a schema of a response that does not compile is told
// with its place.
func TestParseTellsOfResponses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ response, want string }{
		"a body":   {`content: {application/json: {schema: {type: string, pattern: "("}}}`, "GET /x: response 200: "},
		"a header": {`headers: {X-A: {schema: {type: string, pattern: "("}}}`, "GET /x: response 200: header X-A: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get:\n      operationId: x\n      responses:\n        '200': {description: d, " + test.response + "}\n"))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("the error is %v, want one that begins with %q", err, test.want)
			}
		})
	}
}
