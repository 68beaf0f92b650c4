package journal

import (
	"cmp"
	"slices"
)

// Pair is an operation and a status with which it was answered.
type Pair struct {
	Operation string // operationId; empty outside the contract
	Status    int
}

// Count is how often a pair occurred.
type Count struct {
	Pair
	Count int64
}

// Coverage lists the pairs that occurred, sorted by operation and status. It counts every
// exchange since ClearCoverage, including those that are no longer kept, except exchanges
// marked Uncovered.
func (j *Journal) Coverage() []Count {
	j.mu.Lock()
	out := make([]Count, 0, len(j.counts))
	for pair, count := range j.counts {
		out = append(out, Count{Pair: pair, Count: count})
	}
	j.mu.Unlock()
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return out
}

// ClearCoverage resets the counts.
func (j *Journal) ClearCoverage() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.counts)
}
