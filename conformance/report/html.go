package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

//go:embed page/report.css
var pageStyle string

//go:embed page/report.js
var pageScript string

const (
	// htmlBody is how many bytes of a body the page shows.
	htmlBody = 16 << 10
	// htmlDepth is how deeply a body may be nested to be shown on several lines, whose indents grow with
	// the square of the depth.
	htmlDepth = 100
	// htmlExchanges is how many exchanges of a scenario the page shows, in addition to those
	// that break the contract.
	htmlExchanges = 200
	// htmlOpened is how many failures are open initially.
	htmlOpened = 5
)

// page holds what the markup shows.
type page struct {
	*Report
	Policy   string
	Verdict  string
	Level    Outcome // the outcome whose color the verdict has
	About    []fact
	Tiles    []tile
	Columns  []int // the statuses in the matrix
	Matrix   []matrixRow
	Coverage coverage
	Findings []pageFinding
	Features []pageFeature
	NotRun   []group
}

// tile is one number of the summary.
type tile struct {
	Outcome Outcome
	Count   int
}

// matrixRow is an operation with a cell for each column.
type matrixRow struct {
	Operation
	Cells []cell
}

// cell says how often an operation answered with a status. Its state is seen, unseen (only
// documented), undocumented or none.
type cell struct {
	State string
	Seen  int
	Title string
}

type pageFinding struct {
	finding
	Anchor string // of the scenario
}

type pageFeature struct {
	Name      string
	File      string
	Scenarios []pageScenario
}

type pageScenario struct {
	*Scenario
	Anchor string
	// Shown has the exchanges that the page shows. Hidden counts the others.
	Shown  []Exchange
	Hidden int
	Found  []Failure
}

// writeHTML writes a single file that loads nothing. What the target sent is only text, and a
// policy in the page forbids all scripts and styles except its own.
func writeHTML(w io.Writer, r *Report) error {
	// Written in one call, because a page that breaks off looks like a smaller one.
	var out bytes.Buffer
	if err := newPage(clean(r, visible.Text)).markup().Render(&out); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func newPage(r *Report) *page {
	p := &page{
		Report:   r,
		Verdict:  r.verdict(),
		Level:    Failed,
		About:    r.about(),
		NotRun:   r.notRun(),
		Coverage: r.coverage(),
	}
	p.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
		digest(pageStyle), digest(pageScript))
	switch r.ExitCode {
	case exitcode.OK:
		p.Level = Passed
	case exitcode.Unverified:
		p.Level = Disabled
	}
	for _, outcome := range outcomes() {
		p.Tiles = append(p.Tiles, tile{outcome, *r.Summary.count(outcome)})
	}
	p.matrix()
	p.scenarios()
	return p
}

// digest returns the name of an inline text in a content security policy.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// matrix arranges the statuses of all operations in columns.
func (p *page) matrix() {
	for _, operation := range p.Operations {
		for _, status := range operation.Statuses {
			if !slices.Contains(p.Columns, status.Code) {
				p.Columns = append(p.Columns, status.Code)
			}
		}
	}
	slices.Sort(p.Columns)
	for _, operation := range p.Operations {
		row := matrixRow{Operation: operation, Cells: make([]cell, len(p.Columns))}
		for i := range row.Cells {
			row.Cells[i].State = "none"
		}
		for _, status := range operation.Statuses {
			row.Cells[slices.Index(p.Columns, status.Code)] = newCell(operation, status)
		}
		p.Matrix = append(p.Matrix, row)
	}
}

func newCell(operation Operation, status Status) cell {
	out := cell{Seen: status.Seen, State: "seen"}
	known := string(status.Standing)
	switch {
	case !status.Documented:
		out.State, known = "undocumented", "not documented"
	case status.Seen == 0:
		out.State = "unseen"
	}
	out.Title = fmt.Sprintf("%s answered %d: %s", operation.ID, status.Code, plural.Of(status.Seen, "time"))
	for _, more := range []string{known, status.Unseen} {
		if more != "" {
			out.Title += "; " + more
		}
	}
	return out
}

// scenarios arranges the scenarios by feature and gives each an anchor.
func (p *page) scenarios() {
	anchors := map[*Scenario]string{}
	for _, group := range p.Report.features() {
		feature := pageFeature{Name: group.Name, File: group.Scenarios[0].File}
		for _, scenario := range group.Scenarios {
			anchors[scenario] = fmt.Sprintf("s%d", len(anchors)+1)
			shown := pageScenario{Scenario: scenario, Anchor: anchors[scenario], Found: scenario.problems()}
			for i, exchange := range scenario.Exchanges {
				if i < htmlExchanges || len(exchange.Violations) > 0 {
					shown.Shown = append(shown.Shown, exchange)
				} else {
					shown.Hidden++
				}
			}
			feature.Scenarios = append(feature.Scenarios, shown)
		}
		p.Features = append(p.Features, feature)
	}
	for _, found := range p.findings() {
		p.Findings = append(p.Findings, pageFinding{found, anchors[found.Scenario]})
	}
}

// pageBody returns a body as the page shows it: JSON on several lines, with its keys in their
// original order.
func pageBody(text string) string {
	var indented bytes.Buffer
	if len(text) <= htmlBody && depth(text) <= htmlDepth && json.Indent(&indented, []byte(text), "", "  ") == nil {
		text = indented.String()
	}
	return clip(text, htmlBody)
}

// depth returns how deeply a JSON text is nested, or more.
func depth(text string) (deepest int) {
	now := 0
	for _, c := range []byte(text) {
		switch c {
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		}
	}
	return deepest
}

// plainTags removes the tags that name operations, which the page shows separately.
func plainTags(tags []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return strings.HasPrefix(tag, "@op:") })
}

// statusLevel returns the class of a status: 2xx, 4xx and so on.
func statusLevel(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return fmt.Sprintf("%dxx", status/100)
}
