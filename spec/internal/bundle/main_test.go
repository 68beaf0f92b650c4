package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
)

func TestTheFilesAreWhatTheFragmentsMake(t *testing.T) {
	t.Parallel()
	files, err := generate(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 4 {
		t.Errorf("%d files are generated", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile("../../" + name)
		if strings.HasSuffix(name, ".gz") { // another version of Go may compress it in another way
			got, want = decompressed(t, got), decompressed(t, want)
		}
		if err != nil || string(got) != string(want) {
			t.Errorf("spec/%s differs from what the fragments generate (%v); run go generate ./spec", name, err)
		}
	}
}

func decompressed(t *testing.T, compressed []byte) []byte {
	t.Helper()
	read, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestFragmentsReferToWhatIsThere checks that references work both in a fragment opened in
// an editor and in the bundled document.
func TestFragmentsReferToWhatIsThere(t *testing.T) {
	t.Parallel()
	const folder = "../../" + fragments
	names, err := fs.Glob(os.DirFS(folder), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts, references := map[string][]byte{}, 0
	for _, name := range names {
		if texts[name], err = os.ReadFile(folder + "/" + name); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range texts {
		for _, found := range regexp.MustCompile(`\$ref: '([\w.-]*)#/([^']+)'`).FindAllSubmatch(text, -1) {
			references++
			in, at := string(found[1]), string(found[2])
			if in == "" {
				in = name
			}
			path, err := yaml.PathString("$." + strings.ReplaceAll(at, "/", "."))
			if err != nil {
				t.Fatal(err)
			}
			var target any
			if err := path.Read(strings.NewReader(string(texts[in])), &target); err != nil || target == nil {
				t.Errorf("%s refers to %s#/%s: %v", name, in, at, err)
			}
		}
	}
	if references < 300 {
		t.Errorf("only %d references were found", references)
	}
}

const head = `openapi: 3.0.3
info: {title: t, version: '1'}
tags:
  - name: a
paths: {}
components:
  schemas:
    text:
      type: string # any
`

func TestBundle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fragments map[string]string
		want      string // a part of the document or of the error
	}{
		"adds paths, components and tags, as they are written": {
			map[string]string{"notes.yaml": `openapi: 3.0.3
info: {title: notes, version: '1'}
tags:
  - name: b
paths:
  # Notes.
  /notes:
    get: {$ref: 'components.yaml#/components/schemas/text'}
components:
  schemas:
    note: {type: object}
  headers:
    location: {$ref: '#/components/schemas/note'}
`}, heading + `openapi: 3.0.3
info: {title: t, version: '1'}
tags:
  - name: a
  - name: b
paths:
  # Notes.
  /notes:
    get: {$ref: '#/components/schemas/text'}
components:
  schemas:
    text:
      type: string # any
    note: {type: object}
  headers:
    location: {$ref: '#/components/schemas/note'}
`},
		"orders paths by x-order, then by name": {
			map[string]string{
				"a.yaml": "paths:\n  /a: {}\n", "b.yaml": "paths:\n  /b: {}\n",
				"y.yaml": "x-order: 2\npaths:\n  /y: {}\n", "z.yaml": "x-order: 1\npaths:\n  /z: {}\n",
			}, "paths:\n  /z: {}\n  /y: {}\n  /a: {}\n  /b: {}\ncomponents:",
		},
		"refuses a path that is there": {
			map[string]string{"a.yaml": "paths:\n  /a: {}\n", "b.yaml": "paths:\n  /a: {}\n"}, "b.yaml: /a is defined twice",
		},
		"refuses a component that is there": {
			map[string]string{"a.yaml": "components:\n  schemas:\n    text: {}\n"}, "a.yaml: text is defined twice",
		},
		"refuses what concerns the whole document": {
			map[string]string{"a.yaml": "security: []\n"}, "a.yaml: security belongs in components.yaml",
		},
		"refuses a list of paths": {
			map[string]string{"a.yaml": "paths: []\n"}, "a.yaml: paths differs in kind",
		},
		"refuses a text": {
			map[string]string{"a.yaml": "hello\n"}, "a.yaml: ",
		},
		"refuses an order that is no number": {
			map[string]string{"a.yaml": "x-order: first\n"}, "a.yaml: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{shared: {Data: []byte(head)}}
			for file, text := range test.fragments {
				files[file] = &fstest.MapFile{Data: []byte(text)}
			}
			got, err := bundle(files)
			if err != nil {
				got = []byte(err.Error())
			}
			if !strings.Contains(string(got), test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
