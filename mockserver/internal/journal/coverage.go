package journal

import (
	"cmp"
	"slices"
)

// Pair is an operation and a status that it answered.
type Pair struct {
	Operation string // operationId; empty if the contract has none
	Status    int
}

// Count is how often a pair was answered.
type Count struct {
	Pair
	Count int64
}

// Coverage lists the pairs that were answered, by operation and status. It
// counts every exchange since ClearCoverage, also those that are not kept, unless
// they say that they are no part of it.
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

// ClearCoverage begins to count anew.
func (j *Journal) ClearCoverage() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.counts)
}
