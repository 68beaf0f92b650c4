package gherkin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestAnInterruptedWaitSkipsTheScenario checks that a wait between two reads ends with what interrupted
// the run. Any other error would count as one of the suite.
func TestAnInterruptedWaitSkipsTheScenario(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer server.Close()
	address, err := target.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := target.NewClient(target.Config{Address: address, Contract: spec.Default(), Timeout: time.Minute})
	defer client.Close()
	w := newWorld(&Run{Client: client, Judge: judge.New(), Plan: &plan.Plan{}, Redact: secrets.New()})
	w.begin(&plan.Scenario{Steps: []plan.Step{{}}})
	ctx, interrupt := context.WithCancelCause(t.Context())
	err = w.sender.again(ctx, w.sender.reads("/nothing", "as nobody"), time.Hour, time.Hour, func() (bool, error) {
		interrupt(errors.New("a signal"))
		return false, nil
	})
	if outcome := outcomeOf(ctx, err); outcome != report.Skipped {
		t.Errorf("%v: %s", err, outcome)
	}
}
