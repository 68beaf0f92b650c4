package reads

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestAnswersAreNotKept checks that a run does not hold on to the responses of operations that it calls in
// one go.
func TestAnswersAreNotKept(t *testing.T) { // not parallel: it measures the memory
	const (
		operations = 30
		size       = 2 << 20
	)
	var document strings.Builder
	document.WriteString("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n")
	for i := range operations {
		fmt.Fprintf(&document, "  /x%d: {get: {operationId: x%d, responses: {'200': {description: d, content: {application/json: {}}}}}}\n", i, i)
	}
	contract, err := spec.Parse([]byte(document.String()))
	if err != nil {
		t.Fatal(err)
	}
	body := `{"a":"` + strings.Repeat("x", size) + `"}`
	address, err := target.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer address.Close()
	client := target.NewClient(target.Config{Address: address, Contract: contract, Timeout: time.Minute, Connections: 1})
	defer client.Close()
	inUse := func() uint64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	ended, most, before := 0, uint64(0), inUse()
	run := New(Config{Client: client, Concurrency: 1, Redact: secrets.New(), Ended: func(record *report.Scenario) {
		if ended++; ended == operations {
			most = inUse()
		}
		if record.Outcome != report.Passed {
			t.Errorf("%s %s: %v", record.ID, record.Outcome, record.Failures)
		}
	}})
	if err := run.All(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ended != operations || most > before+operations*size/2 {
		t.Errorf("%d operations took %d MiB", ended, (most-before)>>20)
	}
}

// TestLessonsAreLearned checks that what is remembered does not depend on when a response is reduced to its lesson:
// values count in the order of the operations, and those that are known already leave room for others.
func TestLessonsAreLearned(t *testing.T) {
	t.Parallel()
	contract, err := spec.Parse([]byte(`openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /: {get: {operationId: root, responses: {'200': {description: d}}}}
  /pets: {get: {operationId: pets, responses: {'200': {description: d}}}}
  /pets/{petId}: {get: {operationId: pet, parameters: [{name: petId, in: path, required: true, schema: {}}], responses: {'200': {description: d}}}}
  /{name}: {get: {operationId: name, parameters: [{name: name, in: path, required: true, schema: {}}], responses: {'200': {description: d}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	v := newValues(contract)
	answer := func(id, path, body string) lesson {
		value, isJSON := jsonvalue.Decode([]byte(body))
		return v.lesson(contract.Operation(id), &target.Exchange{Request: target.Request{Path: path}, Status: 200, Value: value, IsJSON: isJSON})
	}
	pets := func(first, count int) string {
		var entries []string
		for i := range count {
			entries = append(entries, fmt.Sprintf(`{"petId":%d}`, first+i))
		}
		return "[" + strings.Join(entries, ",") + "]"
	}
	lessons := []lesson{
		answer("pet", "/pets/a%20b", `{}`), answer("pets", "/pets", pets(0, 10)), answer("pets", "/pets/", pets(5, 100)),
		answer("root", "/", `["x"]`), answer("pet", "/pets/z", `not JSON`),
	}
	for _, shown := range lessons {
		v.learn(shown)
	}
	var want []any
	want = append(want, "a b")
	for i := range maxRemembered - 1 {
		want = append(want, jsonNumber(i))
	}
	if !slices.Equal(v.named["petId"], want) {
		t.Errorf("named %v, want %v", v.named["petId"], want)
	}
	if got := v.listed["/pets"]["petId"]; len(got) != maxRemembered || got[0] != jsonNumber(5) {
		t.Errorf("listed %v", got)
	}
	if got := v.listed[""]["name"]; len(got) != 1 || got[0] != "x" {
		t.Errorf("listed at the root %v", got)
	}
}

func jsonNumber(i int) any { return json.Number(fmt.Sprint(i)) }
