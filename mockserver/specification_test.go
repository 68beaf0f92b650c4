package mockserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

const specification = "internal/evaluation/testdata/client-specification"

// specificationFile is one of the files that Unleash tests its SDKs with.
type specificationFile struct {
	State struct {
		Features []named `json:"features"`
		Segments []named `json:"segments,omitempty"`
	} `json:"state"`
	Tests, VariantTests []specificationCase
}

// named is a flag or a segment: what identifies it, and its whole text.
type named struct {
	Name string
	ID   int
	text json.RawMessage
}

func (n *named) UnmarshalJSON(text []byte) error {
	type plain named
	n.text = slices.Clone(text)
	return json.Unmarshal(text, (*plain)(n))
}

func (n named) MarshalJSON() ([]byte, error) { return n.text, nil }

type specificationCase struct {
	Description    string
	Context        json.RawMessage
	ToggleName     string
	ExpectedResult json.RawMessage
}

// hydrate sets the flags of files that hold a list of changes instead.
func (f *specificationFile) hydrate(text []byte) error {
	var events struct {
		State struct {
			Events []struct {
				Type               string
				Features, Segments []named
				Feature, Segment   named
				FeatureName        string
				SegmentID          int
			}
		}
	}
	if err := json.Unmarshal(text, &events); err != nil {
		return err
	}
	state := &f.State
	for _, e := range events.State.Events {
		switch e.Type {
		case "hydration":
			state.Features, state.Segments = e.Features, e.Segments
		case "feature-updated", "feature-removed":
			name := e.Feature.Name + e.FeatureName
			state.Features = slices.DeleteFunc(state.Features, func(n named) bool { return n.Name == name })
			if e.FeatureName == "" {
				state.Features = append(state.Features, e.Feature)
			}
		case "segment-updated", "segment-removed":
			id := e.Segment.ID + e.SegmentID
			state.Segments = slices.DeleteFunc(state.Segments, func(n named) bool { return n.ID == id })
			if e.SegmentID == 0 {
				state.Segments = append(state.Segments, e.Segment)
			}
		default:
			return fmt.Errorf("unknown event %q", e.Type)
		}
	}
	return nil
}

// otherwise counts the cases, by file, in which a real server's Frontend API answers
// differently than an SDK (O): it takes no time from the context, makes up a session,
// uses the connection's address, and does not know parents that are off.
var otherwise = map[string]int{
	"04-gradual-rollout-session-id-strategy.json": 1, "06-remote-address-strategy.json": 1, "13-constraint-operators.json": 5, "17-dependent-features.json": 4,
}

// TestClientSpecificationByTheFrontendAPI loads the flags of each file through the
// control API and asks for them as browsers do.
func TestClientSpecificationByTheFrontendAPI(t *testing.T) {
	t.Parallel()
	cases, differing := 0, map[string]int{}
	for _, name := range readJSON[[]string](t, filepath.Join(specification, "index.json")) {
		text, err := os.ReadFile(filepath.Join(specification, name))
		var file specificationFile
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err == nil {
			err = file.hydrate(text)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		state, err := json.Marshal(file.State)
		if err != nil {
			t.Fatal(err)
		}
		a := newApp(t, WithLimits(Limits{}), WithValidation(Faithful)) // some contexts hold null
		a.must(200, http.MethodPut, "/_mock/flags", "", string(state))
		for _, c := range file.Tests {
			cases++
			if enabled, _ := a.evaluated(t, c); fmt.Sprint(enabled) != string(c.ExpectedResult) {
				differing[name]++
				t.Logf("%s, %s: %v", name, c.Description, enabled)
			}
		}
		for _, c := range file.VariantTests {
			cases++
			var want map[string]any
			if err := json.Unmarshal(c.ExpectedResult, &want); err != nil {
				t.Fatal(err)
			}
			if _, got := a.evaluated(t, c); !cmp.Equal(want, got) {
				differing[name]++
				t.Logf("%s, %s: %v", name, c.Description, got)
			}
		}
	}
	if cases != 279 {
		t.Errorf("there are %d cases, want 279", cases)
	}
	if !maps.Equal(differing, otherwise) {
		t.Errorf("the cases answered differently are %v, want %v", differing, otherwise)
	}
}

// evaluated returns what the Frontend API answers for a flag.
func (a *app) evaluated(t *testing.T, c specificationCase) (enabled bool, variant map[string]any) {
	t.Helper()
	got := a.must(200, http.MethodPost, "/api/frontend", wellknown.Frontend, fmt.Sprintf(`{"context":%s}`, c.Context), "X-Forwarded-For: 127.0.0.1")
	var answer struct {
		Toggles []struct {
			Name    string
			Variant map[string]any
		}
	}
	if err := json.Unmarshal(got.body, &answer); err != nil {
		t.Fatal(err)
	}
	for _, toggle := range answer.Toggles {
		if toggle.Name == c.ToggleName {
			delete(toggle.Variant, "featureEnabled")
			return true, toggle.Variant
		}
	}
	return false, map[string]any{"name": "disabled", "enabled": false, "feature_enabled": false}
}
