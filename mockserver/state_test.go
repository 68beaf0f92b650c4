package mockserver

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// TestAStateThatIsTakenCanBeTakenAgain checks that an exported state can be imported
// again and then exports the same, whatever filled it.
func TestAStateThatIsTakenCanBeTakenAgain(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	signal := func(a *app, payload string) {
		a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, payload)
	}
	bounds := DefaultBounds()
	bounds.Bytes = 32 << 20
	for name, fill := range map[string]func(a *app){
		"as it starts": func(*app) {},
		"as many bytes of signals as are kept": func(a *app) {
			for i := range 150 {
				signal(a, fmt.Sprintf(`{"%d":"%s"}`, i, strings.Repeat("x", 100_000)))
			}
		},
		"control characters": func(a *app) {
			for range 100 {
				signal(a, `{"a":"`+strings.Repeat(`\u0001`, 16_000)+`"}`)
			}
		},
		"flags described with control characters": func(a *app) {
			status := 201
			for i := 0; status == 201; i++ {
				status = a.call(http.MethodPost, "/api/admin/projects/default/features", wellknown.Admin, fmt.Sprintf(`{"name":"%d","description":"%s"}`, i, strings.Repeat(`\u0001`, 16_000))).status
			}
			if status != 503 {
				a.t.Errorf("got %d", status)
			}
		},
		"counts without end": func(a *app) {
			a.must(201, http.MethodPost, "/api/admin/projects/default/features", wellknown.Admin, `{"name":"counted"}`)
			for range 2 {
				a.must(202, http.MethodPost, "/api/client/metrics", wellknown.Backend, `{"appName":"a","instanceId":"i","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z",
					"toggles":{"counted":{"yes":9007199254740991,"no":9007199254740990,"variants":{"v":9007199254740991}}}}}`)
			}
			got := string(a.must(200, http.MethodGet, "/api/admin/client-metrics/features/counted", wellknown.Admin, "").body)
			if !strings.Contains(got, `"yes":9007199254740991,"no":9007199254740991`) {
				a.t.Errorf("the counts are %s", got)
			}
		},
		"deep payloads": func(a *app) {
			signal(a, `{"a":`+strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)+"}")
			signal(a, strings.Repeat(`{"":`, 9_000)+"1"+strings.Repeat("}", 9_000))
		},
		"payloads of many values": func(a *app) {
			for range 20 {
				signal(a, `{"a":[`+strings.Repeat("{},", 30_000)+`1]}`)
			}
		},
		"files of flags": func(a *app) {
			a.must(200, http.MethodPut, "/_mock/flags", "", `{"a":true,"b":{"dependencies":["a",{"feature":"c","enabled":false}],"strategies":[{"name":"default","constraints":[{"contextName":"x","operator":"NUM_EQ","value":"1"}]}],
				"tags":[{"type":"simple","value":"t"}],"variants":[{"name":"v","overrides":[{"contextName":"x","values":[]}]}]}}`)
			a.must(200, http.MethodPut, "/w/file/_mock/flags", "", string(a.must(200, http.MethodGet, "/_mock/flags", "", "").body))
		},
		"the last ids": func(a *app) {
			state := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
			for _, table := range []string{`"endpoints":1338`, `"tokens":9`, `"signals":842`, `"events":0`} {
				name, _, _ := strings.Cut(table, ":")
				if !strings.Contains(state, table) {
					a.t.Fatalf("%s is not in %s", table, state)
				}
				state = strings.Replace(state, table, name+":2147483647", 1)
			}
			a.must(200, http.MethodPut, "/_mock/state", "", state)
			for path, body := range map[string]string{
				"/api/admin/signal-endpoints": `{"name":"x"}`, "/api/admin/signal-endpoints/1337/tokens": `{"name":"x"}`,
			} {
				if got := a.must(400, http.MethodPost, path, wellknown.Admin, body); !strings.Contains(string(got.body), "no id is left for another ") {
					a.t.Errorf("got %s", got.body)
				}
			}
			a.must(400, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, "{}")
			if got := a.must(503, http.MethodPost, "/api/admin/signal-endpoints/1337/off", wellknown.Admin, ""); !strings.Contains(string(got.body), "No id is left for another event") {
				a.t.Errorf("got %s", got.body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, unlimited, WithBounds(bounds))
			fill(a)
			before := a.must(200, http.MethodGet, "/_mock/state", "", "").body
			a.must(200, http.MethodPut, "/w/other/_mock/state", "", string(before))
			if after := a.must(200, http.MethodGet, "/w/other/_mock/state", "", "").body; string(after) != string(before) {
				t.Errorf("%d bytes became %d", len(before), len(after))
			}
			shown := a.must(200, http.MethodGet, "/_mock/flags", "", "").body
			if after := a.must(200, http.MethodGet, "/w/other/_mock/flags", "", "").body; string(after) != string(shown) {
				t.Errorf("the flags were\n%s, they are\n%s", shown, after)
			}
		})
	}
}

// TestAStateThatNoOperationCouldShowIsRefused checks that the refusal names the place,
// and that nothing changes.
func TestAStateThatNoOperationCouldShowIsRefused(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.must(201, http.MethodPost, "/api/admin/projects/default/features", wellknown.Admin, `{"name":"f"}`)
	a.must(200, http.MethodPost, "/api/admin/projects/default/features/f/environments/development/strategies", wellknown.Admin, `{"name":"flexibleRollout","parameters":{"rollout":"50"}}`)
	a.must(202, http.MethodPost, "/api/client/metrics", wellknown.Backend, `{"appName":"a","instanceId":"i","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"f":{"yes":3,"no":5,"variants":{"v":7}}}}}`)
	state := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
	for _, test := range []struct{ from, to, place string }{
		{`"rollout":"50"`, `"rollout":50`, "/body/features/0/environments/0/strategies/0/parameters"},
		{`"rollout":"50"`, `"rollout":[]`, "/body/features/0/environments/0/strategies/0/parameters"},
		{`"requiredApprovals":null`, `"requiredApprovals":0`, "/body/environments/0/requiredApprovals"},
		{`"yes":3`, `"yes":-3`, "/body/flagCounts/0/yes"},
		{`"no":5`, `"no":-5`, "/body/flagCounts/0/no"},
		{`"v":7`, `"v":-7`, "/body/flagCounts/0/variants"},
	} {
		if !strings.Contains(state, test.from) {
			t.Fatalf("%s is not in %s", test.from, state)
		}
		got := a.must(400, http.MethodPut, "/_mock/state", "", strings.Replace(state, test.from, test.to, 1))
		if !strings.Contains(string(got.body), `"path":"`+test.place+`"`) {
			t.Errorf("%s: %s", test.to, got.body)
		}
	}
	if after := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body); after != state {
		t.Errorf("the state became %s", after)
	}
}

// TestWhatAStateLacksBreaksNothing imports states with references to things that they do not have,
// and checks that no operation fails because of them.
func TestWhatAStateLacksBreaksNothing(t *testing.T) {
	t.Parallel()
	a := newApp(t, unlimited)
	a.must(200, http.MethodPut, "/_mock/flags", "", `{"f":true,"g":{"dependencies":["f"]}}`)
	a.must(201, http.MethodPost, "/api/admin/segments", wellknown.Admin, `{"name":"s","constraints":[]}`)
	a.must(202, http.MethodPost, "/api/client/register", wellknown.Backend, `{"appName":"a","instanceId":"i","strategies":["default"],"started":"2026-01-01T00:00:00Z","interval":1000}`)
	state := string(a.must(200, http.MethodGet, "/_mock/state", "", "").body)
	for name, lacking := range map[string]string{
		"projects":                  regexp.MustCompile(`"projects":\[\{.*?\],"users":`).ReplaceAllString(state, `"projects":[],"users":`),
		"the project of a flag":     strings.Replace(state, `"project":"default"`, `"project":"gone"`, 1),
		"the environments of usage": regexp.MustCompile(`"environments":\["development"\]`).ReplaceAllString(state, `"environments":[]`),
		"usage":                     regexp.MustCompile(`"usage":\[.*?\]\}\]`).ReplaceAllString(state, `"usage":[]`),
		"a parent":                  strings.Replace(state, `"feature":"f"`, `"feature":"gone"`, 1),
		"segments":                  strings.Replace(state, `"segments":[]`, `"segments":[7,1]`, 1),
	} {
		if lacking == state {
			t.Fatalf("%s: nothing is replaced in %s", name, state)
		}
		a.must(200, http.MethodPut, "/w/lacking/_mock/state", "", lacking)
		requests := append([]string{"GET /api/client/features", "GET /api/client/delta"}, creations...)
		for _, path := range views() {
			requests = append(requests, "GET "+path)
		}
		for _, request := range requests {
			method, rest, _ := strings.Cut(strings.ReplaceAll(request, "features/x/", "features/f/"), " ")
			path, body, _ := strings.Cut(rest, " ")
			token := wellknown.Admin
			if strings.HasPrefix(path, "/api/client") {
				token = wellknown.Backend
			}
			if got := a.call(method, "/w/lacking"+path, token, body); got.status >= 500 {
				t.Errorf("without %s, %s: %d %s", name, request, got.status, got.body)
			}
		}
	}
}

// TestAStateThatIsTooLargeIsRefused checks that a state is refused for the size of its
// text, the memory it needs or the number of its values, and that nothing changes.
func TestAStateThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	bounds := DefaultBounds()
	bounds.Bytes = 16 << 20 // this allows 6 MiB of text for a state
	a := newApp(t, unlimited, WithBounds(bounds))
	state := func(signals string) string {
		return strings.NewReplacer(`"signals":[]`, `"signals":[`+signals+`]`, `"signals":0`, `"signals":90000`).Replace(emptyState)
	}
	var rows strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&rows, `{"id":%d,"name":"%d"},`, i+2, i)
	}
	rows.WriteString(`{"id":1,"name":"x"}`)
	for name, test := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"text":                 {state(strings.Repeat(" ", 7<<20)), 413, "more than"},
		"rows":                 {strings.NewReplacer(`"endpoints":[]`, `"endpoints":[`+rows.String()+`]`, `"endpoints":0`, `"endpoints":90000`).Replace(emptyState), 413, "bytes of memory"},
		"a secret":             {strings.Replace(emptyState, `"apiTokens":[]`, `"apiTokens":[{"name":"a","type":"backend","secret":"*:development.`+strings.Repeat("x", 6<<20-2000)+`"}]`, 1), 413, "bytes of memory"},
		"values":               {state(strings.Repeat(`0,`, 2<<20) + `0`), 400, "Too many values"},
		"values of a payload":  {state(`{"sourceId":1,"payload":{"a":[` + strings.Repeat(`0,`, 1<<20) + `0]}}`), 400, "Too many values"},
		"levels":               {state(`{"sourceId":1,"payload":{"a":` + strings.Repeat(`[`, 3<<20)), 400, "nested too deeply"},
		"levels of a payload":  {state(`{"sourceId":1,"payload":{"a":` + strings.Repeat(`[`, 9_920) + strings.Repeat(`]`, 9_920) + `}}`), 400, "nested too deeply"},
		"levels of no table":   {strings.Repeat(`[`, 3<<20), 400, "nested too deeply"},
		"no object":            {`[]`, 400, ""},
		"an end in the middle": {state(`{"sourceId":1,"payload":{"a":[`), 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := a.call(http.MethodPut, "/_mock/state", "", test.body); got.status != test.status || !strings.Contains(string(got.body), test.says) {
				t.Errorf("got %d %.300s", got.status, got.body)
			}
			if _, signals, _ := heldBy(t, a, "default"); signals != 5 {
				t.Errorf("got %v signals, want 5", signals)
			}
		})
	}
}

// TestControlBodiesTakeLinearTime checks that bodies of any depth are accepted or refused
// quickly. Quadratic time in the depth would take minutes here.
func TestControlBodiesTakeLinearTime(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for _, path := range []string{"PUT /_mock/clock", "PUT /_mock/state", "POST /_mock/rules", "POST /_mock/workspaces"} {
		method, path, _ := strings.Cut(path, " ")
		for name, body := range map[string]string{
			"open":            strings.Repeat("[", 1<<20),
			"closed":          strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
			"in a known name": `{"now":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
			"in a rule":       `{"answer":{"status":200,"body":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`,
			"objects":         strings.Repeat(`{"real":`, 100_000) + "1" + strings.Repeat("}", 100_000),
		} {
			began := time.Now()
			if got := a.call(method, path, "", body); got.status != 400 && got.status != 413 {
				t.Errorf("%s %s, %s: %d", method, path, name, got.status)
			}
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("%s %s, %s: took %s", method, path, name, took)
			}
		}
	}
}
