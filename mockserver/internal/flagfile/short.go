package flagfile

import (
	"cmp"
	"slices"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

// Keys of the short form. If flags are under a key of their own, segments may be next to
// them.
const (
	flagsKey    = "flags"
	segmentsKey = "segments"
)

// shortFlag is a flag of the short form that is more than true or false.
type shortFlag struct {
	Enabled        *bool     `json:"enabled"`
	Type           string    `json:"type" enum:"experiment,kill-switch,release,operational,permission,sunset"`
	Description    string    `json:"description"`
	Project        string    `json:"project"`
	Stale          bool      `json:"stale"`
	ImpressionData bool      `json:"impressionData"`
	Strategies     []any     `json:"strategies"`
	Variant        any       `json:"variant"`
	Variants       []variant `json:"variants"`
	Dependencies   []any     `json:"dependencies"`
	Tags           []Tag     `json:"tags"`
}

// short reads the short form: names of flags, each with true, false, or an object with
// its properties.
func (r *reader) short(flags *v8json.Object, path []string) {
	for name, value := range flags.All() {
		r.shortFlag(name, value, at(path, name))
	}
}

// shortFlags finds the flags of the short form, and reads the segments next to them.
func (r *reader) shortFlags(object *v8json.Object) (flags *v8json.Object, path []string) {
	under, has := object.Get(flagsKey)
	inner, is := under.(*v8json.Object)
	switch {
	case has && under == nil: // all of them are commented out
		inner = v8json.NewObject()
	case !is || isFlag(inner):
		return object, nil
	}
	for _, name := range object.Keys() {
		if name != flagsKey && name != segmentsKey {
			r.complain([]string{name}, "next to '%s', only '%s' is allowed; flags go under '%[1]s'", flagsKey, segmentsKey)
		}
	}
	r.shortSegments(object)
	return inner, []string{flagsKey}
}

// isFlag reports whether an object describes a flag: it has only keys that a flag can
// have.
func isFlag(object *v8json.Object) bool {
	var form shortFlag
	problems := engine.Fill(&form, object, nil, false)
	_, isFlagNamedSo := form.Variant.(bool)
	return len(object.Keys()) > 0 && problems == nil && !isFlagNamedSo
}

func (r *reader) shortSegments(object *v8json.Object) {
	value, _ := object.Get(segmentsKey)
	if value == nil {
		return
	}
	var list []struct {
		Name string `json:"name" state:",required"`
		segment
	}
	r.fill(&list, value, []string{segmentsKey})
	for i, written := range list {
		out := written.Segment
		out.Name = written.Name
		out.ID = cmp.Or(out.ID, int64(i)+1)
		out.Constraints = r.constraints(written.Constraints, at(nil, segmentsKey, i, "constraints"))
		r.set.Segments = append(r.set.Segments, out)
	}
}

func (r *reader) shortFlag(name string, value any, path []string) {
	if name == "" {
		r.complain(path, "a flag needs a name")
	}
	if enabled, is := value.(bool); is {
		r.add(Flag{Name: name, Enabled: enabled, Strategies: everybody(name)}, path)
		return
	}
	if _, is := value.(*v8json.Object); !is {
		r.complain(path, "got %s, want true, false or an object", engine.TypeOf(value))
		return
	}
	var form shortFlag
	r.fill(&form, value, path)
	if form.Variant != nil {
		if form.Variants != nil {
			r.complain(at(path, "variant"), "a flag has either 'variant' or 'variants'")
		}
		form.Variants = []variant{r.only(form.Variant, at(path, "variant"))}
	}
	flag := Flag{
		Name: name, Type: form.Type, Description: form.Description, Project: form.Project, Enabled: form.Enabled == nil || *form.Enabled,
		Stale: form.Stale, ImpressionData: form.ImpressionData, Tags: form.Tags,
		Variants: r.variants(form.Variants, at(path, "variants")), Strategies: everybody(name),
	}
	if form.Strategies != nil {
		flag.Strategies = nil
	}
	for i, written := range form.Strategies {
		flag.Strategies = append(flag.Strategies, r.shortStrategy(name, written, at(path, "strategies", i)))
	}
	for i, written := range form.Dependencies {
		parent := Dependency{}
		if text, is := written.(string); is {
			parent.Feature = text
		} else {
			r.fill(&parent, written, at(path, "dependencies", i))
		}
		flag.Dependencies = append(flag.Dependencies, parent)
	}
	r.add(flag, path)
}

// only reads the variant that every context gets: just its name, or an object.
func (r *reader) only(value any, path []string) (out variant) {
	if name, is := value.(string); is {
		object := v8json.NewObject()
		object.Set("name", name)
		value = object
	}
	r.fill(&out, value, path)
	return out
}

// everybody returns the strategy that turns a flag on for everybody.
func everybody(flag string) []Strategy {
	return []Strategy{{Name: flexibleRollout, Parameters: rollout(flag)}}
}

const flexibleRollout = "flexibleRollout"

func rollout(flag string) map[string]string {
	return map[string]string{"groupId": flag, "rollout": "100", "stickiness": "default"}
}

// shortStrategy reads a strategy: just a name, or an object. Without a name it is a
// flexibleRollout. A flexibleRollout gets default values for missing parameters, as those
// made in Unleash do.
func (r *reader) shortStrategy(flag string, value any, path []string) Strategy {
	var written struct {
		Name string `json:"name"`
		strategy
	}
	if text, is := value.(string); is {
		written.Name = text
	} else {
		r.fill(&written, value, path)
	}
	written.Name = cmp.Or(written.Name, flexibleRollout)
	written.strategy.Name = written.Name
	out := r.strategy(&written.strategy, path, r.byName)
	out.rollOut(flag)
	return out
}

// rollOut gives a flexibleRollout the parameters that it lacks. An empty one counts as
// missing, except for the rollout (O).
func (s *Strategy) rollOut(flag string) {
	if s.Name != flexibleRollout {
		return
	}
	for name, value := range rollout(flag) {
		if given, has := s.Parameters[name]; !has || given == "" && name != "rollout" {
			s.Parameters[name] = value
		}
	}
}

// byName finds a segment by its name or its id.
func (r *reader) byName(reference any, path []string) int64 {
	if r.segments == nil {
		r.segments = map[any]int64{}
		for _, segment := range slices.Backward(r.set.Segments) { // the first of several counts
			r.segments[segment.Name], r.segments[float64(segment.ID)] = segment.ID, segment.ID
		}
	}
	shown, isScalar := text(reference)
	if id, known := r.segments[reference]; isScalar && known {
		return id
	}
	r.complain(path, "the file has no segment %s; segments go under '%s', next to '%s'", shown, segmentsKey, flagsKey)
	return 0
}
