package main

import (
	"cmp"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// writePage writes the tables to standard output, and into the page between the contest's marks.
func writePage(s settings, c contest, running []*process, results map[string]map[string][]measure) error {
	begin, end := "<!-- bench-"+c.name+": begin -->", "<!-- bench-"+c.name+": end -->"
	tables := render(s, c, running, results)
	fmt.Print(tables)
	return outfile.WriteBetween(s.page, begin, end, "\n"+tables)
}

func render(s settings, c contest, running []*process, results map[string]map[string][]measure) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %d rounds of %s each, taking turns; wrk with %d connections, %d cores, %s; %s, %s.\n",
		time.Now().UTC().Format(time.DateOnly), s.rounds, s.duration, s.connections, runtime.NumCPU(), runtime.Version(), s.beside, wrkVersion())
	for _, column := range []struct {
		title string
		cell  func([]measure) string
	}{
		{"Requests per second", func(m []measure) string { return fmt.Sprintf("%.0f", medianOf(m, rate)) }},
		{"Latency, p50 / p99 in ms", func(m []measure) string {
			return fmt.Sprintf("%.2f / %.2f", medianOf(m, p50).Seconds()*1000, medianOf(m, p99).Seconds()*1000)
		}},
		{"Processor time per request, ms", func(m []measure) string {
			return fmt.Sprintf("%.3f", medianOf(m, processor).Seconds()*1000)
		}},
	} {
		fmt.Fprintf(&out, "\n%s, medians:\n\n| |", column.title)
		for _, p := range running {
			fmt.Fprintf(&out, " %s |", p.name)
		}
		out.WriteString("\n|---|" + strings.Repeat("---|", len(running)) + "\n")
		for _, load := range c.loads {
			fmt.Fprintf(&out, "| %s |", load.name)
			for _, p := range running {
				text := "–"
				if list := results[load.name][p.name]; len(list) > 0 {
					text = column.cell(list)
					if list[0].wrong > 0 {
						text += " ¹"
					}
				}
				fmt.Fprintf(&out, " %s |", text)
			}
			out.WriteString("\n")
		}
	}
	if strings.Contains(out.String(), "¹") {
		out.WriteString("\n¹ The answers do not have the expected status.\n")
	}
	out.WriteString("\nRatios of the medians:\n\n")
	out.WriteString("| | " + strings.Join(namesOf(c.ratios), " | ") + " |\n|---|" + strings.Repeat("---|", len(c.ratios)) + "\n")
	for _, load := range c.loads {
		fmt.Fprintf(&out, "| %s |", load.name)
		for _, r := range c.ratios {
			upper, lower := results[load.name][r.upper], results[load.name][r.lower]
			if len(upper) == 0 || len(lower) == 0 {
				out.WriteString(" – |")
				continue
			}
			fmt.Fprintf(&out, " %.2f |", r.of(upper, lower))
		}
		out.WriteString("\n")
	}
	out.WriteString("\nStart and memory:\n\n| | first 200 after, ms (median of 5 starts) | resident memory at the start, MB | after the load, MB |\n|---|---|---|---|\n")
	for _, p := range running {
		first := "–"
		if p.firstAnswer > 0 {
			first = fmt.Sprintf("%.0f", p.firstAnswer.Seconds()*1000)
		}
		fmt.Fprintf(&out, "| %s | %s | %.1f | %.1f |\n", p.name, first, p.before, p.after)
	}
	return out.String()
}

// ratio compares two subjects.
type ratio struct {
	name, upper, lower string
	of                 func(upper, lower []measure) float64
}

var adminRatios = []ratio{
	{"rate: mock / Prism, silent", mock, prismSilent, rates},
	{"rate: mock / Prism", mock, prismDefault, rates},
	{"rate: mock / validation off", mock, unvalidated, rates},
	{"rate: mock / net/http alone", mock, bareHandler, rates},
	{"rate: net/http alone / Prism, silent", bareHandler, prismSilent, rates},
	{"p99: mock / validation off", mock, unvalidated, func(upper, lower []measure) float64 {
		return float64(medianOf(upper, p99)) / float64(medianOf(lower, p99))
	}},
}

var sdkRatios = []ratio{
	{"rate: mock / real Unleash", mock, realUnleash, rates},
	{"rate: mock / @unleash/proxy", mock, unleashProxy, rates},
	{"rate: mock / net/http alone", mock, bareHandler, rates},
}

var documentRatios = []ratio{
	{"rate: mock / Prism, silent", mock, prismSilent, rates},
	{"rate: mock / Prism", mock, prismDefault, rates},
}

func rates(upper, lower []measure) float64 { return medianOf(upper, rate) / medianOf(lower, rate) }

func namesOf(list []ratio) []string {
	var names []string
	for _, r := range list {
		names = append(names, r.name)
	}
	return names
}

func rate(m measure) float64            { return m.rate }
func p50(m measure) time.Duration       { return m.p50 }
func p99(m measure) time.Duration       { return m.p99 }
func processor(m measure) time.Duration { return m.processor }

func medianOf[T cmp.Ordered](list []measure, of func(measure) T) T {
	values := make([]T, len(list))
	for i, m := range list {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// wrkVersion returns the version that wrk prints. The error is ignored, because wrk exits with
// code 1 after it.
func wrkVersion() string {
	output, _ := exec.Command("wrk", "--version").CombinedOutput()
	line, _, _ := strings.Cut(string(output), " [")
	return strings.TrimSpace(line)
}
