package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

func readCucumber(t *testing.T, text []byte) []cucumberFeature {
	t.Helper()
	var features []cucumberFeature
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&features); err != nil {
		t.Fatal(err)
	}
	return features
}

// worst returns how a reader counts a scenario with these steps: failed before skipped before
// passed.
func worst(steps []cucumberStep) string {
	out := "passed"
	for _, step := range steps {
		switch step.Result.Status {
		case "failed":
			return "failed"
		case "skipped":
			out = "skipped"
		}
	}
	return out
}

func TestCucumberScenariosCountAsTheyEnded(t *testing.T) {
	t.Parallel()
	want := map[Outcome]string{Passed: "passed", Failed: "failed", Errored: "failed", Skipped: "skipped", Disabled: "skipped"}
	for name, r := range reports() {
		scenarios := map[string]Scenario{}
		for _, scenario := range r.Scenarios {
			scenarios[scenario.ID] = scenario
		}
		for _, feature := range readCucumber(t, written(t, "cucumber", r)) {
			if feature.URI == "" || feature.ID == "" || feature.Keyword != "Feature" || feature.Name == "" {
				t.Errorf("%s: a feature is incomplete: %+v", name, feature)
			}
			for _, element := range feature.Elements {
				scenario, known := scenarios[element.ID]
				delete(scenarios, element.ID)
				if !known || element.Type != "scenario" || len(element.Steps) == 0 {
					t.Errorf("%s: an element is unknown or incomplete: %+v", name, element)
				}
				if got := worst(element.Steps); got != want[scenario.Outcome] {
					t.Errorf("%s: %s counts as %s, want %s", name, element.ID, got, want[scenario.Outcome])
				}
			}
		}
		if len(scenarios) > 0 {
			t.Errorf("%s: these scenarios are missing: %v", name, scenarios)
		}
	}
}

func TestCucumberStepsCarryTheirExchanges(t *testing.T) {
	t.Parallel()
	features := readCucumber(t, written(t, "cucumber", sample()))
	steps := features[0].Elements[0].Steps
	at := slices.IndexFunc(steps, func(step cucumberStep) bool { return step.Line == 14 })
	if at < 0 || len(steps[at].Embeddings) != 1 {
		t.Fatalf("steps: %+v", steps)
	}
	embedded := steps[at].Embeddings[0]
	if embedded.MimeType != "text/plain" || !bytes.Contains(embedded.Data, []byte("200 after 1")) || !bytes.Contains(embedded.Data, []byte("is no date-time")) {
		t.Errorf("embedded as %s: %s", embedded.MimeType, embedded.Data)
	}
}
