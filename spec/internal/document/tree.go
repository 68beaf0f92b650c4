package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/yamljson"
)

// node is a value of a document in a form that can be changed.
type node struct {
	file    string // that it is written in; empty for the document itself
	line    int
	opening json.Delim     // of an object or an array
	names   []string       // of an object's members
	below   []*node        // members or elements
	places  map[string]int // of members, by name, once one was looked for
	text    []byte         // of any other value
	settled bool           // a reference that leads to a place in the document
}

// maxValues is how many values a document that refers to other files may have, and how many those. A value
// of two bytes becomes a node of some hundred.
const maxValues = yamljson.MaxMarks

var errTooMany = fmt.Errorf("it has more than %d values, which is too many for what it refers to in other files to be added", maxValues)

// tree returns the nodes of a JSON text, for which it takes room.
func tree(text []byte, file string, room *int) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	line, counted := 1, int64(0)
	var read func() (*node, error)
	read = func() (*node, error) {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		if *room--; *room < 0 {
			return nil, errTooMany
		}
		line, counted = line+bytes.Count(text[counted:decoder.InputOffset()], []byte{'\n'}), decoder.InputOffset()
		n := &node{file: file, line: line}
		var is bool
		if n.opening, is = token.(json.Delim); !is {
			n.text, err = jsonw.Marshal(token)
			return n, err
		}
		for decoder.More() {
			if n.opening == '{' {
				name, err := decoder.Token()
				if err != nil {
					return nil, err
				}
				n.names = append(n.names, name.(string))
			}
			next, err := read()
			if err != nil {
				return nil, err
			}
			n.below = append(n.below, next)
		}
		_, err = decoder.Token() // the closing one
		return n, err
	}
	return read()
}

// member returns a member of an object, or nil.
func (n *node) member(name string) *node {
	if n.places == nil && len(n.names) > 0 {
		n.places = map[string]int{}
		for at, name := range n.names {
			n.places[name] = at
		}
	}
	if at, is := n.places[name]; is {
		return n.below[at]
	}
	return nil
}

// child returns a member of an object or an element of an array, or nil.
func (n *node) child(token string) *node {
	if index, err := strconv.Atoi(token); err == nil && n.opening == '[' && index >= 0 && index < len(n.below) {
		return n.below[index]
	}
	return n.member(token)
}

// add adds a member to an object.
func (n *node) add(name string, member *node) {
	n.names, n.below = append(n.names, name), append(n.below, member)
	if n.places != nil {
		n.places[name] = len(n.names) - 1
	}
}

// object returns a member that is an object. It adds the member if there is none, and gives an empty one, as
// YAML has it below a name with nothing behind it, the form of an object.
func (n *node) object(name string) *node {
	member := n.member(name)
	switch {
	case member == nil:
		member = &node{opening: '{', line: n.line, file: n.file}
		n.add(name, member)
	case string(member.text) == "null":
		member.opening, member.text = '{', nil
	}
	return member
}

// string returns a text, or false for any other value.
func (n *node) string() (string, bool) {
	var text string
	return text, n != nil && len(n.text) > 0 && n.text[0] == '"' && json.Unmarshal(n.text, &text) == nil
}

// origin says that the lines from one on are those of a file, from another one on.
type origin struct {
	line int
	file string
	in   int
}

// layout writes nodes so that it is known on which line of which file each of them was.
type layout struct {
	text    bytes.Buffer
	line    int
	origins []origin
	limit   int // of the text, in bytes
}

// maxDepth stops values that contain themselves.
const maxDepth = 1000

func (l *layout) write(n *node, depth int) error {
	if depth > maxDepth || l.text.Len() > l.limit {
		return fmt.Errorf("line %d: with what it refers to in other files, it is too large, or contains itself", n.line)
	}
	if n.opening == 0 {
		l.text.Write(n.text)
		return nil
	}
	l.text.WriteByte(byte(n.opening))
	for i, next := range n.below {
		if i > 0 {
			l.text.WriteByte(',')
		}
		l.move(next)
		if n.opening == '{' {
			name, err := jsonw.Marshal(n.names[i])
			if err != nil {
				return err
			}
			l.text.Write(append(name, ':'))
		}
		if err := l.write(next, depth+1); err != nil {
			return err
		}
	}
	l.text.WriteByte(byte(n.opening) + 2) // the bracket that closes it
	return nil
}

// maxBlankLines is how many lines may be without a value before the lines are counted anew: parts of a file may
// be far from each other in it, and many.
const maxBlankLines = 20

// move begins the line that a node is on, unless it has begun.
func (l *layout) move(n *node) {
	last := l.origins[len(l.origins)-1]
	lines := n.line - (last.in + l.line - last.line)
	if n.file != last.file || lines < 0 || lines > maxBlankLines {
		lines = 1
		l.origins = append(l.origins, origin{l.line + 1, n.file, n.line})
	}
	l.text.Write(bytes.Repeat([]byte{'\n'}, lines))
	l.line += lines
}

// Place returns the file that a line of the document comes from, and the line there. The file is empty
// for the document itself.
func (d *Document) Place(line int) (file string, in int) {
	next := sort.Search(len(d.origins), func(i int) bool { return d.origins[i].line > line })
	if next == 0 {
		return "", line
	}
	from := d.origins[next-1]
	return from.file, from.in + line - from.line
}
