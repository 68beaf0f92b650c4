package conformance_test

import (
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
	"github.com/unleash-mock/unleash-mock/conformance/report"
	"github.com/unleash-mock/unleash-mock/spec"
)

var updateStrength = flag.Bool("update", false, "write docs/suite-strength.md anew")

// strengthPage is the published table of faults.
var strengthPage = filepath.Join("..", "docs", "suite-strength.md")

// sample is which part of the faults is tried with the race detector: one in so
// many. It looks for races, which do not depend on the fault.
const sample = 32

// notTwice leaves a run of the whole suite to the tests without the race detector,
// which sees enough in the others.
func notTwice(t *testing.T) {
	t.Helper()
	if raceDetector {
		t.Skip("a run of the whole suite, of which the race detector sees enough elsewhere")
	}
}

// catch is what caught a fault.
type catch struct {
	fault    faulty.Fault
	scenario string
	file     string
	// by is "step" if a step told, "check" if the check of every exchange did.
	by string
}

// verifyFault runs the suite over a mock with a fault. operations restricts it to the
// scenarios of some operations.
func verifyFault(t *testing.T, fault faulty.Fault, operations ...string) *report.Report {
	t.Helper()
	handler, err := faulty.Handler(fault)
	if err != nil {
		t.Fatal(err)
	}
	result, err := conformance.Run(t.Context(), conformance.Options{Handler: handler, Operations: operations, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// caught returns the first scenario that failed over a fault and names its
// operation: as the one that broke the contract, or as the one that showed it.
func caught(result *report.Report, fault faulty.Fault) (catch, bool) {
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			if failure.Operation == fault.Operation || failure.SeenIn == fault.Operation {
				return catch{fault, scenario.Name, scenario.File, tellsBy(scenario)}, true
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

// TestSuiteStrength runs the suite over a mock without a fault, which must pass,
// and over every fault, which must fail and name the operation. A fault is tried
// on the scenarios of its operation first; all scenarios run only if those miss
// it.
func TestSuiteStrength(t *testing.T) {
	t.Parallel()
	for _, limits := range []faulty.Limits{faulty.Lifted, faulty.Resources, faulty.Calls} {
		t.Run(strings.TrimSpace("faultless "+string(limits)), func(t *testing.T) {
			t.Parallel()
			notTwice(t)
			var operations []string
			if limits == faulty.Calls { // four calls take a second
				operations = []string{"callSignalEndpoint"}
			}
			passes(t, verifyFault(t, faulty.Fault{Limits: limits}, operations...))
		})
	}
	var mu sync.Mutex
	var catches []catch
	t.Run("faults", func(t *testing.T) {
		for i, fault := range faulty.Faults() {
			t.Run(fault.ID, func(t *testing.T) {
				t.Parallel()
				if raceDetector && i%sample != 0 {
					t.Skip("the race detector sees enough in a sample; run without it for all")
				}
				var found catch
				ok := false
				if fault.Operation != "" {
					found, ok = caught(verifyFault(t, fault, fault.Operation), fault)
				}
				if !ok {
					result := verifyFault(t, fault)
					if found, ok = caught(result, fault); !ok {
						t.Fatalf("not caught: %q. %s: %s", fault.Operation, fault.Name, others(result))
					}
				}
				mu.Lock()
				defer mu.Unlock()
				catches = append(catches, found)
			})
		}
	})
	if *updateStrength && len(catches) == len(faulty.Faults()) {
		writeStrength(t, catches)
	}
}

func passes(t *testing.T, result *report.Report) {
	t.Helper()
	if result.ExitCode != 0 || result.Summary.Passed == 0 {
		t.Errorf("exit code %d, %+v: %s", result.ExitCode, result.Summary, others(result))
	}
	if len(result.Cleanup) > 0 {
		t.Errorf("left behind: %+v", result.Cleanup)
	}
}

// others tells what failed instead.
func others(result *report.Report) string {
	var told []string
	for _, scenario := range result.Scenarios {
		for _, failure := range scenario.Failures {
			told = append(told, fmt.Sprintf("%s named %q: expected %s, got %s", scenario.ID, failure.Operation, failure.Expectation, failure.Got))
		}
	}
	if len(told) == 0 {
		return "nothing failed"
	}
	return strings.Join(told[:min(len(told), 5)], "\n")
}

// row is what the page says of a fault before it says what catches it.
func row(fault faulty.Fault) string {
	operation := "none of the contract's"
	if fault.Operation != "" {
		operation = "`" + fault.Operation + "`"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s |", fault.ID, fault.Name, operation, fault.Standing)
}

func writeStrength(t *testing.T, catches []catch) {
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
		fmt.Fprintf(&rows, "%s %s, %s (%s) |\n", row(fault), strings.ReplaceAll(c.scenario, "|", `\|`), strings.TrimPrefix(c.file, "features/"), c.by)
	}
	var standings []string
	for _, standing := range []spec.Standing{spec.Documented, spec.Observed, spec.Measured, spec.Inferred, spec.Assumed} {
		standings = append(standings, fmt.Sprintf("%d %s", counts[standing], standing))
	}
	page := fmt.Sprintf(strengthIntroduction, len(catches), len(catches), strings.Join(standings, ", ")) + rows.String()
	if err := os.WriteFile(strengthPage, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

const strengthIntroduction = `# How strong the suite is

A suite that passes everything is worth nothing. So it is run over a mock that breaks the contract in a
single way, once for each of %d ways, and has to fail each time and to name the operation. Over the same mock
without a fault it has to pass.

**%d faults, all caught.** By how well the rule is known that they break: %s.

A fault bends a request before the mock sees it, or the answer before the suite does. Entity tag, length and
encoding are made anew, so that one thing is wrong and no other. The table is made by
` + "`go test ./conformance -run TestSuiteStrength -update`" + `; the same test fails if a fault gets away.

The last column names the first scenario that caught the fault. ` + "`step`" + ` is a step of it; ` + "`check`" + ` is what is
checked on every exchange of every scenario, whatever its steps say.

| fault | what the server does wrong | operation | the rule is | caught by |
|---|---|---|---|---|
`

// TestThePageOfTheSuitesStrengthHasEveryFault keeps the table up to date.
func TestThePageOfTheSuitesStrengthHasEveryFault(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(strengthPage)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, line)
		}
	}
	faults := faulty.Faults()
	if len(rows) != len(faults) {
		t.Errorf("%d rows for %d faults; write it anew with -update", len(rows), len(faults))
	}
	for i, fault := range faults {
		if i < len(rows) && !strings.HasPrefix(rows[i], row(fault)) {
			t.Errorf("row %d is %s, want %s; write it anew with -update", i+1, rows[i], row(fault))
		}
	}
}
