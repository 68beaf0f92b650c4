package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
)

// TestRoom checks that a target without limits on calls keeps those that somebody states, and that
// what lacks room is named in the same order in every run.
func TestRoom(t *testing.T) {
	t.Parallel()
	probed, stated, more := &ledger.Kind{Name: "endpoint"}, &ledger.Kind{Name: "flag", Limit: "featureFlags"}, &ledger.Kind{Name: "segment", Limit: "segments"}
	known := &ledger.Kind{Name: "known"}
	c := &Conditions{Room: map[*ledger.Kind]Room{more: {Existing: 300}, stated: {Existing: 7}, probed: {Existing: 5}, known: {Free: 3, Stated: true}}}
	c.Lift("it says so")
	if room := c.Room[known]; room.Free != 3 {
		t.Errorf("a limit that was stated is lifted: %+v", room)
	}
	needs := &Scenario{Needs: Needs{Room: map[*ledger.Kind]Demand{more: {Count: 1}, stated: {Count: 2}, probed: {Count: 3}}}}
	for range 20 {
		if diff := cmp.Diff("the target holds 7 flags and has room for 0 more; the scenario needs 2", byRoom(c, needs)); diff != "" {
			t.Fatal(diff)
		}
		if got := c.LittleRoom(1); len(got) != 2 || got[0] != stated || got[1] != more {
			t.Fatalf("there is little room for %v", got)
		}
	}
}
