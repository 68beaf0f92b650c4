package architecture

import (
	"go/importer"
	"go/token"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestImportersOfTheContractAreSparedItsLibraries checks that no type of libopenapi is
// reachable from what package spec exports, including the fields and methods of unexported
// types. Otherwise the compiler would read that library's model for each package that
// imports spec, which takes seconds and half a gigabyte every time.
func TestImportersOfTheContractAreSparedItsLibraries(t *testing.T) {
	t.Parallel()
	exports := func(path string) (io.ReadCloser, error) {
		file, err := exec.Command("go", "list", "-export", "-f", "{{.Export}}", path).Output()
		if err != nil {
			return nil, err
		}
		return os.Open(strings.TrimSpace(string(file)))
	}
	contract, err := importer.ForCompiler(token.NewFileSet(), "gc", exports).Import("github.com/unleash-mock/unleash-mock/spec")
	if err != nil {
		t.Fatal(err)
	}
	for _, needed := range contract.Imports() {
		if strings.Contains(needed.Path(), "libopenapi") || strings.HasSuffix(needed.Path(), "/go-yaml") {
			t.Errorf("importers of the contract need %s too", needed.Path())
		}
	}
}
