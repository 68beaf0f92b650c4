package flagfile

import (
	"fmt"
	"math"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// feature is a flag in the form of the Client API.
type feature struct {
	Name           string       `json:"name" state:",required"`
	Type           string       `json:"type"`
	Description    string       `json:"description"`
	Project        string       `json:"project"`
	Enabled        bool         `json:"enabled"`
	Stale          bool         `json:"stale"`
	ImpressionData bool         `json:"impressionData"`
	Strategies     []strategy   `json:"strategies"`
	Variants       []variant    `json:"variants"`
	Dependencies   []Dependency `json:"dependencies"`
}

// segment is a segment in the form of the Client API.
type segment struct {
	Segment
	Constraints []constraint `json:"constraints"`
}

func (f *feature) flag() Flag {
	return Flag{
		Name: f.Name, Type: f.Type, Description: f.Description, Project: f.Project, Enabled: f.Enabled, Stale: f.Stale,
		ImpressionData: f.ImpressionData, Dependencies: f.Dependencies,
	}
}

// answer reads an answer of the Client API, or what an SDK has stored of one.
func (r *reader) answer(object *v8json.Object) {
	r.foreign = true
	var form struct {
		Features []feature `json:"features"`
		Segments []segment `json:"segments"`
	}
	r.fill(&form, object, nil)
	for i, segment := range form.Segments {
		segment.Segment.Constraints = r.constraints(segment.Constraints, at(nil, "segments", i, "constraints"))
		r.set.Segments = append(r.set.Segments, named(segment.Segment))
	}
	for i := range form.Features {
		path := at(nil, "features", i)
		flag := form.Features[i].flag()
		flag.Strategies = r.strategies(form.Features[i].Strategies, at(path, "strategies"), r.byID)
		flag.Variants = r.variants(form.Features[i].Variants, at(path, "variants"))
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
	number, is := reference.(float64)
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
