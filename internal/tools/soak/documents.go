package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/unleash-mock/unleash-mock/internal/procfs"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// mostOfCommand is how many megabytes a command may use, whatever it reads. mostTime is how long
// it may run.
const (
	mostOfCommand = 500
	mostTime      = 10 * time.Minute
)

// documents makes commands read input that could fill their memory.
func documents(ctx context.Context, s settings) ([]row, error) {
	if _, err := exec.LookPath(s.program); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "soak")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	var out []row
	var all error
	try := func(name string, commands ...[]string) {
		most := 0.0
		for _, args := range commands {
			now, took, err := command(ctx, s.program, args...)
			log.Printf("%-48s %4.0f MB %8s  %v", name, now, took.Round(100*time.Millisecond), err)
			if err != nil {
				all = errors.Join(all, fmt.Errorf("%s: %w", name, err))
			}
			most = max(most, now)
		}
		out = append(out, row{name, fmt.Sprintf("%.0f MB", most)})
	}
	for _, kind := range documentKinds {
		if err := kind.try(folder, s, try); err != nil {
			return nil, err
		}
	}
	for _, kind := range targetKinds {
		if !s.chosen("verify") && !s.chosen(kind.name) {
			continue
		}
		server, done, err := kind.serve(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, args := range [][]string{{"verify"}, {"verify", "--profile", "contract"}, {"drift"}, {"doctor"}} {
			name := strings.Join(args, " ") + ": a target " + kind.name
			if args[0] == "verify" {
				args = append(args, "--quiet", "--timeout", "2s")
			}
			try(name, append(args, "--target", server.URL))
		}
		server.CloseClientConnections()
		server.Close()
		done()
	}
	return out, all
}

// crashed matches what a Go program prints when it crashes.
var crashed = regexp.MustCompile(`(?m)^(panic|fatal error|runtime: |goroutine \d+)`)

// command runs a command and returns its peak memory in megabytes. The command may refuse its
// input, but must end without a crash.
func command(ctx context.Context, program string, args ...string) (most float64, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	var said opening
	c := exec.CommandContext(ctx, program, args...)
	c.Stdout, c.Stderr = io.Discard, &said
	c.Env = append(os.Environ(), "UNLEASH_MOCK_TOKEN="+wellknown.Admin)
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	most = watch(c.Process.Pid, ended)
	took = time.Since(began)
	switch {
	case ctx.Err() != nil:
		return most, took, fmt.Errorf("it did not end within %s", mostTime)
	case !c.ProcessState.Exited() || crashed.Match(said.text):
		return most, took, fmt.Errorf("it crashed: %.500s", said.text)
	case most > mostOfCommand:
		return most, took, fmt.Errorf("it took %.0f MB; it says %.200s", most, said.text)
	}
	return most, took, nil
}

// watch returns the peak memory of a process until it ends. It polls, because what the kernel
// reports for an ended process includes the memory of its parent at the time of the fork.
func watch(pid int, ended <-chan struct{}) (most float64) {
	ticks := time.NewTicker(2 * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-ended:
			return most
		case <-ticks.C:
			if _, now, err := procfs.Memory(pid); err == nil {
				most = max(most, now)
			}
		}
	}
}

// opening keeps the beginning of what is written to it, which has the reason for a crash.
type opening struct{ text []byte }

func (t *opening) Write(text []byte) (int, error) {
	if room := 1<<16 - len(t.text); room > 0 {
		t.text = append(t.text, text[:min(room, len(text))]...)
	}
	return len(text), nil
}

// sizes are the sizes of the documents, in bytes: more than any command accepts, as much as some
// accept, and as much as all accept even of a document that is nothing but structure.
var sizes = []int{64 << 20, 15 << 20, 3 << 20, 1 << 20}

// The commands that read a kind of document.
var (
	inDocuments  = [][]string{{"spec", "--spec"}, {"drift", "--document"}}
	inSeeds      = [][]string{{"seed", "--check"}}
	inRecordings = [][]string{{"seed", "--from-recording"}}
	inAll        = [][]string{{"seed", "--check"}, {"spec", "--spec"}, {"drift", "--document"}, {"seed", "--from-recording"}}
)

// openAPI returns an OpenAPI document with the given additions to its paths and schemas.
func openAPI(paths, schemas string) []byte {
	return []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"8.2.0"},"paths":{` + paths + `"/health":{"get":{"operationId":"getHealth","responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/a"}}}}}}}},"components":{"schemas":{"a":` + schemas + `}}}`)
}

// doubling returns schemas each of which refers to the next one twice.
func doubling(levels int) string {
	var out strings.Builder
	out.WriteString(`{"$ref":"#/components/schemas/s0"}`)
	for i := range levels {
		fmt.Fprintf(&out, `,"s%d":{"type":"object","properties":{"x":{"$ref":"#/components/schemas/s%d"},"y":{"$ref":"#/components/schemas/s%d"}}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&out, `,"s%d":{"type":"string"}`, levels)
	return out.String()
}

// documentKind is a kind of document, and the commands that read it.
type documentKind struct {
	name string
	read [][]string
	text func(size int) []byte
}

// try makes each chosen command read a document of each size.
func (k documentKind) try(folder string, s settings, try func(string, ...[]string)) error {
	for _, read := range k.read {
		if !s.chosen(read[0]) && !s.chosen(k.name) {
			continue
		}
		var commands [][]string
		for _, size := range sizes {
			file := filepath.Join(folder, fmt.Sprint(size))
			if err := os.WriteFile(file, k.text(size), 0o600); err != nil {
				return err
			}
			commands = append(commands, append(slices.Clip(read), file))
		}
		try(strings.Join(read, " ")+": "+k.name, commands...)
	}
	return nil
}

// documentKinds are the kinds of documents that commands read.
var documentKinds = []documentKind{
	{"a list of empty objects", inAll, func(size int) []byte { return filled("[", "{},", "{}]", size) }},
	{"a list of empty texts", inAll, func(size int) []byte { return filled("[", `"",`, `""]`, size) }},
	{"a list of numbers in YAML", inAll, func(size int) []byte { return filled("", "- 0\n", "- 0\n", size) }},
	{"an object with many names", inAll, func(size int) []byte {
		return append(append([]byte("{"), numbered(size, func(i int) string { return fmt.Sprintf(`"%d":0,`, i) })...), `"z":0}`...)
	}},
	{"many names in YAML", inAll, func(size int) []byte {
		return numbered(size, func(i int) string { return fmt.Sprintf("k%d:\n", i) })
	}},
	{"one long text", inAll, func(size int) []byte { return filled(`{"endpoints":"`, "x", `"}`, size) }},
	{"a long YAML text in lines", inAll, func(size int) []byte { return filled("a: |\n", " x\n", " x\n", size) }},
	{"open brackets", inAll, func(size int) []byte { return filled("", "[", "", size) }},
	{"nested objects", inAll, func(size int) []byte { return filled("", `{"a":`, "", size) }},
	{"nested lists in YAML", inAll, func(size int) []byte { return filled("", "- ", "", size) }},
	{"aliases of aliases", inAll, func(size int) []byte {
		var out strings.Builder
		out.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
		for i := range min(60, size>>18) {
			fmt.Fprintf(&out, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i, i, i, i, i, i)
		}
		return []byte(out.String())
	}},
	{"merges of merges", inAll, func(size int) []byte {
		return append([]byte("a0: &a0 {x: 1}\n"), numbered(size, func(i int) string { return fmt.Sprintf("a%d: &a%d {<<: *a%d, k%d: 1}\n", i+1, i+1, i, i) })...)
	}},
	{"anchors", inAll, func(size int) []byte {
		return numbered(size, func(i int) string { return fmt.Sprintf("- &a%d x\n", i) })
	}},
	{"many documents", inAll, func(size int) []byte { return filled("", "---\na: 1\n", "", size) }},
	{"comments", inAll, func(size int) []byte { return filled("", "# c\n", "a: 1\n", size) }},
	{"line feeds", inAll, func(size int) []byte { return bytes.Repeat([]byte("\n"), size) }},
	{"UTF-16", inAll, func(size int) []byte {
		var out bytes.Buffer
		out.WriteString("\xff\xfe")
		for _, unit := range utf16.Encode([]rune(strings.Repeat("- {a: ü}\n", size/18))) {
			out.Write([]byte{byte(unit), byte(unit >> 8)})
		}
		return out.Bytes()
	}},
	{"endless rows", inSeeds, endlessSeed},
	{"endless mistakes", inSeeds, func(size int) []byte { return filled("endpoints:\n", "  - {id: 0, name: ÄÖ, x: 1}\n", "", size) }},
	{"endless exchanges", inRecordings, func(size int) []byte { return filled("", exchange, "", size) }},
	{"empty exchanges", inRecordings, func(size int) []byte {
		return filled("", `{"request":{"method":"GET","url":"/"},"response":{"status":200}}`+"\n", "", size)
	}},
	{"an exchange with a large body", inRecordings, largeExchange},
	{"many paths", inDocuments, func(size int) []byte {
		return openAPI(string(numbered(size, func(i int) string {
			return fmt.Sprintf(`"/p%d":{"get":{"operationId":"o%d","responses":{"200":{"description":"d"}}}},`, i, i)
		})), `{}`)
	}},
	{"many schemas", inDocuments, func(size int) []byte {
		return openAPI("", `{}`+string(numbered(size, func(i int) string { return fmt.Sprintf(`,"s%d":{"type":"object"}`, i) })))
	}},
	{"a schema with many properties", inDocuments, func(size int) []byte {
		return openAPI("", `{"type":"object","properties":{`+string(numbered(size, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"string"},`, i) }))+`"z":{}}}`)
	}},
	{"a large enum", inDocuments, func(size int) []byte {
		return openAPI("", `{"type":"string","enum":[`+string(numbered(size, func(i int) string { return fmt.Sprintf(`"%d",`, i) }))+`""]}`)
	}},
	{"many references to a large enum", inDocuments, func(size int) []byte {
		references := numbered(size/2, func(i int) string { return fmt.Sprintf(`"p%d":{"$ref":"#/components/schemas/e"},`, i) })
		values := numbered(size/2, func(i int) string { return fmt.Sprintf("%d,", i) })
		return openAPI("", `{"type":"object","properties":{`+string(references)+`"z":{}}},"e":{"enum":[`+string(values)+`0]}`)
	}},
	{"many references to a long text", inDocuments, func(size int) []byte {
		references := numbered(size/10, func(i int) string { return fmt.Sprintf(`"p%d":{"$ref":"#/components/schemas/e"},`, i) })
		return openAPI("", `{"type":"object","properties":{`+string(references)+`"z":{}}},"e":{"enum":["`+strings.Repeat("x", size*9/10)+`"]}`)
	}},
	{"many paths that refer to one", inDocuments, func(size int) []byte {
		return openAPI(string(numbered(size/2, func(i int) string { return fmt.Sprintf(`"/p%d":{"$ref":"#/paths/~1shared"},`, i) }))+
			`"/shared":{"get":{"operationId":"o","tags":[`+strings.Repeat(`"Operational",`, size/30)+`""],"responses":{"200":{"description":"d"}}}},`, `{}`)
	}},
	{"many forms", inDocuments, func(size int) []byte {
		return openAPI("", `{"oneOf":[`+string(numbered(size, func(i int) string {
			return fmt.Sprintf(`{"type":"object","required":["p%d"],"properties":{"p%d":{"type":"string"}}},`, i, i)
		}))+`{}]}`)
	}},
	{"a large example", inDocuments, func(size int) []byte {
		return openAPI("", `{"type":"array","example":[`+strings.Repeat("{},", size/3)+`{}]}`)
	}},
	{"doubling references", inDocuments, func(size int) []byte { return openAPI("", doubling(size>>20)) }},
	{"a chain of references", inDocuments, func(size int) []byte {
		var out strings.Builder
		out.WriteString(`{"$ref":"#/components/schemas/s0"}`)
		for i := range size / 80 {
			fmt.Fprintf(&out, `,"s%d":{"$ref":"#/components/schemas/s%d"}`, i, i+1)
		}
		return openAPI("", out.String()+fmt.Sprintf(`,"s%d":{}`, size/80))
	}},
	{"a wide allOf", inDocuments, func(size int) []byte {
		return openAPI("", `{"allOf":[`+strings.Repeat(`{"type":"object","properties":{"a":{}}},`, size/40)+`{}]}`)
	}},
	{"a pattern that backtracks", inDocuments, func(size int) []byte {
		return openAPI("", `{"type":"string","pattern":"`+strings.Repeat("(a*)*", size/6)+`$"}`)
	}},
}

var longAnswer = filled(`{"zz":"`, "x", `"}`, 15<<20)

// targetKinds are the kinds of hostile targets.
var targetKinds = []struct {
	name  string
	serve func(context.Context, settings) (*httptest.Server, func(), error)
}{
	{"whose answers never end", answering(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(`[` + strings.Repeat("{},", 1<<20))
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})},
	{"whose answers are lists of 15 MB", answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(wideAnswer)
	})},
	{"whose answers are texts of 15 MB", answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(longAnswer)
	})},
	{"whose answers are gzip bombs", answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(inflating)
	})},
	{"whose answers are deep", answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bytes.Repeat([]byte(`{"a":[`), 2<<20))
	})},
	{"whose answers have many headers", answering(func(w http.ResponseWriter, _ *http.Request) {
		for i := range 10_000 {
			w.Header().Set(fmt.Sprint("X-", i), "y")
		}
		_, _ = io.WriteString(w, `{"health":"GOOD"}`)
	})},
	{"that adds a long text to each answer", adding(func() []byte { return append(append([]byte(`"zz":"`), bytes.Repeat([]byte("x"), 8<<20)...), `",`...) })},
	{"that adds 100,000 values to each answer", adding(func() []byte { return []byte(`"zz":[` + strings.Repeat("{},", 100_000) + `{}],`) })},
}

func answering(answer http.HandlerFunc) func(context.Context, settings) (*httptest.Server, func(), error) {
	return func(context.Context, settings) (*httptest.Server, func(), error) {
		return httptest.NewServer(answer), func() {}, nil
	}
}

// adding puts a proxy in front of a mock that adds a member to each JSON object in its answers.
func adding(member func() []byte) func(context.Context, settings) (*httptest.Server, func(), error) {
	return func(ctx context.Context, s settings) (*httptest.Server, func(), error) {
		m, err := start(ctx, s, "--limits", "off")
		if err != nil {
			return nil, nil, err
		}
		upstream, err := url.Parse(m.url(""))
		if err != nil {
			return nil, nil, err
		}
		more := member()
		proxy := httputil.NewSingleHostReverseProxy(upstream)
		proxy.ErrorLog = log.New(io.Discard, "", 0)
		proxy.ModifyResponse = func(r *http.Response) error {
			r.Header.Del("Unleash-Mock")
			if r.Request.Method == http.MethodHead || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || r.Header.Get("Content-Encoding") != "" {
				return nil
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || len(body) < 3 || body[0] != '{' {
				r.Body = io.NopCloser(bytes.NewReader(body))
				return err
			}
			body = append(append([]byte("{"), more...), body[1:]...)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", fmt.Sprint(len(body)))
			r.Header.Del("Etag")
			return nil
		}
		return httptest.NewServer(proxy), m.stop, nil
	}
}
