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

// TestThePublishedDocument of a running Unleash 8.2.0, open source, whose URL is in
// UNLEASH_MOCK_REAL_UNLEASH: the list has what it lets a server do beside the contract, and
// nothing else.
func TestThePublishedDocument(t *testing.T) {
	t.Parallel()
	real := os.Getenv("UNLEASH_MOCK_REAL_UNLEASH")
	if real == "" {
		t.Fatal("UNLEASH_MOCK_REAL_UNLEASH names no real Unleash")
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
		t.Errorf("judge each new line, then write the list with -update (-published.txt +the server):\n%s", diff)
	}
}
