package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/spec"
)

// TestDocumentsOfSpec checks documents of --spec: a mistake in a part of one costs a line,
// and a document that is useless ends the command.
func TestDocumentsOfSpec(t *testing.T) {
	t.Parallel()
	const broken = "../../spec/testdata/documents/broken.yaml"
	source, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/docs/openapi.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(source)
	}))
	t.Cleanup(server.Close)
	useless := file(t, "useless.yaml", "openapi: 3.0.3\npaths: {/x: {get: null, put: []}}\n")
	const answers = "responses: {'204': {description: d}}}"
	reserved := file(t, "reserved.yaml", "openapi: 3.0.3\npaths:\n  /w/a: {get: {operationId: a, "+answers+"}\n  /metrics: {get: {operationId: b, "+answers+", put: {operationId: d, "+answers+"}\n"+
		"  /_mock/c: {get: {operationId: c, "+answers+"}\n  /we: {get: {operationId: e, "+answers+"}\n")
	for name, test := range map[string]struct {
		args  []string
		code  int
		says  string // on standard output or standard error
		lines int    // on standard error
	}{
		"ours":             {[]string{"spec", "operations"}, exitcode.OK, "stateful", 0},
		"of a file":        {[]string{"spec", "operations", "--spec", broken}, exitcode.OK, "GET /nowhere (nowhere, line 5): the reference", 8},
		"of a server":      {[]string{"spec", "operations", "--spec", server.URL + "/docs/openapi.json"}, exitcode.OK, "getThing", 8},
		"checked":          {[]string{"spec", "operations", "--check", "--spec", broken}, exitcode.OK, "the example breaks the schema: body/a", 13},
		"strict":           {[]string{"spec", "operations", "--strict-spec", "--spec", broken}, exitcode.Usage, "13 problems", 14},
		"no such file":     {[]string{"proxy", "--upstream", "http://x", "--spec", "no-such-file"}, exitcode.Error, "--spec no-such-file: no such file", 1},
		"no such path":     {[]string{"serve", "--spec", server.URL + "/x"}, exitcode.Error, "status 404", 1},
		"no server":        {[]string{"serve", "--spec", "http://127.0.0.1:1/x"}, exitcode.Error, "connection refused", 1},
		"no document":      {[]string{"serve", "--spec", file(t, "text.yaml", "hello")}, exitcode.Error, "OpenAPI document", 1},
		"useless":          {[]string{"spec", "operations", "--spec", useless}, exitcode.Error, "none of its operations can be used", 3},
		"useless, strict":  {[]string{"spec", "operations", "--strict-spec", "--spec", useless}, exitcode.Usage, "2 problems", 3},
		"reserved":         {[]string{"spec", "operations", "--spec", reserved}, exitcode.OK, "/_mock/c (c, line 5): the mock keeps this path for itself", 3},
		"reserved, served": {[]string{"serve", "--strict-spec", "--spec", reserved}, exitcode.Usage, "3 operations of", 4},
		"strict, served":   {[]string{"serve", "--strict-spec", "--spec", broken}, exitcode.Usage, "--strict-spec", 14},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, test.args...)
			if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.says) || strings.Count(got.stderr, "\n") != test.lines {
				t.Errorf("exit code %d, %d lines on standard error\n%s%s", got.code, strings.Count(got.stderr, "\n"), got.stdout, got.stderr)
			}
		})
	}
}

// TestWhereADocumentDiffers checks that a difference that could break a client is logged in
// a line of its own, and that all others are only counted.
func TestWhereADocumentDiffers(t *testing.T) {
	t.Parallel()
	document := string(spec.Default().JSON())
	for _, change := range [][2]string{{`["GOOD","BAD"]`, `["GOOD"]`}, {`"enum":["GOOD"],"description":"Always`, `"enum":["GOOD","NEW"],"description":"Always`}} {
		if strings.Count(document, change[0]) != 1 {
			t.Fatalf("the contract has no single %s", change[0])
		}
		document = strings.Replace(document, change[0], change[1], 1)
	}
	var log bytes.Buffer
	if err := tellDrift([]byte(document), false, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "operation=getReady") || !strings.Contains(lines[0], "verdict=breaking") || !strings.Contains(lines[1], "operations=1 ") {
		t.Errorf("the log says\n%s", &log)
	}
}
