package gherkin

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
)

// TestNoMoreEndpointsThanThereIsRoomFor runs many scenarios at once and counts the signal
// endpoints that exist at any one time.
func TestNoMoreEndpointsThanThereIsRoomFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const room = 3
		kind := &ledger.Kind{Name: "endpoint"}
		a := newAdmission(map[*ledger.Kind]plan.Room{kind: {Free: room}}, 8)
		type change struct{ endpoints, writers, alone int }
		changes := make(chan change)
		run := func(endpoints int, everyEndpoint bool, tags ...string) {
			sc := &plan.Scenario{Tags: tags, Needs: plan.Needs{Room: map[*ledger.Kind]plan.Demand{kind: {Count: endpoints, All: everyEndpoint}}}}
			leave, err := a.enter(t.Context(), sc)
			if err != nil {
				t.Error(err)
				return
			}
			held := change{endpoints: endpoints, writers: 1}
			if everyEndpoint {
				held.endpoints = room
			}
			if sc.Has("@alone") {
				held.alone = 1
			}
			changes <- held
			time.Sleep(time.Millisecond) // in synctest's time
			changes <- change{-held.endpoints, -held.writers, -held.alone}
			leave()
		}
		const rounds = 20
		for range rounds {
			go run(1, false, "@writes")
			go run(2, false, "@writes")
			go run(3, false, "@writes")
			go run(1, false, "@writes", "@alone")
			go run(0, true, "@writes", "@alone")
		}
		var now change
		most := 0
		for range rounds * 5 * 2 {
			c := <-changes
			now.endpoints += c.endpoints
			now.writers += c.writers
			now.alone += c.alone
			most = max(most, now.endpoints)
			if now.endpoints > room {
				t.Fatalf("%d endpoints at once", now.endpoints)
			}
			if now.alone > 0 && now.writers > 1 {
				t.Fatal("a scenario tagged @alone ran beside another writer")
			}
		}
		if most != room {
			t.Errorf("never more than %d endpoints at once: some room stayed unused", most)
		}
	})
}

func TestWaitingForRoomEndsWithTheRun(t *testing.T) {
	t.Parallel()
	kind := &ledger.Kind{Name: "endpoint"}
	needing := func(d plan.Demand, tags ...string) *plan.Scenario {
		return &plan.Scenario{Tags: tags, Needs: plan.Needs{Room: map[*ledger.Kind]plan.Demand{kind: d}}}
	}
	a := newAdmission(map[*ledger.Kind]plan.Room{kind: {Free: 1}}, 2)
	leave, err := a.enter(t.Context(), needing(plan.Demand{Count: 1}, "@writes"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, sc := range []*plan.Scenario{
		needing(plan.Demand{Count: 1}, "@writes"),
		needing(plan.Demand{}, "@writes", "@alone"),
	} {
		leave, err := a.enter(ctx, sc)
		if err == nil {
			t.Errorf("%+v was admitted", sc)
		}
		leave()
	}
	leave()
	if _, err := a.enter(t.Context(), needing(plan.Demand{All: true}, "@alone")); err != nil {
		t.Errorf("the room given back is not free: %v", err)
	}
}
