package control

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/journal"
)

// Limits of listRequests.
const (
	defaultLimit = 50
	maxWait      = 5 * time.Minute
)

type wireRequests struct {
	Requests []wireExchange `json:"requests"`
	More     bool           `json:"more"`
	Recorded int64          `json:"recorded"`
	Oldest   int64          `json:"oldest"`
	Newest   int64          `json:"newest"`
	Matched  *int           `json:"matched,omitempty"`
	Complete *bool          `json:"complete,omitempty"`
}

// filter reads the parameters that select exchanges. The contract has checked them.
func filter(r *request) journal.Filter {
	out := journal.Filter{
		After:     int64(count(r, "after", 0)),
		Before:    int64(count(r, "before", 0)),
		Operation: r.query["operationId"],
		Method:    r.query["method"],
		Path:      r.query["path"],
		Rule:      r.query["rule"],
	}
	if violation, sent := r.query["violation"]; sent {
		out.Violated = new(violation == "true")
	}
	if status := strings.ToLower(r.query["status"]); status != "" {
		from, _ := strconv.Atoi(strings.ReplaceAll(status, "x", "0"))
		to, _ := strconv.Atoi(strings.ReplaceAll(status, "x", "9"))
		out.StatusFrom, out.StatusTo = from, to
	}
	return out
}

func (a *api) listRequests(ctx context.Context, r *request) (response, error) {
	chosen, log := filter(r), r.journal
	out := wireRequests{}
	if wait, sent := r.query["wait"]; sent {
		matched, complete, err := await(ctx, r, wait, chosen)
		if err != nil {
			return response{}, err
		}
		out.Matched, out.Complete = &matched, &complete
	}
	list := log.Newest
	if r.query["order"] == "oldest" {
		list = log.Oldest
	}
	limit := count(r, "limit", defaultLimit)
	if err := r.reserve(min(perJournalByte*log.Bytes(), int64(limit)*shownExchange)); err != nil {
		return response{}, err
	}
	page, stats := list(chosen, limit), log.Stats()
	out.Requests, out.More = wholes(page.Entries), page.More
	out.Recorded, out.Oldest, out.Newest = stats.Recorded, stats.Oldest, stats.Newest
	return ok(out)
}

// await waits until enough exchanges match, the time is up, the client disconnects or the
// workspace is removed.
func await(ctx context.Context, r *request, wait string, chosen journal.Filter) (matched int, complete bool, err error) {
	limit, err := time.ParseDuration(wait)
	if err != nil || limit > maxWait {
		return 0, false, invalid("wait", fmt.Sprintf("wait=%s is not a duration up to %s", wait, maxWait))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	wanted := count(r, "count", 1)
	matched = r.journal.Wait(ctx, chosen, wanted)
	return matched, matched >= wanted, nil
}

func (a *api) clearRequests(_ context.Context, r *request) (response, error) {
	kept := r.journal.Stats().Kept
	r.journal.Clear()
	return ok(removed{Removed: kept})
}

func (a *api) getRequest(_ context.Context, r *request) (response, error) {
	id, err := strconv.ParseInt(r.path["id"], 10, 64)
	entry, kept := r.journal.Entry(id)
	if err != nil || !kept {
		return response{}, apierror.Missing("The journal has no exchange with the id %s.", r.path["id"])
	}
	return ok(whole(entry))
}

// archiveLimit is more than any journal keeps, so an archive has all of it.
const archiveLimit = 1 << 30

func (a *api) exportRequests(_ context.Context, r *request) (response, error) {
	if err := r.reserve(perJournalByte * r.journal.Bytes()); err != nil {
		return response{}, err
	}
	page := r.journal.Oldest(filter(r), archiveLimit)
	return ok(traffic.Archive(page.Entries, a.About.Version))
}

type wireViolations struct {
	Violations []wireViolation `json:"violations"`
	Total      int64           `json:"total"`
}

func (a *api) listViolations(_ context.Context, r *request) (response, error) {
	if err := r.reserve(min(perJournalByte*r.journal.Bytes(), shownViolations)); err != nil {
		return response{}, err
	}
	out := wireViolations{Violations: []wireViolation{}, Total: r.journal.Stats().Violations}
	for _, violation := range r.journal.Violations() {
		if matches(r, "operationId", violation.Operation) && matches(r, "direction", string(violation.Direction)) && matches(r, "outcome", string(violation.Outcome)) {
			out.Violations = append(out.Violations, violated(violation))
		}
	}
	return ok(out)
}

// matches compares a value with a parameter, if that was sent.
func matches(r *request, name, value string) bool {
	wanted, sent := r.query[name]
	return !sent || wanted == value
}

func (a *api) clearViolations(_ context.Context, r *request) (response, error) {
	kept := len(r.journal.Violations())
	r.journal.ClearViolations()
	return ok(removed{Removed: kept})
}

// count reads an integer of the query. The contract has checked it.
func count(r *request, name string, fallback int) int {
	number, err := strconv.Atoi(r.query[name])
	if err != nil {
		return fallback
	}
	return number
}
