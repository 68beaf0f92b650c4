package engine

import (
	"reflect"
	"slices"
)

// Measured memory use of a row: a constant part, which includes its entries in the
// table's indexes, and its texts, of which there is a second copy while a state is read
// or written.
const (
	rowSize     = 1280
	textCopies  = 2
	elementSize = 64
	linkSize    = 160 // of a link, in addition to an index entry
)

// size estimates the bytes that a row takes.
func (c *codec) size(row any) int {
	v, size := reflect.ValueOf(row).Elem(), rowSize
	for i := range c.fields {
		if weigh := c.fields[i].weigh; weigh != nil { // calling at costs time, too
			size += weigh(at(v, c.fields[i].path))
		}
	}
	return size
}

// Weight estimates the bytes of memory that a value takes outside of itself.
func Weight[T any](value *T) int64 {
	return int64(newWeigher(reflect.TypeFor[T]()).of(reflect.ValueOf(value).Elem()))
}

// weigher estimates the bytes that a value takes outside the row itself: its texts, its
// elements, and theirs. It is nil for types that take none.
type weigher func(reflect.Value) int

func newWeigher(t reflect.Type) weigher {
	if t == timeType {
		return nil
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) int { return textCopies * written(v.String()) }
	case reflect.Pointer:
		if weigh := newWeigher(t.Elem()); weigh != nil {
			return func(v reflect.Value) int {
				if v.IsNil() {
					return 0
				}
				return weigh(v.Elem())
			}
		}
	case reflect.Interface:
		return func(v reflect.Value) int {
			if v.IsNil() {
				return 0
			}
			return newWeigher(v.Elem().Type()).of(v.Elem())
		}
	case reflect.Slice:
		return listWeigher(t.Elem())
	case reflect.Map:
		return mapWeigher(t)
	case reflect.Struct:
		return structWeigher(t)
	}
	return nil
}

func listWeigher(t reflect.Type) weigher {
	if t.Kind() == reflect.Uint8 {
		return func(v reflect.Value) int { return textCopies * v.Len() }
	}
	weigh, element := newWeigher(t), elementSize
	if t.Kind() == reflect.Struct {
		element += textCopies * int(t.Size()) // the names of its fields are written, too
	}
	return func(v reflect.Value) int {
		size := element * v.Len()
		for i := range v.Len() {
			size += weigh.of(v.Index(i))
		}
		return size
	}
}

func mapWeigher(t reflect.Type) weigher {
	key, value := newWeigher(t.Key()), newWeigher(t.Elem())
	return func(v reflect.Value) int {
		size := elementSize * v.Len()
		for entries := v.MapRange(); entries.Next(); {
			size += key.of(entries.Key()) + value.of(entries.Value())
		}
		return size
	}
}

func structWeigher(t reflect.Type) weigher {
	fields := make([]weigher, t.NumField())
	for i := range fields {
		fields[i] = newWeigher(t.Field(i).Type)
	}
	if !slices.ContainsFunc(fields, func(w weigher) bool { return w != nil }) {
		return nil
	}
	return func(v reflect.Value) (size int) {
		for i, weigh := range fields {
			size += weigh.of(v.Field(i))
		}
		return size
	}
}

// written returns the bytes that a text takes as JSON, without its quotes.
func written(text string) int {
	size := len(text)
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ':
			size += len(`\u0000`) - 1
		case c == '"', c == '\\':
			size++
		case c == 0xed && i+1 < len(text) && text[i+1] >= 0xa0: // half of a surrogate pair
			size += len(`\ud800`) - 3
		}
	}
	return size
}

func (w weigher) of(v reflect.Value) int {
	if w == nil {
		return 0
	}
	return w(v)
}
