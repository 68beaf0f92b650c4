package resources

import (
	"testing"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestResourcesFitTheContract makes the plan of every operation, which compares its
// input and its answer with the contract.
func TestResourcesFitTheContract(t *testing.T) {
	t.Parallel()
	e, err := engine.New(spec.Default(), All(Options{})...)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Plans().Complete(); err != nil {
		t.Error(err)
	}
}
