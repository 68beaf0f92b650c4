package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// mostOfMock is how many megabytes a mock with default flags may use, whatever clients do.
const mostOfMock = 700

// hostile is a kind of hostile client.
type hostile struct {
	name string
	// clients is how many of them there are at once; each sends again and again.
	clients int
	send    func(a *attacker, i int64)
}

// attacker sends requests to a mock until its context ends.
type attacker struct {
	context.Context
	mock   *mock
	client *http.Client
	sent   atomic.Int64
}

// hostiles makes clients try to fill a mock's memory: each kind alone, and then all at once.
func hostiles(ctx context.Context, s settings) ([]row, error) {
	var kinds []hostile
	for _, kind := range hostileKinds {
		if s.chosen(kind.name) {
			kinds = append(kinds, kind)
		}
	}
	var out []row
	var all error
	try := func(name string, kinds ...hostile) {
		most, err := attack(ctx, s, kinds)
		if err == nil && most > mostOfMock {
			err = fmt.Errorf("the mock took %.0f MB", most)
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", name, err))
		}
		log.Printf("%-24s %4.0f MB", name, most)
		out = append(out, row{name, fmt.Sprintf("%.0f MB", most)})
	}
	if !s.together {
		for _, kind := range kinds {
			try(kind.name, kind)
		}
	}
	try("all at once", kinds...)
	return out, all
}

// attack makes clients of some kinds try at the same time to fill a mock's memory, and returns the
// mock's peak memory in megabytes.
func attack(ctx context.Context, s settings, kinds []hostile) (float64, error) {
	m, err := start(ctx, s)
	if err != nil {
		return 0, err
	}
	defer m.stop()
	ending, cancel := context.WithTimeout(ctx, s.hostile)
	defer cancel()
	var group sync.WaitGroup
	for _, kind := range kinds {
		a := &attacker{Context: ending, mock: m, client: newClient(kind.clients)}
		for range kind.clients {
			group.Go(func() {
				for ending.Err() == nil {
					kind.send(a, a.sent.Add(1))
				}
			})
		}
	}
	group.Wait()
	_, most, err := m.memory()
	if err != nil {
		return 0, err
	}
	return most, errors.Join(ctx.Err(), m.alive(ctx))
}

// do sends a request and reads its answer. Each header is a line.
func (a *attacker) do(method, path, token string, body []byte, headers ...string) {
	request, err := http.NewRequestWithContext(a, method, a.mock.url(path), bytes.NewReader(body))
	if err != nil {
		log.Fatal(err) // a mistake in the code that calls this
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return // the mock may refuse in any way
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
}

// open sends a text on a connection of its own, and leaves the connection open for a time. It
// reads one byte of the answer per second.
func (a *attacker) open(text string, hold time.Duration) {
	ctx, cancel := context.WithTimeout(a, hold)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", a.mock.address)
	if err != nil {
		return
	}
	defer connection.Close()
	if tcp, is := connection.(*net.TCPConn); is {
		_ = tcp.SetReadBuffer(4 << 10)
	}
	_, _ = io.WriteString(connection, text)
	var one [1]byte
	for ctx.Err() == nil {
		_ = connection.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := connection.Read(one[:]); err != nil && !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func isTimeout(err error) bool {
	var failed net.Error
	return errors.As(err, &failed) && failed.Timeout()
}

// head returns the head of a request, including the empty line at its end.
func head(method, path, token string, lines ...string) string {
	out := method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
	if token != "" {
		out += "Authorization: " + token + "\r\n"
	}
	for _, line := range lines {
		out += line + "\r\n"
	}
	return out + "\r\n"
}

const (
	bodySize = 102_400 // size of the largest body, in bytes
	longest  = 20 * time.Second
)

// from returns a header with the address of a client that has rarely called before.
func from(i int64) string {
	return fmt.Sprintf("X-Forwarded-For: 10.%d.%d.%d", i>>16&255, i>>8&255, i&255)
}

// filled returns a text of about the given size, made of begin, many times element, and end.
func filled(begin, element, end string, size int) []byte {
	return []byte(begin + strings.Repeat(element, (size-len(begin)-len(end))/len(element)) + end)
}

func gzipped(text []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(text) // writing to memory does not fail
	_ = writer.Close()
	return out.Bytes()
}

var (
	long  = filled(`{"x":"`, "x", `"}`, 90_000)
	open  = filled("", "[", "", bodySize)
	deep  = append(filled(`{"x":`, "[", "", bodySize/2), filled("", "]", "}", bodySize/2)...)
	wide  = filled(`{"x":[`, `{"":0},`, "0]}", bodySize)
	many  = filled(`{"x":[`, `1e20,`, "0]}", bodySize)
	form  = filled("", "a[b][c]=1&", "a=1", 9_900)
	bomb  = gzipped(wide)
	lines = tinyLines()
	wrong = [][]byte{
		filled(`{"applications":[`, `{},`, `{}],"metrics":[]}`, 100_000),
		filled(`{"applications":[{"appName":"a","instanceId":"b","strategies":[`, `1,`, `1]}],"metrics":[]}`, 100_000),
		filled(`{"applications":[],"metrics":[],"impactMetrics":[{"name":"n","help":"h","type":"counter","samples":[{"value":1,"labels":{"`, "/", `":{}}}]}]}`, 98_000),
	}
)

var (
	inflating      = gzipped(bytes.Repeat([]byte(" "), 100<<20))
	largeStrategy  = filled(`{"name":"flexibleRollout","parameters":{"rollout":"50"},"constraints":[{"contextName":"userId","operator":"IN","values":[`, `"abcdefgh",`, `"z"]}]}`, 100_000)
	manyProperties = filled(`{"properties":{`, `"a":"b",`, `"z":"z"}}`, 2<<20)
	flagFiles      = sync.OnceValue(func() [][]byte {
		return [][]byte{
			numbered(16<<20, func(i int) string { return fmt.Sprintf("f%d: true\n", i) }),
			numbered(15<<20, func(i int) string { return fmt.Sprintf("f%d: {strategies: [{},{},{},{},{},{},{},{}]}\n", i) }),
			numbered(15<<20, func(i int) string { return fmt.Sprintf("f%d: {description: %s}\n", i, long[10:2000]) }),
			filled("a: {strategies: [", "{name: default},", "{name: default}]}", 16<<20),
			filled("a: {variants: [", "{name: b},", "{name: b}]}", 16<<20),
			filled("a: ", "[", "", 16<<20),
			filled(`{"features":[`, `{},`, `{}]}`, 16<<20),
			filled(`{"features":[`, `"",`, `{}]}`, 16<<20),
			filled(`{"features":[{"name":"a","strategies":[`, `{"name":"d"},`, `{"name":"d"}]}]}`, 6<<20),
			filled(`{"features":[{"name":"a","strategies":[`, `{},`, `{}]}]}`, 100_000),
			filled(`{"features":[{"name":"a","strategies":[{"name":"d","constraints":[{"contextName":"u","operator":"IN","values":[`, `"abcd",`, `"z"]}]}]}]}`, 7<<20),
			filled(`{"flags":{"a":{"dependencies":[`, `"b",`, `"b"]}}}`, 300_000),
			filled(`{"features":[`, `0,`, `0]}`, 300_000),
			members(`{"flags":{`, 1_000_000, `true`, `}}`),
			members(`{"flags":{},`, 1_000_000, `0`, `}`),
			members(`{"flags":{`, 19_000, `true`, `}}`),
			members(`{"features":[{"name":"a","strategies":[{"name":"d","parameters":{`, 1_000_000, `""`, `}}]}]}`),
		}
	})
)

// expressionFiles are files of flags with regular expressions that take much memory, or much time to
// read or to match.
var expressionFiles = sync.OnceValue(func() [][]byte {
	file := func(count int, expression func(i int) string) []byte {
		var flags []string
		for i := range count {
			flags = append(flags, fmt.Sprintf(`{"name":"f%d","enabled":true,"strategies":[{"name":"default","constraints":[{"contextName":"x","operator":"REGEX","value":"%s"}]}]}`, i, expression(i)))
		}
		return []byte(`{"version":2,"features":[` + strings.Join(flags, ",") + `]}`)
	}
	classes := strings.Repeat(`\\pL`, 1300)
	return [][]byte{
		file(2500, func(int) string { return "(?:abcdefgh){1000}" }),
		file(2500, func(i int) string { return fmt.Sprint("(?:abcdefgh){1000}", i) }),
		file(2500, func(i int) string { return fmt.Sprintf(`^\\pL{900}%d`, i) }),
		file(2500, func(i int) string { return fmt.Sprint(classes, i) }),
		file(2500, func(i int) string { return fmt.Sprint(classes, "(", i) }),
		file(10_000, func(i int) string { return fmt.Sprintf("(a?){9}[a-%c]+%d", 'b'+i%20, i) }),
	}
})

// usedOften is a file with large segments, which as many strategies use as may be.
var usedOften = sync.OnceValue(func() []byte {
	values := filled(`[{"contextName":"userId","operator":"NOT_IN","values":[`, `"`+string(long[10:100])+`",`, `"z"]}]`, 100_000)
	var segments []string
	for i := range 5 {
		segments = append(segments, fmt.Sprintf(`{"id":%d,"name":"s%d","constraints":%s}`, i+1, i, values))
	}
	return filled(`{"version":2,"segments":[`+strings.Join(segments, ",")+`],"features":[{"name":"a","enabled":true,"strategies":[`,
		`{"name":"default","segments":[1,2,3,4,5]},`, `{"name":"default"}]}]}`, 600_000)
})

// numbered returns a text of about the given size, made of numbered parts.
func numbered(size int, part func(int) string) []byte {
	var out []byte
	for i := 0; len(out) < size-10_000; i++ {
		out = append(out, part(i)...)
	}
	return out
}

// members returns an object with count members, between begin and end.
func members(begin string, count int, value, end string) []byte {
	out := []byte(begin)
	for i := range count {
		out = fmt.Appendf(out, `"f%d":%s,`, i, value)
	}
	return append(append(out, `"z":`+value...), end...)
}

// tinyLines returns as many headers as fit into a request.
func tinyLines() []string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var out []string
	for size := 0; size < 15_000; size += 6 {
		n := len(out)
		out = append(out, string([]byte{letters[n%26], letters[n/26%26], letters[n/676%26]})+":")
	}
	return out
}

// hostileKinds are the kinds of hostile clients, named after what they fill.
var hostileKinds = []hostile{
	{"calls", 4, func(a *attacker, i int64) { a.do("POST", call, wellknown.MyExternalApp, long, from(i)) }},
	{"numbers", 2, func(a *attacker, i int64) { a.do("POST", call, wellknown.MyExternalApp, many, from(i)) }},
	{"workspaces", 2, func(a *attacker, i int64) {
		a.do("POST", fmt.Sprintf("/w/w%d%s", i%200, call), wellknown.MyExternalApp, long, from(i))
	}},
	{"empty workspaces", 2, func(a *attacker, i int64) {
		a.do("GET", fmt.Sprintf("/w/x%d%s", i, callsPath), wellknown.Admin, nil)
	}},
	{"events", 2, func(a *attacker, i int64) {
		a.do("PUT", endpointsPath+"/1337", wellknown.Admin, filled(fmt.Sprintf(`{"name":"my-external-app","description":"%d`, i), "x", `"}`, 90_000))
	}},
	{"rules", 1, func(a *attacker, i int64) {
		a.do("POST", fmt.Sprintf("/w/r%d/_mock/rules", i%100), "", filled(`{"answer":{"status":500,"text":"`, "x", `"}}`, 1<<20))
	}},
	{"clients", 2, func(a *attacker, i int64) {
		a.do("POST", call, wellknown.MyExternalApp, []byte("{}"), fmt.Sprintf("X-Forwarded-For: %s%d", strings.Repeat("q", 10_000), i))
	}},
	{"open brackets", 8, func(a *attacker, i int64) { a.do("POST", call, wellknown.MyExternalApp, open, from(i)) }},
	{"deep payloads", 8, func(a *attacker, i int64) { a.do("POST", call, wellknown.MyExternalApp, deep, from(i)) }},
	{"wide payloads", 8, func(a *attacker, i int64) { a.do("POST", call, wellknown.MyExternalApp, wide, from(i)) }},
	{"gzip", 8, func(a *attacker, i int64) {
		a.do("POST", call, wellknown.MyExternalApp, bomb, from(i), "Content-Encoding: gzip")
	}},
	{"forms", 8, func(a *attacker, i int64) {
		a.do("POST", call, wellknown.MyExternalApp, form, from(i), "Content-Type: application/x-www-form-urlencoded")
	}},
	{"delayed", 500, func(a *attacker, i int64) {
		a.do("POST", endpointsPath, wellknown.Admin, wide, "Prefer: delay=20s")
	}},
	{"stalled uploads", 500, func(a *attacker, _ int64) {
		a.open(head("POST", call, wellknown.MyExternalApp, fmt.Sprintf("Content-Length: %d", bodySize))+"{", longest)
	}},
	{"stalled rules", 50, func(a *attacker, _ int64) {
		a.open(head("POST", "/_mock/rules", "", "Content-Length: 2000000")+string(filled("{", " ", "", 1<<20)), longest)
	}},
	{"stalled imports", 10, func(a *attacker, _ int64) {
		a.open(head("PUT", "/_mock/state", "", "Content-Length: 90000000")+"{", longest)
	}},
	{"headers", 200, func(a *attacker, _ int64) { a.open(head("GET", "/_mock/events", "", lines...), longest) }},
	{"endless headers", 200, func(a *attacker, _ int64) {
		text := head("GET", "/health", "", lines...)
		a.open(text[:len(text)-2], longest)
	}},
	{"waits", 500, func(a *attacker, _ int64) {
		a.open(head("GET", "/_mock/requests?wait=5m&count=1000000", "", lines[:500]...), longest)
	}},
	{"half-dead", 10_000, func(a *attacker, i int64) { a.open(dead[i%int64(len(dead))], longest) }},
	{"half-dead, with full workspaces", 10_000, func(a *attacker, i int64) {
		if i%1000 > 0 {
			a.open(dead[i%int64(len(dead))], longest)
			return
		}
		for n := range int64(4000) {
			name := []string{"dead", "full"}[n%2]
			a.do("POST", "/w/"+name+call, wellknown.MyExternalApp, filled(`{"x":[`, "1,", "1]}", 2000), from(i*100+n))
		}
	}},
	{"idle", 2000, func(a *attacker, _ int64) { a.open("", longest) }},
	{"unread streams", 100, func(a *attacker, _ int64) { a.open(head("GET", "/_mock/events?after=0", ""), longest) }},
	{"unread pages", 30, func(a *attacker, _ int64) {
		a.open(head("GET", longList, wellknown.Admin), longest)
	}},
	{"compressed pages", 4, func(a *attacker, _ int64) {
		a.do("GET", longList, wellknown.Admin, nil, "Accept-Encoding: br")
	}},
	{"unread exports", 20, func(a *attacker, _ int64) { a.open(head("GET", "/_mock/state", ""), longest) }},
	{"unread journals", 50, func(a *attacker, i int64) {
		path := []string{"/_mock/requests.har", "/_mock/requests?limit=500", "/_mock/violations"}[i%3]
		a.open(head("GET", path, ""), longest)
	}},
	{"imports", 2, func(a *attacker, i int64) { a.do("PUT", fmt.Sprintf("/w/i%d/_mock/state", i%3), "", backup()) }},
	{"flags", 4, func(a *attacker, i int64) {
		a.do("POST", "/api/admin/projects/default/features", wellknown.Admin, fmt.Appendf(nil, `{"name":"f%d","type":"release"}`, i))
		path := fmt.Sprintf("/api/admin/projects/default/features/f%d/environments/development", i)
		a.do("POST", path+"/strategies", wellknown.Admin, largeStrategy)
		a.do("POST", path+"/on", wellknown.Admin, nil)
	}},
	{"flags, read", 6, func(a *attacker, i int64) {
		if i%3 > 0 {
			a.do("GET", []string{"/api/client/features", "/api/frontend?userId=7", "/api/client/delta", "/_mock/flags", "/_mock/state"}[i%5], []string{wellknown.Backend, wellknown.Frontend, wellknown.Backend, "", ""}[i%5], nil)
			return
		}
		a.do("POST", "/api/admin/projects/default/features", wellknown.Admin, fmt.Appendf(nil, `{"name":"g%d","type":"release"}`, i))
		path := fmt.Sprintf("/api/admin/projects/default/features/g%d/environments/development", i)
		a.do("POST", path+"/strategies", wellknown.Admin, largeStrategy)
		a.do("POST", path+"/on", wellknown.Admin, nil)
	}},
	{"flags of many projects", 4, func(a *attacker, i int64) {
		secret := fmt.Sprintf("*:development.%060d", i)
		a.do("POST", "/api/admin/api-tokens", wellknown.Admin, fmt.Appendf(nil, `{"tokenName":"t%d","type":"client","environment":"%s","projects":["default"],"secret":"%s"}`, i, []string{"development", "production"}[i%2], secret))
		a.do("POST", "/api/admin/projects/default/features", wellknown.Admin, fmt.Appendf(nil, `{"name":"h%d","type":"release","description":"%s"}`, i, long))
		a.do("GET", "/api/client/features?project=default&namePrefix="+fmt.Sprint("h", i%100), wellknown.Backend, nil)
	}},
	{"files of flags", 2, func(a *attacker, i int64) {
		a.do("PUT", fmt.Sprintf("/w/f%d/_mock/flags", i%8), "", flagFiles()[i%int64(len(flagFiles()))], "Content-Type: application/yaml")
	}},
	{"single flags", 4, func(a *attacker, i int64) {
		a.do("PATCH", fmt.Sprintf("/_mock/flags/p%d", i), "", fmt.Appendf(nil, `{"enabled":true,"variant":{"name":"v","payload":{"type":"string","value":"%s"}}}`, bytes.Repeat([]byte("x"), 1<<20)))
	}},
	{"evaluations", 4, func(a *attacker, i int64) {
		a.do("PATCH", "/_mock/flags/e", "", []byte(`{"enabled":true}`))
		a.do("POST", "/_mock/flags/e/evaluate", "", manyProperties)
		a.do("POST", "/api/frontend", wellknown.Frontend, append(append([]byte(`{"context":`), filled(`{"properties":{`, `"a":"b",`, `"z":"z"}}`, 90_000)...), '}'))
	}},
	{"regular expressions", 4, func(a *attacker, i int64) {
		where := fmt.Sprintf("/w/e%d", i%4)
		if i%40 < 4 {
			a.do("PUT", where+"/_mock/flags", "", expressionFiles()[i/40%int64(len(expressionFiles()))])
		}
		a.do("GET", where+"/api/frontend?x="+strings.Repeat("abcdefg1", 25), wellknown.Frontend, nil)
		a.do("POST", where+"/_mock/flags/f7/evaluate", "", []byte(`{"properties":{"x":"abcdefgh"}}`))
		a.do("PATCH", where+"/_mock/flags/z", "", fmt.Appendf(nil, `{"enabled":%t}`, i%2 == 0))
		a.do("POST", "/api/admin/constraints/validate", wellknown.Admin, fmt.Appendf(nil, `{"contextName":"userId","operator":"REGEX","value":"%s"}`, strings.Repeat(`\\pL`, 20_000)))
	}},
	{"segments", 4, func(a *attacker, i int64) {
		a.do("POST", "/api/admin/segments", wellknown.Admin, filled(fmt.Sprintf(`{"name":"s%d","constraints":[{"contextName":"userId","operator":"IN","values":[`, i), `"abcdefgh",`, `"z"]}]}`, 100_000))
	}},
	{"reports, long names", 8, func(a *attacker, i int64) {
		a.do("POST", "/api/client/metrics", wellknown.Backend, fmt.Appendf(nil, `{"appName":"%d%s","instanceId":"%s","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"%s":{"yes":1,"no":1}}}}`, i, long[10:30_000], long[10:30_000], long[10:30_000]))
		a.do("POST", "/api/client/register", wellknown.Backend, fmt.Appendf(nil, `{"appName":"%d%s","instanceId":"%d","strategies":["%s"],"started":"2026-01-01T00:00:00Z","interval":1}`, i, long[10:40_000], i, long[10:40_000]))
	}},
	{"reports, many keys", 8, func(a *attacker, i int64) {
		var toggles strings.Builder
		for k := range 2500 {
			fmt.Fprintf(&toggles, `"%d-%d":{"yes":1,"no":1},`, i, k)
		}
		a.do("POST", "/api/client/metrics", wellknown.Backend, fmt.Appendf(nil, `{"appName":"a%d","instanceId":"i","bucket":{"start":"2026-01-01T%02d:00:00Z","stop":"2026-01-01T23:01:00Z","toggles":{%s"z":{"yes":1,"no":0}}}}`, i, i%23, toggles.String()))
		a.do("POST", "/api/client/metrics/bulk", wellknown.Backend, filled(`{"applications":[`, `{"appName":"a","instanceId":"b"},`, `{"appName":"a","instanceId":"b"}],"metrics":[]}`, 100_000))
	}},
	{"oddly shaped states", 2, func(a *attacker, i int64) {
		a.do("PUT", fmt.Sprintf("/w/o%d/_mock/state", i%4), "", oddStates()[i%int64(len(oddStates()))])
	}},
	{"streams of flags", 8000, func(a *attacker, i int64) {
		if i%2000 == 0 {
			a.do("PATCH", "/_mock/flags/s", "", fmt.Appendf(nil, `{"enabled":%t}`, i%4000 == 0))
		}
		a.open(head("GET", fmt.Sprintf("/w/s%d/api/client/streaming", i%9), wellknown.Backend), longest)
	}},
	{"queries", 16, func(a *attacker, i int64) {
		a.do("GET", callsPath+"?"+strings.Repeat("a[b][c][]=1&", 5000), wellknown.Admin, nil)
		a.do("GET", "/api/frontend?"+strings.Repeat("properties[a]=1&", 5000), wellknown.Frontend, nil)
	}},
	{"flags of workspaces, read", 6, func(a *attacker, i int64) {
		where := fmt.Sprintf("/w/r%d", i%3)
		a.do("POST", where+"/api/admin/projects/default/features", wellknown.Admin, fmt.Appendf(nil, `{"name":"g%d","type":"release"}`, i))
		path := fmt.Sprintf("%s/api/admin/projects/default/features/g%d/environments/development", where, i)
		a.do("POST", path+"/strategies", wellknown.Admin, largeStrategy)
		a.do("POST", path+"/on", wellknown.Admin, nil)
		a.do("GET", where+"/api/client/features", wellknown.Backend, nil)
		a.do("GET", where+"/api/frontend?userId=7", wellknown.Frontend, nil)
	}},
	{"inlined segments", 4, func(a *attacker, i int64) {
		where := fmt.Sprintf("/w/n%d", i%4)
		if i < 4 {
			a.do("PUT", where+"/_mock/flags", "", usedOften())
		}
		a.do("PATCH", where+"/_mock/flags/a", "", fmt.Appendf(nil, `{"description":"%d"}`, i))
		a.do("GET", where+"/api/client/features", wellknown.Backend, nil)
		a.do("GET", where+"/api/frontend?userId=7", wellknown.Frontend, nil)
	}},
	{"secrets in states", 2, func(a *attacker, i int64) {
		a.do("PUT", fmt.Sprintf("/w/k%d/_mock/state", i%10), "", secretState())
	}},
	{"violations", 16, func(a *attacker, i int64) {
		a.do("POST", fmt.Sprintf("/w/v%d/api/client/metrics/bulk", i%4), wellknown.Backend, wrong[i/4%3])
	}},
	{"journals of workspaces", 16, func(a *attacker, i int64) {
		a.do("POST", fmt.Sprintf("/w/j%d%s", i%4000, endpointsPath), wellknown.Admin, fmt.Appendf(nil, `{"name":"%d","description":"%s"}`, i, long))
	}},
	{"gzip bombs", 8, func(a *attacker, i int64) {
		a.do("POST", call, wellknown.MyExternalApp, inflating, from(i), "Content-Encoding: gzip")
		a.do("PUT", "/_mock/state", "", inflating, "Content-Encoding: gzip")
	}},
}
