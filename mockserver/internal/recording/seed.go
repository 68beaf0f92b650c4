package recording

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Seed writes a seed file of what recordings show of an instance, one after the
// other: the state that was seen last, without what was deleted. Comments say what
// no recording tells and was made up. check finds out whether an instance can start
// with a seed.
func Seed(contract *spec.Contract, check func(seed []byte) error, recordings ...*Recording) ([]byte, error) {
	w := observe(contract, recordings)
	out := &seedFile{users: map[int64]bool{}, owners: map[int64]int64{}, check: check}
	out.head(w, recordings)
	out.section("users", func() { out.accounts(w) })
	out.section("apiTokens", out.apiTokens)
	out.section("endpoints", func() { out.endpoints(w) })
	out.section("signals", func() { out.signals(w) })
	out.invoices(w)
	if err := check(out.text.Bytes()); err != nil {
		return nil, fmt.Errorf("the recording makes no seed: %w", err)
	}
	return out.text.Bytes(), nil
}

// seedFile is a seed file on its way.
type seedFile struct {
	text   bytes.Buffer
	users  map[int64]bool
	owners map[int64]int64 // the endpoint of each token
	check  func([]byte) error
}

func (f *seedFile) line(format string, args ...any) { fmt.Fprintf(&f.text, format+"\n", args...) }

// section writes a list; one of nothing but comments is empty.
func (f *seedFile) section(name string, write func()) {
	before := f.text.Len()
	write()
	body := bytes.Clone(f.text.Bytes()[before:])
	f.text.Truncate(before)
	if bytes.HasPrefix(body, []byte("  - ")) || bytes.Contains(body, []byte("\n  - ")) {
		f.line("\n%s:", name)
	} else {
		f.line("\n%s: []", name)
	}
	f.text.Write(body)
}

func (f *seedFile) head(w *world, recordings []*Recording) {
	names := make([]string, len(recordings))
	for i, r := range recordings {
		names[i] = comment(r.Name)
	}
	f.line("# What %s shows of an Unleash, as it was in the end.", strings.Join(names, ", "))
	f.line("# %d exchanges told something; %d did not.", w.used, w.unused)
	f.line("# Start the mock with it: unleash-mock serve --seed <this file>")
	for _, s := range w.signals {
		if Masked(string(s.Payload)) {
			f.line("#\n# In payloads, %s stands for what the recording hides.", secrets.Mark)
			return
		}
	}
}

// accounts writes the built-in users, and those who created something.
func (f *seedFile) accounts(w *world) {
	f.line("  # Users are not in a recording: these are built in.")
	f.text.WriteString(seed.Section("users"))
	for _, id := range seed.IDs("users") {
		f.users[id] = true
	}
	var creators []int64
	for _, e := range w.endpoints {
		creators = append(creators, e.CreatedByUserID)
		for _, t := range e.Tokens {
			creators = append(creators, t.CreatedByUserID)
		}
	}
	slices.Sort(creators)
	for _, id := range slices.Compact(creators) {
		if id <= 0 || f.users[id] {
			continue
		}
		entry := flow(pairs{{"id", id}, {"username", fmt.Sprintf("user-%d", id)}, {"rootRole", "Viewer"}})
		if f.fits("users", entry) {
			f.users[id] = true
			f.line("  - %s # created something; name and role were not recorded", entry)
		}
	}
}

func (f *seedFile) apiTokens() {
	f.line("  # The secrets of API tokens are not in a recording: these are built in.")
	f.text.WriteString(seed.Section("apiTokens"))
}

func (f *seedFile) endpoints(w *world) {
	if len(w.endpoints) == 0 {
		f.line("  # No signal endpoint was recorded, or none was left.")
		return
	}
	f.line("  # The secrets of tokens are not in a recording: these stand for them.")
	for _, id := range slices.Sorted(maps.Keys(w.endpoints)) {
		f.endpoint(w.endpoints[id])
	}
}

func (f *seedFile) endpoint(e *endpoint) {
	if e.Name == "" {
		f.line("  # Signal endpoint %d is left out: its name was not recorded.", e.ID)
		return
	}
	fields := pairs{{"id", e.ID}, {"name", e.Name}}
	if e.Enabled != nil {
		fields = append(fields, pair{"enabled", *e.Enabled})
	}
	if e.Description != nil {
		fields = append(fields, pair{"description", *e.Description})
	}
	fields = append(fields, f.created(e.CreatedAt, e.CreatedByUserID)...)
	if entry := flow(fields); !f.fits("endpoints", entry) {
		f.line("  # Signal endpoint %d is left out: no seed can have it.", e.ID)
		return
	}
	if e.guessed {
		f.line("  # Of %d only what its signals say was recorded.", e.ID)
	}
	for i, field := range fields {
		f.line("  %s %s: %s", map[bool]string{true: "-", false: " "}[i == 0], field.name, flow(field.value))
	}
	slices.SortFunc(e.Tokens, func(a, b *token) int { return cmp.Compare(a.ID, b.ID) })
	var lines []string
	for _, t := range e.Tokens {
		if line := f.token(e, t); line != "" && f.owners[t.ID] == 0 {
			f.owners[t.ID] = e.ID
			lines = append(lines, line)
		}
	}
	if len(lines) > 0 {
		f.line("    tokens:\n%s", strings.Join(lines, "\n"))
	}
}

// token writes a token; nothing if no seed can have it.
func (f *seedFile) token(e *endpoint, t *token) string {
	note := ""
	switch {
	case t.nameless:
		t.Name, note = fmt.Sprintf("token-%d", t.ID), " # its name was not recorded"
	case t.unlisted:
		note = " # its id was not recorded"
	}
	fields := pairs{{"id", t.ID}, {"name", t.Name}, {"secret", Secret(e.ID, t.ID)}}
	entry := flow(append(fields, f.created(t.CreatedAt, t.CreatedByUserID)...))
	if !f.fits("endpoints", `{"id":1,"name":"a","tokens":[`+entry+`]}`) {
		return ""
	}
	return "      - " + entry + note
}

// created are the fields that say when and by whom; what was not recorded is left to
// the defaults of seeds.
func (f *seedFile) created(at string, by int64) pairs {
	var out pairs
	if at != "" {
		out = append(out, pair{"createdAt", at})
	}
	if by < 0 || f.users[by] {
		out = append(out, pair{"createdByUserId", by})
	}
	return out
}

func (f *seedFile) signals(w *world) {
	if len(w.signals) == 0 {
		f.line("  # No signal was recorded.")
	}
	ids := slices.Sorted(maps.Keys(w.signals))
	entries := make([]string, len(ids))
	for i, id := range ids {
		entries[i] = f.signal(w.signals[id])
	}
	fit := f.fitting(entries)
	for i, id := range ids {
		if fit[i] {
			f.line("  - %s", entries[i])
		} else {
			f.line("  # Signal %d is left out: no seed can have it.", id)
		}
	}
}

func (f *seedFile) signal(s *signal) string {
	fields := pairs{{"id", s.ID}, {"sourceId", s.SourceID}}
	if s.TokenID != nil && (f.owners[*s.TokenID] == 0 || f.owners[*s.TokenID] == s.SourceID) {
		fields = append(fields, pair{"tokenId", *s.TokenID})
	}
	if s.CreatedAt != "" {
		fields = append(fields, pair{"createdAt", s.CreatedAt})
	}
	if len(s.Payload) > 0 {
		fields = append(fields, pair{"payload", s.Payload})
	}
	return flow(fields)
}

// fitting tells which signals a seed can have. There may be many, and few that it
// cannot: they are tried together, and by halves where that fails.
func (f *seedFile) fitting(entries []string) []bool {
	if fits := f.fits("signals", strings.Join(entries, ", ")); fits || len(entries) <= 1 {
		return slices.Repeat([]bool{fits}, len(entries))
	}
	middle := len(entries) / 2
	return append(f.fitting(entries[:middle]), f.fitting(entries[middle:])...)
}

// invoices writes what the operations of invoices answer.
func (f *seedFile) invoices(w *world) {
	for _, part := range []struct {
		name, none string
		body       []byte
	}{
		{"invoices", "[]", w.invoices},
		{"detailedInvoices", "{}", w.detailed},
	} {
		switch text := flow(part.body); {
		case part.body == nil:
			f.line("\n%s: %s # not recorded", part.name, part.none)
		case f.parses(part.name + ": " + text):
			f.line("\n%s: %s", part.name, text)
		default:
			f.line("\n%s: %s # left out: no seed can have it", part.name, part.none)
		}
	}
}

// fits tells whether a seed can have entries of a section, by themselves.
func (f *seedFile) fits(section, entry string) bool {
	users := ""
	for _, id := range slices.Sorted(maps.Keys(f.users)) {
		users += fmt.Sprintf("{id: %d, username: u, rootRole: Viewer},", id)
	}
	if section == "users" {
		users = ""
		return f.parses("users: [" + entry + "]")
	}
	return f.parses("users: [" + users + "]\n" + section + ": [" + entry + "]")
}

func (f *seedFile) parses(source string) bool { return f.check([]byte(source)) == nil }

// comment makes one line of a text.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return '_'
		}
		return r
	}, text)
}
