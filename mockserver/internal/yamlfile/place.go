package yamlfile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// cursor is a place in a text. Line and column count from 1.
type cursor struct {
	text             []byte
	at, line, column int
}

func place(text []byte, offset int) (line, column int) {
	c := cursor{text, 0, 1, 1}
	c.advance(offset)
	return c.line, c.column
}

// advance moves the cursor forward to an offset.
func (c *cursor) advance(offset int) {
	passed := c.text[c.at:offset]
	if last := bytes.LastIndexByte(passed, '\n'); last >= 0 {
		c.line, c.column = c.line+bytes.Count(passed, []byte{'\n'}), 1
		passed = passed[last+1:]
	}
	c.at, c.column = offset, c.column+utf8.RuneCount(passed)
}

// target is a value to find: those of problems, and what they are in.
type target struct {
	problems []*Problem // about the value or something in it
	inner    map[string]*target
}

// add adds a problem about the value at a path.
func (t *target) add(problem *Problem, path []string) {
	t.problems = append(t.problems, problem)
	if len(path) == 0 {
		return
	}
	if t.inner == nil {
		t.inner = map[string]*target{}
	}
	if t.inner[path[0]] == nil {
		t.inner[path[0]] = &target{}
	}
	t.inner[path[0]].add(problem, path[1:])
}

// finder reads a JSON text once and places problems: at their value or, if it is missing,
// at the nearest one that it would be in.
type finder struct {
	cursor
	decoder *json.Decoder
}

func find(text []byte, wanted *target) {
	f := finder{cursor{text, 0, 1, 1}, json.NewDecoder(bytes.NewReader(text))}
	_ = f.value(wanted) // what lies behind an error has the place of what it is in
}

func (f *finder) value(wanted *target) error {
	if wanted == nil {
		var skipped json.RawMessage
		return f.decoder.Decode(&skipped)
	}
	begin := int(f.decoder.InputOffset())
	for begin < len(f.text) && bytes.IndexByte([]byte(" \t\r\n:,"), f.text[begin]) >= 0 {
		begin++
	}
	f.advance(begin)
	for _, problem := range wanted.problems {
		problem.Line, problem.Column = f.line, f.column
	}
	if wanted.inner == nil {
		return f.value(nil)
	}
	open, err := f.decoder.Token()
	if _, isContainer := open.(json.Delim); err != nil || !isContainer {
		return err
	}
	for i := 0; f.decoder.More(); i++ {
		name := strconv.Itoa(i)
		if open == json.Delim('{') {
			token, err := f.decoder.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
		}
		if err := f.value(wanted.inner[name]); err != nil {
			return err
		}
	}
	_, err = f.decoder.Token()
	return err
}
