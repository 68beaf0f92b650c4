package gherkin

import (
	"context"
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// World is the state of one scenario. Every scenario gets a fresh one.
type World struct {
	run      *Run
	values   *values
	requests *requests
	sender   *sender
	answer   *answer
	record   *record
	ledger   *ledger.Ledger
}

// newWorld returns the world of a scenario that will be set later, because godog needs the
// steps first.
func newWorld(run *Run) *World {
	w := &World{run: run, record: &record{run: run}, ledger: ledger.New(run.Ledger)}
	w.values = &values{run: run, kept: map[string]any{}, created: map[string]ledger.Created{}}
	w.answer = &answer{values: w.values}
	w.sender = &sender{run: run, record: w.record, ledger: w.ledger, answer: w.answer}
	w.requests = &requests{values: w.values, paths: &paths{values: w.values, sender: w.sender}}
	w.sender.requests = w.requests
	return w
}

func (w *World) begin(scenario *plan.Scenario) {
	w.values.scenario = scenario
	w.record.scenario, w.record.report = scenario, scenario.Record()
}

// forget discards the responses of a scenario that has ended, because godog keeps its world.
func (w *World) forget() { w.answer.last, w.values.kept, w.values.created = nil, nil, nil }

// OwnName returns a name that no other scenario or run uses, for anything but a flag.
func (w *World) OwnName(part string) string { return w.values.plainName(part) }

// FlagName returns such a name for a flag, which fits the naming pattern of its project.
func (w *World) FlagName(part string) string { return w.values.flagName(part) }

// Expand replaces the variables in a text, <like.this>.
func (w *World) Expand(text string) (string, error) { return w.values.expand(text) }

// Path replaces the variables in the path of a request with the given method. It returns an
// error if the request must not be sent.
func (w *World) Path(ctx context.Context, method, text string) (string, error) {
	return w.requests.paths.expand(ctx, method, text)
}

// Keep stores a value of the latest response for later steps.
func (w *World) Keep(name string, value any) { w.values.keep(name, value, w.answer.last) }

// Place returns where the run's flags are.
func (w *World) Place() target.Place { return w.run.Plan.Conditions.Place }

// Client returns the client of the target, for requests that no report shows.
func (w *World) Client() *target.Client { return w.run.Client }

// Admin returns the admin's token.
func (w *World) Admin() string { return w.run.tokens().Admin }

// Made returns the ids of what the scenario created at a path.
func (w *World) Made(collection string) []string { return w.ledger.IDs(collection) }

// Settle waits until things of a kind may be removed for good.
func (w *World) Settle(ctx context.Context, kind *ledger.Kind) error {
	if w.run.Ledger.Bin.Settled {
		return nil
	}
	return target.Sleep(ctx, kind.Settling)
}

// Preparation is a request that prepares a scenario.
type Preparation struct {
	Path, Body string
	// Secret is the token that it is sent with. Actor is whose token that is, or empty.
	Secret, Actor string
	Status        int // the expected status of the response
}

// Prepare sends a request that prepares a scenario and returns its exchange. If it fails, the
// operation that was called is to blame, not the one that the scenario is about.
func (w *World) Prepare(ctx context.Context, p Preparation) (*target.Exchange, error) {
	header := target.Authorized(p.Secret)
	header.Set("Content-Type", target.JSON)
	r := target.Request{Method: http.MethodPost, Path: p.Path, Header: header, Body: []byte(p.Body), Actor: p.Actor}
	if err := w.sender.sendWithRoom(ctx, r); err != nil {
		return nil, err
	}
	last := w.answer.last
	if last.Status != p.Status {
		return nil, judge.Blames(last.OperationID(), statusText(p.Status), last.Summary())
	}
	return last, nil
}

// PrepareAsAdmin creates something as the admin and keeps the response.
func (w *World) PrepareAsAdmin(ctx context.Context, name, path, body string) error {
	made, err := w.Prepare(ctx, Preparation{Path: path, Body: body, Secret: w.Admin(), Actor: "admin", Status: http.StatusCreated})
	if err == nil {
		w.Keep(name, made.Value)
	}
	return err
}
