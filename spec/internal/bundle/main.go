// Command bundle combines the contract's fragments into one OpenAPI document. It also writes that
// document and the one of the control API as JSON, which is what the program reads. go generate runs
// it in the folder spec.
//
// components.yaml is the document without its resources. Every other fragment adds paths, and
// components and tags of its own. x-order determines the place of its paths; without it they come
// last, by file name. A reference by file and name to another fragment becomes a reference by name.
// The texts stay as they are written, comments and line breaks included. libopenapi's bundler is not
// used: it would require a list of all paths, rename what several fragments share, and join the lines
// of long texts.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io/fs"
	"log"
	"math"
	"os"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

const (
	fragments = "openapi"
	shared    = "components.yaml"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bundle: ")
	files, err := generate(os.DirFS("."))
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns the texts of the files that are generated from those in a folder.
func generate(folder fs.FS) (map[string][]byte, error) {
	parts, err := fs.Sub(folder, fragments)
	if err != nil {
		return nil, err
	}
	openapi, err := bundle(parts)
	if err != nil {
		return nil, err
	}
	control, err := fs.ReadFile(folder, "control.yaml")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"openapi.yaml": openapi}
	for name, source := range map[string][]byte{"openapi.json": openapi, "control.json": control} {
		read, err := document.Read(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = append(read.Text(), '\n')
	}
	for _, name := range []string{"openapi.yaml", "control.json"} {
		if files[name+".gz"], err = compress(files[name]); err != nil {
			return nil, err
		}
	}
	delete(files, "control.json") // control.yaml is there to be read
	return files, nil
}

func compress(text []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// heading tells readers to change the fragments instead of the document.
const heading = "# Made by go generate ./spec of the fragments in spec/openapi/, which are what to change.\n"

func bundle(folder fs.FS) ([]byte, error) {
	whole, err := read(folder, shared)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var others []*fragment
	for _, name := range names {
		if name == shared {
			continue
		}
		other, err := read(folder, name)
		if err != nil {
			return nil, err
		}
		others = append(others, other)
	}
	slices.SortStableFunc(others, func(a, b *fragment) int { return cmp.Compare(a.order, b.order) })
	for _, other := range others {
		if err := whole.add(other); err != nil {
			return nil, fmt.Errorf("%s: %w", other.name, err)
		}
	}
	return []byte(heading + whole.file.String()), nil
}

// fragment is one file of the contract.
type fragment struct {
	name  string
	file  *ast.File
	root  *ast.MappingNode
	order int // the place of its paths in the document
}

// elsewhere matches the file in a reference to another fragment.
var elsewhere = regexp.MustCompile(`(\$ref: ['"]?)[\w-]+\.yaml#`)

func read(folder fs.FS, name string) (*fragment, error) {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(elsewhere.ReplaceAll(text, []byte("$1#")), parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	head := struct {
		Order int `yaml:"x-order"`
	}{Order: math.MaxInt}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	root, is := file.Docs[0].Body.(*ast.MappingNode)
	if !is {
		return nil, fmt.Errorf("%s: it is not an OpenAPI document", name)
	}
	return &fragment{name: name, file: file, root: root, order: head.Order}, nil
}

// depths says what a fragment can add to, and on how many levels several fragments can add to the
// same entry. Below those levels, nothing can be defined twice.
var depths = map[string]int{"tags": 1, "paths": 1, "components": 2}

// add adds the content of another fragment to the document.
func (f *fragment) add(other *fragment) error {
	for _, part := range other.root.Values {
		key := part.Key.String()
		depth, is := depths[key]
		switch {
		case is:
			if err := merge(f.root, part, depth); err != nil {
				return err
			}
		case key != "openapi" && key != "info" && key != "x-order":
			return fmt.Errorf("%s belongs in %s", key, shared)
		}
	}
	return nil
}

// merge adds an entry to a mapping. If the mapping has the entry, merge adds its content to that one.
func merge(into *ast.MappingNode, entry *ast.MappingValueNode, depth int) error {
	key := entry.Key.String()
	at := slices.IndexFunc(into.Values, func(known *ast.MappingValueNode) bool { return known.Key.String() == key })
	if at < 0 {
		into.Values = append(into.Values, entry)
		return nil
	}
	if depth == 0 {
		return fmt.Errorf("%s is defined twice", key)
	}
	switch known := into.Values[at].Value.(type) {
	case *ast.SequenceNode:
		if more, is := entry.Value.(*ast.SequenceNode); is {
			known.Merge(more)
			return nil
		}
	case *ast.MappingNode:
		more, is := entry.Value.(*ast.MappingNode)
		if is && len(known.Values) == 0 { // {} is in flow style, which must not be kept
			into.Values[at] = entry
			return nil
		}
		if is {
			return mergeAll(known, more, depth-1)
		}
	}
	return fmt.Errorf("%s differs in kind", key)
}

func mergeAll(into, from *ast.MappingNode, depth int) error {
	for _, entry := range from.Values {
		if err := merge(into, entry, depth); err != nil {
			return err
		}
	}
	return nil
}
