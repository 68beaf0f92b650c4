package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cucumber/godog"

	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/spec"
)

// suite is one run.
type suite struct {
	options  Options
	contract *spec.Contract
	chosen   tagFilter
	files    *catalogue
	target   *target
	client   *client
	redact   *redactor
	id       string
	started  time.Time

	// What the preflight settles; it does not change while scenarios run.
	found    findings
	tokens   Tokens
	noViewer string // why a viewer's token could not be made
	writes   bool
	probed   bool

	// ledger holds the viewer that the preflight made; the probe of the limits and
	// each scenario have their own.
	ledger    *ledger
	admission *admission
	errorIDs  *once
	secrets   secretSet
	failed    atomic.Bool

	mu        sync.Mutex
	records   map[*scenario]*report.Scenario
	leftovers []report.Leftover
	done      int
}

// newRunID makes the id that the names of a run hold: the day, for people, and
// randomness.
func newRunID() string {
	var random [3]byte
	_, _ = rand.Read(random[:]) // never fails
	return time.Now().UTC().Format("060102") + hex.EncodeToString(random[:])
}

func (s *suite) close() {
	s.client.close()
	s.target.close()
}

// runIDText is the form of a run's id.
var runIDText = regexp.MustCompile(`^[0-9]{6}[0-9a-f]{6}$`)

// name makes a name that no other run gives.
func (s *suite) name(part string) string { return namePrefix + s.id + "-" + part }

// owns reports whether a name is one of this run's.
func (s *suite) owns(name string) bool { return strings.HasPrefix(name, s.name("")) }

func (s *suite) newLedger() *ledger { return newLedger(s.client, s.owns, s.options.Keep) }

// useTokens fills in tokens that are missing.
func (s *suite) useTokens(tokens Tokens) {
	s.tokens = s.tokens.or(tokens)
	for _, actor := range actors {
		s.redact.secret(s.token(actor))
	}
}

func (s *suite) token(actor string) string {
	return map[string]string{
		"admin": s.tokens.Admin, "viewer": s.tokens.Viewer, "backend": s.tokens.Backend, "frontend": s.tokens.Frontend,
	}[actor]
}

// verify is the run: look at the target, decide what to verify, verify it, and
// leave nothing behind.
func (s *suite) verify(ctx context.Context) error {
	s.writes = s.options.mayWrite(s.target)
	s.records = map[*scenario]*report.Scenario{}
	defer func() { s.leftovers = append(s.leftovers, s.sweepOwn(ctx)...) }()
	err := s.prepareAndRun(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	return err
}

func (s *suite) prepareAndRun(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.options.Found != nil {
		s.options.Found(s.describe(), s.describeRun(), s.found.notes)
	}
	s.admission = newAdmission(max(s.found.room, 0), s.options.Concurrency)
	return s.runScenarios(ctx)
}

// prepare looks at the target and plans. Plans come in steps, because a viewer
// and a signal endpoint are made only for scenarios that need them.
func (s *suite) prepare(ctx context.Context) error {
	if err := s.preflight(ctx); err != nil {
		return err
	}
	s.plan()
	if s.mayMakeViewer() {
		problem, err := s.makeViewer(ctx)
		if err != nil {
			return err
		}
		s.noViewer = problem
	}
	if s.writes && s.tokens.Admin != "" && s.found.badAdmin == "" && s.found.edition != openSourceEdition && s.needsProbe() {
		if err := s.probeLimits(ctx); err != nil {
			return err
		}
		s.probed = true
	}
	s.plan()
	s.tell()
	return nil
}

// mayMakeViewer reports whether a viewer's token is missing, wanted and possible.
func (s *suite) mayMakeViewer() bool {
	if s.tokens.Viewer != "" || s.tokens.Admin == "" || s.found.badAdmin != "" || !s.writes {
		return false
	}
	s.tokens.Viewer = "wanted" // to see what only its absence disables
	defer func() { s.tokens.Viewer = "" }()
	return slices.ContainsFunc(s.files.scenarios, func(sc *scenario) bool {
		return slices.Contains(sc.needs.actors, "viewer") && s.reasonAgainst(sc) == ""
	})
}

// needsProbe reports whether a scenario that would run creates signal endpoints.
func (s *suite) needsProbe() bool {
	s.probed = true // what limits and facts disable is not known yet
	defer func() { s.probed = false }()
	before := s.found.room
	s.found.room = manyEndpoints
	defer func() { s.found.room = before }()
	return slices.ContainsFunc(s.files.scenarios, func(sc *scenario) bool {
		return (sc.needs.endpoints > 0 || sc.needs.everyEndpoint) && s.reasonAgainst(sc) == ""
	})
}

// tell notes what the user should know before the first scenario.
func (s *suite) tell() {
	if s.found.badAdmin != "" {
		s.found.note("%s", s.found.badAdmin)
	}
	if s.noViewer != "" {
		s.found.note("no viewer's token could be made: %s", s.noViewer)
	}
	if !s.writes {
		s.found.note("read-only: scenarios that write are disabled")
	}
	if s.probed && s.found.room < documentedLimit {
		s.found.note("room for %d signal endpoints beside the %d that are there", max(s.found.room, 0), s.found.existing)
	}
}

// runScenarios hands the scenarios to godog.
func (s *suite) runScenarios(ctx context.Context) error {
	chosen, err := s.files.enabled()
	if err != nil || len(chosen.paths) == 0 {
		return err
	}
	table := steps()
	suite := godog.TestSuite{
		Name: "unleash-mock verify",
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			w := &world{suite: s, byPickle: chosen.byPickle}
			sc.Before(w.begin)
			sc.StepContext().Before(w.beforeStep)
			sc.StepContext().After(w.afterStep)
			sc.After(w.end)
			for _, step := range table {
				sc.Step(step.expression, step.bind(w))
			}
		},
		Options: &godog.Options{
			FS: chosen.files, Paths: chosen.paths, Randomize: s.options.Seed, Concurrency: s.options.Concurrency,
			Strict: true, DefaultContext: ctx, NoColors: true,
			// The suite reports by its hooks; godog has no formatter that says nothing.
			Format: "progress", Output: io.Discard,
		},
	}
	suite.Run() // its status says less than the records
	for _, sc := range s.files.scenarios {
		if sc.disabled == "" && s.records[sc] == nil {
			return fmt.Errorf("scenario %s was not run", sc.id)
		}
	}
	return nil
}

// keep stores the record of a scenario that ended and tells of it.
func (s *suite) keep(sc *scenario, record *report.Scenario, leftovers []report.Leftover) {
	if record.Outcome == report.Failed || record.Outcome == report.Errored {
		s.failed.Store(true)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records[sc] = record
	s.leftovers = append(s.leftovers, leftovers...)
	s.done++
	if s.options.Progress != nil {
		s.options.Progress(Progress{Done: s.done, Total: s.planned(), Scenario: record})
	}
}

// planned counts the scenarios that run.
func (s *suite) planned() int {
	count := 0
	for _, sc := range s.files.scenarios {
		if sc.disabled == "" {
			count++
		}
	}
	return count
}

// skipReason says why a scenario must not begin any more; empty if it may.
func (s *suite) skipReason(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "the run was interrupted"
	case s.options.FailFast && s.failed.Load():
		return "an earlier scenario failed"
	}
	return ""
}

// sweepOwn removes what bears the run's name and no ledger knew of, as when the
// answer to a create got lost.
func (s *suite) sweepOwn(ctx context.Context) []report.Leftover {
	admin := s.tokens.Admin
	left := s.ledger.clear(ctx, admin)
	if !s.client.wrote.Load() || admin == "" || s.options.Keep {
		return left
	}
	known := slices.Concat(left, s.leftovers)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	var forgotten []created
	for _, kind := range []*kind{user, signalEndpoint} {
		all, _, err := kind.listed(ctx, s.client, authorized(admin))
		if err != nil {
			continue // what is known to be left is told already
		}
		for _, t := range all {
			if t.collection == kind.list && s.owns(t.name) {
				forgotten = append(forgotten, created{kind: kind, collection: t.collection, name: t.name, id: t.id, listed: true})
			}
		}
	}
	return append(left, slices.DeleteFunc(s.ledger.remove(ctx, admin, forgotten), func(l report.Leftover) bool {
		return slices.ContainsFunc(known, func(k report.Leftover) bool { return k.Kind == l.Kind && k.Name == l.Name })
	})...)
}
