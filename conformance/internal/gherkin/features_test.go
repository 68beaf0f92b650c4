package gherkin_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/features"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/resources"
	"github.com/unleash-mock/unleash-mock/conformance/internal/gherkin/signalendpoints"
	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
	"github.com/unleash-mock/unleash-mock/conformance/internal/target"
	"github.com/unleash-mock/unleash-mock/spec"
)

func allResources(t *testing.T) gherkin.Resources {
	t.Helper()
	all, err := resources.All("default", nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func loadFeatures(t *testing.T) []*plan.Scenario {
	t.Helper()
	files, err := plan.Load(spec.Default(), 1, allResources(t).Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Scenarios) < 400 {
		t.Fatalf("only %d scenarios", len(files.Scenarios))
	}
	return files.Scenarios
}

var sinceTag = regexp.MustCompile(`^@since:[78]$`)

func TestEveryScenarioIsFiled(t *testing.T) {
	t.Parallel()
	known := []string{"@core", "@enterprise", "@open-source", "@writes", "@limits", "@slow", "@patient", "@alone", "@quiet", "@token-check", "@settings", "@administrator", "@fatal-to-people", "@beyond-open-source"}
	ids := map[string]bool{}
	for _, sc := range loadFeatures(t) {
		if ids[sc.ID] {
			t.Errorf("%s occurs twice", sc.ID)
		}
		ids[sc.ID] = true
		if sc.Source == "" {
			t.Errorf("%s does not say where its rule comes from", sc.ID)
		}
		standings, editions := 0, 0
		for _, tag := range sc.Tags {
			switch {
			case plan.StandingOf(tag) != "":
				standings++
			case slices.Contains([]string{"@core", "@enterprise", "@open-source"}, tag):
				editions++
			case strings.HasPrefix(tag, "@op:"):
				if spec.Default().Operation(strings.TrimPrefix(tag, "@op:")) == nil {
					t.Errorf("%s: %s does not name an operation", sc.ID, tag)
				}
			case sinceTag.MatchString(tag):
			case !slices.Contains(known, tag):
				t.Errorf("%s: unknown tag %s", sc.ID, tag)
			}
		}
		if standings != 1 || editions != 1 {
			t.Errorf("%s has %d standings and %d editions, want one of each", sc.ID, standings, editions)
		}
		if assumed := strings.HasPrefix(sc.Source, "Assumed"); assumed && sc.Standing != spec.Assumed {
			t.Errorf("%s says that it is assumed but is tagged %s", sc.ID, sc.Standing)
		}
	}
}

var unsafeRequest = regexp.MustCompile(`^I (?:repeat |send )?(POST|PUT|PATCH|DELETE) `)

// TestWhatWritesIsTagged matters because the transport refuses writes in a read-only run. If an
// untagged scenario tried one, that would be an error of the suite.
func TestWhatWritesIsTagged(t *testing.T) {
	t.Parallel()
	arranging := allResources(t).Vocabulary().Sentences
	for _, sc := range loadFeatures(t) {
		writes := slices.ContainsFunc(sc.Steps, func(step plan.Step) bool {
			return unsafeRequest.MatchString(step.Text) || slices.ContainsFunc(arranging, func(s plan.Sentence) bool { return s.Expression.MatchString(step.Text) })
		})
		if writes && !sc.Has("@writes") {
			t.Errorf("%s writes but is not tagged @writes", sc.ID)
		}
	}
}

// TestNoScenarioChangesWhatOthersMayHave checks ids and names that are written out in the
// features: for those, the ledger does not check that they are the run's own.
func TestNoScenarioChangesWhatOthersMayHave(t *testing.T) {
	t.Parallel()
	request := regexp.MustCompile(`^I (?:repeat |send )?([A-Z]+) "([^"?]*)`)
	named := []string{signalendpoints.CallPath, features.Path("<project>"), features.ArchivePath}
	found := 0
	for _, sc := range loadFeatures(t) {
		for _, step := range sc.Steps {
			m := request.FindStringSubmatch(step.Text)
			if m == nil || (target.Request{Method: m[1]}).IsSafe() {
				continue
			}
			for segment := range strings.SplitSeq(target.Canonical(m[2]), "/") {
				if id, err := strconv.ParseInt(segment, 10, 64); err == nil && id > 0 && id < 2147483600 {
					t.Errorf("%s:%d: the id %s may belong to someone else", sc.File, step.Line, segment)
				}
			}
			for _, collection := range named {
				name, is := strings.CutPrefix(target.Canonical(m[2]), collection+"/")
				if !is {
					continue
				}
				name = strings.TrimPrefix(name, "revive/")
				if found++; !strings.HasPrefix(name, ledger.NamePrefix) && !strings.HasPrefix(name, "<") {
					t.Errorf("%s:%d: the name %s may belong to someone else", sc.File, step.Line, name)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no scenario calls anything by name")
	}
}

func TestEveryStepIsASentenceOfTheVocabulary(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	vocabulary := gherkin.Sentences(allResources(t))
	for _, sc := range loadFeatures(t) {
		for _, written := range sc.Steps {
			matches := 0
			for _, sentence := range vocabulary {
				if sentence.MatchString(written.Text) {
					matches++
					used[sentence.String()] = true
				}
			}
			if matches != 1 {
				t.Errorf("%s:%d: %d sentences match %q", sc.File, written.Line, matches, written.Text)
			}
		}
	}
	for _, sentence := range vocabulary {
		if !used[sentence.String()] {
			t.Errorf("no scenario uses %s", sentence)
		}
	}
}

func TestEveryOperationHasScenarios(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, sc := range loadFeatures(t) {
		for _, id := range sc.Operations {
			counts[id]++
		}
	}
	for _, operation := range spec.Default().Operations() {
		if counts[operation.ID] < 5 {
			t.Errorf("%s has %d scenarios", operation.ID, counts[operation.ID])
		}
	}
}

func TestNeedsAreReadOffTheSteps(t *testing.T) {
	t.Parallel()
	all := allResources(t)
	files, err := plan.Load(spec.Default(), 1, all.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*plan.Scenario{}
	for _, sc := range files.Scenarios {
		byID[sc.ID] = sc
	}
	kinds := all.Kinds()
	endpoints := kinds[slices.IndexFunc(kinds, func(k *ledger.Kind) bool { return k.Path == signalendpoints.Path })]
	for id, want := range map[string]struct {
		actors    []string
		endpoints int
		every     bool
		facts     []string
	}{
		"health/health-reports-good-health":                                   {nil, 0, false, nil},
		"tokens/lists-only-the-tokens-of-the-endpoint":                        {[]string{"admin"}, 2, false, nil},
		"endpoints/creates-a-signal-endpoint-from-a-name-alone":               {[]string{"admin"}, 1, false, nil},
		"endpoints/turns-an-endpoint-on-and-changes-nothing-else":             {[]string{"admin"}, 2, false, nil},
		"endpoints/a-viewer-may-not-create-an-endpoint":                       {[]string{"admin", "viewer"}, 0, false, nil},
		"endpoints/limits-the-number-of-endpoints-of-an-instance":             {[]string{"admin"}, 0, true, []string{"limit.endpoints", "limit.endpoints.exceeded"}},
		"health/health-rejects-a-raw-backend-token-but-not-one-behind-bearer": {[]string{"backend"}, 0, false, nil},
	} {
		sc := byID[id]
		if sc == nil {
			t.Errorf("there is no scenario %s", id)
			continue
		}
		demand := sc.Needs.Room[endpoints]
		if !slices.Equal(sc.Needs.Actors, want.actors) || demand != (plan.Demand{Count: want.endpoints, All: want.every}) || !slices.Equal(sc.Needs.Facts, want.facts) {
			t.Errorf("%s needs %+v, want %+v", id, sc.Needs, want)
		}
	}
}
