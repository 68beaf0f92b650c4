package features

import (
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/accounts"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// person is a user as a flag shows them.
type person struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	ImageURL string `json:"imageUrl"`
}

func (p Person) shown() person {
	name := p.Username
	switch p.ID {
	case engine.AdminTokenUserID:
		name = "Unleash Admin Token User"
	case engine.SystemUserID:
		name = "Unleash System"
	}
	return person{p.ID, name, accounts.Picture(name)}
}

// creator returns who created a flag, unless there is no such user.
func (f *Flag) creator() *person {
	if f.CreatedBy.Username == "" && f.CreatedBy.ID != engine.AdminTokenUserID {
		return nil
	}
	shown := f.CreatedBy.shown()
	return &shown
}

type link struct {
	ID    string  `json:"id"`
	URL   string  `json:"url"`
	Title *string `json:"title"`
}

type collaborators struct {
	Users []person `json:"users"`
}

// whole is a flag with everything that belongs to it.
type whole struct {
	Environments []environmentOfFlag `json:"environments"`
	*Flag
	CreatedBy     *person       `json:"createdBy,omitzero"`
	Favorite      *bool         `json:"favorite,omitzero"`
	Archived      bool          `json:"archived"`
	Dependencies  []*Dependency `json:"dependencies"`
	Children      []string      `json:"children"`
	Lifecycle     *Lifecycle    `json:"lifecycle"`
	Links         []link        `json:"links"`
	Collaborators collaborators `json:"collaborators"`
}

type environmentOfFlag struct {
	Name       string      `json:"name"`
	LastSeenAt *time.Time  `json:"lastSeenAt"`
	Variants   []Variant   `json:"variants,omitzero"`
	Enabled    bool        `json:"enabled"`
	Yes        int64       `json:"yes"`
	No         int64       `json:"no"`
	Type       string      `json:"type"`
	SortOrder  int64       `json:"sortOrder"`
	Strategies []*Strategy `json:"strategies"`
}

// collaboratorsOn returns those who changed a flag, the latest first (O). If the event of its creation is
// not kept, its creator is the last.
func collaboratorsOn(view *engine.View, flag *Flag) []person {
	var out []person
	told := false // by whom it was created
	add := func(somebody Person) {
		if !slices.ContainsFunc(out, func(p person) bool { return p.ID == somebody.ID }) {
			out = append(out, somebody.shown())
		}
	}
	for _, event := range slices.Backward(view.Events()) {
		if name, _ := FlagOf(event); name == flag.Name && event.CreatedBy.ID != engine.SystemUserID {
			add(Person(event.CreatedBy))
			told = told || event.Type == created
		}
	}
	if !told && flag.creator() != nil {
		add(flag.CreatedBy)
	}
	return out
}

type getIn struct {
	in
	Variants []string `query:"variantEnvironments"`
}

// Asked returns how often SDKs asked for a flag in an environment within this hour.
type Asked func(view *engine.View, flag, environment string) (yes, no int64)

func get(asked Asked) func(*engine.View, getIn) (engine.Answer[whole], error) {
	return func(view *engine.View, in getIn) (engine.Answer[whole], error) { return in.get(view, asked) }
}

func (in getIn) get(view *engine.View, asked Asked) (out engine.Answer[whole], err error) {
	flag, err := in.find(view)
	switch {
	case err != nil:
		return out, err
	case flag.ArchivedAt != nil:
		return out, apierror.Missing("Could not find feature flag with name %s", in.Name)
	}
	found := whole{
		Environments: []environmentOfFlag{}, Flag: flag, CreatedBy: flag.creator(), Favorite: projects.Favorite(view),
		Dependencies: ParentsOf(view, in.Name), Children: childrenOf(view, in.Name),
		Lifecycle: flag.lifecycle(), Collaborators: collaborators{collaboratorsOn(view, flag)},
	}
	for _, environment := range projects.Environments(view) {
		toggle := In(view, in.Name, environment.Name)
		if toggle == nil {
			continue
		}
		shown := environmentOfFlag{
			Name: environment.Name, Enabled: toggle.Enabled, Type: environment.Type, SortOrder: environment.SortOrder,
			Strategies: decided(StrategiesOf(view, in.Name, environment.Name)), LastSeenAt: toggle.LastSeenAt,
		}
		if asked != nil {
			shown.Yes, shown.No = asked(view, in.Name, environment.Name)
		}
		if slices.Equal(in.Variants, []string{"true"}) {
			shown.Variants = append([]Variant{}, toggle.Variants...)
		}
		found.Environments = append(found.Environments, shown)
	}
	return engine.OK(found)
}

// decided returns strategies of which each is either disabled or not. Other answers show null
// if that was sent (O).
func decided(all []*Strategy) []*Strategy {
	for i, s := range all {
		if s.Disabled == nil {
			shown := *s
			shown.Disabled = new(bool)
			all[i] = &shown
		}
	}
	return all
}

type listIn struct {
	Project string `path:"projectId"`
	Filter
}

type listOut struct {
	Version  int64    `json:"version"`
	Features []listed `json:"features"`
}

// listed is a flag as the list of its project shows it.
type listed struct {
	Type           string              `json:"type"`
	Description    *string             `json:"description"`
	Favorite       bool                `json:"favorite"`
	Name           string              `json:"name"`
	CreatedAt      time.Time           `json:"createdAt"`
	Stale          bool                `json:"stale"`
	ImpressionData bool                `json:"impressionData"`
	Environments   []listedEnvironment `json:"environments"`
	Tags           []*Tag              `json:"tags,omitzero"`
}

type listedEnvironment struct {
	Name                 string     `json:"name"`
	Enabled              bool       `json:"enabled"`
	Type                 string     `json:"type"`
	SortOrder            int64      `json:"sortOrder"`
	VariantCount         int64      `json:"variantCount"`
	LastSeenAt           *time.Time `json:"lastSeenAt"`
	HasStrategies        bool       `json:"hasStrategies"`
	HasEnabledStrategies bool       `json:"hasEnabledStrategies"`
}

// list regards neither the letter case of a prefix nor a blank one (O).
func list(view *engine.View, in listIn) (answer engine.Answer[listOut], err error) {
	if empty := []any{nil, ""}; slices.Contains(empty, in.NamePrefix.Value) && slices.Contains(empty, in.Tags.Value) {
		in.Filter = Filter{} // an empty one is refused beside another one only
	}
	wanted, err := in.Read(engine.Optional[any]{})
	if err != nil {
		return answer, err
	}
	prefix := strings.ToLower(wanted.NamePrefix)
	if strings.TrimSpace(prefix) == "" {
		prefix = ""
	}
	named := Like(prefix)
	out := listOut{Version: 2, Features: []listed{}}
	environments := projects.Environments(view)
	for _, flag := range All(view) {
		if flag.Project != in.Project || !named.Match(strings.ToLower(flag.Name)) || !wanted.Tagged(view, flag.Name) {
			continue
		}
		row := listed{
			Type: flag.Type, Description: flag.Description, Name: flag.Name, CreatedAt: flag.CreatedAt, Stale: flag.Stale,
			ImpressionData: flag.ImpressionData, Environments: []listedEnvironment{}, Tags: tagsOf(view, flag.Name),
		}
		for _, environment := range environments {
			toggle := In(view, flag.Name, environment.Name)
			if toggle == nil {
				continue
			}
			all := StrategiesOf(view, flag.Name, environment.Name)
			row.Environments = append(row.Environments, listedEnvironment{
				Name: environment.Name, Enabled: toggle.Enabled, Type: environment.Type, SortOrder: environment.SortOrder,
				LastSeenAt:   toggle.LastSeenAt,
				VariantCount: int64(len(toggle.Variants)), HasStrategies: len(all) > 0, HasEnabledStrategies: len(active(all)) > 0,
			})
		}
		out.Features = append(out.Features, row)
	}
	return engine.OK(out)
}
