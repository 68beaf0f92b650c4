package spec

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// ordering is the order in which the real server's validator finds the failures of a value.
type ordering struct {
	shape *openapi.Shape
	keys  *sentKeys
}

// compare orders failures: an object's own keywords first, then its properties in the schema's order
// and the others as they were sent, or its items.
func (o ordering) compare(a, b located) int {
	shape := o.shape
	for i := 0; i < len(a.path) && i < len(b.path); i++ {
		if a.path[i] == b.path[i] {
			if _, next := shape.Property(a.path[i]); next != nil {
				shape = next
			} else if shape != nil {
				shape = shape.Items
			}
			continue
		}
		first, _ := shape.Property(a.path[i])
		second, _ := shape.Property(b.path[i])
		if first != second {
			return first - second
		}
		if shape != nil && shape.Items != nil { // indexes
			return cmp.Or(len(a.path[i])-len(b.path[i]), strings.Compare(a.path[i], b.path[i]))
		}
		return o.byKeys(a.path[:i], a.path[i], b.path[i])
	}
	if len(a.path) != len(b.path) {
		return len(a.path) - len(b.path)
	}
	return a.rank - b.rank
}

// byKeys compares two keys of the object at a path by their places in the text, if there is one, or
// else by name.
func (o ordering) byKeys(at []string, a, b string) int {
	places := o.keys.of(at)
	return cmp.Or(places[a]-places[b], strings.Compare(a, b))
}

// sentKeys are the keys of the objects in a JSON text. It is read when two of them are compared.
type sentKeys struct {
	text []byte
	root any
	// places are those of the keys of each object.
	places map[*v8json.Object]map[string]int
}

// of returns the places of the keys of the object at a path; nil if there is none.
func (s *sentKeys) of(path []string) map[string]int {
	if s == nil {
		return nil
	}
	if s.places == nil {
		s.places = map[*v8json.Object]map[string]int{}
		s.root, _ = v8json.ParseOrdered(s.text) // a form is no JSON, and its keys have no places
	}
	object := s.object(path)
	if object == nil {
		return nil
	}
	places, known := s.places[object]
	if !known {
		places = make(map[string]int, len(object.Keys()))
		for i, key := range object.Enumerated() {
			places[key] = i
		}
		s.places[object] = places
	}
	return places
}

// object returns the object at a path, or nil.
func (s *sentKeys) object(path []string) *v8json.Object {
	value := s.root
	for _, token := range path {
		switch within := value.(type) {
		case *v8json.Object:
			value, _ = within.Get(token)
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(within) {
				return nil
			}
			value = within[index]
		default:
			return nil
		}
	}
	object, _ := value.(*v8json.Object)
	return object
}
