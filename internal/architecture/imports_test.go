package architecture_test

import (
	"go/ast"
	"go/parser"
	"regexp"
	"testing"
)

// rule forbids imports. Packages are patterns; packages outside the module are full import
// paths.
type rule struct {
	name string
	// of are the packages to which the rule applies, except those in butNot.
	of, butNot []string
	// never are the imports that the rule forbids, except those in butFor.
	never, butFor []string
	// tests says that the rule applies to test files too.
	tests bool
}

var rules = []rule{
	{
		name: "the engine knows no resource",
		of:   []string{"mockserver/internal/engine/..."}, never: []string{"mockserver/internal/resources/..."}, tests: true,
	},
	{
		name: "one package names the resources",
		of:   []string{"..."}, butNot: []string{"mockserver/internal/resources"},
		never: []string{"mockserver/internal/resources/..."}, butFor: []string{"mockserver/internal/resources"},
	},
	{
		name: "evaluation is pure",
		of:   []string{"mockserver/internal/evaluation/..."},
		never: []string{
			"spec/...", "internal/...", "mockserver/...", "conformance/...", "features/...", "cmd/...",
			"os", "net/http", "log/slog",
		},
	},
	{
		name: "the suite's engine knows no resource",
		of:   []string{"..."}, butNot: []string{"conformance/internal/gherkin/resources"},
		never: []string{"conformance/internal/gherkin/..."}, butFor: []string{"conformance/internal/gherkin", "conformance/internal/gherkin/resources"},
	},
	{
		name: "the suite sees a mock only over HTTP",
		of:   []string{"conformance/..."}, never: []string{"mockserver/..."},
	},
	{
		name: "the mock does not know the suite",
		of:   []string{"mockserver/..."}, never: []string{"conformance/...", "features/..."}, tests: true,
	},
	{
		name: "the floor carries both sides and knows neither",
		of:   []string{"internal/..."}, never: []string{"mockserver/...", "conformance/...", "features/...", "cmd/..."}, tests: true,
	},
	{
		name: "the contract stands on the floor alone",
		of:   []string{"spec/..."}, never: []string{"mockserver/...", "conformance/...", "features/...", "cmd/...", "scripts/..."}, tests: true,
	},
	{
		name: "the OpenAPI library is for the contract and for drift",
		of:   []string{"..."}, butNot: []string{"spec/...", "conformance/drift/..."},
		never: []string{"github.com/pb33f/libopenapi/...", "github.com/pb33f/libopenapi-validator/..."}, tests: true,
	},
	{
		name: "heavy dependencies of tests and tools stay in a module of their own",
		of:   []string{"..."}, never: []string{"github.com/chromedp/...", "github.com/compose-spec/...", "honnef.co/..."},
		butFor: []string{"github.com/chromedp/cdproto/har"}, tests: true, // has only types and no dependencies
	},
	{
		name: "the mock behind faults is for tests",
		of:   []string{"..."}, butNot: []string{"conformance/internal/faulty/..."}, never: []string{"conformance/internal/faulty/..."},
	},
}

// allowed are imports that a rule forbids, each with the reason for its exception. A
// resource may import what another exports for it: a reference, a lookup.
var allowed = map[edge]string{
	{"conformance/internal/gherkin/signals", "conformance/internal/gherkin/signalendpoints"}: "a signal is sent to an endpoint, with a token of it",

	{"conformance/internal/faulty", "mockserver"}: "it is a mock, and only tests import it",

	{"mockserver/internal/resources/segments", "mockserver/internal/resources/constraints"}:      "a segment is a list of constraints",
	{"mockserver/internal/resources/segments", "mockserver/internal/resources/projects"}:         "a segment may be for one project",
	{"mockserver/internal/resources/segments", "mockserver/internal/resources/usage"}:            "a segment shows what uses it",
	{"mockserver/internal/resources/constraints", "mockserver/internal/resources/names"}:         "a value may be only so long",
	{"mockserver/internal/resources/contextfields", "mockserver/internal/resources/names"}:       "a name is a part of a URL",
	{"mockserver/internal/resources/contextfields", "mockserver/internal/resources/projects"}:    "a field may be of one project",
	{"mockserver/internal/resources/contextfields", "mockserver/internal/resources/usage"}:       "a field shows what uses it",
	{"mockserver/internal/resources/constraints", "mockserver/internal/resources/contextfields"}: "a field says which values a constraint may name",

	{"mockserver/internal/resources/features", "mockserver/internal/resources/names"}:       "a name is a part of a URL",
	{"mockserver/internal/resources/features", "mockserver/internal/resources/usage"}:       "a segment and a field show which strategies use them",
	{"mockserver/internal/resources/features", "mockserver/internal/resources/projects"}:    "a flag is in a project, and in its environments",
	{"mockserver/internal/resources/features", "mockserver/internal/resources/constraints"}: "a strategy has constraints",
	{"mockserver/internal/resources/features", "mockserver/internal/resources/accounts"}:    "a flag shows who made it as accounts do",
	{"mockserver/internal/resources/features", "mockserver/internal/resources/segments"}:    "a strategy has segments",
	{"mockserver/internal/configuration", "mockserver/internal/resources/features"}:         "what SDKs get is derived from flags",
	{"mockserver/internal/configuration", "mockserver/internal/resources/segments"}:         "and from their segments",
	{"mockserver/internal/configuration", "mockserver/internal/resources/constraints"}:      "which hold constraints",
	{"mockserver/internal/resources/client", "mockserver/internal/resources/features"}:      "SDKs get flags",
	{"mockserver/internal/resources/client", "mockserver/internal/resources/segments"}:      "and learn which segments changed",
	{"mockserver/internal/resources/frontend", "mockserver/internal/resources/client"}:      "it evaluates what the Client API gives",
	{"mockserver/internal/flags", "mockserver/internal/resources/features"}:                 "a file sets flags",
	{"mockserver/internal/flags", "mockserver/internal/resources/segments"}:                 "and segments",
	{"mockserver/internal/flags", "mockserver/internal/resources/constraints"}:              "which hold constraints",
	{"mockserver/internal/flags", "mockserver/internal/resources/projects"}:                 "of projects and environments that exist",

	{"mockserver/internal/resources/apitokens", "mockserver/internal/resources/projects"}: "a token is for projects and an environment that exist",
	{"mockserver/internal/resources/sdks", "mockserver/internal/resources/features"}:      "only flags that exist are counted",
	{"mockserver/internal/resources/sdks", "mockserver/internal/resources/pages"}:         "applications come in pages",
	{"mockserver/internal/resources/accounts", "mockserver/internal/resources/apitokens"}: "a caller may be a token",

	{"mockserver/internal/resources/signalendpoints", "mockserver/internal/resources/signaltokens"}: "an endpoint shows its tokens",
	{"mockserver/internal/resources/signals", "mockserver/internal/resources/pages"}:                "signals come in pages",
	{"mockserver/internal/resources/signals", "mockserver/internal/resources/signalendpoints"}:      "a signal comes from an endpoint, found by its name",
	{"mockserver/internal/resources/signals", "mockserver/internal/resources/signaltokens"}:         "a call is made with a token, found by its secret",
}

type edge struct{ from, to string }

func TestImportRules(t *testing.T) {
	t.Parallel()
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			for broken, file := range breaches(rule, sources(t)) {
				if _, ok := allowed[broken]; !ok {
					t.Errorf("%s imports %s", file, broken.to)
				}
			}
		})
	}
}

// breaches returns the imports that break a rule, each with a file that contains it.
func breaches(r rule, files []source) map[edge]string {
	out := map[edge]string{}
	for _, file := range files {
		if file.test && !r.tests || !withinAny(r.of, file.folder) || withinAny(r.butNot, file.folder) {
			continue
		}
		for _, imported := range file.imports() {
			if imported != file.folder && withinAny(r.never, imported) && !withinAny(r.butFor, imported) {
				out[edge{file.folder, imported}] = file.name
			}
		}
	}
	return out
}

func TestAllowedImportsExist(t *testing.T) {
	t.Parallel()
	unused := map[edge]bool{}
	for e := range allowed {
		unused[e] = true
	}
	for _, rule := range rules {
		for e := range breaches(rule, sources(t)) {
			delete(unused, e)
		}
	}
	for e := range unused {
		t.Errorf("%s no longer imports %s: remove it from the list", e.from, e.to)
	}
}

// TestImportRulesCatch tries each rule on an import that it must forbid.
func TestImportRulesCatch(t *testing.T) {
	t.Parallel()
	caught := map[string]bool{}
	for _, e := range []edge{
		{"mockserver/internal/engine", "mockserver/internal/resources/signals"},
		{"mockserver/internal/resources/signals", "mockserver/internal/resources/flags"},
		{"mockserver/internal/evaluation", "internal/nodejs/v8json"},
		{"conformance/internal/plan", "conformance/internal/gherkin/signals"},
		{"conformance/internal/judge", "mockserver/internal/state"},
		{"mockserver", "conformance"},
		{"internal/secrets", "mockserver/seed"},
		{"spec", "conformance/report"},
		{"mockserver/seed", "github.com/pb33f/libopenapi/datamodel"},
		{"conformance", "conformance/internal/faulty"},
		{"mockserver", "github.com/chromedp/chromedp"},
	} {
		file := source{folder: e.from, syntax: &ast.File{Imports: []*ast.ImportSpec{{Path: &ast.BasicLit{Value: `"` + e.to + `"`}}}}}
		found := false
		for _, rule := range rules {
			if len(breaches(rule, []source{file})) > 0 {
				found, caught[rule.name] = true, true
			}
		}
		if !found {
			t.Errorf("no rule forbids %s to import %s", e.from, e.to)
		}
	}
	for _, rule := range rules {
		if !caught[rule.name] {
			t.Errorf("the rule %q catches nothing", rule.name)
		}
	}
}

// TestOnlyCommandsPrint checks that libraries do not write to the process's streams: they
// write to what they are given.
func TestOnlyCommandsPrint(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t) {
		if file.test || file.command() {
			continue
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			if text := printing(node); text != "" {
				t.Errorf("%s uses %s", positions.Position(node.Pos()), text)
			}
			return true
		})
	}
}

func TestPrintingIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"fmt.Println(1)":         "fmt.Println",
		"fmt.Fprintln(w)":        "",
		"run(os.Stderr)":         "os.Stderr",
		"log.Fatalf(text)":       "log.Fatalf",
		"logger.Print(text)":     "",
		"println(1)":             "println",
		"fmt.Sprint(fmt.Sprint)": "",
	} {
		expression, err := parser.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		ast.Inspect(expression, func(node ast.Node) bool {
			got += printing(node)
			return true
		})
		if got != want {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
}

// streams matches functions that write to the process's streams, and those streams.
var streams = regexp.MustCompile(`^(os\.Std(out|err)|fmt\.Print(f|ln)?|log\.(Default|Fatal|Panic|Print).*|print(ln)?)$`)

// printing returns the name of what writes to a stream of the process, if the node is a use
// of it.
func printing(node ast.Node) string {
	name := ""
	switch node := node.(type) {
	case *ast.CallExpr:
		if builtin, ok := node.Fun.(*ast.Ident); ok {
			name = builtin.Name
		}
	case *ast.SelectorExpr:
		if pkg, ok := node.X.(*ast.Ident); ok {
			name = pkg.Name + "." + node.Sel.Name
		}
	}
	return streams.FindString(name)
}
