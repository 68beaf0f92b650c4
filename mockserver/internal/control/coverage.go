package control

import (
	"cmp"
	"context"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
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
	Grade     openapi.Grade     `json:"grade,omitempty"` // only for a mock
	Statuses  []wireStatusCount `json:"statuses"`
}

type wireSum struct {
	Covered    int `json:"covered"`
	Documented int `json:"documented"`
}

type wireCoverage struct {
	Operations []wireOperationCoverage `json:"operations"`
	Other      []wireStatusCount       `json:"other"`
	wireSum
	Grades map[openapi.Grade]wireSum `json:"grades,omitempty"` // only for a mock
}

func (a *api) getCoverage(_ context.Context, r *request) (response, error) {
	answered := r.journal.Coverage()
	if err := r.reserve(perOperation*int64(len(a.Contract.Operations())) + perStatus*int64(len(answered))); err != nil {
		return response{}, err
	}
	counts := map[string]map[int]int64{}
	for _, count := range answered {
		if counts[count.Operation] == nil {
			counts[count.Operation] = map[int]int64{}
		}
		counts[count.Operation][count.Status] = count.Count
	}
	out := wireCoverage{Operations: []wireOperationCoverage{}, Other: statusCounts(nil, counts[""])}
	grades := map[openapi.Grade]wireSum{}
	for _, operation := range a.Contract.Operations() {
		covered := wireOperationCoverage{
			Operation: operation.ID, Method: operation.Method, Path: operation.Path, Grade: a.gradeOf(operation),
			Statuses: statusCounts(operation, counts[operation.ID]),
		}
		sum := sumOf(covered.Statuses)
		out.add(sum)
		if covered.Grade != "" {
			sum.add(grades[covered.Grade])
			grades[covered.Grade] = sum
		}
		out.Operations = append(out.Operations, covered)
	}
	out.Grades = grades
	return ok(out)
}

func sumOf(statuses []wireStatusCount) (sum wireSum) {
	for _, status := range statuses {
		if status.Documented {
			sum.Documented++
		}
		if status.Documented && status.Count > 0 {
			sum.Covered++
		}
	}
	return sum
}

func (s *wireSum) add(other wireSum) {
	s.Covered += other.Covered
	s.Documented += other.Documented
}

// statusCounts merges the documented statuses with those that were answered, sorted by
// status. A status that only a range or the default covers is listed, as documented, once
// it was answered. operation is nil for requests without one.
func statusCounts(operation *spec.Operation, counts map[int]int64) []wireStatusCount {
	out := []wireStatusCount{}
	if operation != nil {
		for _, status := range operation.Statuses() {
			out = append(out, wireStatusCount{Status: status, Documented: true, Count: counts[status]})
		}
	}
	listed := len(out)
	for status, count := range counts {
		if !slices.ContainsFunc(out[:listed], func(known wireStatusCount) bool { return known.Status == status }) {
			out = append(out, wireStatusCount{Status: status, Documented: operation != nil && operation.Response(status) != nil, Count: count})
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
