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

// example is a request that makes an operation succeed on the built-in seed, once the
// requests in before were made.
type example struct {
	path, token, body string

	before []string // operationIds
	errors map[string]exampleFile
}

// exampleFile is an example in a resource's testdata/examples.json, keyed by operationId.
// Further examples of an operation, which others build on, have the operationId and a
// word as the key. Without a token, the request is made as an admin. Wrong holds, by
// status, how a request that gets that error differs.
type exampleFile struct {
	Path   string                 `json:"path"`
	Token  *string                `json:"token"`
	Body   json.RawMessage        `json:"body"`
	Before []string               `json:"before"`
	Wrong  map[string]exampleFile `json:"wrong"`
}

// examples are the examples of all resources. Each resource keeps its own in its folder.
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

// wrong returns the request that gets the given error, and whether the resource has one.
func (e example) wrong(status int) (example, bool) {
	different, has := e.errors[strconv.Itoa(status)]
	e.path, e.body = cmp.Or(different.Path, e.path), cmp.Or(string(different.Body), e.body)
	e.before = append(different.Before, e.before...)
	return e, has
}

// prepared returns a server on which the requests in before were made, and the example
// with ${id} replaced by the first id in their answers.
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
