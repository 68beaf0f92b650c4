package conformance

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/spec"
)

func loadFeatures(t *testing.T) *catalogue {
	t.Helper()
	files, err := load(spec.Default(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(files.scenarios) < 400 {
		t.Fatalf("only %d scenarios", len(files.scenarios))
	}
	return files
}

func TestEveryScenarioIsFiled(t *testing.T) {
	t.Parallel()
	known := []string{"@core", "@enterprise", "@open-source", "@writes", "@limits", "@slow", "@alone", "@quiet", "@token-check"}
	ids := map[string]bool{}
	for _, sc := range loadFeatures(t).scenarios {
		if ids[sc.id] {
			t.Errorf("%s is there twice", sc.id)
		}
		ids[sc.id] = true
		if sc.source == "" {
			t.Errorf("%s does not say where its rule comes from", sc.id)
		}
		standings, editions := 0, 0
		for _, tag := range sc.tags {
			switch {
			case standingOf(tag) != "":
				standings++
			case slices.Contains([]string{"@core", "@enterprise", "@open-source"}, tag):
				editions++
			case strings.HasPrefix(tag, "@op:"):
				if spec.Default().Operation(strings.TrimPrefix(tag, "@op:")) == nil {
					t.Errorf("%s: %s is no operation", sc.id, tag)
				}
			case !slices.Contains(known, tag):
				t.Errorf("%s: the tag %s is not known", sc.id, tag)
			}
		}
		if standings != 1 || editions != 1 {
			t.Errorf("%s has %d standings and %d editions, not one of each", sc.id, standings, editions)
		}
		if assumed := strings.HasPrefix(sc.source, "Assumed"); assumed && sc.standing != spec.Assumed {
			t.Errorf("%s says that it is assumed and is tagged %s", sc.id, sc.standing)
		}
	}
}

var unsafeRequest = regexp.MustCompile(`^I (?:repeat |send )?(POST|PUT|PATCH|DELETE) `)

// TestWhatWritesIsTagged holds since the transport refuses untagged writes
// where they are not allowed, which would be an error of the suite.
func TestWhatWritesIsTagged(t *testing.T) {
	t.Parallel()
	for _, sc := range loadFeatures(t).scenarios {
		writes := slices.ContainsFunc(sc.steps, func(step stepText) bool {
			return unsafeRequest.MatchString(step.text) || arrangeText.MatchString(step.text)
		})
		if writes && !sc.has("@writes") {
			t.Errorf("%s writes and is not tagged so", sc.id)
		}
	}
}

func TestEveryStepIsASentenceOfTheVocabulary(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	vocabulary := steps()
	for _, sc := range loadFeatures(t).scenarios {
		for _, written := range sc.steps {
			matches := 0
			for _, step := range vocabulary {
				if step.expression.MatchString(written.text) {
					matches++
					used[step.expression.String()] = true
				}
			}
			if matches != 1 {
				t.Errorf("%s:%d: %d sentences match %q", sc.file, written.line, matches, written.text)
			}
		}
	}
	for _, step := range vocabulary {
		if !used[step.expression.String()] {
			t.Errorf("no scenario uses %s", step.expression)
		}
	}
}

func TestEveryOperationHasScenarios(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, sc := range loadFeatures(t).scenarios {
		for _, id := range sc.operations {
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
	byID := map[string]*scenario{}
	for _, sc := range loadFeatures(t).scenarios {
		byID[sc.id] = sc
	}
	for id, want := range map[string]struct {
		actors    []string
		endpoints int
		every     bool
		facts     []string
	}{
		"health/health-says-that-all-is-well":                                    {nil, 0, false, nil},
		"tokens/the-tokens-of-an-endpoint-are-listed-and-of-no-other":            {[]string{"admin"}, 2, false, nil},
		"endpoints/a-name-is-all-that-it-takes":                                  {[]string{"admin"}, 1, false, nil},
		"endpoints/an-endpoint-is-turned-on-and-only-that":                       {[]string{"admin"}, 2, false, nil},
		"endpoints/a-viewer-creates-nothing":                                     {[]string{"admin", "viewer"}, 0, false, nil},
		"endpoints/an-instance-holds-so-many-endpoints-and-no-more":              {[]string{"admin"}, 0, true, []string{"limit.endpoints", "limit.endpoints.exceeded"}},
		"health/health-refuses-the-raw-token-of-a-backend-but-not-behind-bearer": {[]string{"backend"}, 0, false, nil},
	} {
		sc := byID[id]
		if sc == nil {
			t.Errorf("there is no scenario %s", id)
			continue
		}
		if !slices.Equal(sc.needs.actors, want.actors) || sc.needs.endpoints != want.endpoints || sc.needs.everyEndpoint != want.every || !slices.Equal(sc.needs.facts, want.facts) {
			t.Errorf("%s needs %+v, want %+v", id, sc.needs, want)
		}
	}
}

func TestTheOrderDependsOnTheSeedAlone(t *testing.T) {
	t.Parallel()
	order := func(seed int64) string {
		files, err := load(spec.Default(), seed)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(files.paths, " ")
	}
	if first, again := order(1), order(1); first != again {
		t.Error("the same seed gives another order")
	}
	if order(1) == order(2) && order(2) == order(3) {
		t.Error("the seed does not matter")
	}
}
