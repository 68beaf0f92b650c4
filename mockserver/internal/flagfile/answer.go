package flagfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// feature is a flag in the form of the Client API.
type feature struct {
	Flag
	Strategies   []strategy   `json:"strategies"`
	Variants     []variant    `json:"variants"`
	Dependencies []Dependency `json:"dependencies"`
	Archived     bool         `json:"archived"`
	Variant      any          `json:"variant"` // what the Frontend API answers
}

// segment is a segment in the form of the Client API.
type segment struct {
	Segment
	Constraints []constraint `json:"constraints"`
}

func (f *feature) flag() Flag {
	f.Flag.Dependencies = f.Dependencies
	return f.Flag
}

// answer reads an answer of the Client API, or what an SDK has stored of one.
func (r *reader) answer(object *v8json.Object) {
	r.foreign = true
	var form struct {
		Features []any     `json:"features"`
		Segments []segment `json:"segments"`
	}
	adaptSegments(object)
	r.fill(&form, object, nil)
	for i, segment := range form.Segments {
		segment.Segment.Constraints = r.constraints(segment.Constraints, at(nil, "segments", i, "constraints"))
		r.set.Segments = append(r.set.Segments, named(segment.Segment))
	}
	r.features(form.Features, at(nil, "features"))
}

// adaptSegments gives segments the form of the Client API: Ruby's SDK stores them by
// their ids, and the one for .NET stores ids as texts.
func adaptSegments(object *v8json.Object) {
	value, _ := object.Get(segmentsKey)
	if byID, is := value.(*v8json.Object); is {
		value = valuesOf(byID)
		object.Set(segmentsKey, value)
	}
	list, _ := value.([]any)
	for _, element := range list {
		if segment, is := element.(*v8json.Object); is {
			if id, has := segment.Get("id"); has {
				segment.Set("id", idOf(id))
			}
		}
	}
}

func valuesOf(object *v8json.Object) []any {
	out := []any{}
	for _, value := range object.All() {
		out = append(out, value)
	}
	return out
}

// idOf returns the id of a segment as a number if it is a text with one.
func idOf(value any) any {
	text, _ := value.(string)
	if id, err := strconv.ParseInt(text, 10, 32); err == nil {
		return float64(id)
	}
	return value
}

// areStored reports whether an object has features by their names, as the SDK for Go
// stores them.
func areStored(object *v8json.Object) bool {
	for name, value := range object.All() {
		feature, is := value.(*v8json.Object)
		if !is {
			return false
		}
		if own, _ := feature.Get("name"); own != name {
			return false
		}
	}
	return len(object.Keys()) > 0
}

// stored reads what areStored has recognized.
func (r *reader) stored(object *v8json.Object) {
	r.foreign = true
	for name, value := range object.All() {
		r.feature(value, []string{name})
	}
}

// features reads flags in the form of the Client API.
func (r *reader) features(list []any, path []string) {
	r.foreign = true
	for i, value := range list {
		r.feature(value, at(path, i))
	}
}

// feature reads a flag. SDKs do not get archived ones.
func (r *reader) feature(value any, path []string) {
	var form feature
	r.fill(&form, value, path)
	switch {
	case form.Variant != nil:
		r.complain(at(path, "variant"), evaluated)
	case !form.Archived:
		flag := form.flag()
		flag.Strategies = r.strategies(form.Strategies, at(path, "strategies"), r.byID)
		flag.Variants = r.variants(form.Variants, at(path, "variants"))
		r.add(flag, path)
	}
}

// named names a segment if it has no name, as in files of older SDKs.
func named(segment Segment) Segment {
	if segment.Name == "" {
		segment.Name = fmt.Sprintf("segment-%d", segment.ID)
	}
	return segment
}

// maxID is the largest id of a segment. Segments that do not exist may have negative ids.
const maxID = math.MaxInt32

// byID finds a segment by its id. One that the file does not contain is added to Unknown.
func (r *reader) byID(reference any, path []string) int64 {
	number, is := idOf(reference).(float64)
	if !is || number == 0 || number != math.Trunc(number) || math.Abs(number) > maxID {
		r.complain(path, "it is not the id of a segment")
		return 0
	}
	if r.segments == nil {
		r.segments = map[any]int64{}
		for _, segment := range slices.Concat(r.set.Segments, r.set.Unknown) {
			r.segments[float64(segment.ID)] = segment.ID
		}
	}
	if _, known := r.segments[number]; !known {
		r.segments[number] = int64(number)
		r.set.Unknown = append(r.set.Unknown, named(Segment{ID: int64(number)}))
	}
	return int64(number)
}
