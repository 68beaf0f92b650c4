package architecture_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"slices"
	"strings"
	"testing"
)

// maxExported is the number of exported names that importers of the module may see, counted
// as go doc -short lists them: a group of constants or variables, a function and a type
// count as one each; methods and fields do not count. Only ever lower it.
const maxExported = 130

// public are the packages that other modules may import.
var public = []string{
	"spec", "mockserver", "mockserver/mocktest",
	"conformance", "conformance/report", "conformance/proxy", "conformance/drift", "features",
}

// surface returns the documentation of every package that another module can import.
func surface(t *testing.T) []*doc.Package {
	t.Helper()
	files := map[string][]*ast.File{}
	for _, file := range sources(t) {
		if !file.public() {
			continue
		}
		owned, err := parser.ParseFile(positions, file.name, file.text, parser.ParseComments) // go/doc changes the syntax tree
		if err != nil {
			t.Fatal(err)
		}
		files[file.folder] = append(files[file.folder], owned)
	}
	var out []*doc.Package
	for folder, syntax := range files {
		documented, err := doc.NewFromFiles(positions, syntax, folder)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, documented)
	}
	return out
}

func TestPublicPackages(t *testing.T) {
	t.Parallel()
	for _, p := range surface(t) {
		if !slices.Contains(public, p.ImportPath) {
			t.Errorf("%s can be imported by other modules: put it under internal, or on the list", p.ImportPath)
		}
	}
}

func TestPublicSurface(t *testing.T) {
	t.Parallel()
	total := 0
	for _, p := range surface(t) {
		count := len(p.Consts) + len(p.Vars) + len(p.Funcs)
		for _, declared := range p.Types {
			count += 1 + len(declared.Consts) + len(declared.Vars) + len(declared.Funcs)
		}
		t.Logf("%3d %s", count, p.ImportPath)
		total += count
	}
	if total > maxExported {
		t.Errorf("%d names are exported, %d are allowed", total, maxExported)
	}
}

// TestNothingExportedIsReassigned checks that no package exports a variable that importers
// could set: that would be mutable state.
func TestNothingExportedIsReassigned(t *testing.T) {
	t.Parallel()
	for _, p := range surface(t) {
		groups := p.Vars
		for _, declared := range p.Types {
			groups = append(groups, declared.Vars...)
		}
		for _, group := range groups {
			for _, name := range group.Names {
				if !strings.HasPrefix(name, "Err") {
					t.Errorf("%s.%s can be reassigned by importers", p.ImportPath, name)
				}
			}
		}
	}
}
