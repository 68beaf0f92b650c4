package features

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/accounts"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// answer is a flag as operations that change it return it.
type answer struct {
	*Flag
	Since    *time.Time `json:"archivedAt,omitzero"`
	Archived bool       `json:"archived"`
}

func answerOf(flag *Flag) answer { return answer{flag, flag.ArchivedAt, flag.ArchivedAt != nil} }

type validateIn struct {
	Name string   `json:"name"`
	_    struct{} `ignored:"body projectId"`
}

// Check refuses a name that a flag cannot have.
func (in validateIn) Check() error { return names.Check("name", in.Name) }

func validate(view *engine.View, in validateIn) (engine.Answer[engine.None], error) {
	if err := free(view, in.Name); err != nil {
		return engine.Answer[engine.None]{}, err
	}
	return engine.Done()
}

// free refuses a name that a flag already has.
func free(r engine.Reader, name string) error {
	if flag := Get(r, name); flag != nil {
		return nameExists(flag.ArchivedAt != nil)
	}
	return nil
}

type createIn struct {
	Project        string                  `path:"projectId"`
	Name           string                  `json:"name"`
	Type           engine.Optional[string] `json:"type"`
	Description    *string                 `json:"description"`
	ImpressionData bool                    `json:"impressionData"`
	Tags           []Tag                   `json:"tags"`
	Rest           unnamed                 `rest:""`
}

// Check refuses a name that a flag cannot have.
func (in *createIn) Check() error { return names.Check("name", in.Name) }

func create(tx *engine.Tx, in createIn) (out engine.Answer[answer], err error) {
	if err := admit(tx, in.Name); err != nil {
		return out, err
	}
	if projects.Find(tx, in.Project) == nil {
		return out, apierror.Missing("Active project with id %s does not exist", in.Project)
	}
	flag := &Flag{
		Name: in.Name, Description: described(in.Description), Type: in.Type.Or("release"), Project: in.Project,
		ImpressionData: in.ImpressionData, CreatedAt: tx.Stamp(), CreatedBy: Person(tx.Identity.Actor),
	}
	m := metadata{get: in.Rest.get}
	flag.Stale = m.boolean("stale")
	flag.archived(m.boolean("archived"), tx.Stamp())
	flag.CreatedAt = m.date("createdAt", flag.CreatedAt)
	creator, claimed := m.unchanged()
	if err := m.err(); err != nil {
		return out, err
	}
	if claimed {
		if err := apierror.CheckInt32("createdByUserId", creator); err != nil {
			return out, err
		}
		flag.CreatedBy = Person{int64(creator), accounts.UsernameOf(tx, int64(creator))}
	}
	if flag, err = makeFlag(tx, flag); err != nil {
		return out, err
	}
	if err := checkTags(tx, in.Tags); err != nil {
		return out, err
	}
	if err := addTags(tx, in.Name, in.Tags); err != nil {
		return out, err
	}
	return engine.OK(answerOf(flag))
}

// unnamed are properties that the schema does not name.
type unnamed map[string]any

func (u unnamed) get(name string) (any, bool) {
	value, sent := u[name]
	return value, sent
}

// admit refuses a new flag if its name is taken, or if there are too many flags.
func admit(r engine.Reader, name string) error {
	if err := free(r, name); err != nil {
		return err
	}
	if len(All(r)) >= maxFlags {
		return apierror.ExceedsLimit("feature flag", maxFlags)
	}
	return nil
}

// makeFlag stores a new flag, which is off in each environment of its project.
func makeFlag(tx *engine.Tx, flag *Flag) (*Flag, error) {
	if flag.CreatedAt.IsZero() {
		flag.CreatedAt = tx.Stamp()
	}
	if err := flags.Insert(tx, flag); err != nil {
		return nil, err
	}
	for _, link := range projects.EnvironmentsOf(tx, flag.Project) {
		if err := toggles.Insert(tx, &Toggle{Flag: flag.Name, Environment: link.Environment, Variants: []Variant{}}); err != nil {
			return nil, err
		}
	}
	return flag, nil
}

type updateIn struct {
	in
	Type           engine.Optional[string] `json:"type"`
	Description    *string                 `json:"description"`
	ImpressionData bool                    `json:"impressionData"`
	Stale          bool                    `json:"stale"`
	Archived       bool                    `json:"archived"`
	Rest           unnamed                 `rest:""`
}

// update replaces all properties in the body. What is missing gets its default, so an
// archived flag leaves the archive. What JavaScript takes for false counts as no name (O).
func update(tx *engine.Tx, in updateIn) (out engine.Answer[answer], err error) {
	switch name, _ := in.Rest.get("name"); name {
	case nil, false, 0.0, "", in.Name:
	default:
		return out, apierror.BadData("Cannot change name of feature flag")
	}
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	m := metadata{get: in.Rest.get}
	if m.unchanged(); m.err() != nil {
		return out, m.err()
	}
	after := *before
	after.Type, after.Description = in.Type.Or("release"), described(in.Description)
	after.ImpressionData, after.Stale = in.ImpressionData, in.Stale
	after.archived(in.Archived, tx.Stamp())
	out.Value = answerOf(&after)
	return out, change(tx, before, &after)
}

// change stores a flag if its properties have changed.
func change(tx *engine.Tx, before, after *Flag) error {
	if before.ArchivedAt == nil && reflect.DeepEqual(before, after) {
		return nil
	}
	return flags.Update(tx, before, after)
}

type patchIn struct {
	in
	Operations engine.JSON `body:""`
	Steps      []struct {
		Path string `json:"path"`
	} `body:""`
}

// patch applies a JSON patch to the properties of a flag, unless it names the variants. Only
// the result is checked, and not against the schema (O).
func patch(tx *engine.Tx, in patchIn) (out engine.Answer[answer], err error) {
	before := Get(tx, in.Name)
	if before == nil {
		return out, noFlag()
	}
	for _, step := range in.Steps {
		if strings.Contains(step.Path, "/variants") {
			return out, denied("Changing variants is done via PATCH operation to /api/admin/projects/:project/features/:feature/variants")
		}
	}
	shown := answerOf(before)
	value, err := patched(engine.Append(nil, &shown), in.Operations, func(sparse) error { return nil }) // a flag has no lists
	if err != nil {
		return out, err
	}
	if _, err := in.find(tx); err != nil {
		return out, err
	}
	m, after := metadata{get: propertiesOf(value)}, *before
	if m.get == nil {
		m.refuse("value", "must be of type object", value)
		return out, m.err()
	}
	m.name()
	after.Stale = m.boolean("stale")
	after.archived(m.boolean("archived"), tx.Stamp())
	after.Type, after.Description = m.kind(), m.description()
	after.ImpressionData = m.boolean("impressionData")
	m.date("createdAt", before.CreatedAt) // only checked: it cannot be changed
	m.unchanged()
	if err := m.err(); err != nil {
		return out, err
	}
	out.Value = answerOf(&after)
	if err := change(tx, before, &after); err != nil || before.Stale == after.Stale {
		return out, err
	}
	event := "feature-stale-off"
	if after.Stale {
		event = "feature-stale-on"
	}
	return out, flags.UpdateAs(tx, event, &after, &after)
}

func archive(tx *engine.Tx, in in) (out engine.Answer[engine.None], err error) {
	if Get(tx, in.Name) == nil {
		return out, noFlag()
	}
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if err := childless(tx, in.Name); err != nil {
		return out, err
	}
	DropParents(tx, in.Name) // reviving does not bring them back (O)
	after, now := *before, tx.Stamp()
	after.ArchivedAt = &now
	if before.lifecycle().Stage != archived {
		after.Lifecycle = &Lifecycle{archived, now}
	}
	return out, flags.UpdateAs(tx, "feature-archived", before, &after)
}

// childless refuses a flag that others depend on.
func childless(r engine.Reader, name string) error {
	if len(childrenOf(r, name)) > 0 {
		return forbidden("You can not archive/delete this feature since other features depend on it.")
	}
	return nil
}

type nameIn struct {
	Name string `path:"featureName"`
}

// revive also switches the flag off everywhere, since an archived flag keeps its state
// (O).
func revive(tx *engine.Tx, in nameIn) (out engine.Answer[engine.None], err error) {
	before := Get(tx, in.Name)
	if before == nil {
		return out, noFlag()
	}
	after, now := *before, tx.Stamp()
	after.ArchivedAt, after.Lifecycle = nil, &Lifecycle{initial, now}
	for _, toggle := range toggles.Under(tx, engine.Text(in.Name)) {
		if toggle.Enabled {
			off := *toggle
			off.Enabled = false
			if err := toggles.UpdateAs(tx, "", toggle, &off); err != nil {
				return out, err
			}
		}
	}
	return out, flags.UpdateAs(tx, "feature-revived", before, &after)
}

// remove deletes only archived flags, and gives the same answer for any other flag
// without children (O).
func remove(tx *engine.Tx, in nameIn) (out engine.Answer[engine.None], err error) {
	if err := childless(tx, in.Name); err != nil {
		return out, err
	}
	if flag := Get(tx, in.Name); flag != nil && flag.ArchivedAt != nil {
		flags.Delete(tx, flag)
	}
	return out, nil
}

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
