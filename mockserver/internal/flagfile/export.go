package flagfile

import "github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"

// exportSections are lists that export files have but answers of the Client API do not.
var exportSections = []string{"featureStrategies", "featureEnvironments", "contextFields", "featureTags", "tagTypes"}

// export reads an export file of Unleash, which holds flags in one environment. It has
// only the ids and names of segments.
func (r *reader) export(object *v8json.Object) {
	r.foreign = true
	var form struct {
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
	r.fill(&form, object, nil)
	for _, segment := range form.Segments {
		r.set.Unknown = append(r.set.Unknown, named(segment.Segment))
	}
	index := map[string]int{} // -1 for archived ones, which SDKs do not get
	for i := range form.Features {
		if form.Features[i].Archived {
			index[form.Features[i].Name] = -1
			continue
		}
		index[form.Features[i].Name] = len(r.set.Flags)
		r.add(form.Features[i].flag(), at(nil, "features", i))
	}
	// of returns the flag that an item of a list belongs to, nil if that is archived and
	// after a complaint.
	of := func(name, list string, i int, field string) *Flag {
		place, is := index[name]
		if !is {
			r.complain(at(nil, list, i, field), "the file has no flag %q", name)
		}
		if !is || place < 0 {
			return nil
		}
		return &r.set.Flags[place]
	}
	for i, row := range form.Environments {
		if first := form.Environments[0].Environment; row.Environment != first {
			r.complain(at(nil, "featureEnvironments", i, "environment"), "got %s after %s, want flags of one environment", row.Environment, first)
		}
		if flag := of(row.Feature, "featureEnvironments", i, "featureName"); flag != nil {
			flag.Enabled = row.Enabled
			flag.Variants = r.variants(row.Variants, at(nil, "featureEnvironments", i, "variants"))
		}
	}
	for i, row := range form.Strategies {
		if flag := of(row.Feature, "featureStrategies", i, "featureName"); flag != nil {
			strategy := r.strategy(&row.strategy, at(nil, "featureStrategies", i), r.byID)
			strategy.rollOut(row.Feature) // as an import does (O)
			flag.Strategies = append(flag.Strategies, strategy)
		}
	}
	for i, row := range form.Tags {
		if flag := of(row.Feature, "featureTags", i, "featureName"); flag != nil {
			flag.Tags = append(flag.Tags, Tag{row.Type, row.Value})
		}
	}
	for i, row := range form.Dependencies {
		if flag := of(row.Feature, "dependencies", i, "feature"); flag != nil {
			flag.Dependencies = row.Dependencies
		}
	}
}
