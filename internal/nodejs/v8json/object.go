package v8json

import (
	"cmp"
	"iter"
	"slices"
)

// Object is an object that remembers the order of its keys.
type Object struct {
	keys   []string
	values map[string]any
}

// NewObject returns an empty object.
func NewObject() *Object { return &Object{values: map[string]any{}} }

// Set sets the value of a key. A key that already exists keeps its place.
func (o *Object) Set(key string, value any) {
	if _, has := o.values[key]; !has {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Delete removes a key and its value. The others keep their order.
func (o *Object) Delete(key string) {
	if _, has := o.values[key]; has {
		at := slices.Index(o.keys, key)
		o.keys = slices.Delete(o.keys, at, at+1)
		delete(o.values, key)
	}
}

// Get returns the value of a key. It returns false if there is none.
func (o *Object) Get(key string) (any, bool) {
	value, has := o.values[key]
	return value, has
}

// Keys returns the keys in the order in which they came.
func (o *Object) Keys() []string { return o.keys }

// Enumerated returns the keys in the order in which JavaScript enumerates them: indexes first.
func (o *Object) Enumerated() []string {
	keys := slices.Clone(o.keys)
	arrange(keys, asTheyCame)
	return keys
}

// All returns the keys and values in the order of Keys.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, key := range o.keys {
			if !yield(key, o.values[key]) {
				return
			}
		}
	}
}

// order compares two keys, neither of which is an index.
type order func(a, b string) int

// asTheyCame leaves keys in their order.
func asTheyCame(_, _ string) int { return 0 }

// bySize is the key order of jsonb.
func bySize(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// arrange sorts keys in JavaScript's order: indexes first, ascending, then the others in
// the given order.
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
