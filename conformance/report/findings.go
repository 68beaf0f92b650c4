package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/plural"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
)

// finding is a failure or an error with the scenario that it belongs to.
type finding struct {
	Scenario *Scenario
	Failure
}

// fact is one line in the description of a failure.
type fact struct{ Name, Value string }

// problems lists what failed in a scenario. If the scenario does not say, these are the
// violations of its exchanges, or else its reason.
func (s *Scenario) problems() []Failure {
	if s.Outcome != Failed && s.Outcome != Errored {
		return nil
	}
	list := slices.Clone(s.Failures)
	if len(list) == 0 && s.Outcome == Failed {
		for _, exchange := range s.Exchanges {
			list = append(list, failuresOf(exchange, s)...)
		}
	}
	if len(list) == 0 {
		expected := "the scenario passes"
		if s.Outcome == Errored {
			expected = "the suite can run the scenario"
		}
		list = append(list, Failure{Expectation: expected, Got: s.Reason, File: s.File, Line: s.Line})
	}
	return list
}

// failuresOf converts an exchange's violations to failures.
func failuresOf(e Exchange, s *Scenario) []Failure {
	var list []Failure
	for _, violation := range e.Violations {
		list = append(list, Failure{
			Operation:   e.Operation,
			Expectation: "the " + violation.Direction + " keeps the contract",
			Got:         violation.In + ": " + violation.Reason,
			Pointer:     violation.Pointer,
			File:        s.File,
			Line:        e.Line,
		})
	}
	return list
}

// findings lists the failures of all scenarios, then the errors.
func (r *Report) findings() []finding {
	var list []finding
	for _, outcome := range []Outcome{Failed, Errored} {
		for i := range r.Scenarios {
			scenario := &r.Scenarios[i]
			if scenario.Outcome != outcome {
				continue
			}
			for _, failure := range scenario.problems() {
				list = append(list, finding{Scenario: scenario, Failure: failure})
			}
		}
	}
	return list
}

// facts describes a failure line by line. What is unknown is left out.
func (f Failure) facts() []fact {
	evidence := string(f.Standing)
	if f.Source != "" {
		evidence = strings.TrimPrefix(evidence+": "+f.Source, ": ")
	}
	step := strings.TrimSpace(f.Step)
	if place := place(f.File, f.Line); place != "" {
		step = strings.TrimSpace(step + " (" + place + ")")
	}
	all := []fact{
		{"operation", f.Operation},
		{"seen in", f.SeenIn},
		{"expected", f.Expectation},
		{"got", f.Got},
		{"at", f.Pointer},
		{"keyword", f.Keyword},
		{"step", step},
		{"evidence", evidence},
		{"known", f.Known},
		{"repeat", f.Curl},
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

// Title describes the failure in one line.
func (f Failure) Title() string {
	title := oneLine(f.Expectation)
	if f.Operation != "" {
		title = f.Operation + ": " + title
	}
	return title
}

// place returns a position in a feature. It returns an empty string for scenarios that are
// not from a feature.
func place(file string, line int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// group is a group of scenarios that have something in common.
type group struct {
	Name      string
	Scenarios []*Scenario
}

// groups gathers scenarios by a key, in the order in which the keys appear.
func (r *Report) groups(key func(*Scenario) (string, bool)) []group {
	var list []group
	index := map[string]int{}
	for i := range r.Scenarios {
		name, wanted := key(&r.Scenarios[i])
		if !wanted {
			continue
		}
		at, known := index[name]
		if !known {
			at = len(list)
			index[name] = at
			list = append(list, group{Name: name})
		}
		list[at].Scenarios = append(list[at].Scenarios, &r.Scenarios[i])
	}
	return list
}

// features groups all scenarios by feature. Those without one are grouped under the command
// that made the report.
func (r *Report) features() []group {
	return r.groups(func(s *Scenario) (string, bool) {
		if s.Feature == "" {
			return r.Tool.Command, true
		}
		return s.Feature, true
	})
}

// notRun groups the disabled and skipped scenarios by their reason, the most
// frequent first.
func (r *Report) notRun() []group {
	list := r.groups(func(s *Scenario) (string, bool) {
		return string(s.Outcome) + ": " + oneLine(s.Reason), s.Outcome == Disabled || s.Outcome == Skipped
	})
	slices.SortStableFunc(list, func(a, b group) int { return len(b.Scenarios) - len(a.Scenarios) })
	return list
}

// counts lists the outcomes that occurred: "3 passed, 1 failed".
func (r *Report) counts() string {
	var parts []string
	for _, outcome := range outcomes() {
		count := *r.Summary.count(outcome)
		switch {
		case count == 0:
		case outcome == Errored:
			parts = append(parts, plural.Of(count, "error"))
		default:
			parts = append(parts, fmt.Sprintf("%d %s", count, outcome))
		}
	}
	switch {
	case len(parts) > 0:
	case r.Tool.Command == "proxy":
		return "no operations"
	default:
		return "no scenarios"
	}
	return strings.Join(parts, ", ")
}

// coverage says how many documented statuses of the operations were seen, and which were not,
// by reason.
type coverage struct {
	Seen, Documented int
	Unseen           []unseen
}

// unseen is a status that some operations were never seen to answer with.
type unseen struct {
	Code       int
	Reason     string
	Operations []string
}

// text describes an unseen status in one line.
func (u unseen) text() string {
	reason := oneLine(cmp.Or(u.Reason, "not seen in this run"))
	return fmt.Sprintf("%d of %s: %s", u.Code, plural.Of(len(u.Operations), "operation"), reason)
}

func (r *Report) coverage() coverage {
	var out coverage
	for _, operation := range r.Operations {
		for _, status := range operation.Statuses {
			if !status.Documented {
				continue
			}
			out.Documented++
			if status.Seen > 0 {
				out.Seen++
				continue
			}
			at := slices.IndexFunc(out.Unseen, func(u unseen) bool { return u.Code == status.Code && u.Reason == status.Unseen })
			if at < 0 {
				at = len(out.Unseen)
				out.Unseen = append(out.Unseen, unseen{Code: status.Code, Reason: status.Unseen})
			}
			out.Unseen[at].Operations = append(out.Unseen[at].Operations, operation.ID)
		}
	}
	slices.SortStableFunc(out.Unseen, func(a, b unseen) int { return a.Code - b.Code })
	return out
}

// text describes the coverage in one line.
func (c coverage) text() string {
	return fmt.Sprintf("%d of %d documented statuses of the operations were seen", c.Seen, c.Documented)
}

// verdict puts the exit code into words.
func (r *Report) verdict() string {
	subject := "The target"
	if r.Tool.Command == "proxy" {
		subject = "The traffic"
	}
	switch r.ExitCode {
	case exitcode.OK:
		return subject + " keeps the contract"
	case exitcode.Broken:
		return subject + " breaks the contract"
	case exitcode.Unverified:
		return "Nothing was verified"
	}
	return "The verification could not be completed"
}

// figures returns the numbers behind the verdict in one line.
func (r *Report) figures() string {
	line := r.counts() + "; " + plural.Of(r.Summary.Exchanges, "exchange")
	if r.Summary.Violations > 0 {
		line += fmt.Sprintf(", %d of them broke the contract", r.Summary.Violations)
	}
	if r.Run.Duration > 0 {
		line += ", in " + length(r.Run.Duration)
	}
	return line
}

// subject says in one line what was verified, and with which tokens.
func (r *Report) subject() string {
	parts := []string{r.Target.URL, strings.TrimSpace(r.Target.Edition + " " + r.Target.Version)}
	if r.Target.Mock != "" {
		parts = append(parts, "unleash-mock "+r.Target.Mock)
	}
	if len(r.Run.Tokens) > 0 {
		parts = append(parts, "tokens: "+strings.Join(r.Run.Tokens, ", "))
	}
	if r.Run.Profile != "" {
		parts = append(parts, "profile "+r.Run.Profile)
	}
	if r.Run.Seed != 0 {
		parts = append(parts, fmt.Sprintf("seed %d", r.Run.Seed))
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return oneLine(strings.Join(parts, " · "))
}

// ran reports whether anything was found out about the target.
func (r *Report) ran() bool { return r.ExitCode != exitcode.Error || r.Summary.Exchanges > 0 }

// about describes the target and the run as separate facts.
func (r *Report) about() []fact {
	target := []fact{
		{"target", r.Target.URL},
		{"edition", r.Target.Edition},
		{"version", r.Target.Version},
		{"mock", r.Target.Mock},
		{"contract", r.Tool.Contract},
		{"profile", r.Run.Profile},
		{"tags", r.Run.Tags},
		{"operations", strings.Join(r.Run.Only, ", ")},
		{"tokens", strings.Join(r.Run.Tokens, ", ")},
		{"run", r.Run.ID},
		{"made by", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Command + " " + r.Tool.Version)},
	}
	if r.Run.Seed != 0 {
		target = append(target, fact{"seed", fmt.Sprint(r.Run.Seed)})
	}
	if !r.Run.Started.IsZero() {
		target = append(target, fact{"started", r.Run.Started.UTC().Format("2006-01-02 15:04:05 UTC")})
	}
	if r.Run.Duration > 0 {
		target = append(target, fact{"took", length(r.Run.Duration)})
	}
	return slices.DeleteFunc(target, func(f fact) bool { return f.Value == "" })
}

// bodyShown is how many bytes of a body all formats except the page show.
const bodyShown = 2 << 10

// dump returns an exchange as text: what was sent and what was received.
func dump(e Exchange) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", e.Request.Method, e.Request.URL)
	dumpMessage(&out, e.Request.Header, e.Request.Body)
	if e.Response.Status == 0 {
		out.WriteString("\nno answer came\n")
	} else {
		fmt.Fprintf(&out, "\n%d after %s\n", e.Response.Status, length(e.Duration))
		dumpMessage(&out, e.Response.Header, e.Response.Body)
	}
	for _, violation := range e.Violations {
		fmt.Fprintf(&out, "\nbreaks the contract: %s\n", violationText(violation))
	}
	return out.String()
}

func dumpMessage(out *strings.Builder, header []traffic.HeaderLine, body string) {
	for _, line := range header {
		fmt.Fprintf(out, "%s: %s\n", line.Name, line.Value)
	}
	if body != "" {
		fmt.Fprintf(out, "\n%s\n", clip(body, bodyShown))
	}
}

// violationText describes a violation in one line.
func violationText(v traffic.RecordViolation) string {
	where := strings.TrimSpace(v.Direction + " " + v.In)
	if v.Pointer != "" {
		where += " at " + v.Pointer
	}
	return where + ": " + oneLine(v.Reason)
}
