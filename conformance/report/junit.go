package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// JUnit XML has no single schema. The output follows the strictest reader in use. It has one
// failure or error per case, since readers keep only one.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		File       string          `xml:"file,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Err        *junitText      `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitProblem `xml:"skipped"`
		Error     *junitProblem `xml:"error"`
		Failure   *junitProblem `xml:"failure"`
		Out       *junitText    `xml:"system-out"`
	}
	junitProblem struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// junitOutput is how many bytes of exchanges a case shows.
const junitOutput = 16 << 10

func writeJUnit(w io.Writer, r *Report) error {
	r = clean(r, visible.Text)
	suites := junitSuites{Name: strings.TrimSpace(r.Tool.Name + " " + r.Tool.Command), Time: seconds(r.Run.Duration)}
	for _, feature := range r.features() {
		suite := r.junitSuite(feature)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Errors += suite.Errors
		suites.Suites = append(suites.Suites, suite)
	}
	if len(r.Cleanup) > 0 {
		suites.Suites = append(suites.Suites, junitSuite{Name: "cleanup", Time: seconds(0), Err: &junitText{r.leftovers()}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *Report) junitSuite(feature group) junitSuite {
	suite := junitSuite{Name: oneLine(feature.Name), File: feature.Scenarios[0].File, Tests: len(feature.Scenarios)}
	if !r.Run.Started.IsZero() {
		suite.Timestamp = r.Run.Started.UTC().Format("2006-01-02T15:04:05")
	}
	for _, property := range r.about() {
		suite.Properties = append(suite.Properties, junitProperty(property))
	}
	names := map[string]int{}
	for _, scenario := range feature.Scenarios {
		names[oneLine(scenario.Name)]++
	}
	var total time.Duration
	for _, scenario := range feature.Scenarios {
		total += scenario.Duration
		test := junitCase{
			Name:      oneLine(scenario.Name),
			Classname: r.Tool.Command + "." + strings.ReplaceAll(suite.Name, ".", "_"),
			Time:      seconds(scenario.Duration),
		}
		if names[test.Name] > 1 || test.Name == "" { // readers track the history of a case by its name
			test.Name = strings.TrimSpace(test.Name + " (" + scenario.ID + ")")
		}
		switch scenario.Outcome {
		case Failed:
			suite.Failures++
			test.Failure = junitProblems("contract", scenario.problems())
			test.Out = exchanges(scenario)
		case Errored:
			suite.Errors++
			test.Error = junitProblems("suite", scenario.problems())
			test.Out = exchanges(scenario)
		case Skipped, Disabled:
			suite.Skipped++
			test.Skipped = &junitProblem{Message: string(scenario.Outcome) + ": " + oneLine(scenario.Reason)}
		}
		suite.Cases = append(suite.Cases, test)
	}
	suite.Time = seconds(total)
	return suite
}

func junitProblems(kind string, failures []Failure) *junitProblem {
	problem := &junitProblem{Type: kind, Message: failures[0].Title()}
	if got := oneLine(failures[0].Got); got != "" {
		problem.Message += "; got " + clip(got, 200)
	}
	if more := len(failures) - 1; more > 0 {
		problem.Message += fmt.Sprintf(" (and %d more)", more)
	}
	var text strings.Builder
	for _, failure := range failures {
		text.WriteString("\n")
		for _, line := range failure.facts() {
			fmt.Fprintf(&text, "%-9s  %s\n", line.Name, line.Value)
		}
	}
	problem.Text = text.String()
	return problem
}

// exchanges returns what a scenario sent and received, up to a limit.
func exchanges(s *Scenario) *junitText {
	if len(s.Exchanges) == 0 {
		return nil
	}
	var out strings.Builder
	for i, exchange := range s.Exchanges {
		if out.Len() > junitOutput {
			fmt.Fprintf(&out, "\n… (%s more)\n", plural.Of(len(s.Exchanges)-i, "exchange"))
			break
		}
		out.WriteString("\n" + dump(exchange))
	}
	return &junitText{out.String()}
}

// leftovers lists what could not be removed, one per line.
func (r *Report) leftovers() string {
	var out strings.Builder
	for _, left := range r.Cleanup {
		fmt.Fprintf(&out, "%s\n", left.text())
	}
	return out.String()
}

// text describes a leftover in one line.
func (l Leftover) text() string {
	return oneLine(fmt.Sprintf("%s %s is left behind at %s: %s", l.Kind, l.Name, l.Path, l.Reason))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
