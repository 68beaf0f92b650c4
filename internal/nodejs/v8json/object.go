package v8json

import (
	"cmp"
	"slices"
)

// Object is an object that remembers the order of its keys.
type Object struct {
	keys   []string
	values map[string]any
}

// NewObject returns an empty object.
func NewObject() *Object { return &Object{values: map[string]any{}} }

// Set gives a key a value. A key that is there keeps its place.
func (o *Object) Set(key string, value any) {
	if _, has := o.values[key]; !has {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Get returns the value of a key; false if there is none.
func (o *Object) Get(key string) (any, bool) {
	value, has := o.values[key]
	return value, has
}

// Keys returns the keys as they came.
func (o *Object) Keys() []string { return o.keys }

// An order compares two keys, neither of which is an index.
type order func(a, b string) int

// asTheyCame leaves keys where they are.
func asTheyCame(_, _ string) int { return 0 }

// bySize is the order of jsonb.
func bySize(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// arrange sorts keys as JavaScript lists them: indexes first, ascending, then
// the others in the order given.
func arrange(keys []string, others order) {
	slices.SortStableFunc(keys, func(a, b string) int {
		first, firstIs := arrayIndex(a)
		second, secondIs := arrayIndex(b)
		switch {
		case firstIs && secondIs:
			return cmp.Compare(first, second)
		case firstIs:
			return -1
		case secondIs:
			return 1
		}
		return others(a, b)
	})
}
