package gherkin

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/semaphore"

	"github.com/unleash-mock/unleash-mock/conformance/internal/ledger"
	"github.com/unleash-mock/unleash-mock/conformance/internal/plan"
)

// admission decides which scenarios may run at the same time. It never allows more resources
// of a kind than the target has room for. While a scenario that must be alone runs, no other
// scenario writes.
type admission struct {
	rooms   []room // always acquired in this order, so that no two scenarios wait for each other
	width   int
	writers *semaphore.Weighted
}

// room is the room for one kind.
type room struct {
	kind  *ledger.Kind
	size  int
	slots *semaphore.Weighted
}

// newAdmission returns an admission for a target with the given rooms. width is how many
// scenarios run at a time.
func newAdmission(rooms map[*ledger.Kind]plan.Room, width int) *admission {
	a := &admission{width: width, writers: semaphore.NewWeighted(int64(width))}
	for kind, known := range rooms {
		size := max(known.Free, 0)
		a.rooms = append(a.rooms, room{kind, size, semaphore.NewWeighted(int64(size))})
	}
	slices.SortFunc(a.rooms, func(a, b room) int { return cmp.Compare(a.kind.Name, b.kind.Name) })
	return a
}

// enter waits until a scenario may start. The caller must call leave once everything that the
// scenario made is gone, even after an error.
func (a *admission) enter(ctx context.Context, s *plan.Scenario) (leave func(), err error) {
	var held []func()
	leave = func() {
		for _, release := range slices.Backward(held) {
			release()
		}
	}
	take := func(from *semaphore.Weighted, count int, what string) error {
		if err := from.Acquire(ctx, int64(count)); err != nil {
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		held = append(held, func() { from.Release(int64(count)) })
		return nil
	}
	for _, room := range a.rooms {
		demand := s.Needs.Room[room.kind]
		if demand.All {
			demand.Count = room.size
		}
		if err := take(room.slots, demand.Count, "room on the target"); err != nil {
			return leave, err
		}
	}
	return leave, take(a.writers, a.seats(s), "other scenarios")
}

// seats returns how many writing scenarios a scenario counts as.
func (a *admission) seats(s *plan.Scenario) int {
	switch {
	case s.Has("@alone"):
		return a.width
	case s.Has("@writes"):
		return 1
	}
	return 0
}
