package control

import (
	"cmp"
	"context"
	"slices"

	"github.com/unleash-mock/unleash-mock/spec"
)

type wireStatusCount struct {
	Status     int   `json:"status"`
	Documented bool  `json:"documented"`
	Count      int64 `json:"count"`
}

type wireOperationCoverage struct {
	Operation string            `json:"operationId"`
	Method    string            `json:"method"`
	Path      string            `json:"path"`
	Statuses  []wireStatusCount `json:"statuses"`
}

type wireCoverage struct {
	Operations []wireOperationCoverage `json:"operations"`
	Other      []wireStatusCount       `json:"other"`
	Covered    int                     `json:"covered"`
	Documented int                     `json:"documented"`
}

func (a *api) getCoverage(_ context.Context, r *request) (response, error) {
	counts := map[string]map[int]int64{}
	for _, count := range r.journal.Coverage() {
		if counts[count.Operation] == nil {
			counts[count.Operation] = map[int]int64{}
		}
		counts[count.Operation][count.Status] = count.Count
	}
	out := wireCoverage{Operations: []wireOperationCoverage{}, Other: statusCounts(nil, counts[""])}
	for _, operation := range a.Contract.Operations() {
		covered := wireOperationCoverage{
			Operation: operation.ID, Method: operation.Method, Path: operation.Path,
			Statuses: statusCounts(operation, counts[operation.ID]),
		}
		for _, status := range covered.Statuses {
			if status.Documented {
				out.Documented++
			}
			if status.Documented && status.Count > 0 {
				out.Covered++
			}
		}
		out.Operations = append(out.Operations, covered)
	}
	return ok(out)
}

// statusCounts joins the documented statuses with those that were answered, by
// status. operation is nil for what is none.
func statusCounts(operation *spec.Operation, counts map[int]int64) []wireStatusCount {
	out := []wireStatusCount{}
	if operation != nil {
		for _, status := range operation.Statuses() {
			out = append(out, wireStatusCount{Status: status, Documented: true, Count: counts[status]})
		}
	}
	for status, count := range counts {
		if operation == nil || operation.Response(status) == nil {
			out = append(out, wireStatusCount{Status: status, Count: count})
		}
	}
	slices.SortFunc(out, func(a, b wireStatusCount) int { return cmp.Compare(a.Status, b.Status) })
	return out
}

func (a *api) clearCoverage(_ context.Context, r *request) (response, error) {
	count := len(r.journal.Coverage())
	r.journal.ClearCoverage()
	return ok(removed{Removed: count})
}
