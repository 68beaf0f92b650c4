package signals_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources"
	"github.com/unleash-mock/unleash-mock/spec"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// stored is what the test knows of a signal.
type stored struct {
	id, source int64
	at         time.Time
}

// TestSignalsAgainstAList checks that a query gives the same as sorting and filtering a
// plain list.
func TestSignalsAgainstAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 30).Draw(t, "most")
		e, err := engine.New(spec.Default(), resources.All(resources.Options{MaxSignals: most})...)
		if err != nil {
			t.Fatal(err)
		}
		seed := v8json.NewObject()
		seed.Set("endpoints", []any{row("id", 1.0, "name", "a"), row("id", 2.0, "name", "b"), row("id", 3.0, "name", "c")})
		var list []stored // sorted by id
		var rows []any
		for i := range rapid.IntRange(0, 60).Draw(t, "signals") {
			at := start.Add(time.Duration(rapid.Int64Range(-5*24*3600, 5*24*3600).Draw(t, "at")) * time.Second)
			signal := stored{int64(i) + 1, rapid.Int64Range(1, 3).Draw(t, "source"), at}
			list = append(list, signal)
			rows = append(rows, row("sourceId", float64(signal.source), "createdAt", at.Format(time.RFC3339Nano)))
		}
		seed.Set("signals", rows)
		store, err := e.Plant(seed, engine.Request{Now: start})
		if err != nil {
			t.Fatal(err)
		}
		list = list[max(len(list)-most, 0):] // the oldest were dropped
		slices.SortFunc(list, func(a, b stored) int {
			return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.id, a.id))
		})
		limit, offset := rapid.IntRange(1, 20).Draw(t, "limit"), rapid.IntRange(0, 40).Draw(t, "offset")
		query := map[string]string{"limit": fmt.Sprint(limit), "offset": fmt.Sprint(offset)}

		source := rapid.Int64Range(1, 3).Draw(t, "of")
		got := run(t, e, store, "getSignalEndpointSignals", query, fmt.Sprint(source))
		ofSource := slices.DeleteFunc(slices.Clone(list), func(s stored) bool { return s.source != source })
		compareIDs(t, ofSource, limit, offset, got.SignalEndpointSignals)

		from, to := time.Time{}, time.Time{}
		for name, day := range map[string]*time.Time{"from": &from, "to": &to} {
			if rapid.Bool().Draw(t, "has "+name) {
				*day = start.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-6, 6).Draw(t, name))
				query[name] = "IS:" + day.Format(time.DateOnly)
			}
		}
		got = run(t, e, store, "getSignals", query)
		within := slices.DeleteFunc(slices.Clone(list), func(s stored) bool {
			return !from.IsZero() && s.at.Before(from) || !to.IsZero() && !s.at.Before(to.AddDate(0, 0, 1))
		})
		if got.Total != len(within) {
			t.Fatalf("total %d, want %d", got.Total, len(within))
		}
		compareIDs(t, within, limit, offset, got.Signals)
	})
}

// listed holds the answers of both operations.
type listed struct {
	Signals, SignalEndpointSignals []struct{ ID int64 }
	Total                          int
}

func run(t rapid.TB, e *engine.Engine, store *engine.Store, operation string, query map[string]string, path ...string) (out listed) {
	t.Helper()
	input := engine.Input{Path: path, Query: func(name string) (any, bool) {
		value, has := query[name]
		return value, has
	}}
	result, err := e.Plans().Run(operation, store, &engine.Request{Now: start}, &input, nil, func(engine.Result) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(result.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func row(pairs ...any) *v8json.Object {
	out := v8json.NewObject()
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i].(string), pairs[i+1])
	}
	return out
}

func compareIDs(t rapid.TB, all []stored, limit, offset int, got []struct{ ID int64 }) {
	t.Helper()
	first := min(offset, len(all))
	var want []struct{ ID int64 }
	for _, signal := range all[first:min(first+limit, len(all))] {
		want = append(want, struct{ ID int64 }{signal.id})
	}
	if len(got) == 0 {
		got = nil
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("ids of limit %d, offset %d differ (-want +got):\n%s", limit, offset, diff)
	}
}
