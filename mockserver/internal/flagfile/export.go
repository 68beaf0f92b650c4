package flagfile

import "github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"

// exportSections are lists that export files have but answers of the Client API do not.
var exportSections = []string{"featureStrategies", "featureEnvironments", "contextFields", "featureTags", "tagTypes"}

// exportFile is an export file of Unleash, which holds flags in one environment. It has only
// the ids and names of segments.
type exportFile struct {
	Features   []feature `json:"features"`
	Strategies []struct {
		strategy
		Feature string `json:"featureName" state:",required"`
	} `json:"featureStrategies"`
	Environments []struct {
		Feature     string    `json:"featureName" state:",required"`
		Environment string    `json:"environment"`
		Enabled     bool      `json:"enabled"`
		Variants    []variant `json:"variants"`
	} `json:"featureEnvironments"`
	Tags []struct {
		Feature string `json:"featureName" state:",required"`
		Type    string `json:"tagType" state:",required"`
		Value   string `json:"tagValue" state:",required"`
	} `json:"featureTags"`
	Segments     []segment `json:"segments"`
	Dependencies []struct {
		Feature      string       `json:"feature" state:",required"`
		Dependencies []Dependency `json:"dependencies"`
	} `json:"dependencies"`
}

// exportReader reads an export file, the lists of which refer to flags by name.
type exportReader struct {
	*reader
	exportFile
	index map[string]int // of flags in the set; -1 for archived ones, which SDKs do not get
}

// export reads an export file.
func (r *reader) export(object *v8json.Object) {
	r.foreign = true
	x := exportReader{reader: r, index: map[string]int{}}
	r.fill(&x.exportFile, object, nil)
	for _, segment := range x.Segments {
		r.set.Unknown = append(r.set.Unknown, named(segment.Segment))
	}
	x.readFlags()
	x.readEnvironments()
	x.readStrategies()
	x.readRest()
}

func (x *exportReader) readFlags() {
	for i := range x.Features {
		if x.Features[i].Archived {
			x.index[x.Features[i].Name] = -1
			continue
		}
		x.index[x.Features[i].Name] = len(x.set.Flags)
		x.add(x.Features[i].flag(), at(nil, "features", i))
	}
}

// flag returns the flag to which an item of a list belongs. It returns nil if that is archived,
// and after a complaint.
func (x *exportReader) flag(name, list string, i int, field string) *Flag {
	place, is := x.index[name]
	if !is {
		x.complain(at(nil, list, i, field), "the file has no flag %q", name)
	}
	if !is || place < 0 {
		return nil
	}
	return &x.set.Flags[place]
}

func (x *exportReader) readEnvironments() {
	const list = "featureEnvironments"
	for i, row := range x.Environments {
		if first := x.Environments[0].Environment; row.Environment != first {
			x.complain(at(nil, list, i, "environment"), "got %s after %s, want flags of one environment", row.Environment, first)
		}
		if flag := x.flag(row.Feature, list, i, "featureName"); flag != nil {
			flag.Enabled = row.Enabled
			flag.Variants = x.variants(row.Variants, at(nil, list, i, "variants"))
		}
	}
}

func (x *exportReader) readStrategies() {
	const list = "featureStrategies"
	for i, row := range x.Strategies {
		if flag := x.flag(row.Feature, list, i, "featureName"); flag != nil {
			strategy := x.strategy(&row.strategy, at(nil, list, i), x.byID)
			strategy.rollOut(row.Feature) // as an import does (O)
			flag.Strategies = append(flag.Strategies, strategy)
		}
	}
}

// readRest reads tags and dependencies.
func (x *exportReader) readRest() {
	for i, row := range x.Tags {
		if flag := x.flag(row.Feature, "featureTags", i, "featureName"); flag != nil {
			flag.Tags = append(flag.Tags, Tag{row.Type, row.Value})
		}
	}
	for i, row := range x.Dependencies {
		if flag := x.flag(row.Feature, "dependencies", i, "feature"); flag != nil {
			flag.Dependencies = row.Dependencies
		}
	}
}
