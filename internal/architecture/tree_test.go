// Package architecture_test checks the rules of docs/architecture.md that the compiler does
// not: which packages import which, what may print, how much is exported, and how many
// files name one resource. The rules are tables; each exception states its reason.
package architecture_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/unleash-mock/unleash-mock/"
	root   = "../.."
)

// source is one Go file of the module. Unlike the files that go list reports, these include
// those for other platforms.
type source struct {
	name   string // relative to the root
	folder string
	test   bool
	text   string
	syntax *ast.File
}

// imports returns what the file imports. Packages of this module are named by their folder.
func (s source) imports() []string {
	var out []string
	for _, spec := range s.syntax.Imports {
		out = append(out, strings.TrimPrefix(strings.Trim(spec.Path.Value, `"`), module))
	}
	return out
}

// command reports whether the file belongs to a program.
func (s source) command() bool { return s.syntax.Name.Name == "main" }

// public reports whether the file belongs to a package that other modules can import.
func (s source) public() bool {
	return !s.test && !s.command() && !slices.Contains(strings.Split(s.folder, "/"), "internal")
}

var positions = token.NewFileSet()

// sources returns the Go files of the module, without those of nested modules.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := readOnce()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readOnce = sync.OnceValues(func() ([]source, error) { return read(root) })

// read returns the Go files of the module with a given root folder.
func read(folder string) ([]source, error) {
	var out []source
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(tree, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(positions, name, text, parser.ParseComments)
		out = append(out, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), string(text), syntax})
		return err
	})
	return out, err
}

// enter returns fs.SkipDir for a folder that holds no package of the module.
func enter(tree fs.FS, name string) error {
	if name == "." {
		return nil
	}
	base := path.Base(name)
	if base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// within reports whether a package matches a pattern. As with the go command, x/... matches
// x and everything below it.
func within(pattern, folder string) bool {
	parent, below := strings.CutSuffix(pattern, "...")
	if !below {
		return folder == pattern
	}
	return strings.HasPrefix(folder+"/", parent)
}

func withinAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return within(pattern, folder) })
}

// TestEveryPackageIsListed checks the table of packages in docs/architecture.md, in which the
// folders of resources share a row, against the tree.
func TestEveryPackageIsListed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	exists := map[string]bool{}
	for _, file := range sources(t) {
		exists[file.folder] = true
		shared := slices.ContainsFunc([]string{"mockserver/internal/resources", "conformance/internal/gherkin", "conformance/internal/faulty"}, func(rooms string) bool { return path.Dir(file.folder) == rooms })
		if !file.test && !shared && !strings.HasSuffix(file.folder, "test") && !strings.HasPrefix(file.folder, "scripts/") && !strings.Contains(string(page), "| `"+file.folder+"` |") {
			t.Errorf("docs/architecture.md does not list the package %s", file.folder)
		}
	}
	for line := range strings.Lines(string(page)) {
		name, listed := strings.CutPrefix(line, "| `")
		name, _, _ = strings.Cut(name, "`")
		if listed && !strings.ContainsAny(name, ".<") && strings.Contains(name, "/") && !exists[name] && !isFolder(name) {
			t.Errorf("docs/architecture.md lists %s, which does not exist", name)
		}
	}
}

func isFolder(name string) bool {
	info, err := os.Stat(root + "/" + name)
	return err == nil && info.IsDir()
}

// TestRoomsShareTheirNames checks that the parts of a resource have the name of its room. A
// resource with several fragments of the contract has names such as features-tags.yaml.
func TestRoomsShareTheirNames(t *testing.T) {
	t.Parallel()
	for pattern, others := range map[string][]string{
		"spec/openapi/*.yaml":                 {"components"},
		"features/*/*.feature":                {"operations"},
		"conformance/internal/gherkin/*/*.go": {"resources"},
		"conformance/internal/faulty/*/*.go":  {"bend", "operations"},
	} {
		files, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil || len(files) == 0 {
			t.Errorf("no file matches %s: %v", pattern, err)
		}
		for _, file := range files {
			name := path.Base(path.Dir(file))
			if path.Ext(file) == ".yaml" {
				name, _, _ = strings.Cut(strings.TrimSuffix(path.Base(file), ".yaml"), "-")
			}
			if !slices.Contains(others, name) && !isFolder("mockserver/internal/resources/"+name) {
				t.Errorf("%s is part of %s, which is not in mockserver/internal/resources", file, name)
			}
		}
	}
}
