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

// columns are what the page shows of every load and subject.
var columns = []struct {
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
}

func render(s settings, c contest, running []*process, results map[string]map[string][]measure) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %d rounds of %s each, taking turns; wrk with %d connections, %d cores, %s; %s, %s.\n",
		time.Now().UTC().Format(time.DateOnly), s.rounds, s.duration, s.connections, runtime.NumCPU(), runtime.Version(), s.beside, wrkVersion())
	var names, ratios []string
	for _, p := range running {
		names = append(names, p.name)
	}
	for _, r := range c.ratios {
		ratios = append(ratios, r.name)
	}
	for _, column := range columns {
		writeTable(&out, column.title+", medians", names, c.loads, func(l load, i int) string {
			list := results[l.name][names[i]]
			switch {
			case len(list) == 0:
				return "–"
			case list[0].wrong > 0:
				return column.cell(list) + " ¹"
			}
			return column.cell(list)
		})
	}
	if strings.Contains(out.String(), "¹") {
		out.WriteString("\n¹ The answers do not have the expected status.\n")
	}
	writeTable(&out, "Ratios of the medians", ratios, c.loads, func(l load, i int) string {
		upper, lower := results[l.name][c.ratios[i].upper], results[l.name][c.ratios[i].lower]
		if len(upper) == 0 || len(lower) == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", c.ratios[i].of(upper, lower))
	})
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

// writeTable writes a table with a row for each load. cell returns what is in a column, by its index.
func writeTable(out *strings.Builder, title string, titles []string, loads []load, cell func(l load, column int) string) {
	fmt.Fprintf(out, "\n%s:\n\n| | %s |\n|---|%s\n", title, strings.Join(titles, " | "), strings.Repeat("---|", len(titles)))
	for _, l := range loads {
		fmt.Fprintf(out, "| %s |", l.name)
		for i := range titles {
			fmt.Fprintf(out, " %s |", cell(l, i))
		}
		out.WriteString("\n")
	}
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
