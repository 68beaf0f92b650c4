package state

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/mockserver/seed"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

func newStore(t rapid.TB, source seed.Seed, options Options) *Store {
	t.Helper()
	store, err := New(source, options)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// TestSignalsAgainstAList: whatever was stored when, a query gives what sorting
// and filtering a plain list would.
func TestSignalsAgainstAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 30).Draw(t, "most")
		store := newStore(t, seed.Seed{}, Options{MaxSignals: most})
		var list []*Signal // by id
		for range rapid.IntRange(0, 60).Draw(t, "signals") {
			at := start.Add(time.Duration(rapid.Int64Range(-5*24*3600, 5*24*3600).Draw(t, "at")) * time.Second)
			signal, err := store.AddSignal(rapid.Int64Range(1, 3).Draw(t, "source"), nil, []byte("{}"), at)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, signal)
		}
		list = list[max(len(list)-most, 0):] // the oldest were dropped
		slices.SortFunc(list, func(a, b *Signal) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
		})
		page := Page{Limit: rapid.IntRange(1, 20).Draw(t, "limit"), Offset: rapid.IntRange(0, 40).Draw(t, "offset")}

		source := rapid.Int64Range(1, 3).Draw(t, "of")
		got, err := store.SignalsOf(source, page)
		if err != nil {
			t.Fatal(err)
		}
		ofSource := slices.DeleteFunc(slices.Clone(list), func(s *Signal) bool { return s.SourceID != source })
		compareIDs(t, ofSource, page, got)

		var days Days
		day := func(name string) time.Time {
			return start.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-6, 6).Draw(t, name))
		}
		if rapid.Bool().Draw(t, "has from") {
			days.From = day("from")
		}
		if rapid.Bool().Draw(t, "has to") {
			days.To = day("to")
		}
		got, total, err := store.Signals(days, page)
		if err != nil {
			t.Fatal(err)
		}
		within := slices.DeleteFunc(slices.Clone(list), func(s *Signal) bool {
			return !days.From.IsZero() && s.CreatedAt.Before(days.From) || !days.To.IsZero() && !s.CreatedAt.Before(days.To.AddDate(0, 0, 1))
		})
		if total != len(within) {
			t.Fatalf("total %d, want %d", total, len(within))
		}
		compareIDs(t, within, page, got)
	})
}

func compareIDs(t rapid.TB, all []*Signal, page Page, got []ResolvedSignal) {
	t.Helper()
	first := min(page.Offset, len(all))
	want := all[first:min(first+page.Limit, len(all))]
	wantIDs, gotIDs := make([]int64, len(want)), make([]int64, len(got))
	for i := range want {
		wantIDs[i] = want[i].ID
	}
	for i := range got {
		gotIDs[i] = got[i].ID
	}
	if diff := gocmp.Diff(wantIDs, gotIDs); diff != "" {
		t.Fatalf("ids of %+v differ (-want +got):\n%s", page, diff)
	}
}

// TestEventsAreRecordedAndBounded: each change leaves an event that holds what
// was and what is, and only so many are kept.
func TestEventsAreRecordedAndBounded(t *testing.T) {
	t.Parallel()
	store := newStore(t, seed.Seed{}, Options{})
	ann := Actor{ID: 4, Username: "ann"}
	endpoint, err := store.CreateEndpoint(EndpointChange{Name: "a"}, 0, ann, start)
	if err != nil {
		t.Fatal(err)
	}
	token, err := store.CreateToken(endpoint.ID, "t", "signal_very-secret", 0, ann, start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.UpdateToken(endpoint.ID, token.ID, "renamed", ann, start); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetEndpointEnabled(endpoint.ID, false, ann, start); err != nil {
		t.Fatal(err)
	}
	if err := store.DeleteToken(endpoint.ID, token.ID, ann, start); err != nil {
		t.Fatal(err)
	}
	if err := store.DeleteEndpoint(endpoint.ID, ann, start); err != nil {
		t.Fatal(err)
	}
	events := store.Events()
	var types []string
	for _, event := range events {
		types = append(types, event.Type)
		if event.CreatedBy != ann || !event.CreatedAt.Equal(start) {
			t.Errorf("%s by %+v at %s", event.Type, event.CreatedBy, event.CreatedAt)
		}
	}
	if diff := gocmp.Diff([]string{EventEndpointCreated, EventTokenCreated, EventTokenUpdated, EventEndpointUpdated, EventTokenDeleted, EventEndpointDeleted}, types); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
	if before, after := events[3].Before.(*Endpoint), events[3].After.(*Endpoint); !before.Enabled || after.Enabled {
		t.Errorf("the update went from %+v to %+v", before, after)
	}
	if _, err := store.CreateEndpoint(EndpointChange{Name: "b"}, 0, ann, start); err != nil {
		t.Fatal(err)
	}
	for range maxEvents {
		if _, err := store.SetEndpointEnabled(2, true, ann, start); err != nil {
			t.Fatal(err)
		}
	}
	events = store.Events()
	if first, last := events[0].ID, events[len(events)-1].ID; len(events) != maxEvents || last != maxEvents+7 || first != last-maxEvents+1 {
		t.Errorf("%d events are kept, from %d to %d", len(events), first, last)
	}
}
