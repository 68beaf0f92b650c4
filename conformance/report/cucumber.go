package report

import (
	"cmp"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// Cucumber's classic JSON: an array of features. Its readers know passed, failed and skipped.
// So what the suite could not run is reported as failed, and what it was not meant to run as
// skipped.
type (
	cucumberFeature struct {
		URI         string            `json:"uri"`
		ID          string            `json:"id"`
		Keyword     string            `json:"keyword"`
		Name        string            `json:"name"`
		Description string            `json:"description"`
		Line        int               `json:"line"`
		Tags        []cucumberTag     `json:"tags"`
		Elements    []cucumberElement `json:"elements"`
	}
	cucumberElement struct {
		Start       string         `json:"start_timestamp,omitempty"`
		ID          string         `json:"id"`
		Keyword     string         `json:"keyword"`
		Type        string         `json:"type"`
		Name        string         `json:"name"`
		Description string         `json:"description"`
		Line        int            `json:"line"`
		Tags        []cucumberTag  `json:"tags"`
		Steps       []cucumberStep `json:"steps"`
	}
	cucumberTag struct {
		Name string `json:"name"`
		Line int    `json:"line"`
	}
	cucumberStep struct {
		Keyword    string              `json:"keyword"`
		Name       string              `json:"name"`
		Line       int                 `json:"line"`
		Match      cucumberMatch       `json:"match"`
		Result     cucumberResult      `json:"result"`
		Embeddings []cucumberEmbedding `json:"embeddings,omitempty"`
	}
	cucumberMatch struct {
		Location string `json:"location"`
	}
	cucumberResult struct {
		Status string `json:"status"`
		// Duration is in nanoseconds.
		Duration time.Duration `json:"duration"`
		Message  string        `json:"error_message,omitempty"`
	}
	cucumberEmbedding struct {
		MimeType string `json:"mime_type"`
		Name     string `json:"name"`
		Data     []byte `json:"data"` // base64
	}
)

func writeCucumber(w io.Writer, r *Report) error {
	r = clean(r, visible.Text)
	features := []cucumberFeature{}
	for _, group := range r.features() {
		feature := cucumberFeature{
			URI:     cmp.Or(group.Scenarios[0].File, slug(group.Name)),
			ID:      slug(group.Name),
			Keyword: "Feature",
			Name:    group.Name,
			Line:    1,
			Tags:    []cucumberTag{},
		}
		for _, scenario := range group.Scenarios {
			feature.Elements = append(feature.Elements, scenario.cucumber())
		}
		features = append(features, feature)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(features)
}

func (s *Scenario) cucumber() cucumberElement {
	element := cucumberElement{
		ID:          s.ID,
		Keyword:     "Scenario",
		Type:        "scenario",
		Name:        s.Name,
		Description: s.Reason,
		Line:        s.Line,
		Tags:        []cucumberTag{},
		Steps:       s.cucumberSteps(),
	}
	if !s.Started.IsZero() {
		element.Start = s.Started.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	for _, tag := range s.Tags {
		element.Tags = append(element.Tags, cucumberTag{Name: "@" + strings.TrimPrefix(tag, "@"), Line: s.Line})
	}
	return element
}

// cucumberSteps returns the steps, and adds one that carries the outcome if none of them
// does, because a reader takes the outcome of a scenario from its worst step.
func (s *Scenario) cucumberSteps() []cucumberStep {
	status := cucumberStatus(s.Outcome)
	var steps []cucumberStep
	carried := false
	for _, step := range s.Steps {
		out := cucumberStep{
			Keyword: strings.TrimSpace(step.Keyword) + " ",
			Name:    step.Text,
			Line:    step.Line,
			Match:   cucumberMatch{Location: place(s.File, step.Line)},
			Result:  cucumberResult{Status: cucumberStatus(step.Outcome), Duration: step.Duration, Message: step.Message},
		}
		carried = carried || out.Result.Status == status
		steps = append(steps, out)
	}
	if !carried {
		steps = append(steps, cucumberStep{
			Keyword: "* ",
			Name:    "every exchange keeps the contract",
			Line:    s.Line,
			Match:   cucumberMatch{Location: place(s.File, s.Line)},
			Result:  cucumberResult{Status: status, Message: s.cucumberMessage()},
		})
	}
	if status == "failed" {
		s.embed(steps)
	}
	return steps
}

// cucumberMessage says why a scenario ended as it did.
func (s *Scenario) cucumberMessage() string {
	var parts []string
	for _, failure := range s.problems() {
		var lines []string
		for _, line := range failure.facts() {
			lines = append(lines, line.Name+": "+line.Value)
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	if len(parts) == 0 && s.Outcome != Passed {
		return string(s.Outcome) + ": " + s.Reason
	}
	return strings.Join(parts, "\n\n")
}

// embed attaches exchanges to the steps that sent them, or else to the last step.
func (s *Scenario) embed(steps []cucumberStep) {
	const most = 50 // a scenario sends far fewer; an operation behind a proxy may have any number
	for i, exchange := range s.Exchanges {
		if i == most {
			break
		}
		at := len(steps) - 1
		for j, step := range steps {
			if step.Line == exchange.Line && exchange.Line != 0 {
				at = j
				break
			}
		}
		steps[at].Embeddings = append(steps[at].Embeddings, cucumberEmbedding{
			MimeType: "text/plain",
			Name:     exchange.Request.Method + " " + exchange.Request.URL,
			Data:     []byte(dump(exchange)),
		})
	}
}

func cucumberStatus(outcome Outcome) string {
	switch outcome {
	case Passed:
		return "passed"
	case Failed, Errored:
		return "failed"
	}
	return "skipped"
}

// slug returns a name in a form that fits into an address.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, name), "-")
}
