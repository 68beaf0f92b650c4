package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/visible"
)

// writeGitHub writes annotations, which are commands to GitHub Actions in its log. The first
// has the verdict and what was verified; the others have one failure each, with its place in
// the features. Texts from the target cannot be commands, because every text is escaped and
// no line starts with one.
func writeGitHub(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	r = clean(r, visible.Log)
	level := "error"
	switch r.ExitCode {
	case exitcode.OK:
		level = "notice"
	case exitcode.Unverified:
		level = "warning"
	}
	text := r.figures() + "\n" + r.subject()
	if reasons := r.notRun(); !r.ran() && len(reasons) > 0 { // then there is no failure that says why
		text += "\n" + clip(reasons[0].Name, bodyShown)
	}
	annotate(out, level, []property{{"title", r.verdict()}}, text)
	for _, f := range r.findings() {
		properties := []property{{"title", clip(f.Title(), titleShown)}}
		if f.File != "" {
			properties = append(properties, property{"file", f.File})
			if f.Line > 0 {
				properties = append(properties, property{"line", fmt.Sprint(f.Line)})
			}
		}
		text = oneLine(f.Scenario.Name)
		for _, fact := range f.facts() {
			text += "\n" + fact.Name + ": " + clip(fact.Value, bodyShown)
		}
		annotate(out, "error", properties, text)
	}
	return out.Flush()
}

// titleShown is how many bytes of a title an annotation shows.
const titleShown = 160

// property is something that an annotation states in addition to its text.
type property struct{ name, value string }

// annotate writes an annotation as a single line.
func annotate(w io.Writer, level string, properties []property, text string) {
	pairs := make([]string, len(properties))
	for i, p := range properties {
		pairs[i] = p.name + "=" + inProperty.Replace(p.value)
	}
	fmt.Fprintf(w, "::%s %s::%s\n", level, strings.Join(pairs, ","), inText.Replace(text))
}

// The escapes that GitHub's runner expects in the text of a command and in its properties.
var (
	inText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
