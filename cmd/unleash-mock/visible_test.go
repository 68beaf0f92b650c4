package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// TestWhatATargetSaysSteersNothing checks that text from a target controls neither a
// terminal nor a CI system.
func TestWhatATargetSaysSteersNothing(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const hostile = "8.2.0\x1b[2J\u009b2J\u202e\n::error::no ##[error]"
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Unleash-Mock", "\u009b2J\u202e")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"health": hostile, "version": hostile, "versionInfo": map[string]any{"current": map[string]string{"enterprise": hostile}},
			"openapi": hostile, "info": map[string]string{"title": hostile, "version": hostile}, "name": hostile, "message": hostile,
		})
	}))
	t.Cleanup(target.Close)
	document := file(t, "openapi.json", `{"openapi":"3.0.3","info":{"title":"a\n::error::b","version":"1\n::error::b"},"paths":{"/health'\n::error::b":{"get":{"operationId":"a\n::error::b","responses":{"200":{"description":"x"}}}},"/b":{"get":{"operationId":"::error::b","responses":{"200":{"description":"x"}}}}}}`)
	for name, args := range map[string][]string{
		"operations":     {"spec", "operations", "--check", "--spec", document},
		"contract":       {"verify", "--profile", "contract", "--spec", document, "--target", target.URL},
		"contract, list": {"verify", "--profile", "contract", "--spec", document, "--target", target.URL, "--list"},
		"serve --spec":   {"serve", "--spec", document, "--run", "true"},
		"verify":         {"verify", "--target", target.URL, "--operation", "getHealth"},
		"sweep":          {"verify", "sweep", "--target", target.URL},
		"drift":          {"drift", "--target", target.URL},
		"verify, JSON":   {"verify", "--target", target.URL, "--operation", "getHealth", "--format", "json"},
		"drift, JSON":    {"drift", "--target", target.URL, "--format", "json"},
		"health":         {"health", "--url", target.URL},
		"an argument":    {"serve", hostile},
		"a file":         {"seed", "--check", hostile},
		"a seed":         {"seed", "--check", file(t, "seed.yaml", "\"a\\e[2J\\n::error::b\": 1\n\"\\u202e\": 2\n")},
		"a document":     {"spec", "--spec", file(t, "spec.yaml", "openapi: \"3\\e[2J\\n::error::\"\n")},
		"some recording": {"seed", "--from-recording", file(t, "r.jsonl", hostile+"\n"+hostile+"\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, args...)
			for line := range strings.Lines(got.stdout + got.stderr) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.ContainsAny(line, "\x1b\u009b\u202e") || strings.Contains(line, "##[") {
					t.Errorf("%q", line)
				}
			}
			if got.stdout+got.stderr == "" {
				t.Error("nothing is printed")
			}
			if name == "serve --spec" && !strings.Contains(got.stderr, `/health'\'' ::error::b'`) {
				t.Errorf("the command line to try is not quoted as one word: %s", got.stderr)
			}
		})
	}
}

// TestWhatIsLoggedSteersNothing checks that text in a log message, in an attribute or in an
// error controls no terminal or CI system.
func TestWhatIsLoggedSteersNothing(t *testing.T) {
	t.Parallel()
	const hostile = "a\u009b2J\u202e##[error]b"
	var out strings.Builder
	p := &program{env: variables(nil), stderr: &out, secrets: secrets.New()}
	logger, err := p.newLogger("info")
	if err != nil {
		t.Fatal(err)
	}
	logger.Warn(hostile, "text", hostile, "error", errors.New(hostile))
	if strings.ContainsAny(out.String(), "\u009b\u202e") || strings.Contains(out.String(), "##[") || strings.Count(out.String(), "2J") != 3 {
		t.Errorf("%q", out.String())
	}
}
