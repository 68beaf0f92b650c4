package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

// publishes starts an instance that publishes a document under a base path, and returns its
// URL.
func publishes(t *testing.T, document string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/docs/openapi.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(document))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/base"
}

// withoutHealth returns the contract without the operation getHealth.
func withoutHealth(t *testing.T) string {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(spec.Default().JSON(), &document); err != nil {
		t.Fatal(err)
	}
	delete(document["paths"].(map[string]any), "/health")
	out, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestDriftExitCodes(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	allEqual := fmt.Sprintf("%d equal", len(spec.Default().Operations()))
	same, broken := publishes(t, string(spec.Default().JSON())), publishes(t, withoutHealth(t))
	silent := publishes(t, "")
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		code int
		says []string
	}{
		"equal":                    {args: []string{"--target", same}, code: exitcode.OK, says: []string{allEqual, "judged as enterprise"}},
		"target from the variable": {env: map[string]string{"UNLEASH_MOCK_TARGET": same}, code: exitcode.OK, says: []string{allEqual}},
		"whole document":           {args: []string{"--target", same + "/", "--whole-document"}, code: exitcode.OK, says: []string{allEqual}},
		"breaking":                 {args: []string{"--target", broken}, code: exitcode.Broken, says: []string{"missing   GET /health  getHealth", "1 breaking differences between the contract and " + broken + drift.DocumentPath}},
		"from a file":              {args: []string{"--document", file(t, "target.json", withoutHealth(t))}, code: exitcode.Broken, says: []string{"getHealth"}},
		"another contract":         {args: []string{"--document", file(t, "target.json", withoutHealth(t)), "--spec", file(t, "spec.json", withoutHealth(t))}, code: exitcode.OK, says: []string{fmt.Sprintf("%d equal", len(spec.Default().Operations())-1)}},
		"no document":              {args: []string{"--target", silent}, code: exitcode.Error, says: []string{"not an OpenAPI document"}},
		"not there":                {args: []string{"--target", strings.TrimSuffix(same, "/base")}, code: exitcode.Error, says: []string{"status 404"}},
		"unreachable":              {args: []string{"--target", nobody}, code: exitcode.Error, says: []string{"no document from http://127.0.0.1:1"}},
		"no target":                {code: exitcode.Usage, says: []string{"--target is missing"}},
		"no URL":                   {args: []string{"--target", "unleash:4242"}, code: exitcode.Usage, says: []string{"--target", "with http or https"}},
		"a URL as a file":          {args: []string{"--document", "https://u:secret@a.example/openapi.json"}, code: exitcode.Usage, says: []string{"--document is a file: use --target for the URL of an instance"}},
		"both":                     {args: []string{"--target", same, "--document", "x"}, code: exitcode.Usage, says: []string{"target", "document"}},
		"no file":                  {args: []string{"--document", "no-such-file.json"}, code: exitcode.Usage, says: []string{"--document no-such-file.json"}},
		"format":                   {args: []string{"--target", same, "--format", "xml"}, code: exitcode.Usage, says: []string{`"xml"`, "text, markdown, json"}},
		"edition":                  {args: []string{"--target", same, "--edition", "pro"}, code: exitcode.Usage, says: []string{`"pro"`, "auto, enterprise, open-source"}},
		"output":                   {args: []string{"--target", same, "--output", file(t, "taken", "") + "/drift.txt"}, code: exitcode.Usage, says: []string{"--output", "taken"}},
		"authority":                {args: []string{"--target", same, "--ca-file", file(t, "ca.pem", "nonsense")}, code: exitcode.Usage, says: []string{"--ca-file", "no PEM certificate"}},
		"password":                 {args: []string{"--target", "ftp://admin:hunter2@x"}, code: exitcode.Usage, says: []string{"--target", "with http or https"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, test.env, append([]string{"drift"}, test.args...)...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d", got.code, test.code)
			}
			for _, want := range test.says {
				if !strings.Contains(got.stdout+got.stderr, want) {
					t.Errorf("%q and %q do not say %q", got.stdout, got.stderr, want)
				}
			}
			if strings.Contains(got.stdout+got.stderr, "hunter2") {
				t.Error("the password shows")
			}
		})
	}
}

// TestDriftWritesToAFile checks that --output writes the report in the format given by
// --format.
func TestDriftWritesToAFile(t *testing.T) {
	t.Parallel()
	name := t.TempDir() + "/drift.json"
	if got := command(t, nil, "drift", "--target", publishes(t, withoutHealth(t)), "--format", "json", "--output", name); got.code != exitcode.Broken || got.stdout != "" {
		t.Errorf("exit code %d, %q", got.code, got.stdout)
	}
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var report drift.Report
	if err := json.Unmarshal(source, &report); err != nil || report.Summary.Missing != 1 {
		t.Errorf("%v: %s", err, source)
	}
}

// TestDriftReadsStandardInput checks that drift reads a document from standard input, for
// targets that a simple GET cannot read.
func TestDriftReadsStandardInput(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &program{env: variables(nil), stdout: &out}
	flags := &driftFlags{document: "-", format: "text", edition: "auto"}
	if err := p.drift(t.Context(), strings.NewReader(string(spec.Default().JSON())), flags); err != nil || !strings.Contains(out.String(), "(standard input)") {
		t.Errorf("%v: %s", err, out.String())
	}
}

// TestDriftReadsAllOfStandardInput checks that a document that is too long is not compared in
// part.
func TestDriftReadsAllOfStandardInput(t *testing.T) {
	t.Parallel()
	flags := &driftFlags{document: "-", format: "text", edition: "auto"}
	long := io.MultiReader(bytes.NewReader(spec.Default().JSON()), strings.NewReader(strings.Repeat("\n", maxFile)))
	err := (&program{env: variables(nil), stdout: io.Discard}).drift(t.Context(), long, flags)
	if err == nil || !strings.Contains(err.Error(), "--document -: it has more than") {
		t.Errorf("got %v", err)
	}
}

// TestDriftDoesNotWaitForInputOnceInterrupted checks that Ctrl-C ends a command that waits for a document that nobody
// types.
func TestDriftDoesNotWaitForInputOnceInterrupted(t *testing.T) {
	t.Parallel()
	never, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancelCause(t.Context())
	interrupt(interruption{os.Interrupt})
	if _, _, err := (&program{env: variables(nil)}).publishedDocument(ctx, never, &driftFlags{document: "-"}); err == nil || err.Error() != "reading standard input: interrupted before all of it was written" {
		t.Errorf("got %v", err)
	}
}
