package conformance_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty"
	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

var updateStrength = flag.Bool("update", false, "rewrite docs/suite-strength.md")

// strengthPage is the path of the page with the table of faults.
var strengthPage = filepath.Join("..", "docs", "suite-strength.md")

// tried reports whether a run tries the i-th fault, of which so many are written by hand. Races do not depend
// on the fault, and a short run takes one in ten of those that follow from the contract.
func tried(i, byHand int) bool {
	switch {
	case *updateStrength:
		return true
	case race.Enabled:
		return i%1000 == 0
	case testing.Short():
		return i < byHand || i%10 == 0
	}
	return true
}

// catch says what caught a fault.
type catch struct {
	fault    bend.Fault
	scenario string // its id
	// by is "step" if a step caught it, "check" if the check of every exchange did.
	by string
}

// verifyFault runs a part of the suite against a mock with a fault.
func verifyFault(t *testing.T, fault bend.Fault, part conformance.Options) *report.Report {
	t.Helper()
	var err error
	if part.Handler, err = faulty.Handler(fault); err != nil {
		t.Fatal(err)
	}
	part.Seed = 1
	result, err := conformance.Run(t.Context(), part)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// caught returns the first scenario that failed and named the fault's operation, either as the one
// that broke the contract or as the one that showed it.
func caught(result *report.Report, fault bend.Fault) (catch, bool) {
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			if failure.Operation == fault.Operation || failure.SeenIn == fault.Operation {
				return catch{fault, scenario.ID, tellsBy(scenario)}, true
			}
		}
	}
	return catch{}, false
}

func tellsBy(scenario report.Scenario) string {
	if slices.ContainsFunc(scenario.Exchanges, func(e report.Exchange) bool { return len(e.Violations) > 0 }) {
		return "check"
	}
	return "step"
}

// try runs the suite against a fault until a scenario fails and names the operation: first the
// scenarios that are likely to catch it, then those of its operation, then all.
func try(t *testing.T, fault bend.Fault, likely ...string) catch {
	t.Helper()
	var parts []conformance.Options
	for _, id := range likely {
		parts = append(parts, conformance.Options{Scenarios: []string{id}})
	}
	if fault.Operation != "" {
		parts = append(parts, conformance.Options{Operations: []string{fault.Operation}})
	}
	var result *report.Report
	for _, part := range append(parts, conformance.Options{}) {
		result = verifyFault(t, fault, part)
		if found, ok := caught(result, fault); ok {
			return found
		}
	}
	t.Fatalf("not caught: operation %q, fault %s: %s", fault.Operation, fault.Name, others(result))
	return catch{}
}

// faultless maps mocks without a fault to the part of the suite that runs against them, and must
// pass.
var faultless = map[bend.Mock]conformance.Options{
	bend.Lifted:      {},
	bend.Resources:   {},
	bend.OpenSource:  {},
	bend.Projects:    {Tags: "@op:getAllClientFeatures"},
	bend.FewRequests: {Tags: "@limits and @measured"},
	bend.Calls:       {Operations: []string{"callSignalEndpoint"}}, // four calls take a second
}

// TestSuiteStrength runs the suite against mocks without a fault, where it must pass, and against
// every fault, where it must fail and name the operation.
func TestSuiteStrength(t *testing.T) {
	t.Parallel()
	seen := &sightings{scenarios: map[sighting][]string{}}
	t.Run("faultless", func(t *testing.T) {
		for mock, part := range faultless {
			t.Run(cmp.Or(string(mock), "lifted"), func(t *testing.T) {
				t.Parallel()
				race.NotTwice(t)
				result := verifyFault(t, bend.Fault{Mock: mock}, part)
				passes(t, result)
				seen.take(mock, result)
			})
		}
	})
	derived, err := faulty.Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	page := readStrength(t)
	var mu sync.Mutex
	var catches []catch
	t.Run("faults", func(t *testing.T) {
		byHand := faulty.Faults()
		for i, fault := range slices.Concat(byHand, derived) {
			if fault.Unprovoked != "" || !tried(i, len(byHand)) {
				continue
			}
			t.Run(fault.ID, func(t *testing.T) {
				t.Parallel()
				likely := seen.of(fault)
				if id := page.catchers[fault.ID]; id != "" && !*updateStrength {
					likely = []string{id}
				}
				found := try(t, fault, likely...)
				if id := page.catchers[fault.ID]; id != "" && id != found.scenario && !*updateStrength {
					t.Errorf("caught by %s and no longer by %s; rewrite the page with -update", found.scenario, id)
				}
				mu.Lock()
				defer mu.Unlock()
				catches = append(catches, found)
			})
		}
	})
	if *updateStrength && !t.Failed() {
		writeStrength(t, catches, derived)
	}
}

func passes(t *testing.T, result *report.Report) {
	t.Helper()
	if result.ExitCode != 0 || result.Summary.Passed == 0 {
		t.Errorf("exit code %d, summary %+v: %s", result.ExitCode, result.Summary, others(result))
	}
	if len(result.Cleanup) > 0 {
		t.Errorf("left behind: %+v", result.Cleanup)
	}
}

// others describes what failed instead.
func others(result *report.Report) string {
	var named []string
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			named = append(named, fmt.Sprintf("%s named %q: expected %s, got %s", scenario.ID, failure.Operation, failure.Expectation, failure.Got))
		}
	}
	if len(named) == 0 {
		return "nothing failed"
	}
	return strings.Join(named[:min(len(named), 5)], "\n")
}

// sightings records the scenarios in which operations of mocks without a fault gave certain
// answers.
type sightings struct {
	mu        sync.Mutex
	scenarios map[sighting][]string
}

// sighting is an operation's answer with a status and a value at a pointer.
type sighting struct {
	mock               bend.Mock
	operation, pointer string
	status             int
}

// enough is how many scenarios are kept for each sighting.
const enough = 2

func (s *sightings) take(mock bend.Mock, result *report.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scenario := range result.Scenarios {
		for _, x := range scenario.Exchanges {
			var body any
			_ = json.Unmarshal([]byte(x.Response.Body), &body) // a body that is not JSON has nothing at a pointer
			for _, pointer := range pointers(body, "") {
				at := sighting{mock, x.Operation, pointer, x.Response.Status}
				if len(s.scenarios[at]) < enough && !slices.Contains(s.scenarios[at], scenario.ID) {
					s.scenarios[at] = append(s.scenarios[at], scenario.ID)
				}
			}
		}
	}
}

// pointers lists the pointers to everything in a value. The entries of a list share one.
func pointers(value any, pointer string) []string {
	all := []string{pointer}
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			all = append(all, pointers(member, pointer+"/"+key)...)
		}
	case []any:
		for _, entry := range value {
			all = append(all, pointers(entry, pointer+"/*")...)
		}
	}
	return all
}

// of returns the scenarios that are likely to show a derived fault.
func (s *sightings) of(fault bend.Fault) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scenarios[sighting{fault.Mock, fault.Operation, fault.Pointer, fault.Status}]
}

// row returns the start of a fault's row on the page, up to what catches it.
func row(fault bend.Fault) string {
	operation := "outside of the contract"
	if fault.Operation != "" {
		operation = "`" + fault.Operation + "`"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s |", fault.ID, fault.Name, operation, fault.Standing)
}

// derivedRows returns the rows that say, for each operation, how many derived faults are tried,
// how many are not, and why not.
func derivedRows(derived []bend.Fault) []string {
	var rows []string
	for _, operation := range spec.Default().Operations() {
		tried, untried, reasons := 0, 0, []string{}
		for _, fault := range derived {
			switch {
			case fault.Operation != operation.ID:
			case fault.Unprovoked == "":
				tried++
			default:
				untried++
				reasons = append(reasons, fmt.Sprintf("%d: %s", fault.Status, fault.Unprovoked))
			}
		}
		slices.Sort(reasons)
		rows = append(rows, fmt.Sprintf("| %s | %d | %d | %s |", operation.ID, tried, untried, strings.Join(slices.Compact(reasons), "; ")))
	}
	return rows
}

func writeStrength(t *testing.T, catches []catch, derived []bend.Fault) {
	t.Helper()
	byID := map[string]catch{}
	for _, c := range catches {
		byID[c.fault.ID] = c
	}
	counts := map[spec.Standing]int{}
	var rows strings.Builder
	for _, fault := range faulty.Faults() {
		counts[fault.Standing]++
		c := byID[fault.ID]
		fmt.Fprintf(&rows, "%s `%s` (%s) |\n", row(fault), c.scenario, c.by)
	}
	var standings []string
	for _, standing := range []spec.Standing{spec.Documented, spec.Observed, spec.Measured, spec.Inferred, spec.Assumed} {
		standings = append(standings, fmt.Sprintf("%d %s", counts[standing], standing))
	}
	page := fmt.Sprintf(strengthIntroduction, len(catches), len(faulty.Faults()), strings.Join(standings, ", "), len(catches)-len(faulty.Faults())) +
		strings.Join(derivedRows(derived), "\n") + fmt.Sprintf(strengthTable, rows.String())
	if err := os.WriteFile(strengthPage, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

const strengthIntroduction = `# How strong the suite is

A suite that passes everything is worth nothing. So it is run against a mock that breaks the contract in one
particular way, once for each of %d ways, and each time it has to fail and name the operation. Against the same mock
without a fault it has to pass. Applied to programs, this is known as mutation testing.

**All are caught**: %d faults of meaning, written by hand, and %[4]d that follow from the contract. The faults of meaning
break rules of these standings: %[3]s.

A fault alters a request before the mock sees it, or the answer before the suite does. ETag, length and
encoding are recomputed, so that exactly one thing is wrong. This page is generated by
` + "`go test ./conformance -run TestSuiteStrength -update`" + `; the same test fails if a fault goes unnoticed.

## Faults that follow from the contract

For every operation, each documented status and each property of each answer: a different status, a body wrapped in an
envelope or of a different type, a property that is missing, of a different type, null, or superfluous. Each counts
only if the contract then rejects the document's own example.

| operation | caught | not tried | why not |
|---|---|---|---|
`

const strengthTable = `

## Faults of meaning

The last column names a scenario that catches the fault. ` + "`step`" + ` means one of its steps; ` + "`check`" + ` means the
checks of every exchange in every scenario, whatever its steps say.

| fault | what the server does wrong | operation | the rule is | caught by |
|---|---|---|---|---|
%s`

// strength is the content of the page.
type strength struct {
	rows     []string
	derived  []string
	catchers map[string]string // scenario ids by fault id
}

func readStrength(t *testing.T) strength {
	t.Helper()
	page, err := os.ReadFile(strengthPage)
	if err != nil {
		t.Fatal(err)
	}
	s := strength{catchers: map[string]string{}}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		switch {
		case strings.HasPrefix(line, "| `"):
			s.rows = append(s.rows, strings.TrimSpace(line))
			if words := strings.Split(cells[len(cells)-2], "`"); len(words) == 3 {
				s.catchers[strings.Trim(cells[1], " `")] = words[1]
			}
		case len(cells) == 6 && spec.Default().Operation(strings.TrimSpace(cells[1])) != nil:
			s.derived = append(s.derived, strings.TrimSpace(line))
		}
	}
	return s
}

// TestAListIsBlamedForWhatItShows is about what a call stores and returns correctly, or does not
// know, but a list shows wrongly.
func TestAListIsBlamedForWhatItShows(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	about := conformance.Options{Operations: []string{"callSignalEndpoint", "getSignals", "getSignalEndpointSignals"}}
	shown := []string{"call-payload-not-stored", "call-payload-flattened", "signals-payload-filled", "signals-token-name", "query-source-name"}
	tried := 0
	for _, fault := range faulty.Faults() {
		if !slices.Contains(shown, fault.ID) {
			continue
		}
		tried++
		for _, scenario := range verifyFault(t, fault, about).Scenarios {
			for _, failure := range scenario.Failures {
				if failure.Operation != fault.Operation {
					t.Errorf("%s: %s blames %s", fault.ID, scenario.ID, failure.Operation)
				}
			}
		}
	}
	if tried != len(shown) {
		t.Errorf("%d faults were tried", tried)
	}
}

// TestThePageOfTheSuitesStrengthHasEveryFault keeps the tables up to date.
func TestThePageOfTheSuitesStrengthHasEveryFault(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	page := readStrength(t)
	faults := faulty.Faults()
	if len(page.rows) != len(faults) {
		t.Errorf("%d rows for %d faults; rewrite the page with -update", len(page.rows), len(faults))
	}
	for i, fault := range faults {
		if i < len(page.rows) && !strings.HasPrefix(page.rows[i], row(fault)) {
			t.Errorf("row %d is %s, want %s; rewrite the page with -update", i+1, page.rows[i], row(fault))
		}
	}
	derived, err := faulty.Derived(spec.Default())
	if err != nil {
		t.Fatal(err)
	}
	if want := derivedRows(derived); !slices.Equal(page.derived, want) {
		t.Errorf("the table of derived faults is out of date; rewrite the page with -update, want:\n%s", strings.Join(want, "\n"))
	}
}
