package qs

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestAsExpress compares with what Express 4 made of each query of a table, which
// testdata/generate.mjs writes.
func TestAsExpress(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/express4.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct{ Query, Printed string }
	if err := json.Unmarshal(source, &table); err != nil {
		t.Fatal(err)
	}
	if len(table) < 400 {
		t.Fatalf("the table has %d rows", len(table))
	}
	skipped := notImitated(t)
	for _, row := range table {
		if skipped[row.Query] {
			delete(skipped, row.Query)
			continue
		}
		root, _ := parseTree(row.Query, maxDepth)
		if got := Stringify(root.ordered()); got != row.Printed {
			t.Errorf("%.200q\n got %.200s\nwant %.200s", row.Query, got, row.Printed)
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(row.Printed), &want); err != nil {
			t.Fatal(err)
		}
		checkValues(t, row.Query, want)
	}
	if len(skipped) > 0 {
		t.Errorf("not in the table: %q", slices.Collect(maps.Keys(skipped)))
	}
}

// notImitated returns the queries whose arrays grow too long: Express turns them into
// objects, by rules that no query of an Unleash client comes close to.
func notImitated(t *testing.T) map[string]bool {
	t.Helper()
	source, err := os.ReadFile("testdata/not-imitated.json")
	if err != nil {
		t.Fatal(err)
	}
	var queries []string
	if err := json.Unmarshal(source, &queries); err != nil {
		t.Fatal(err)
	}
	skipped := map[string]bool{}
	for _, query := range queries {
		skipped[query] = true
	}
	return skipped
}

func TestAll(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]any{
		"":                 map[string]any{},
		"b=1&a=2&b=3":      map[string]any{"a": "2", "b": []any{"1", "3"}},
		"b[x]=1&a=%41&b=3": map[string]any{"a": "A", "b": []any{map[string]any{"x": "1"}, "3"}},
	} {
		if diff := cmp.Diff(want, Parse(query).All()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// checkValues compares the results of the methods of Values with a decoded object.
func checkValues(t *testing.T, query string, want map[string]any) {
	t.Helper()
	values := Parse(query)
	for name, value := range want {
		got, ok := values.Get(name)
		if diff := cmp.Diff(value, got); !ok || diff != "" {
			t.Errorf("%.200q: Get(%q) differs (-want +got), ok is %v:\n%s", query, name, ok, diff)
		}
	}
	for _, name := range []string{"limit", "a", "", proto, "constructor", "no such parameter"} {
		if _, sent := want[name]; sent {
			continue
		}
		if got, ok := values.Get(name); ok || got != nil {
			t.Errorf("%.200q: Get(%q) is %v, want none", query, name, got)
		}
		if got := values.Print(name); got != "undefined" {
			t.Errorf("%.200q: Print(%q) is %s, want undefined", query, name, got)
		}
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ query, want string }{
		"nothing":             {"", "undefined"},
		"a string":            {"limit=1", `"1"`},
		"repeated":            {"limit=1&limit=2", `["1","2"]`},
		"a list":              {"limit[]=1", `["1"]`},
		"holes close":         {"limit[7]=b&limit[2]=a", `["a","b"]`},
		"an object":           {"limit[a]=1", `{"a":"1"}`},
		"keys as they came":   {"limit[b]=1&limit[a]=2", `{"b":"1","a":"2"}`},
		"but indexes first":   {"limit[b]=1&limit[10]=2&limit[9]=3", `{"9":"3","10":"2","b":"1"}`},
		"inside a list too":   {"limit[][b]=1&limit[][a]=2", `[{"b":"1","a":"2"}]`},
		"characters":          {"limit=%22%E2%80%A8<%00", `"\"` + "\u2028" + `<\u0000"`},
		"bytes of no meaning": {"limit=\xff", `"` + "\ufffd" + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Parse(test.query).Print("limit"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestStringifyOfAMapSortsItsKeys(t *testing.T) {
	t.Parallel()
	value, _ := Parse("limit[b]=1&limit[a][]=2&limit[10]=3&limit[9]=4").Get("limit")
	if got, want := Stringify(value), `{"9":"4","10":"3","a":["2"],"b":"1"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlainQueriesAreNotTakenApart(t *testing.T) {
	query := "from=2024-01-01&to=2024-12-31&limit=50&offset=0"
	if allocations := testing.AllocsPerRun(100, func() { Parse(query) }); allocations > 1 {
		t.Errorf("Parse allocates %v times", allocations)
	}
	values := Parse(query)
	if allocations := testing.AllocsPerRun(100, func() { values.Get("limit") }); allocations > 1 {
		t.Errorf("Get allocates %v times", allocations)
	}
}

// hostileQueries cause much work, each in a different way, within the megabyte or so that a
// server reads of a request's head.
func hostileQueries() map[string]string {
	const size = 1 << 20
	long := func(part string) string { return strings.Repeat(part, size/len(part)) }
	numbered := func(before, after string) string {
		var query strings.Builder
		for i := range MaxParameters {
			query.WriteString(before + strconv.Itoa(MaxParameters-i) + after)
		}
		return query.String()
	}
	return map[string]string{
		"open brackets":     long("["),
		"closing brackets":  long("]"),
		"pairs":             long("[]"),
		"nested":            long("[") + long("]"),
		"no values":         long("&"),
		"percents":          long("%"),
		"escapes":           long("%F0%9F%98%80"),
		"broken at the end": long("%C3%A9") + "%",
		"repeated":          long("a=1&"),
		"repeated list":     long("a[]=1&"),
		"sparse lists":      long("a[999][999][999][999][999]=1&"),
		"sparse, many":      numbered("a[", "][999][999][999][999]=1&"),
		"descending":        numbered("a[", "]=1&"),
		"long indexes":      numbered("a[99999999", "]=1&"),
		"long names":        numbered("a["+strings.Repeat("x", 1000), "]=1&"),
		"back and forth":    long("a[b]=1&a=2&a[]=3&a[1000]=4&"),
		"too long":          "a[999]=1&" + long("a[a]=1&a[]=2&"),
	}
}

func TestHostileQueriesAreQuick(t *testing.T) {
	t.Parallel()
	const bound = 2 * time.Minute // a thousandth would do, but the machine may be busy and run the race detector
	for name, query := range hostileQueries() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			values := Parse(query)
			values.Get("a")
			values.Print("a")
			if took := time.Since(start); took > bound {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// FuzzParse checks that no query string causes a panic, that looking a parameter up in the
// text gives the same as parsing the whole text, and that what is printed is JSON with the
// same meaning.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "limit=50&offset=0", "a=1&a[]=2&a[b]=3", "a[[b]=1", "%zz=%FF&&=", "a[9999999999]=1", "[]=1&[]=2", "a+b=%C3%A9&a%20b",
		"a[1000]=1&a=2", "a[b]=1&a=2&a[c]=3", "a%5B0%5D=1", "__proto__[a]=1", "1[a]=1&1=2", "a[999]=1&a[]=2&a=3", "a[b][c][d][e][f][g]=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values := Parse(query)
		root, _ := parseTree(query, maxDepth)
		for name, value := range root.all() {
			want := convert(value, (*container).plain)
			got, ok := values.Get(name)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Fatalf("Get(%q) differs (-tree +got), ok is %v:\n%s", name, ok, diff)
			}
			var printed any
			if err := json.Unmarshal([]byte(values.Print(name)), &printed); err != nil {
				t.Fatalf("Print(%q): %v", name, err)
			}
			if diff := cmp.Diff(want, printed); diff != "" && utf8.ValidString(query) {
				t.Fatalf("Print(%q) differs (-got +printed):\n%s", name, diff)
			}
		}
		for part := range parts(query) {
			name, _ := split(part)
			_, want := root.get(name)
			if _, sent := values.Get(name); sent != want {
				t.Fatalf("Get(%q) finds it: %v, want %v", name, sent, want)
			}
		}
	})
}

var benchmarkQueries = []struct{ name, query string }{
	{"none", ""},
	{"plain", "limit=50&offset=0"},
	{"escaped", "from=IS%3A2024-01-01&to=IS%3A2024-12-31&limit=10"},
	{"brackets", "limit[]=1&offset[a]=2&from=IS:2024-01-01"},
}

func BenchmarkParse(b *testing.B) {
	for _, test := range benchmarkQueries {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(test.query)
			}
		})
	}
}

// BenchmarkRequest measures what the server does with a query string.
func BenchmarkRequest(b *testing.B) {
	for _, test := range benchmarkQueries {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				values := Parse(test.query)
				for _, name := range []string{"from", "to", "limit", "offset"} {
					values.Get(name)
				}
			}
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, query := range hostileQueries() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Parse(query)
			}
		})
	}
}
