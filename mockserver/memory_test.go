package mockserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// heldBy returns the bytes that a workspace holds, and its numbers of signals and
// exchanges.
func heldBy(t testing.TB, a *app, name string) (bytes, signals, kept float64) {
	t.Helper()
	got := a.must(200, http.MethodGet, "/_mock/workspaces/"+name, "", "").json(t)
	return got["bytes"].(float64), got["rows"].(map[string]any)["signals"].(float64), got["kept"].(float64)
}

// TestMemoryIsBounded checks that the memory kept for clients stays within the bound,
// whatever they send.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	const most = 8 << 20
	long := strings.Repeat("x", 90_000)
	signal := func(a *app, base string, i int) {
		a.must(200, http.MethodPost, base+"/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, fmt.Sprintf(`{"i":%d,"x":"%s"}`, i, long))
	}
	for name, test := range map[string]struct {
		send  func(a *app)
		bound float64
		holds func(t *testing.T, a *app)
	}{
		"signals": {func(a *app) {
			for i := range 200 {
				signal(a, "", i)
			}
		}, most/2 + most/4, func(t *testing.T, a *app) {
			newest := string(a.must(200, http.MethodGet, "/api/admin/signals?limit=1", wellknown.Admin, "").body)
			if _, signals, _ := heldBy(t, a, "default"); signals < 10 || !strings.Contains(newest, `"i":199`) {
				t.Errorf("%v signals are left", signals)
			}
		}},
		"the journal": {func(a *app) {
			for i := range 400 {
				a.must(400, http.MethodPost, "/api/admin/signal-endpoints", wellknown.Admin, fmt.Sprintf(`{"i":%d,"x":"%s"}`, i, long))
			}
		}, most/16 + most/4, func(t *testing.T, a *app) {
			page := a.must(200, http.MethodGet, "/_mock/requests?limit=1", "", "").json(t)
			if _, _, kept := heldBy(t, a, "default"); kept < 5 || page["newest"] != 400.0 || page["oldest"] != 401-kept {
				t.Errorf("%v exchanges are left, from %v", kept, page["oldest"])
			}
		}},
		"journals and events of many, which go before signals": {func(a *app) {
			for i := range 10 {
				signal(a, "/w/kept", i)
			}
			for i := range 900 {
				workspace := fmt.Sprintf("/w/%d", i%30)
				a.must(400, http.MethodPost, workspace+"/api/admin/signal-endpoints", wellknown.Admin, fmt.Sprintf(`{"i":%d,"x":"%s"}`, i, long))
				a.must(200, http.MethodPut, workspace+"/api/admin/signal-endpoints/1337", wellknown.Admin, fmt.Sprintf(`{"name":"my-external-app","description":"%d%s"}`, i, long[:9000]))
				a.must(200, http.MethodGet, "/w/kept/api/admin/signals?limit=1", wellknown.Admin, "")
			}
		}, most, func(t *testing.T, a *app) {
			if _, signals, _ := heldBy(t, a, "kept"); signals != 15 {
				t.Errorf("%v signals are left", signals)
			}
		}},
		"events": {func(a *app) {
			for i := range 200 {
				a.must(200, http.MethodPut, "/api/admin/signal-endpoints/1337", wellknown.Admin, fmt.Sprintf(`{"name":"my-external-app","description":"%d%s"}`, i, long))
			}
		}, 6 << 20, nil},
		"clients": {func(a *app) {
			for i := range 3000 {
				a.call(http.MethodPost, "/api/signal-endpoint/x", wellknown.MyExternalApp, "{}", fmt.Sprintf("X-Forwarded-For: %s%d", long[:10_000], i))
			}
		}, most / 2, nil},
		"rules": {func(a *app) {
			refused := 0
			for range 20 {
				if a.call(http.MethodPost, "/_mock/rules", "", fmt.Sprintf(`{"answer":{"status":500,"text":"%s"}}`, strings.Repeat("x", 900_000))).status == 400 {
					refused++
				}
			}
			if refused != 18 {
				a.t.Errorf("%d rules were refused, want 18", refused)
			}
		}, 6 << 20, nil},
		"flags": {func(a *app) {
			refused := 0
			const features = "/api/admin/projects/default/features"
			for i := range 60 {
				got := a.call(http.MethodPost, features, wellknown.Admin, fmt.Sprintf(`{"name":"f%d","type":"release","description":"%s"}`, i, long))
				if got.status == 503 && strings.Contains(string(got.body), "No memory is left") {
					refused++
				} else if got.status != 201 {
					a.t.Fatalf("got %d %s", got.status, got.body)
				}
			}
			if refused < 30 || refused > 50 {
				a.t.Errorf("%d flags were refused, want 30 to 50", refused)
			}
			signal(a, "", 1) // the oldest signals make room
			a.must(202, http.MethodDelete, features+"/f0", wellknown.Admin, "")
		}, most, nil},
		"files of flags": {func(a *app) {
			var file strings.Builder
			for i := range 40 {
				fmt.Fprintf(&file, "f%d: {description: %s}\n", i, long)
			}
			for _, where := range []string{"", "/w/other"} {
				got := a.must(503, http.MethodPut, where+"/_mock/flags", "", file.String(), "Content-Type: application/yaml")
				if !strings.Contains(string(got.body), "No memory is left") {
					a.t.Errorf("got %s", got.body)
				}
			}
		}, most / 4, nil},
		"reports": {func(a *app) {
			names := func(of string, i int) string {
				var out strings.Builder
				for j := range 3000 {
					fmt.Fprintf(&out, of+",", i, j)
				}
				return strings.TrimSuffix(out.String(), ",")
			}
			a.must(200, http.MethodPatch, "/_mock/flags/f", "", `{"enabled":true}`)
			for i := range 60 {
				a.must(202, http.MethodPost, "/api/client/metrics", wellknown.Backend, `{"appName":"a","bucket":{"start":1,"stop":2,"toggles":{"f":{"yes":1,"no":0,"variants":{`+names(`"variant-%d-%d":1`, i)+`}}}}}`)
				a.must(202, http.MethodPost, "/api/client/metrics/bulk", wellknown.Backend, fmt.Sprintf(`{"metrics":[],"applications":[{"appName":"a","instanceId":"%d","environment":"e","started":1,"interval":1,"projects":[%s]}]}`, i, names(`"project-%d-%d"`, i)))
				a.must(202, http.MethodPost, "/api/client/register", wellknown.Backend, fmt.Sprintf(`{"appName":"%d","instanceId":"i","started":1,"interval":1,"strategies":["%s"]}`, i, long))
				a.must(202, http.MethodPost, "/api/client/register", wellknown.Backend, fmt.Sprintf(`{"appName":"a","instanceId":"%d%s","started":1,"interval":1,"strategies":[]}`, i, long))
			}
		}, most/2 + most/8, func(t *testing.T, a *app) {
			got := string(a.must(200, http.MethodGet, "/api/admin/metrics/applications?query=a", wellknown.Admin, "").body)
			if places := strings.Count(got, `"environments":`); places != 1000 {
				t.Errorf("the application uses flags in %d projects", places)
			}
		}},
		"segments in many strategies": {func(a *app) {
			value := `"` + long[:95] + `"`
			strategies := strings.TrimSuffix(strings.Repeat(`{"name":"default","segments":[1]},`, 60), ",")
			a.must(200, http.MethodPut, "/_mock/flags", "", `{"version":2,"features":[{"name":"f","enabled":true,"strategies":[`+strategies+`]}],"segments":[{"id":1,"name":"s","constraints":[
				{"contextName":"userId","operator":"NOT_IN","values":[`+strings.Repeat(value+",", 999)+value+`]}]}]}`)
			for _, path := range []string{"", "/f", "?namePrefix=f"} {
				if got := a.must(503, http.MethodGet, "/api/client/features"+path, wellknown.Backend, ""); !strings.Contains(string(got.body), "more than 2097152 bytes") {
					a.t.Errorf("got %s", got.body)
				}
				a.must(200, http.MethodGet, "/api/client/features"+path, wellknown.Backend, "", "Unleash-Client-Spec: 5.2.0")
			}
			a.must(200, http.MethodGet, "/api/frontend", wellknown.Frontend, "")
		}, most / 4, nil},
		"what is prepared for SDKs": {func(a *app) {
			for i := range 12 {
				where := fmt.Sprintf("/w/%d", i%6)
				a.must(200, http.MethodPut, where+"/_mock/flags", "", fmt.Sprintf(`{"f%d":{"variants":[{"name":"v","payload":{"type":"string","value":"%s"}}]}}`, i, strings.Repeat("x", 500_000)))
				before, _, _ := heldBy(a.t, a, where[3:])
				a.must(200, http.MethodGet, where+"/api/client/features", wellknown.Backend, "")
				if after, _, _ := heldBy(a.t, a, where[3:]); after < before+500_000 && i < 2 {
					a.t.Errorf("%v bytes are held, before it was %v", after, before)
				}
			}
		}, most, func(t *testing.T, a *app) {
			if _, signals, _ := heldBy(t, a, "0"); signals != 5 {
				t.Errorf("%v signals are left", signals)
			}
		}},
		"workspaces": {func(a *app) {
			for i := range 300 {
				signal(a, fmt.Sprintf("/w/%d", i), i)
			}
		}, most, func(t *testing.T, a *app) {
			if _, signals, _ := heldBy(t, a, "299"); signals < 3 { // its own, and at least half of the built-in ones
				t.Errorf("the newest workspace has %v signals", signals)
			}
			a.must(404, http.MethodGet, "/_mock/workspaces/0", "", "")
		}},
		"a few large workspaces": {func(a *app) {
			for i := range 120 {
				signal(a, fmt.Sprintf("/w/%d", i%3), i)
			}
		}, most, func(t *testing.T, a *app) {
			for _, name := range []string{"0", "1", "2"} {
				if _, signals, _ := heldBy(t, a, name); signals < 4 {
					t.Errorf("workspace %s has %v signals", name, signals)
				}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bounds := DefaultBounds()
			bounds.Bytes = most
			a := newApp(t, unlimited, WithBounds(bounds))
			if name == "clients" {
				a = newApp(t, WithBounds(bounds), WithDeterministic())
			}
			test.send(a)
			total := 0.0
			for _, one := range a.must(200, http.MethodGet, "/_mock/workspaces", "", "").json(t)["workspaces"].([]any) {
				total += one.(map[string]any)["bytes"].(float64)
			}
			if total > test.bound {
				t.Errorf("%.0f bytes are held, more than the bound of %.0f", total, test.bound)
			}
			if test.holds != nil {
				test.holds(t, a)
			}
		})
	}
}

// TestWhatARowHoldsIsCounted checks that the size of a row counts in full, however deeply
// its values are nested.
func TestWhatARowHoldsIsCounted(t *testing.T) {
	t.Parallel()
	const size = 80_000
	long := strings.Repeat("x", size)
	list := strings.Repeat(`"`+long[:90]+`",`, size/90) + `"z"`
	var counted strings.Builder
	for i := range size / 90 {
		fmt.Fprintf(&counted, `"%d%s":1,`, i, long[:90])
	}
	counted.WriteString(`"z":1`)
	const features, report = "/api/admin/projects/default/features", `"bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"b":{"yes":1,"no":1,"variants":{%s}}}}`
	for name, one := range map[string]struct{ method, path, token, body string }{
		"a variant of a flag":        {http.MethodPatch, "/_mock/flags/a", "", `{"enabled":true,"variant":{"name":"v","payload":{"type":"string","value":"` + long + `"}}}`},
		"a variant of a strategy":    {http.MethodPost, features + "/b/environments/development/strategies", wellknown.Admin, `{"name":"flexibleRollout","variants":[{"name":"v","weight":1000,"weightType":"variable","stickiness":"default","payload":{"type":"string","value":"` + long + `"}}]}`},
		"a parameter of a strategy":  {http.MethodPost, features + "/b/environments/development/strategies", wellknown.Admin, `{"name":"flexibleRollout","parameters":{"groupId":"` + long + `"}}`},
		"a title of a strategy":      {http.MethodPost, features + "/b/environments/development/strategies", wellknown.Admin, `{"name":"flexibleRollout","title":"` + long + `"}`},
		"values of a segment":        {http.MethodPost, "/api/admin/segments", wellknown.Admin, `{"name":"s","constraints":[{"contextName":"userId","operator":"IN","values":[` + list + `]}]}`},
		"a segment's constraints":    {http.MethodPost, "/api/admin/segments", wellknown.Admin, `{"name":"t","constraints":[{"contextName":"` + long + `","operator":"IN","values":["a"]}]}`},
		"values of a context field":  {http.MethodPost, "/api/admin/context", wellknown.Admin, `{"name":"c","legalValues":[{"value":"a","description":"` + long + `"}]}`},
		"a flag's description":       {http.MethodPost, features, wellknown.Admin, `{"name":"d","description":"` + long + `"}`},
		"what a dependency demands":  {http.MethodPost, features + "/b/dependencies", wellknown.Admin, `{"feature":"p","variants":["` + long + `"]}`},
		"strategies of an SDK":       {http.MethodPost, "/api/client/register", wellknown.Backend, `{"appName":"a","instanceId":"i","strategies":[` + list + `],"started":"2026-01-01T00:00:00Z","interval":1}`},
		"variants that were counted": {http.MethodPost, "/api/client/metrics", wellknown.Backend, `{"appName":"a","instanceId":"i",` + fmt.Sprintf(report, counted.String()) + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			for _, flag := range []string{"b", "p"} {
				a.must(201, http.MethodPost, features, wellknown.Admin, `{"name":"`+flag+`"}`)
			}
			before, _, _ := heldBy(t, a, "default")
			if got := a.call(one.method, one.path, one.token, one.body); got.status >= 300 {
				t.Fatalf("got %d %.300s", got.status, got.body)
			}
			a.must(200, http.MethodDelete, "/_mock/requests", "", "")
			if after, _, _ := heldBy(t, a, "default"); after-before < 2*size {
				t.Errorf("a row of %d bytes counts as %.0f", size, after-before)
			}
		})
	}
}

// TestWhatIsBoundedWithoutABoundInBytes checks the bounds that hold without a memory
// limit: the numbers of rows and exchanges, and the size of each body.
func TestWhatIsBoundedWithoutABoundInBytes(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	a := newApp(t, unlimited, WithBounds(Bounds{Signals: 10, Journal: 20}))
	long := strings.Repeat("x", 90_000)
	const endpoint = "/api/admin/signal-endpoints/1337"
	refused := 0
	for i := range 120 {
		a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, `{"x":"`+long+`"}`)
		a.must(200, http.MethodPut, endpoint, wellknown.Admin, fmt.Sprintf(`{"name":"my-external-app","description":"%d%s"}`, i, long))
		if a.call(http.MethodPost, "/_mock/rules", "", `{"match":{"operations":["getInvoices"]},"answer":{"status":500,"text":"`+long+`"}}`).status == 400 {
			refused++
		}
	}
	if refused < 60 {
		t.Errorf("%d rules were refused, want at least 60", refused)
	}
	if bytes, signals, kept := heldBy(t, a, "default"); signals != 10 || kept != 20 || bytes > 12<<20 {
		t.Errorf("%.0f bytes, %v signals and %v exchanges are held", bytes, signals, kept)
	}
	for path, size := range map[string]int{endpoint: 102_401, "/_mock/clock": 2<<20 + 1, "/_mock/flags": 16<<20 + 1} {
		a.must(413, http.MethodPut, path, wellknown.Admin, strings.Repeat(" ", size))
	}
}

// TestWhatIsGoneTakesNoMemory checks that making and removing something, or changing it
// and back, leaves the size estimate of the state as it was, apart from events.
func TestWhatIsGoneTakesNoMemory(t *testing.T) {
	t.Parallel()
	const features, endpoints = "/api/admin/projects/default/features", "/api/admin/signal-endpoints"
	for name, cycle := range map[string]func(a *app){
		"flags": func(a *app) {
			a.must(201, http.MethodPost, features, wellknown.Admin, `{"name":"f","type":"release"}`)
			a.must(200, http.MethodPost, features+"/f/environments/development/strategies", wellknown.Admin, `{"name":"default"}`)
			a.must(200, http.MethodPost, features+"/f/environments/development/on", wellknown.Admin, "")
			a.must(200, http.MethodPost, features+"/f/environments/development/off", wellknown.Admin, "")
			a.must(200, http.MethodDelete, "/_mock/flags/f", "", "")
		},
		"files of flags": func(a *app) {
			a.must(200, http.MethodPut, "/_mock/flags", "", `{"a":true,"b":{"variants":[{"name":"v"}]}}`)
			a.must(200, http.MethodPut, "/_mock/flags", "", `{}`)
		},
		"endpoints": func(a *app) {
			id := a.must(201, http.MethodPost, endpoints, wellknown.Admin, `{"name":"x"}`).json(a.t)["id"]
			a.must(201, http.MethodPost, fmt.Sprintf("%s/%v/tokens", endpoints, id), wellknown.Admin, `{"name":"x"}`)
			a.must(200, http.MethodPut, fmt.Sprintf("%s/%v", endpoints, id), wellknown.Admin, `{"name":"xx","description":"xx"}`)
			a.must(200, http.MethodDelete, fmt.Sprintf("%s/%v", endpoints, id), wellknown.Admin, "")
		},
		"reports": func(a *app) {
			a.must(202, http.MethodPost, "/api/client/register", wellknown.Backend, `{"appName":"a","instanceId":"i","strategies":["default"],"started":"2026-01-01T00:00:00Z","interval":1000}`)
			a.must(202, http.MethodPost, "/api/client/metrics", wellknown.Backend, `{"appName":"a","instanceId":"i","bucket":{"start":"2026-01-01T00:00:00Z","stop":"2026-01-01T00:01:00Z","toggles":{"a":{"yes":1,"no":2}}}}`)
			a.must(200, http.MethodDelete, "/api/admin/metrics/applications/a", wellknown.Admin, "")
		},
		"segments": func(a *app) {
			id := a.must(201, http.MethodPost, "/api/admin/segments", wellknown.Admin, `{"name":"s","constraints":[]}`).json(a.t)["id"]
			a.must(204, http.MethodDelete, fmt.Sprintf("/api/admin/segments/%v", id), wellknown.Admin, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, unlimited)
			held := func() int64 {
				store := a.workspaces.Find("default").Instance().Store
				for range 20 {
					store.ShedEvents()
				}
				return store.Bytes()
			}
			cycle(a) // makes what is made only once, such as the number of the last change
			before := held()
			for range 20 {
				cycle(a)
			}
			if after := held(); after != before {
				t.Errorf("%d bytes are held, before it was %d", after, before)
			}
		})
	}
}

// TestWhatIsToldOfAllOperationsReservesMemory checks that answers about every operation, and
// every status that was answered, hold memory until they are sent.
func TestWhatIsToldOfAllOperationsReservesMemory(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	paths := map[string]bool{"/internal-backstage/prometheus": true, "/_mock/coverage": true, "/_mock/info": false}
	before := map[string]int64{}
	for path := range paths {
		before[path], _ = a.heldFor(path)
	}
	for status := 400; status < 600; status++ {
		a.call(http.MethodGet, "/api/admin/signals", wellknown.Admin, "", fmt.Sprintf("Prefer: code=%d", status))
	}
	for path, grows := range paths {
		held, length := a.heldFor(path)
		if held < length || grows != (held > before[path]) {
			t.Errorf("%s: %d bytes are held for an answer of %d, before: %d", path, held, length, before[path])
		}
	}
	if held := a.workspaces.Answers.Stats().Bytes; held != 0 {
		t.Errorf("%d bytes are still held at the end", held)
	}
}

// TestALargeAnswerReservesMemory checks that the answer of an operation holds memory until it is sent.
func TestALargeAnswerReservesMemory(t *testing.T) {
	t.Parallel()
	const path = "/api/admin/signals"
	a := newApp(t, WithLimits(Limits{}))
	if held, length := a.heldFor(path); held != 0 {
		t.Errorf("%d bytes are held for an answer of %d", held, length)
	}
	for range 20 {
		a.must(200, http.MethodPost, "/api/signal-endpoint/my-external-app", wellknown.MyExternalApp, `{"x":"`+strings.Repeat("x", 10_000)+`"}`)
	}
	if held, length := a.heldFor(path); length < 200_000 || held < length {
		t.Errorf("%d bytes are held for an answer of %d", held, length)
	}
	if held := a.workspaces.Answers.Stats().Bytes; held != 0 {
		t.Errorf("%d bytes are still held at the end", held)
	}
}

// heldFor returns how much memory is held for an answer while it is sent, and its length, in bytes.
func (a *app) heldFor(path string) (most, length int64) {
	a.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", wellknown.Admin)
	recorder := httptest.NewRecorder()
	a.ServeHTTP(writing{recorder, func() { most = max(most, a.workspaces.Answers.Stats().Bytes) }}, r)
	if recorder.Code != http.StatusOK {
		a.t.Fatalf("%s: %d %s", path, recorder.Code, recorder.Body)
	}
	return most, int64(recorder.Body.Len())
}

// writing calls a function before each write.
type writing struct {
	http.ResponseWriter
	seen func()
}

func (w writing) Write(text []byte) (int, error) {
	w.seen()
	return w.ResponseWriter.Write(text)
}
