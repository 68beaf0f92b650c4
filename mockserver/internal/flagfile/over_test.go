package flagfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	set, err := ReadAnswer([]byte(`{"version":2,"features":[{"name":"a","enabled":true,"strategies":[{"name":"default","segments":[3]}]}],"featureStrategies":[],"query":{}}`))
	if err != nil || len(set.Flags) != 1 || len(set.Unknown) != 1 {
		t.Errorf("%+v, %v", set, err)
	}
	for source, want := range map[string]string{
		"":                             "it is not JSON",
		"<html>":                       "it is not JSON",
		"features: []":                 "it is not JSON",
		"[]":                           "got array, want object",
		"{}":                           "it has no list of features",
		`{"checkout":true}`:            "it has no list of features",
		`{"features":{}}`:              "it has no list of features",
		`{"features":[{"enabled":1}]}`: "features[0]",
		`{"features":[{"name":"a"},{"name":"a"}]}`: `the flag "a" appears twice`,
	} {
		if set, err := ReadAnswer([]byte(source)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", source, set, err)
		}
	}
}

func TestOver(t *testing.T) {
	t.Parallel()
	strategy := func(ids ...int64) []Strategy { return []Strategy{{Name: "default", Segments: ids}} }
	below := &Set{
		Flags:    []Flag{{Name: "a"}, {Name: "b", Strategies: strategy(1, 2)}},
		Segments: []Segment{{ID: 1, Name: "staff"}, {ID: 2, Name: "guests"}},
		Unknown:  []Segment{{ID: 3, Name: "segment-3"}},
	}
	top := &Set{
		Flags:    []Flag{{Name: "b", Enabled: true, Strategies: strategy(1, 7, 3)}, {Name: "c", Strategies: strategy(2)}},
		Segments: []Segment{{ID: 1, Name: "staff"}},
		Unknown:  []Segment{{ID: 2, Name: "gone"}, {ID: 7, Name: "guests"}, {ID: 3, Name: "elsewhere"}},
	}
	want := &Set{
		Flags:    []Flag{{Name: "b", Enabled: true, Strategies: strategy(belowAll-3, 2, belowAll-2)}, {Name: "c", Strategies: strategy(belowAll)}, {Name: "a"}},
		Segments: []Segment{{ID: 1, Name: "staff"}, {ID: 2, Name: "guests"}, {ID: belowAll - 3, Name: "staff (2)"}},
		Unknown:  []Segment{{ID: 3, Name: "segment-3"}, {ID: belowAll, Name: "gone"}, {ID: belowAll - 2, Name: "elsewhere"}},
	}
	got := top.Over(below)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	if top.Flags[0].Strategies[0].Segments[0] != 1 {
		t.Error("the set on top was changed")
	}
}

// TestOverKeepsIDsApart lays a set with a segment over one that names missing segments by
// negative ids, as a mock does.
func TestOverKeepsIDsApart(t *testing.T) {
	t.Parallel()
	below := &Set{Unknown: []Segment{{ID: -1, Name: "gone"}, {ID: -2, Name: "lost"}}}
	top := &Set{Segments: []Segment{{ID: 1, Name: "staff"}}, Unknown: []Segment{{ID: -2, Name: "elsewhere"}}}
	got, ids := top.Over(below), map[int64]string{}
	for _, segment := range slices.Concat(got.Segments, got.Unknown) {
		if other, taken := ids[segment.ID]; taken {
			t.Errorf("%s and %s have the id %d", other, segment.Name, segment.ID)
		}
		ids[segment.ID] = segment.Name
	}
}
