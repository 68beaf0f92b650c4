package qs

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// container is a JavaScript array or object. Its values are strings and containers. An
// array may have holes, or few elements at high indexes, so arrays and objects keep
// indexes apart from other keys. JavaScript also lists them in that order.
type container struct {
	list     bool
	length   int       // of an array, holes included
	elements []element // by ascending index
	names    []property
	places   map[string]int // positions in names, once there are many
}

type element struct {
	index uint32
	value any
}

type property struct {
	name  string
	value any
}

// manyNames is the number of names above which a linear search gets slow.
const manyNames = 8

func newObject() *container { return &container{} }

func newList(values ...any) *container {
	list := &container{list: true}
	for _, value := range values {
		list.push(value)
	}
	return list
}

// elementKey parses a key that is the index of an element.
func elementKey(key string) (uint32, bool) {
	number, is := wholeNumber(key)
	if !is || number >= math.MaxUint32 {
		return 0, false
	}
	return uint32(number), true
}

// place returns the position of an index among the elements, or where to insert it.
func (c *container) place(index uint32) (int, bool) {
	return slices.BinarySearchFunc(c.elements, index, func(e element, index uint32) int {
		return cmp.Compare(e.index, index)
	})
}

func (c *container) getIndex(index uint32) (any, bool) {
	at, has := c.place(index)
	if !has {
		return nil, false
	}
	return c.elements[at].value, true
}

func (c *container) setIndex(index uint32, value any) {
	at, has := c.place(index)
	if has {
		c.elements[at].value = value
	} else {
		c.elements = slices.Insert(c.elements, at, element{index, value})
	}
	if c.list {
		c.length = max(c.length, int(index)+1)
	}
}

// push appends to an array.
func (c *container) push(value any) { c.setIndex(uint32(c.length), value) }

// placeOfName returns the position of a name, or -1 if there is none.
func (c *container) placeOfName(name string) int {
	if c.places != nil {
		if at, has := c.places[name]; has {
			return at
		}
		return -1
	}
	return slices.IndexFunc(c.names, func(p property) bool { return p.name == name })
}

func (c *container) get(key string) (any, bool) {
	if index, is := elementKey(key); is {
		return c.getIndex(index)
	}
	if at := c.placeOfName(key); at >= 0 {
		return c.names[at].value, true
	}
	return nil, false
}

func (c *container) set(key string, value any) {
	if index, is := elementKey(key); is {
		c.setIndex(index, value)
		return
	}
	if at := c.placeOfName(key); at >= 0 {
		c.names[at].value = value
		return
	}
	c.names = append(c.names, property{key, value})
	switch {
	case c.places != nil:
		c.places[key] = len(c.names) - 1
	case len(c.names) > manyNames:
		c.places = make(map[string]int, 2*manyNames)
		for at, p := range c.names {
			c.places[p.name] = at
		}
	}
}

// all lists keys and values in JavaScript's order: indexes first, ascending, then names
// in the order in which they came.
func (c *container) all() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, e := range c.elements {
			if !yield(strconv.FormatUint(uint64(e.index), 10), e.value) {
				return
			}
		}
		for _, p := range c.names {
			if !yield(p.name, p.value) {
				return
			}
		}
	}
}

// toObject turns an array into an object.
func (c *container) toObject() *container { return &container{elements: c.elements} }

// plain turns a container into []any or map[string]any. Arrays lose their holes.
func (c *container) plain() any {
	if c.list {
		return c.dense((*container).plain)
	}
	object := make(map[string]any, len(c.elements)+len(c.names))
	for key, value := range c.all() {
		object[key] = convert(value, (*container).plain)
	}
	return object
}

// ordered is like plain, but its objects keep the order of their keys.
func (c *container) ordered() any {
	if c.list {
		return c.dense((*container).ordered)
	}
	object := v8json.NewObject()
	for key, value := range c.all() {
		object.Set(key, convert(value, (*container).ordered))
	}
	return object
}

func (c *container) dense(inner func(*container) any) []any {
	list := make([]any, len(c.elements))
	for i, e := range c.elements {
		list[i] = convert(e.value, inner)
	}
	return list
}

func convert(value any, inner func(*container) any) any {
	if c, isContainer := value.(*container); isContainer {
		return inner(c)
	}
	return value
}
