package main

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/spec"
)

// encodings are the encodings in which programs write text files; PowerShell's > uses one
// of them.
var encodings = map[string]func(text string) []byte{
	"UTF-8 with a mark": func(text string) []byte { return []byte("\ufeff" + text) },
	"UTF-16 LE":         func(text string) []byte { return inUTF16(binary.LittleEndian, text) },
	"UTF-16 BE":         func(text string) []byte { return inUTF16(binary.BigEndian, text) },
	"lines that end with CR LF": func(text string) []byte {
		return []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	},
}

func inUTF16(order binary.AppendByteOrder, text string) []byte {
	out := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// TestEveryTextFileMayHaveAnyEncoding checks that every command reads a file the same in
// each encoding, and reports a mistake in it in the same words.
func TestEveryTextFileMayHaveAnyEncoding(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const exchange = `{"operationId":"getSignalEndpoints","started":"2026-11-24T20:49:40.784Z","request":{"method":"GET","url":"/api/admin/signal-endpoints"},` +
		`"response":{"status":200,"headers":[{"name":"Content-Type","value":"application/json; charset=utf-8"}],"body":"{\"signalEndpoints\":[{\"id\":7,\"name\":\"gruen\",\"enabled\":true,\"description\":\"grün\",\"createdAt\":\"2026-11-24T20:21:31.945Z\",\"createdByUserId\":1,\"url\":\"http://h/api/signal-endpoint/gruen\",\"tokens\":[]}]}"}}`
	said := func(got outcome) string { return fmt.Sprint(got.code, got.stdout, got.stderr) }
	run := func(args ...string) func(*testing.T, string) string {
		return func(t *testing.T, file string) string { return said(command(t, nil, append(args, file)...)) }
	}
	served := func(flag, path string) func(*testing.T, string) string {
		return func(t *testing.T, file string) string {
			mock := startServe(t, nil, flag, file)
			_, body := sending{http.MethodGet, path, adminToken, ""}.to(t, mock.url)
			return strings.ReplaceAll(body, mock.url, "")
		}
	}
	for name, test := range map[string]struct {
		text string
		says string
		read func(t *testing.T, file string) string
	}{
		"seed --check":                     {"endpoints:\n  - {id: 1, name: gruen, description: Größe}\n", "1 endpoint", run("seed", "--check")},
		"seed --check, a mistake":          {"# Größe\nendpoints:\n  - {id: 1, name: grün}\n", "line 3", run("seed", "--check")},
		"seed --from-recording":            {exchange + "\n", "grün", run("seed", "--from-recording")},
		"seed --from-recording, a mistake": {exchange + "\n" + `{"grün":` + "\n" + exchange, "line 2", run("seed", "--from-recording")},
		"spec --spec":                      {string(spec.Default().YAML()), `"openapi":`, run("spec", "--format", "json", "--spec")},
		"drift --document":                 {string(spec.Default().JSON()), "equal", run("drift", "--document")},
		"serve --seed":                     {"apiTokens:\n  - {name: a, type: admin, secret: \"" + adminToken + "\"}\nendpoints:\n  - {id: 1, name: gruen, description: Größe, createdAt: 2026-01-02T03:04:05Z}\n", "Größe", served("--seed", "/api/admin/signal-endpoints")},
		"serve --flags":                    {"grün:\n  description: Größe\n", "Größe", served("--flags", "/_mock/flags")},
		"serve --replay":                   {exchange + "\n", "grün", served("--replay", "/api/admin/signal-endpoints")},
		"serve --spec":                     {string(spec.Default().JSON()), "getHealth", served("--spec", "/_mock/info")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "file")
			as := func(written []byte) string {
				if err := os.WriteFile(file, written, 0o600); err != nil {
					t.Fatal(err)
				}
				return test.read(t, file)
			}
			want := as([]byte(test.text))
			if !strings.Contains(want, test.says) {
				t.Fatalf("%q is not in %s", test.says, want)
			}
			for name, encoded := range encodings {
				if got := as(encoded(test.text)); got != want {
					t.Errorf("%s: got %s, want %s", name, got, want)
				}
			}
		})
	}
}
