package main

import (
	"bytes"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
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
	reserved := file(t, "reserved.yaml", "openapi: 3.0.3\npaths:\n  /w/a: {get: {operationId: a, "+answers+"}\n  /internal-backstage/prometheus: {get: {operationId: b, "+answers+", put: {operationId: d, "+answers+"}\n"+
		"  /_mock/c: {get: {operationId: c, "+answers+"}\n  /we: {get: {operationId: e, "+answers+"}\n")
	split := file(t, "split.yaml", "openapi: 3.0.3\npaths:\n  /a: {$ref: 'a.yaml#/here'}\n  /b: {$ref: /b.yaml}\n")
	beside := "here:\n  get:\n    operationId: a\n    responses: {200: {description: d, content: {application/json: {schema: {type: x}}}}}\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(split), "a.yaml"), []byte(beside), 0o600); err != nil {
		t.Fatal(err)
	}
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
		"of two files":     {[]string{"spec", "operations", "--check", "--spec", split}, exitcode.OK, "GET /a (a, a.yaml line 3): response 200", 2},
		"as one file":      {[]string{"spec", "--spec", split}, exitcode.OK, `"#/components/pathItems/here"`, 1},
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

// TestDocumentsAreFetchedOverTLS checks that every command with --spec fetches it with its
// TLS flags: with these, each gets as far as reading what is not a document.
func TestDocumentsAreFetchedOverTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
	t.Cleanup(server.Close)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	ca := file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	for name, args := range map[string][]string{
		"serve":           {"serve"},
		"proxy":           {"proxy", "--upstream", server.URL},
		"verify":          {"verify", "--profile", "contract", "--target", server.URL},
		"drift":           {"drift", "--target", server.URL},
		"spec":            {"spec"},
		"spec operations": {"spec", "operations"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args = append(args, "--spec", server.URL)
			for _, test := range []struct {
				flags []string
				code  int
				says  string
			}{
				{nil, exitcode.Error, "certificate"},
				{[]string{"--ca-file", ca}, exitcode.Error, "OpenAPI document"},
				{[]string{"--insecure"}, exitcode.Error, "OpenAPI document"},
				{[]string{"--client-key", ca}, exitcode.Usage, "unleash-mock: --client-key needs --client-cert"},
			} {
				if got := command(t, nil, slices.Concat(args, test.flags)...); got.code != test.code || !strings.Contains(got.stderr, test.says) {
					t.Errorf("%v: exit code %d: %s", test.flags, got.code, got.stderr)
				}
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
