package evaluation

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// specification is the folder of the client specification, which Unleash tests its SDKs
// with. Its README says more.
const specification = "testdata/client-specification"

type specificationFile struct {
	Name  string `json:"name"`
	State struct {
		Configuration
		Events []deltaEvent `json:"events"`
	} `json:"state"`
	Tests []struct {
		Description    string      `json:"description"`
		Context        testContext `json:"context"`
		ToggleName     string      `json:"toggleName"`
		ExpectedResult bool        `json:"expectedResult"`
	} `json:"tests"`
	VariantTests []struct {
		Description    string      `json:"description"`
		Context        testContext `json:"context"`
		ToggleName     string      `json:"toggleName"`
		ExpectedResult Variant     `json:"expectedResult"`
	} `json:"variantTests"`
}

// deltaEvent is a change of the configuration as the delta API sends it.
type deltaEvent struct {
	Type        string    `json:"type"`
	Features    []Feature `json:"features"`
	Segments    []Segment `json:"segments"`
	Feature     Feature   `json:"feature"`
	FeatureName string    `json:"featureName"`
	Segment     Segment   `json:"segment"`
	SegmentID   int       `json:"segmentId"`
}

// testContext is a context as the caller of an SDK writes it.
type testContext struct {
	UserID        string             `json:"userId"`
	SessionID     string             `json:"sessionId"`
	RemoteAddress string             `json:"remoteAddress"`
	AppName       string             `json:"appName"`
	Environment   string             `json:"environment"`
	CurrentTime   time.Time          `json:"currentTime"`
	Properties    map[string]*string `json:"properties"`
}

func TestClientSpecification(t *testing.T) {
	t.Parallel()
	var files []string
	readJSON(t, "index.json", &files)
	flagCases, variantCases := 0, 0
	for _, name := range files {
		var file specificationFile
		readJSON(t, name, &file)
		flagCases += len(file.Tests)
		variantCases += len(file.VariantTests)
		t.Run(file.Name, func(t *testing.T) {
			t.Parallel()
			for _, event := range file.State.Events {
				event.apply(t, &file.State.Configuration)
			}
			flags := Compile(&file.State.Configuration, Options{})
			for _, c := range file.Tests {
				if got := flags.Evaluate(c.ToggleName, c.Context.context()); got.Enabled != c.ExpectedResult {
					t.Errorf("%s: enabled is %t, want %t", c.Description, got.Enabled, c.ExpectedResult)
				}
			}
			for _, c := range file.VariantTests {
				got := flags.Evaluate(c.ToggleName, c.Context.context()).Variant
				if diff := cmp.Diff(c.ExpectedResult, got); diff != "" {
					t.Errorf("%s: -want +got\n%s", c.Description, diff)
				}
			}
		})
	}
	if flagCases != 227 || variantCases != 52 {
		t.Errorf("%d cases of flags and %d of variants, want 227 and 52", flagCases, variantCases)
	}
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(specification, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func (e *deltaEvent) apply(t *testing.T, to *Configuration) {
	t.Helper()
	removeFeature := func(name string) {
		to.Features = slices.DeleteFunc(to.Features, func(f Feature) bool { return f.Name == name })
	}
	removeSegment := func(id int) {
		to.Segments = slices.DeleteFunc(to.Segments, func(s Segment) bool { return s.ID == id })
	}
	switch e.Type {
	case "hydration":
		to.Features, to.Segments = e.Features, e.Segments
	case "feature-updated":
		removeFeature(e.Feature.Name)
		to.Features = append(to.Features, e.Feature)
	case "feature-removed":
		removeFeature(e.FeatureName)
	case "segment-updated":
		removeSegment(e.Segment.ID)
		to.Segments = append(to.Segments, e.Segment)
	case "segment-removed":
		removeSegment(e.SegmentID)
	default:
		t.Fatalf("unknown event %q", e.Type)
	}
}

func (c *testContext) context() *Context {
	context := &Context{
		UserID: c.UserID, SessionID: c.SessionID, RemoteAddress: c.RemoteAddress,
		AppName: c.AppName, Environment: c.Environment,
		CurrentTime: c.CurrentTime, Properties: make(map[string]string),
	}
	if context.CurrentTime.IsZero() {
		context.CurrentTime = time.Now()
	}
	for name, value := range c.Properties {
		if value != nil {
			context.Properties[name] = *value
		}
	}
	return context
}
