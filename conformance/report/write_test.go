package report

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// extensions maps formats to the extensions of their golden files.
var extensions = map[string]string{"junit": "xml", "cucumber": "cucumber.json", "html": "html", "markdown": "md", "json": "json", "github": "github"}

func written(t *testing.T, format string, r *Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(format, &out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestReportsAreWrittenAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	for name, r := range reports() {
		for _, format := range Formats() {
			golden(t, name+"."+extensions[format], written(t, format, r))
		}
		for suffix, color := range map[string]bool{".txt": false, ".ansi": true} {
			var out bytes.Buffer
			if err := Terminal(&out, r, color); err != nil {
				t.Fatal(err)
			}
			golden(t, name+suffix, out.Bytes())
		}
	}
}

func TestAWriterDoesNotChangeTheReport(t *testing.T) {
	t.Parallel()
	r := sample()
	for _, format := range Formats() {
		written(t, format, r)
	}
	if err := Terminal(io.Discard, r, true); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), r); diff != "" {
		t.Errorf("the report changed (-before +after):\n%s", diff)
	}
}

func TestAnUnknownFormatIsNamedWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	err := Write("pdf", io.Discard, sample())
	const want = `format "pdf" is not one of junit, cucumber, html, markdown, json, github`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

type fullDisk struct{}

var errFull = errors.New("the disk is full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTheErrorOfTheWriterIsGiven(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		if err := Write(format, fullDisk{}, sample()); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", format, err)
		}
	}
	if err := Terminal(fullDisk{}, sample(), false); !errors.Is(err, errFull) {
		t.Errorf("terminal: got %v", err)
	}
}
