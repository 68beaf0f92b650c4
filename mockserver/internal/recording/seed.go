package recording

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Seed writes a seed file with what recordings, in order, show of an instance: its last
// known state, without what was deleted. Comments mark what no recording shows and was
// made up. contract is the engine's contract.
func Seed(contract *spec.Contract, e *engine.Engine, recordings ...*Recording) ([]byte, error) {
	learned := e.Learn(Masked)
	taught, mute := 0, 0
	for _, r := range recordings {
		for i := range r.Exchanges {
			x := &r.Exchanges[i]
			if operation, params, _ := x.Locate(contract); operation != nil && x.Teach(learned, operation, params) {
				taught++
			} else {
				mute++
			}
		}
	}
	out := &seedFile{explained: map[string]bool{}}
	for _, part := range learned.Seed(seed.Default().Rows(), reread) {
		out.part(part)
	}
	text := append(head(recordings, taught, mute, Masked(out.String())), out.Bytes()...)
	read, err := seed.Read(text)
	if err == nil {
		_, err = read.Plant(e, engine.Request{})
	}
	if err != nil {
		return nil, fmt.Errorf("the recording makes no seed: %w", err)
	}
	return text, nil
}

// maxTaught is the limit in bytes up to which a body is decoded. Decoded values take many
// times its memory.
const maxTaught = 4 << 20

// Teach adds what an exchange shows to learned, and reports whether it shows anything.
func (x *Exchange) Teach(learned *engine.Learned, operation *spec.Operation, params []string) bool {
	return x.succeeded() && len(x.Response.Body) <= maxTaught && !traffic.IsCut(x.Response.Body) && learned.Take(operation, params, []byte(x.Response.Body))
}

// reread writes a value of a seed as YAML and reads it back.
func reread(value any) (any, error) {
	read, err := seed.Read([]byte("value: " + flow(value)))
	if err != nil {
		return nil, err
	}
	out, _ := read.Rows().Get("value")
	return out, nil
}

func head(recordings []*Recording, taught, mute int, masked bool) []byte {
	names := make([]string, len(recordings))
	for i, r := range recordings {
		names[i] = comment(r.Name)
	}
	out := fmt.Appendf(nil, `# The final state of an Unleash, as far as %s shows it.
# %d exchanges said something about it; %d did not.
# Start the mock with it: unleash-mock serve --seed <this file>
`, strings.Join(names, ", "), taught, mute)
	if masked {
		out = fmt.Appendf(out, "#\n# %s stands for what the recording hides.\n", secrets.Mark)
	}
	return out
}

// seedFile is a seed file while it is written.
type seedFile struct {
	bytes.Buffer
	explained map[string]bool // nouns of rows whose secrets were explained
}

func (f *seedFile) line(format string, args ...any) { fmt.Fprintf(f, format+"\n", args...) }

// part writes a section.
func (f *seedFile) part(part engine.Part) {
	switch {
	case part.Noun == "":
		f.line("\n%s: %s%s", part.Name, flow(part.Value), remark(part.Missing))
	case part.BuiltIn:
		f.line("\n%s:\n  # No %s was recorded: these are built in.", part.Name, part.Noun)
		f.WriteString(seed.Section(part.Name))
	case len(part.Rows) == 0:
		f.line("\n%s: []\n  # No %s was recorded, or none was left.", part.Name, part.Noun)
	default:
		f.line("\n%s:", part.Name)
	}
	f.rows(part, "  ")
}

func (f *seedFile) rows(part engine.Part, indent string) {
	for _, row := range part.Rows {
		if row.LeftOut != "" {
			f.line("%s# %s%s is left out: %s.", indent, strings.ToUpper(row.Label[:1]), comment(row.Label[1:]), row.LeftOut)
			continue
		}
		if row.Placeholder && !f.explained[part.Noun] {
			f.explained[part.Noun] = true
			f.line("%s# Recordings hide the secrets of %ss: these stand in for them.", indent, part.Noun)
		}
		f.row(row, indent)
	}
}

// row writes a row, on one line or, if it contains rows, on several.
func (f *seedFile) row(row engine.Row, indent string) {
	if len(row.Lists) == 0 {
		f.line("%s- %s%s", indent, columns(row.Columns), remark(row.Note))
		return
	}
	bullet, note := "- ", remark(row.Note)
	for name, value := range row.Columns.All() {
		f.line("%s%s%s: %s%s", indent, bullet, name, flow(value), note)
		bullet, note = "  ", ""
	}
	for _, list := range row.Lists {
		f.line("%s  %s:", indent, list.Name)
		f.rows(list, indent+"    ")
	}
}

// remark returns a note as a comment at the end of a line.
func remark(note string) string {
	if note == "" {
		return ""
	}
	return " # " + note
}

// comment makes a text fit on one line.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return '_'
		}
		return r
	}, text)
}
