package journal

import (
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/glob"
)

// Filter picks exchanges. The zero value picks all.
type Filter struct {
	// After and Before are ids that lie outside the range; 0 is open.
	After, Before int64
	// Operation is an operationId.
	Operation string
	// Method is an HTTP method, in capitals.
	Method string
	// Path is a path without the query; a * in it stands for anything.
	Path string
	// StatusFrom and StatusTo bound the status, both inclusive; 0 is open.
	StatusFrom, StatusTo int
	// Violated picks exchanges with or without a violation; nil picks both.
	Violated *bool
	// Rule is the id of a rule, or a * for any that changed an answer.
	Rule string
}

// matches judges a record.
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
	// More is true if entries that match lie beyond the page's end.
	More bool
	// Last is the highest id that Oldest has looked at, so that the next page comes
	// after it; Missed is how many before it, after Filter.After, it came too late
	// for.
	Last, Missed int64
}

// Newest returns up to limit entries that match, newest first.
func (j *Journal) Newest(filter Filter, limit int) Page {
	return j.scan(filter, limit, -1)
}

// Oldest returns up to limit entries that match, oldest first.
func (j *Journal) Oldest(filter Filter, limit int) Page {
	return j.scan(filter, limit, 1)
}

// scan walks the ring. The lock is held for one entry at a time, so that a
// reader never makes requests wait for long.
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

// start is where a scan begins.
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

// read looks at the entry of an id and copies it if it matches and a copy is
// wanted. A scan upwards that was overtaken goes on at the oldest entry. kept is
// false where the scan ends.
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
