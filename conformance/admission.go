package conformance

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"
)

// admission decides which scenarios may run beside each other: no more signal
// endpoints exist at a time than the target has room for, and a scenario that
// must be alone has no other one beside it that writes.
type admission struct {
	room      int // how many signal endpoints the target has room for
	endpoints *semaphore.Weighted
	width     int
	writers   *semaphore.Weighted
}

// newAdmission is for a target with that room, and that many scenarios at a time.
func newAdmission(room, width int) *admission {
	return &admission{
		room: room, endpoints: semaphore.NewWeighted(int64(room)),
		width: width, writers: semaphore.NewWeighted(int64(width)),
	}
}

// enter waits until a scenario may begin. The caller calls leave when all that
// the scenario created is gone.
func (a *admission) enter(ctx context.Context, s *scenario) (leave func(), err error) {
	slots, seats := int64(s.needs.endpoints), int64(0)
	if s.needs.everyEndpoint {
		slots = int64(a.room)
	}
	if s.has("@writes") {
		seats = 1
	}
	if s.has("@alone") {
		seats = int64(a.width)
	}
	// Always in this order, so that no two scenarios wait for each other.
	if err := a.endpoints.Acquire(ctx, slots); err != nil {
		return nil, fmt.Errorf("waiting for room on the target: %w", err)
	}
	if err := a.writers.Acquire(ctx, seats); err != nil {
		a.endpoints.Release(slots)
		return nil, fmt.Errorf("waiting for other scenarios: %w", err)
	}
	return func() {
		a.writers.Release(seats)
		a.endpoints.Release(slots)
	}, nil
}
