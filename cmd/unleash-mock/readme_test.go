//go:build unix

// These tests run what the README and the pages tell readers to type.

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func blocks(t *testing.T, page string) []block {
	t.Helper()
	var out []block
	for _, match := range fence.FindAllStringSubmatch(read(t, page), -1) {
		out = append(out, block{match[1], match[2]})
	}
	return out
}

// typed runs lines in a shell, after others that prepare it.
func typed(t *testing.T, folder, preamble, lines string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-e", "-c", preamble+"\n"+lines)
	command.Dir = folder
	command.Env = append(os.Environ(), asProgram+"=1")
	said, err := command.CombinedOutput()
	return string(said), err
}

// TestWhatServeSaysToTry checks that the command line that serve suggests works, for each
// way in which a document asks for a token.
func TestWhatServeSaysToTry(t *testing.T) {
	t.Parallel()
	for name, scheme := range map[string]string{
		"header": `{type: apiKey, in: header, name: X-Key}`, "cookie": `{type: apiKey, in: cookie, name: key}`, "query": `{type: apiKey, in: query, name: key}`,
		"bearer": `{type: http, scheme: bearer}`, "basic": `{type: http, scheme: basic}`, "OpenID": `{type: openIdConnect, openIdConnectUrl: https://x.example}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := file(t, "openapi.yaml", `{openapi: 3.0.3, info: {title: t, version: '1'}, security: [{s: []}],
				components: {securitySchemes: {s: `+scheme+`}}, paths: {
					/search: {get: {operationId: search, parameters: [{name: q, in: query, required: true, schema: {type: string}}], responses: {'200': {description: d}}}},
					/items: {get: {operationId: items, responses: {'200': {description: d}}}}}}`)
			mock := startServe(t, nil, "--spec", document)
			_, line, found := strings.Cut(mock.stdout.String(), "Try it:\n")
			got, err := typed(t, t.TempDir(), `curl() { command curl -sS -o /dev/null -w '%{http_code}' "$@"; }`, line)
			if !found || err != nil || got != "200" || !strings.Contains(line, mock.url+"/items") {
				t.Errorf("%s: %v, %s", line, err, got)
			}
		})
	}
}

// TestServeSaysHowToSetAFlag checks that the command line that serve suggests works, and asks for
// nothing that is not there.
func TestServeSaysHowToSetAFlag(t *testing.T) {
	t.Parallel()
	upstream := startServe(t, nil)
	for name, test := range map[string]struct {
		env        map[string]string
		args       []string
		path, says string
	}{
		"on loopback":      {nil, nil, "/_mock/flags/checkout", `"enabled":true`},
		"with a token":     {map[string]string{controlTokenVariable: "its-token"}, nil, "/_mock/flags/checkout", `"enabled":true`},
		"over an upstream": {nil, []string{"--upstream", upstream.url}, "/health", "GOOD"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := startServe(t, test.env, test.args...)
			_, line, _ := strings.Cut(mock.stdout.String(), "Try it:\n")
			got, err := typed(t, t.TempDir(), controlTokenVariable+`=its-token; curl() { command curl -sS "$@"; }`, line)
			if err != nil || !strings.Contains(got, test.says) || !strings.Contains(line, mock.url+test.path) {
				t.Errorf("%s: %v, %s", line, err, got)
			}
		})
	}
}

// TestTheNumberOfScenarios checks that the pages state the number of scenarios correctly.
func TestTheNumberOfScenarios(t *testing.T) {
	t.Parallel()
	got := command(t, nil, "verify", "--list")
	count := strconv.Itoa(strings.Count(got.stdout, "\n"))
	for page, said := range map[string]string{
		"README.md": count + " scenarios, reports", "CHANGELOG.md": "runs " + count + " Gherkin scenarios", "docs/verify.md": " of " + count + " scenarios would run",
	} {
		if !strings.Contains(read(t, root+page), said) {
			t.Errorf("%s does not say %q", page, said)
		}
	}
}

// TestTheFileOfFlagsOfThePage checks that the flags of the file shown on the page reach
// SDKs.
func TestTheFileOfFlagsOfThePage(t *testing.T) {
	t.Parallel()
	for _, b := range blocks(t, root+"docs/control.md") {
		if b.language != "yaml" || !strings.Contains(b.text, "\nflags:\n") {
			continue
		}
		mock := startServe(t, nil, "--flags", file(t, "flags.yaml", b.text))
		for context, want := range map[string]string{
			"userId=8": "banner checkout theme", "userId=8&properties[country]=NO&properties[email]=me@example.com": "banner checkout search search-by-voice theme",
		} {
			_, body := get(t, mock.url+"/api/frontend?"+context, wellknown.Frontend)
			var answer struct{ Toggles []struct{ Name string } }
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, toggle := range answer.Toggles {
				names = append(names, toggle.Name)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s: %s are on, want %s", context, got, want)
			}
		}
		return
	}
	t.Error("the page shows no file of flags")
}

// changing matches what differs from run to run: numbers, times, ids and secrets.
var changing = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|signal_[0-9a-f]{20,}|\d{4}-\d\d-\d\dT[0-9:.]+Z|127\.0\.0\.1:\d+|[\d.]+m?s\b|\d+`)

// TestPagesAnswerAsTheySay types what the README and the page about signals say, in their order, and
// compares what is answered and printed with what they show after it.
func TestPagesAnswerAsTheySay(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const ownServer = "https://unleash.example.com"
	all := slices.Concat(blocks(t, root+"README.md"), blocks(t, root+"docs/signals.md"))
	url, banner := asTyped(t, all[0].text)
	if want := blockAfter(t, "docs/configuration.md", "## What it prints at startup\n"); changing.ReplaceAllString(banner, "#") != changing.ReplaceAllString(want, "#") {
		t.Errorf("got  %s\nwant %s", banner, want)
	}
	preamble := `curl() { command curl -sS "$@"; }
unleash-mock() { '` + self(t) + `' "$@"; }`
	folder, compared := t.TempDir(), map[string]int{}
	for i, b := range all {
		program, _, _ := strings.Cut(b.text, " ")
		if b.language != "sh" || program != "curl" && program != "unleash-mock" || strings.Contains(b.text, ownServer) {
			continue
		}
		got, err := typed(t, folder, preamble, strings.ReplaceAll(b.text, "http://127.0.0.1:4242", url))
		if err != nil {
			t.Errorf("%s: %v, %s", b.text, err, got)
		}
		if i+1 == len(all) {
			continue
		}
		want := strings.TrimSpace(all[i+1].text)
		switch next := all[i+1].language; {
		case next == "json":
			got = lastJSON(got)
		case next == "" && program == "unleash-mock":
			lines := strings.Split(strings.TrimSpace(got), "\n")
			got = lines[len(lines)-1]
		default:
			continue
		}
		compared[program]++
		if changing.ReplaceAllString(got, "#") != changing.ReplaceAllString(want, "#") {
			t.Errorf("%s\ngot  %s\nwant %s", b.text, got, want)
		}
	}
	if compared["curl"] < 4 || compared["unleash-mock"] < 2 {
		t.Errorf("too few answers were compared: %v", compared)
	}
}

// asTyped starts the mock with the README's line, on a free port, and returns its URL and what it
// prints.
func asTyped(t *testing.T, line string) (url, banner string) {
	t.Helper()
	if line != "go run ./cmd/unleash-mock serve\n" {
		t.Fatalf("the README begins with %q", line)
	}
	mock, said := process(t, "serve"), newOutput()
	mock.Env, mock.Stdout = append(mock.Env, "HTTP_PORT=0"), said
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mock.Process.Kill()
		_ = mock.Wait() // the error only says that it was killed
	})
	said.await("  curl ")
	_, rest, _ := strings.Cut(said.String(), "listens on ")
	url, _, _ = strings.Cut(rest, "\n")
	return url, said.String()
}

// blockAfter returns the first code block of a page after a heading.
func blockAfter(t *testing.T, page, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, root+page), heading)
	match := fence.FindStringSubmatch(rest)
	if !found || match == nil {
		t.Fatalf("%s has no code block after %q", page, heading)
	}
	return match[2]
}

// lastJSON returns the last of several concatenated JSON answers.
func lastJSON(text string) string {
	text = strings.TrimSpace(text)
	if at := strings.LastIndex(text, `}{"`); at >= 0 {
		return text[at+1:]
	}
	return text
}

// TestPagesTypeCommandsThatExist checks that the commands and flags of this program on the
// pages exist.
func TestPagesTypeCommandsThatExist(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	// Each command only prints its help, but it parses its flags first.
	preamble := "unleash-mock() { '" + self(t) + `' "$@" --help >/dev/null; }
npx() { "$@"; }`
	pages, err := filepath.Glob(root + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, page := range append(pages, root+"README.md", root+"packaging/npm/unleash-mock/README.md") {
		for _, b := range blocks(t, page) {
			lines := linesOfOurs(b.text)
			if b.language != "sh" || lines == "" {
				continue
			}
			count++
			if said, err := typed(t, t.TempDir(), preamble, lines); err != nil {
				t.Errorf("%s: %v\n%s\n%s", page, err, lines, said)
			}
		}
	}
	if count < 20 {
		t.Errorf("%d blocks have a command line", count)
	}
}

var (
	continued = regexp.MustCompile(`\\\n\s*`)
	ours      = regexp.MustCompile(`(?m)^(?:[A-Z_]+=\S*\s+)*(?:npx )?unleash-mock .*$`)
)

// linesOfOurs returns the lines of a block that run this program, without the & of those in
// the background.
func linesOfOurs(text string) string {
	var out []string
	for _, line := range ours.FindAllString(continued.ReplaceAllString(text, " "), -1) {
		out = append(out, strings.TrimSuffix(strings.TrimSpace(line), "&"))
	}
	return strings.Join(out, "\n")
}
