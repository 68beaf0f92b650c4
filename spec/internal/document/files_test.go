package document_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/unleash-mock/unleash-mock/spec/internal/document"
)

// beside are the files of a document, by name.
func beside(t *testing.T, texts map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// TestFiles checks what becomes of references to other files.
func TestFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source string
		files  map[string]string
		want   string
	}{
		"a schema": {
			`{"components":{"schemas":{"a":{"items":{"$ref":"b.yaml#/c"}}}}}`,
			map[string]string{"b.yaml": "c: {$ref: '#/d'}\nd: {type: string}"},
			`{"components":{"schemas":{"a":{"items":{"$ref":"#/components/schemas/c"}},"c":{"$ref":"#/components/schemas/d"},"d":{"type":"string"}}}}`,
		},
		"a component": {
			`{"components":{"schemas":{"A":{"$ref":"s/a.json"},"Same":{"$ref":"./s/a.json#"}}},"x":1}`,
			map[string]string{"s/a.json": `{"items":{"$ref":"#"},"not":{"$ref":"../s/a.json"}}`},
			`{"components":{"schemas":{"A":{"items":{"$ref":"#/components/schemas/A"},"not":{"$ref":"#/components/schemas/A"}},"Same":{"$ref":"#/components/schemas/A"}}},"x":1}`,
		},
		"names that are taken": {
			`{"components":{"schemas":{"a":{"not":{"$ref":"a.json"}}}}}`,
			map[string]string{"a.json": `{"not":{"$ref":"b.json#/x/a"}}`, "b.json": `{"x":{"a":{}}}`},
			`{"components":{"schemas":{"a":{"not":{"$ref":"#/components/schemas/a_2"}},"a_2":{"not":{"$ref":"#/components/schemas/a_3"}},"a_3":{}}}}`,
		},
		"what is no schema": {
			`{"paths":{"/a":{"$ref":"p.json"}}}`,
			map[string]string{"p.json": `{"parameters":[{"$ref":"#/x/p"}],"get":{"requestBody":{"$ref":"#/x/b"},"responses":{"200":{"$ref":"#/x/r"}}},"x":{"p":{"in":"query"},"b":{"content":{}},"r":{"headers":{"h":{"$ref":"#/x/p"}}}}}`},
			`{"paths":{"/a":{"$ref":"#/components/pathItems/p"}},"components":{"pathItems":{"p":{"parameters":[{"$ref":"#/components/parameters/p"}],"get":{"requestBody":{"$ref":"#/components/requestBodies/b"},"responses":{"200":{"$ref":"#/components/responses/r"}}},` +
				`"x":{"p":{"in":"query"},"b":{"content":{}},"r":{"headers":{"h":{"$ref":"#/components/headers/p"}}}}}},` +
				`"responses":{"r":{"headers":{"h":{"$ref":"#/components/headers/p"}}}},"headers":{"p":{"in":"query"}},"requestBodies":{"b":{"content":{}}},"parameters":{"p":{"in":"query"}}}}`,
		},
		"what has no name": {
			`{"info":{"$ref":"i.yaml"},"paths":{"$ref":"p.yaml","/b":{}},"components":{"schemas":{"$ref":"s.yaml#/all"}}}`,
			map[string]string{"i.yaml": "title: T", "p.yaml": "/a: {get: {$ref: 'o.yaml'}}", "o.yaml": "operationId: a", "s.yaml": "all: {$ref: t.yaml}", "t.yaml": "x: {type: string}"},
			`{"info":{"title":"T"},"paths":{"/a":{"get":{"operationId":"a"}},"/b":{}},"components":{"schemas":{"x":{"type":"string"}}}}`,
		},
		"the document itself": {
			`{"paths":{"/a":{"get":{"responses":{"200":{"$ref":"r.json"}}}}},"components":{"schemas":{"s":{}}}}`,
			map[string]string{
				"r.json":    `{"content":{"a/b":{"schema":{"$ref":"main.json#/components/schemas/s"}}}}`,
				"main.json": `{"paths":{"/a":{"get":{"responses":{"200":{"$ref":"r.json"}}}}},"components":{"schemas":{"s":{}}}}`,
			},
			`{"paths":{"/a":{"get":{"responses":{"200":{"$ref":"#/components/responses/r"}}}}},"components":{"schemas":{"s":{}},"responses":{"r":{"content":{"a/b":{"schema":{"$ref":"#/components/schemas/s"}}}}}}}`,
		},
		"a mapping": {
			`{"components":{"schemas":{"P":{"oneOf":[{"$ref":"c.yaml"}],"discriminator":{"propertyName":"k","mapping":{"c":"c.yaml","d":"D"}}}}}}`,
			map[string]string{"c.yaml": "{}"},
			`{"components":{"schemas":{"P":{"oneOf":[{"$ref":"#/components/schemas/c"}],"discriminator":{"propertyName":"k","mapping":{"c":"#/components/schemas/c","d":"D"}}},"c":{}}}}`,
		},
		"data": {
			`{"components":{"schemas":{"a":{"default":{"$ref":"b.json"},"enum":[{"$ref":"b.json"}],"x-y":{"$ref":"b.json"},"example":{"c":{"$ref":"b.json"}},"properties":{"$ref":{"not":{"$ref":"b.json"}}}}}}}`,
			map[string]string{"b.json": `1`},
			`{"components":{"schemas":{"a":{"default":{"$ref":"b.json"},"enum":[{"$ref":"b.json"}],"x-y":{"$ref":"b.json"},"example":{"c":1},"properties":{"$ref":{"not":{"$ref":"#/components/schemas/b"}}}},"b":1}}}`,
		},
		"a pointer through references": {
			`{"components":{"schemas":{"a":{"$ref":"b.yaml#/x"},"c":{"$ref":"b.yaml#/x/y/1"}}}}`,
			map[string]string{"b.yaml": "x: {$ref: 'd.yaml#/e'}", "d.yaml": "e: {y: [{}, {type: string}]}"},
			`{"components":{"schemas":{"a":{"y":[{},{"type":"string"}]},"c":{"type":"string"}}}}`,
		},
		"components that are empty": {
			"paths: {/a: {$ref: p.yaml}}\ncomponents:\n",
			map[string]string{"p.yaml": "get: {}"},
			`{"paths":{"/a":{"$ref":"#/components/pathItems/p"}},"components":{"pathItems":{"p":{"get":{}}}}}`,
		},
		"a section that is empty": {
			"paths: {/a: {$ref: p.yaml}}\ncomponents:\n  pathItems:\n  schemas:\n",
			map[string]string{"p.yaml": "get: {}"},
			`{"paths":{"/a":{"$ref":"#/components/pathItems/p"}},"components":{"pathItems":{"p":{"get":{}}},"schemas":null}}`,
		},
		"a path with a colon": {
			`{"paths":{"/a:b":{"$ref":"p.yaml#/~1a:b"}}}`,
			map[string]string{"p.yaml": "/a:b: {get: {}}"},
			`{"paths":{"/a:b":{"$ref":"#/components/pathItems/_a_b"}},"components":{"pathItems":{"_a_b":{"get":{}}}}}`,
		},
		"what a file means of the document": {
			`{"paths":{"/a":{"get":{"responses":{"200":{"$ref":"r.json"}}}}},"components":{"responses":{"s":{}}}}`,
			map[string]string{"r.json": `{"$ref":"#/components/responses/s"}`},
			`{"paths":{"/a":{"get":{"responses":{"200":{"$ref":"#/components/responses/r"}}}}},"components":{"responses":{"s":{},"r":{"$ref":"#/components/responses/s"}}}}`,
		},
	} {
		d, err := document.Read([]byte(test.source), beside(t, test.files))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := string(d.Compact()); got != test.want || !d.Joined() {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// TestLinesOfFiles checks that a line of a joined document leads to the file and the line that it is from.
func TestLinesOfFiles(t *testing.T) {
	t.Parallel()
	d, err := document.Read([]byte("a: 1\npaths:\n  /a: {$ref: p.yaml}\n\n  /b:\n    get: {}\n  /c: {get: {$ref: o.yaml}}\n  /d:\n    get: {}\n"),
		beside(t, map[string]string{"p.yaml": "\n\nx: 1\nget:\n  operationId: a\n", "o.yaml": "responses:\n  200:\n    description: d\n"}))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"paths|/b|get": " 6", "paths|/c|get|responses|200": "o.yaml 3", "paths|/d|get": " 9", "components|pathItems|p": "p.yaml 3", "components|pathItems|p|get": "p.yaml 5",
	} {
		file, line := d.Place(d.Line(at(d, strings.Split(pointer, "|")...)))
		if got := fmt.Sprintf("%s %d", file, line); got != want {
			t.Errorf("%s: got %q, want %q", pointer, got, want)
		}
	}
	if file, line := read(t, "a: 1\nb: 2").Place(2); file != "" || line != 2 {
		t.Errorf("a document that is one file: got %q %d", file, line)
	}
}

// TestFilesThatCannotBeRead checks the reasons, which name the file.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	files := beside(t, map[string]string{"a.yaml": "b: [", "dir/c.yaml": "x: {}", "large.yaml": strings.Repeat("#", 17<<20),
		"values.json": "[" + strings.Repeat("1,", 1<<19) + "1]", "aliases.yaml": "a: &a [" + strings.Repeat("1,", 1023) + "1]\nb: &b [" + strings.Repeat("*a,", 102) + "*a]\nc: [*b, *b, *b, *b]"})
	for reference, want := range map[string]string{
		"none.yaml":          "none.yaml: file does not exist",
		"a.yaml#/b":          "a.yaml: line ",
		"dir":                "dir is not a file",
		"dir/c.yaml#/y":      "dir/c.yaml has no /y",
		"values.json":        "with values.json, the document's other files are too large",
		"aliases.yaml":       "with aliases.yaml, the document's other files are too large",
		"large.yaml":         "with large.yaml, the document's other files are too large",
		"../up.yaml":         "files are read only below the document's folder",
		"dir/../../up.yaml":  "files are read only below the document's folder",
		"/etc/passwd":        "files are read only below the document's folder",
		"%2Fetc/passwd":      "files are read only below the document's folder",
		"https://x/y.yaml#z": "leads out of the document",
	} {
		d, err := document.Read([]byte(`{"a":{"$ref":"`+reference+`"},"paths":{"/a":{"$ref":"dir/c.yaml#/x"},"/b":{"$ref":"`+reference+`"}}}`), files)
		if err != nil {
			t.Errorf("%s: %v", reference, err)
			continue
		}
		if _, err := d.At(reference); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", reference, err, want)
		}
	}
}

// unopened is a folder with a pipe. Opening that would wait for a writer.
type unopened struct{ fstest.MapFS }

func (u unopened) Open(string) (fs.File, error) { panic("the pipe was opened") }

// TestAPipeBesideADocument checks that it is not opened.
func TestAPipeBesideADocument(t *testing.T) {
	t.Parallel()
	files := unopened{fstest.MapFS{"pipe.yaml": {Mode: fs.ModeNamedPipe}}}
	d, err := document.Read([]byte(`{"a":{"$ref":"pipe.yaml"},"paths":{"/a":{"$ref":"pipe.yaml"}}}`), files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.At("pipe.yaml"); err == nil || !strings.Contains(err.Error(), "pipe.yaml is not a file") {
		t.Errorf("the error is %v", err)
	}
}

// TestHostileFiles checks files that contain themselves, or each other many times.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 40 {
		many[fmt.Sprintf("%d.yaml", i)] = fmt.Sprintf("a: {$ref: %d.yaml}\nb: {$ref: %d.yaml}", i+1, i+1)
	}
	for name, test := range map[string]struct {
		source string
		files  map[string]string
		reason string
	}{
		"a reference to itself":        {`{"paths":{"$ref":"a.yaml"}}`, map[string]string{"a.yaml": "$ref: a.yaml"}, ""},
		"two that refer to each other": {`{"paths":{"$ref":"a.yaml"}}`, map[string]string{"a.yaml": "$ref: b.yaml", "b.yaml": "$ref: a.yaml"}, ""},
		"one that contains itself":     {`{"paths":{"/a":{"get":{"$ref":"a.yaml"}}},"components":{"examples":{"e":{"value":{"$ref":"a.yaml"}}}}}`, map[string]string{"a.yaml": "a: {$ref: a.yaml}"}, "it is too large, or contains itself"},
		"many copies":                  {`{"components":{"examples":{"e":{"value":{"$ref":"0.yaml"}}}}}`, many, "it is too large, or contains itself"},
		"many values":                  {`{"x":[` + strings.Repeat("1,", 1<<19) + `1],"a":{"$ref":"a.yaml#/b:c"}}`, map[string]string{"a.yaml": "a: {}"}, "it has more than 524288 values"},
		"schemas of schemas":           {`{"components":{"schemas":{"e":{"properties":{"$ref":"0.yaml"}}}}}`, many, ""},
	} {
		d, err := document.Read([]byte(test.source), beside(t, test.files))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, reference := range document.Written([]byte(test.source)) {
			_, err := d.At(reference)
			if isTold := err != nil && strings.Contains(err.Error(), test.reason); test.reason != "" && !isTold || d.Joined() != (test.reason == "") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

// TestLinesFarApart checks that components that are found in another order than that of their file take no lines for
// what is between them.
func TestLinesFarApart(t *testing.T) {
	t.Parallel()
	const count = 100
	source, file := "a: 1\npaths:\n", ""
	for i := range count {
		source += fmt.Sprintf("  /%d: {$ref: 'p.yaml#/p%d'}\n", i, i*37%count)
		file += fmt.Sprintf("p%d:\n  get: {}\n%s", i, strings.Repeat("\n", 100))
	}
	d, err := document.Read([]byte(source), beside(t, map[string]string{"p.yaml": file}))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(d.Text()), "\n"); lines > 10*count {
		t.Errorf("it has %d lines", lines)
	}
	for _, i := range []int{0, 1, 50, 99} {
		file, line := d.Place(d.Line(at(d, "components", "pathItems", fmt.Sprintf("p%d", i), "get")))
		if file != "p.yaml" || line != 102*i+2 {
			t.Errorf("p%d: got %s %d", i, file, line)
		}
	}
}
