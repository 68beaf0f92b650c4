package journal

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
)

// Filter selects exchanges. The zero value selects all.
type Filter struct {
	// After and Before are exclusive limits of the id; 0 means no limit.
	After, Before int64
	// Operation is an operationId.
	Operation string
	// Method is an HTTP method in capitals.
	Method string
	// Path is a path without the query; a * in it matches anything.
	Path string
	// StatusFrom and StatusTo are inclusive limits of the status; 0 means no limit.
	StatusFrom, StatusTo int
	// Violated selects exchanges with or without a violation; nil selects both.
	Violated *bool
	// Rule is the id of a rule, or * for any rule that changed an answer.
	Rule string
}

func (f *Filter) matches(r *record) bool {
	switch {
	case r.id <= f.After, f.Before > 0 && r.id >= f.Before:
		return false
	case f.Operation != "" && f.Operation != r.operation:
		return false
	case f.Method != "" && f.Method != string(r.part(partMethod)):
		return false
	case r.status < f.StatusFrom, f.StatusTo > 0 && r.status > f.StatusTo:
		return false
	case f.Violated != nil && *f.Violated != (len(r.violations) > 0):
		return false
	case f.Rule != "" && (r.rule == "" || !glob.Match(f.Rule, r.rule)):
		return false
	}
	return f.Path == "" || f.matchesPath(r.part(partPath))
}

func (f *Filter) matchesPath(path []byte) bool {
	if !strings.Contains(f.Path, "*") {
		return f.Path == string(path)
	}
	return glob.Match(f.Path, string(path))
}

// Page is a part of a journal.
type Page struct {
	Entries []traffic.Exchange
	// More is true if further entries match.
	More bool
	// Last is the highest id that Oldest has looked at, so that the next page starts after
	// it. Missed is how many entries between Filter.After and Last were dropped before
	// Oldest could read them.
	Last, Missed int64
}

// Newest returns up to limit matching entries, newest first.
func (j *Journal) Newest(filter Filter, limit int) Page {
	return j.scan(filter, limit, -1)
}

// Oldest returns up to limit matching entries, oldest first.
func (j *Journal) Oldest(filter Filter, limit int) Page {
	return j.scan(filter, limit, 1)
}

// scan walks the ring. It holds the lock for one entry at a time, so that a reader never
// delays requests for long.
func (j *Journal) scan(filter Filter, limit, step int) Page {
	page := Page{Last: filter.After}
	var copied record
	for id := j.start(filter, step); ; id += int64(step) {
		matched, kept := j.read(&id, step, filter, &copied, len(page.Entries) < limit)
		if step > 0 {
			page.Missed += id - page.Last - 1
			page.Last = id - 1
		}
		switch {
		case !kept:
			return page
		case matched && len(page.Entries) == limit:
			page.More = true
			return page
		case matched:
			page.Entries = append(page.Entries, copied.exchange(j.secrets))
		}
		if step > 0 {
			page.Last = id
		}
	}
}

// start returns the id where a scan begins.
func (j *Journal) start(filter Filter, step int) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	if step > 0 {
		return max(j.oldest(), filter.After+1)
	}
	if filter.Before > 0 {
		return min(j.last, filter.Before-1)
	}
	return j.last
}

// read looks at the entry with an id, and copies it if it matches and copying is set. An
// upward scan whose entry was dropped meanwhile continues at the oldest one. kept is
// false at the end of the scan.
func (j *Journal) read(id *int64, step int, filter Filter, into *record, copying bool) (matched, kept bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	oldest := j.oldest()
	if step > 0 {
		*id = max(*id, oldest)
	}
	if *id < oldest || *id > j.last || *id <= filter.After || filter.Before > 0 && *id >= filter.Before {
		return false, false
	}
	found := j.at(*id)
	if !filter.matches(found) {
		return false, true
	}
	if copying {
		found.copyTo(into)
	}
	return true, true
}
