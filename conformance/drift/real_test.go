//go:build real

package drift_test

import (
	"flag"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/spec"
)

var update = flag.Bool("update", false, "write published.txt")

// TestThePublishedDocument checks published.txt against a running open-source Unleash 8.2.0,
// whose URL is in UNLEASH_MOCK_REAL_UNLEASH: the file lists exactly what that instance's
// document lets a server do beyond the contract.
func TestThePublishedDocument(t *testing.T) {
	t.Parallel()
	real := os.Getenv("UNLEASH_MOCK_REAL_UNLEASH")
	if real == "" {
		t.Fatal("UNLEASH_MOCK_REAL_UNLEASH is not set; it must be the URL of a real Unleash")
	}
	response, err := http.Get(real + drift.DocumentPath)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	source, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := drift.Compare(spec.Default(), source, drift.Options{Edition: spec.OpenSource})
	if err != nil {
		t.Fatal(err)
	}
	got := drift.Published(r)
	if *update {
		if err := os.WriteFile("published.txt", []byte(strings.Join(got, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("published.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Collect(strings.Lines(string(want))), got); diff != "" {
		t.Errorf("review each new line, then rewrite published.txt with -update (-published.txt +server):\n%s", diff)
	}
}
