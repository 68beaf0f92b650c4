package qs

import (
	"encoding/json"
	"os"
	"testing"
)

// TestAsExpress compares with what Express 4 made of each query of the table,
// which testdata/generate.mjs writes.
func TestAsExpress(t *testing.T) {
	source, err := os.ReadFile("testdata/express4.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct{ Query, Limit string }
	if err := json.Unmarshal(source, &table); err != nil {
		t.Fatal(err)
	}
	if len(table) < 200 {
		t.Fatalf("the table has %d rows", len(table))
	}
	for _, row := range table {
		if got := Parse(row.Query).Print("limit"); got != row.Limit {
			t.Errorf("%q\n got %s\nwant %s", row.Query, got, row.Limit)
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	values := Parse("a=1&b[]=1&c")
	for name, want := range map[string]string{"a": "1", "c": ""} {
		if got, sent := values.Get(name); !sent || got != want {
			t.Errorf("%s: got %v, sent %v, want %q", name, got, sent, want)
		}
	}
	if _, sent := values.Get("d"); sent {
		t.Error("d was not sent")
	}
	if got, _ := values.Get("b"); len(got.([]any)) != 1 {
		t.Errorf("b: got %v", got)
	}
}

// FuzzParse makes sure that no query string hurts.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a=1&a[]=2&a[b]=3", "a[[b]=1", "%zz=%FF&&=", "a[9999999999]=1", "[]=1&[]=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values := Parse(query)
		values.Get("a")
		if printed := values.Print("a"); printed != "undefined" && !json.Valid([]byte(printed)) {
			t.Fatalf("printed as %q", printed)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, query := range map[string]string{
		"none":  "",
		"plain": "limit=50&offset=0",
		"dates": "from=IS%3A2024-01-01&to=IS%3A2024-12-31&limit=10",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(query)
			}
		})
	}
}
