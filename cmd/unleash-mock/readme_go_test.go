//go:build unix

package main

import (
	"net/http/httptest"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver"
	"github.com/unleash-mock/unleash-mock/mockserver/mocktest"
)

// TestTheGoOfTheREADME checks that the README's Go is that of this file, which runs it.
func TestTheGoOfTheREADME(t *testing.T) {
	t.Parallel()
	source, count := read(t, "readme_go_test.go"), 0
	for _, b := range blocks(t, root+"README.md") {
		if b.language != "go" {
			continue
		}
		count++
		if !strings.Contains(source, "\n\t"+strings.ReplaceAll(strings.TrimSpace(b.text), "\n", "\n\t")+"\n") {
			t.Errorf("this file does not run\n%s", b.text)
		}
	}
	if count != 2 {
		t.Errorf("the README has %d blocks of Go", count)
	}
}

// publicPackages are the folders of the packages that the pages may use.
var publicPackages = []string{"spec", "mockserver", "mockserver/mocktest", "conformance", "conformance/report", "conformance/proxy", "conformance/drift", "features"}

// Names in a block of Go: those of a package or variable, with what follows, and variables that it declares.
var (
	qualified = regexp.MustCompile(`\b([a-z]+)\.([A-Z]\w*)`)
	declared  = regexp.MustCompile(`\b([a-z]+)(?:, \w+)? :=`)
)

// TestTheGoOfThePagesIsExported checks that what the pages use of this module is public.
func TestTheGoOfThePagesIsExported(t *testing.T) {
	t.Parallel()
	sources := map[string]string{}
	for _, folder := range publicPackages {
		sources[path.Base(folder)] = sourceOf(t, root+folder)
	}
	pages, err := filepath.Glob(root + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	packages, count := read(t, root+"docs/architecture.md"), 0
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			if b.language != "go" {
				continue
			}
			for _, used := range qualified.FindAllStringSubmatch(b.text, -1) {
				source, isPublic := sources[used[1]]
				switch {
				case slices.ContainsFunc(declared.FindAllStringSubmatch(b.text, -1), func(d []string) bool { return d[1] == used[1] }):
				case isPublic && !regexp.MustCompile(`(?m)^(?:(?:func|type|var|const) |\t)`+used[2]+`\b`).MatchString(source):
					t.Errorf("%s: %s does not exist", page, used[0])
				case isPublic:
					count++
				case strings.Contains(packages, "/"+used[1]+"` |"):
					t.Errorf("%s: %s is of an internal package", page, used[0])
				}
			}
		}
	}
	if count < 5 {
		t.Errorf("the pages use only %d names", count)
	}
}

// sourceOf returns the source of the package in a folder, without its tests.
func sourceOf(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			out.WriteString(read(t, file))
		}
	}
	return out.String()
}

// client stands for the program under test in the README.
type client struct{ api, token string }

var myapp = struct {
	New func(api, token string) client
}{func(api, token string) client { return client{api, token} }}

func TestTheREADMEStartsAMockInATest(t *testing.T) {
	t.Parallel()
	mock := mocktest.Start(t)
	client := myapp.New(mock.URL+"/api", mock.Tokens.Backend)
	mock.SetFlag("checkout", true)

	if _, body := get(t, client.api+"/client/features", client.token); !strings.Contains(body, `"checkout"`) {
		t.Errorf("the client gets no flag: %s", body)
	}
}

func TestTheREADMEServesAMockInATest(t *testing.T) {
	t.Parallel()
	mock, err := mockserver.New(mockserver.WithLimits(mockserver.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	defer server.Close()

	if response, body := get(t, server.URL+"/api/client/features", wellknown.Backend); response.StatusCode != 200 || mock.Violations() != nil {
		t.Errorf("%d %s, %v", response.StatusCode, body, mock.Violations())
	}
}
