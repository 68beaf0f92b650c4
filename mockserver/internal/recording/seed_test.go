package recording

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/seed"
	"github.com/unleash-mock/unleash-mock/spec"
)

// said is an exchange: the method and path, the status, and the body of the answer.
type said struct {
	request string
	status  int
	body    string
}

func recordingOf(t testing.TB, exchanges ...said) *Recording {
	t.Helper()
	out := &Recording{Name: "r.jsonl"}
	for i, x := range exchanges {
		method, url, _ := strings.Cut(x.request, " ")
		out.Exchanges = append(out.Exchanges, Exchange{Line: i + 1, Record: traffic.Record{
			Request: traffic.RecordRequest{Method: method, URL: url}, Response: traffic.RecordResponse{Status: x.status, Body: x.body},
		}})
	}
	return out
}

const (
	admin   = "/api/admin/signal-endpoints"
	created = `"createdAt":"2026-01-02T03:04:05.678Z","createdByUserId":`
)

func endpointText(id int, name, tokens string) string {
	return fmt.Sprintf(`{"id":%d,"enabled":true,"name":%q,%s7,"description":null,"tokens":[%s]}`, id, name, created, tokens)
}

func tokenText(id, endpoint int, name string) string {
	return fmt.Sprintf(`{"id":%d,"name":%q,"signalEndpointId":%d,%s-42,"token":"[redacted]"}`, id, name, endpoint, created)
}

// planted is the state of an instance that started with a seed, as it exports it.
type planted struct {
	Endpoints []struct {
		ID      int64
		Name    string
		Enabled bool
		Tokens  []struct{ ID int64 }
	}
	Signals []struct {
		ID, SourceID int64
		TokenID      *int64
		Payload      json.RawMessage
	}
	Invoices, DetailedInvoices json.RawMessage
}

var sharedEngine = sync.OnceValues(func() (*engine.Engine, error) {
	return engine.New(spec.Default(), resources.All(resources.Options{})...)
})

func anEngine(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := sharedEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// plant starts an instance with a seed and returns its state.
func plant(t testing.TB, source []byte) (out planted, err error) {
	t.Helper()
	read, err := seed.Read(source)
	if err != nil {
		return out, err
	}
	store, err := read.Plant(anEngine(t), engine.Request{})
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(store.Snapshot(nil), &out)
}

var tokenName = regexp.MustCompile(`name: "([^"]+)".* secret: "signal_recorded-(\d+-\d+)`)

func summary(t testing.TB, source []byte) string {
	t.Helper()
	s, err := plant(t, source)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, found := range tokenName.FindAllStringSubmatch(string(source), -1) {
		names[found[2]] = found[1]
	}
	var out []string
	for _, e := range s.Endpoints {
		state := "on"
		if !e.Enabled {
			state = "off"
		}
		out = append(out, fmt.Sprintf("%s=%d %s", e.Name, e.ID, state))
		for _, t := range e.Tokens {
			secret := fmt.Sprintf("%d-%d", e.ID, t.ID)
			out = append(out, names[secret]+"="+secret)
		}
	}
	for _, signal := range s.Signals {
		by := "?"
		if signal.TokenID != nil {
			by = fmt.Sprint(*signal.TokenID)
		}
		out = append(out, fmt.Sprintf("signal %d of %d by %s %s", signal.ID, signal.SourceID, by, signal.Payload))
	}
	return strings.Join(out, "; ")
}

// TestSeed checks that what was seen last is there, and that what was deleted is not.
func TestSeed(t *testing.T) {
	t.Parallel()
	list := func(endpoints ...string) string { return `{"signalEndpoints":[` + strings.Join(endpoints, ",") + `]}` }
	call := func(id, source, token int) string {
		return fmt.Sprintf(`{"signals":[{"id":%d,"source":"signal-endpoint","sourceId":%d,"createdAt":"2026-01-02T03:04:05.678Z","createdBySourceTokenId":%d,"payload":{"n":%d}}]}`, id, source, token, id)
	}
	query := func(id, source int, sourceName, tokenName string) string {
		return fmt.Sprintf(`{"signals":[{"id":%d,"source":"signal-endpoint","sourceId":%d,"createdAt":"2026-01-02T03:04:05.678Z","sourceName":%s,"sourceDescription":null,"tokenName":%s,"payload":{}}],"total":1}`, id, source, sourceName, tokenName)
	}
	for name, test := range map[string]struct {
		exchanges []said
		want      string
		says      string
	}{
		"nothing": {nil, "", "# No signal was recorded"},
		"a list":  {[]said{{"GET " + admin, 200, list(endpointText(1, "a", tokenText(2, 1, "t")), endpointText(3, "b", ""))}}, "a=1 on; t=1-2; b=3 on", "user-7"},
		"a later list": {[]said{{"GET " + admin, 200, list(endpointText(1, "a", ""))}, {"GET " + admin, 200, list(endpointText(3, "b", ""))}},
			"b=3 on", ""},
		"a change": {[]said{{"POST " + admin, 201, endpointText(1, "a", "")}, {"PUT " + admin + "/1", 200, endpointText(1, "b", "")},
			{"POST " + admin + "/1/off", 200, strings.Replace(endpointText(1, "b", ""), "true", "false", 1)}}, "b=1 off", ""},
		"a refused change": {[]said{{"POST " + admin, 201, endpointText(1, "a", "")}, {"DELETE " + admin + "/1", 403, ""}}, "a=1 on", ""},
		"a delete":         {[]said{{"POST " + admin, 201, endpointText(1, "a", "")}, {"DELETE " + admin + "/1", 200, ""}}, "", "none was left"},
		"a name, free again": {[]said{{"POST " + admin, 201, endpointText(1, "a", "")}, {"POST " + admin, 201, endpointText(2, "a", "")}},
			"a=2 on", ""},
		"tokens": {[]said{{"POST " + admin, 201, endpointText(1, "a", "")}, {"POST " + admin + "/1/tokens", 201, tokenText(5, 1, "x")},
			{"POST " + admin + "/1/tokens", 201, tokenText(4, 1, "y")}, {"PUT " + admin + "/1/tokens/5", 200, tokenText(5, 1, "z")}}, "a=1 on; y=1-4; z=1-5", "These stand"},
		"a token that is deleted": {[]said{{"GET " + admin, 200, list(endpointText(1, "a", tokenText(5, 1, "x")))}, {"DELETE " + admin + "/1/tokens/5", 200, ""}},
			"a=1 on", ""},
		"a list of tokens": {[]said{{"GET " + admin, 200, list(endpointText(1, "a", tokenText(5, 1, "x")))},
			{"GET " + admin + "/1/tokens", 200, `{"signalEndpointTokens":[` + tokenText(6, 1, "y") + `]}`}}, "a=1 on; y=1-6", ""},
		"tokens of nobody": {[]said{{"GET " + admin + "/1/tokens", 200, `{"signalEndpointTokens":[` + tokenText(6, 1, "y") + `]}`}},
			"", "Signal endpoint 1 is left out: only what belongs to it was recorded."},
		"a call": {[]said{{"POST /api/signal-endpoint/a", 200, call(8, 1, 5)}}, "a=1 on; token-5=1-5; signal 8 of 1 by 5 {\"n\":8}", "its name was not recorded"},
		"a call and its token's name": {[]said{{"POST /api/signal-endpoint/a", 200, call(8, 1, 5)}, {"GET /api/admin/signals", 200, query(8, 1, `"a"`, `"x"`)}},
			"a=1 on; x=1-5; signal 8 of 1 by 5 {}", "only what its signals say"},
		"signals only": {[]said{{"GET /api/admin/signals", 200, query(8, 1, `"a"`, `"x"`)}}, "a=1 on; x=1-1; signal 8 of 1 by 1 {}", "its id was not recorded"},
		"signals of a known token": {[]said{{"GET " + admin, 200, list(endpointText(1, "a", tokenText(5, 1, "x")))}, {"GET " + admin + "/1/signals", 200,
			strings.Replace(query(8, 1, "null", `"x"`), `"signals"`, `"signalEndpointSignals"`, 1)}}, "a=1 on; x=1-5; signal 8 of 1 by 5 {}", ""},
		"signals of a token that is gone": {[]said{{"GET /api/admin/signals", 200, query(8, 1, `"a"`, `"x"`)}, {"GET " + admin, 200, list(endpointText(1, "a", ""))}},
			"a=1 on; signal 8 of 1 by ? {}", ""},
		"signals of what is gone": {[]said{{"POST /api/signal-endpoint/a", 200, call(8, 1, 5)}, {"DELETE " + admin + "/1", 200, ""}}, "signal 8 of 1 by 5 {\"n\":8}", ""},
		"what no seed can have": {[]said{{"POST " + admin, 201, endpointText(1, "Not A Name", "")}, {"POST /api/signal-endpoint/a", 200, call(3000000000, 2, 5)}},
			"a=2 on; token-5=2-5", "Signal 3000000000 is left out"},
		"answers that are cut": {[]said{{"GET " + admin, 200, list(endpointText(1, "a", "")) + "…"}, {"GET " + admin, 200, "{}"}, {"HEAD " + admin, 200, ""}}, "", "# 0 exchanges said something about it; 3 did not."},
		"a hidden value":       {[]said{{"POST /api/signal-endpoint/a", 200, strings.Replace(call(8, 1, 5), `"n":8`, `"password":"[redacted]"`, 1)}}, "a=1 on; token-5=1-5; signal 8 of 1 by 5 {\"password\":\"[redacted]\"}", "[redacted] stands for"},
		"as hidden earlier":    {[]said{{"POST /api/signal-endpoint/a", 200, strings.Replace(call(8, 1, 5), `"n":8`, `"password":"***"`, 1)}}, "a=1 on; token-5=1-5; signal 8 of 1 by 5 {\"password\":\"***\"}", "[redacted] stands for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := Seed(spec.Default(), anEngine(t), recordingOf(t, test.exchanges...))
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(t, text); got != test.want || !strings.Contains(strings.ToLower(string(text)), strings.ToLower(test.says)) {
				t.Errorf("got  %s\nwant %s\nof\n%s", got, test.want, text)
			}
		})
	}
}

// TestSeedKeepsJSON checks that payloads and invoices come back unchanged.
func TestSeedKeepsJSON(t *testing.T) {
	t.Parallel()
	const invoices = `[{"z":"# a: \"b\"\u2028<>&😀","paid":true,"n":[1.5,-0.00001,1e21,1E-7,12345678901234567890,100000,{"a b":{},"":null,"1":[]}]}]`
	const detailed = `{"planPrice":50,"invoices":[{"status":"off","yes":"no","~":1.0}]}`
	text, err := Seed(spec.Default(), anEngine(t), recordingOf(t,
		said{"GET /api/instance/invoices", 404, ""},
		said{"GET " + pathOf(t, "getInvoices"), 200, `[]`},
		said{"GET " + pathOf(t, "getInvoices"), 200, invoices},
		said{"GET " + pathOf(t, "getDetailedInvoices"), 200, detailed}))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := plant(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{string(parsed.Invoices): invoices, string(parsed.DetailedInvoices): detailed} {
		var a, b any
		if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
			t.Fatalf("this is not JSON: %s", got)
		}
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("differs (-want +got):\n%s", diff)
		}
	}
	if !strings.HasPrefix(string(parsed.DetailedInvoices), `{"planPrice"`) {
		t.Errorf("the order is lost: %s", parsed.DetailedInvoices)
	}
}

func pathOf(t testing.TB, operation string) string {
	t.Helper()
	return spec.Default().Operation(operation).Path
}

// FuzzSeed checks that a seed made from any answers can be read.
func FuzzSeed(f *testing.F) {
	operations := spec.Default().Operations()
	f.Add(uint8(0), endpointText(1, "a", tokenText(2, 1, "t")), uint8(1), `{"signals":[{"id":8,"sourceId":1,"createdAt":"x","payload":{"a":1e400}}]}`)
	f.Add(uint8(3), `[{"a":"\u0085\ufeff"}]`, uint8(7), `{"signalEndpoints":[null,{"id":1,"name":"a","createdAt":"-1h","description":"\u007f\r\n","tokens":[null]}]}`)
	f.Fuzz(func(t *testing.T, a uint8, first string, b uint8, second string) {
		r := &Recording{Name: first}
		for which, body := range map[uint8]string{a: first, b: second} {
			operation := operations[int(which)%len(operations)]
			path := strings.NewReplacer("{id}", "1", "{signalEndpointId}", "1", "{name}", "a").Replace(operation.Path)
			r.Exchanges = append(r.Exchanges, Exchange{Record: traffic.Record{
				Operation: operation.ID, Request: traffic.RecordRequest{Method: operation.Method, URL: path}, Response: traffic.RecordResponse{Status: 200, Body: body},
			}})
		}
		if _, err := Seed(spec.Default(), anEngine(t), r); err != nil {
			t.Error(err)
		}
	})
}
