package mockserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

// example is a request of an operation that succeeds on the built-in seed, once those
// before it were made.
type example struct {
	path, token, body string

	before []string // operationIds
	errors map[string]exampleFile
}

// exampleFile is an example as a resource's testdata/examples.json has it, by
// operationId; further ones, for others to come after, have a word behind it. Without a token it is made by an admin. wrong has what is different of
// a request that gets an error, by status.
type exampleFile struct {
	Path   string                 `json:"path"`
	Token  *string                `json:"token"`
	Body   json.RawMessage        `json:"body"`
	Before []string               `json:"before"`
	Wrong  map[string]exampleFile `json:"wrong"`
}

// examples are those of all resources, each in its folder.
var examples = func() map[string]example {
	files, err := filepath.Glob("internal/resources/*/testdata/examples.json")
	if err != nil {
		panic(err)
	}
	out := map[string]example{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		var read map[string]exampleFile
		if err := json.Unmarshal(source, &read); err != nil {
			panic(file + ": " + err.Error())
		}
		for id, e := range read {
			token := adminToken
			if e.Token != nil {
				token = *e.Token
			}
			out[id] = example{path: e.Path, token: token, body: string(e.Body), before: e.Before, errors: e.Wrong}
		}
	}
	return out
}()

// wrong is the request that gets an error; false if the resource has none.
func (e example) wrong(status int) (example, bool) {
	different, has := e.errors[strconv.Itoa(status)]
	e.path, e.body = cmp.Or(different.Path, e.path), cmp.Or(string(different.Body), e.body)
	e.before = append(different.Before, e.before...)
	return e, has
}

// prepared is a server on which the requests before an example were made, and the
// example with ${id} as the last id that was answered.
func (e example) prepared(t testing.TB, options ...Option) (*app, example) {
	t.Helper()
	a := newApp(t, options...)
	for _, id := range e.before {
		first := examples[id]
		operation, _, _ := strings.Cut(id, " ")
		got := a.call(spec.Default().Operation(operation).Method, first.path, first.token, first.body)
		var answer struct{ ID any }
		if json.Unmarshal(got.body, &answer) == nil && answer.ID != nil {
			e.path, e.body = withID(e.path, answer.ID), withID(e.body, answer.ID)
		}
	}
	return a, e
}

func withID(text string, id any) string { return strings.ReplaceAll(text, "${id}", fmt.Sprint(id)) }
