package gherkin

import (
	"context"
	"net/http"

	"github.com/unleash-mock/unleash-mock/conformance/internal/judge"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
)

// World is what one scenario knows. Every scenario has a fresh one.
type World struct {
	run      *Run
	values   *values
	requests *requests
	sender   *sender
	answer   *answer
	record   *record
	ledger   *ledger.Ledger
}

// newWorld makes the world of a scenario that is named later: godog wants to know
// the steps first.
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

// forget drops the answers of a scenario that ended: godog holds on to the world.
func (w *World) forget() { w.answer.last, w.values.kept, w.values.created = nil, nil, nil }

// OwnName is a name that no other scenario and no other run has.
func (w *World) OwnName(part string) string { return w.values.ownName(part) }

// Expand puts values in the place of the variables of a text, <like.this>.
func (w *World) Expand(text string) (string, error) { return w.values.expand(text) }

// Path puts values in the place of the variables of a path that a request is sent
// to with that method. The error says that it must not be.
func (w *World) Path(ctx context.Context, method, text string) (string, error) {
	return w.requests.paths.expand(ctx, method, text)
}

// Keep keeps a value of the answer that came last for later steps.
func (w *World) Keep(name string, value any) { w.values.keep(name, value, w.answer.last) }

// Place is where the flags of the run are.
func (w *World) Place() target.Place { return w.run.Plan.Conditions.Place }

// Client is the way to the target, for what no report shows.
func (w *World) Client() *target.Client { return w.run.Client }

// Admin is the admin's token.
func (w *World) Admin() string { return w.run.tokens().Admin }

// Made are the ids of what the scenario made at a path.
func (w *World) Made(collection string) []string { return w.ledger.IDs(collection) }

// Preparation is a request that prepares a scenario.
type Preparation struct {
	Path, Body string
	// Secret is the token that it is sent with, Actor whose that is, if anybody's.
	Secret, Actor string
	Status        int // that it must be answered with
}

// Prepare sends a request that prepares a scenario and returns its answer. That it
// fails speaks against the operation that was asked, not against what the scenario
// is about.
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

// PrepareAsAdmin sends what makes something and keeps the answer.
func (w *World) PrepareAsAdmin(ctx context.Context, name, path, body string) error {
	made, err := w.Prepare(ctx, Preparation{Path: path, Body: body, Secret: w.Admin(), Actor: "admin", Status: http.StatusCreated})
	if err == nil {
		w.Keep(name, made.Value)
	}
	return err
}
