package example

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// TestALargeExampleIsReadOnce checks that a large example that fits its schema is read
// once, and that one that does not fit leaves room for the next.
func TestALargeExampleIsReadOnce(t *testing.T) {
	const elements = 30_000 // more than the cache keeps
	numbers := "[" + strings.Repeat("1000000000,", elements-1) + "1]"
	texts := "[" + strings.Repeat(`"a",`, elements-1) + `"a"]`
	for _, mediaType := range []string{"application/json", "application/json; version=2", "application/vnd.example+json"} {
		contract, err := spec.Load([]byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"d","content":{"` + mediaType +
			`":{"schema":{"type":"array","items":{"type":"integer"}},"examples":{"bad":{"value":` + texts + `},"good":{"value":` + numbers + `}}}}}}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		maker := NewMaker(slog.New(slog.DiscardHandler))
		ask := func() {
			made, err := maker.Make(contract.Operation("x"), Wanted{Example: "good"})
			if err != nil || string(made.Body) != numbers {
				t.Errorf("%s: %v", mediaType, err)
			}
		}
		if count := testing.AllocsPerRun(1, ask); count > elements/100 {
			t.Errorf("%s: a request for a known example allocates %v times", mediaType, count)
		}
		answered := make(chan error)
		go func() {
			_, err := maker.Make(contract.Operation("x"), Wanted{})
			answered <- err
		}()
		select {
		case err := <-answered:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("after a large example that does not fit, there is no answer")
		}
	}
}
