package flagfile

import (
	"fmt"
	"slices"
)

// belowAll is less than any id in a file.
const belowAll = -maxID - 1

// Over lays the flags of a set over those of another one: where both have a flag with the
// same name, the set's own counts. To keep its segments apart from those below, they get
// negative ids, and a number after a name that is taken. A segment of which the set knows
// only the name is the one below with that name.
func (s *Set) Over(below *Set) *Set {
	out := &Set{Remarks: s.Remarks, Segments: slices.Clone(below.Segments), Unknown: slices.Clone(below.Unknown)}
	byName, taken := map[string]int64{}, map[int64]bool{}
	for _, segment := range below.Segments {
		byName[segment.Name], taken[segment.ID] = segment.ID, true
	}
	for _, segment := range below.Unknown {
		taken[segment.ID] = true
	}
	ids := map[int64]int64{} // new ids, by those in the set
	for _, segment := range s.Unknown {
		id, known := byName[segment.Name]
		if !known {
			if id = segment.ID; taken[id] {
				id = belowAll - int64(len(ids))
			}
			out.Unknown = append(out.Unknown, Segment{ID: id, Name: segment.Name})
		}
		ids[segment.ID] = id
	}
	for _, segment := range s.Segments {
		id := belowAll - int64(len(ids))
		ids[segment.ID], segment.ID = id, id
		segment.Name = FreeName(segment.Name, func(name string) bool { _, taken := byName[name]; return taken })
		byName[segment.Name] = id
		out.Segments = append(out.Segments, segment)
	}
	names := map[string]bool{}
	for i := range s.Flags {
		out.Flags = append(out.Flags, s.Flags[i].withSegments(ids))
		names[s.Flags[i].Name] = true
	}
	for _, flag := range below.Flags {
		if !names[flag.Name] {
			out.Flags = append(out.Flags, flag)
		}
	}
	return out
}

// withSegments returns the flag with the ids of segments replaced.
func (f *Flag) withSegments(ids map[int64]int64) Flag {
	out := *f
	out.Strategies = slices.Clone(f.Strategies)
	for i := range out.Strategies {
		strategy := &out.Strategies[i]
		strategy.Segments = slices.Clone(strategy.Segments)
		for j, id := range strategy.Segments {
			strategy.Segments[j] = ids[id]
		}
	}
	return out
}

// FlagsByName returns the flags of the set by name.
func (s *Set) FlagsByName() map[string]*Flag {
	out := map[string]*Flag{}
	for i := range s.Flags {
		out[s.Flags[i].Name] = &s.Flags[i]
	}
	return out
}

// FreeName returns a name, followed by a number if it is taken.
func FreeName(name string, taken func(string) bool) string {
	free := name
	for i := 2; taken(free); i++ {
		free = fmt.Sprintf("%s (%d)", name, i)
	}
	return free
}
