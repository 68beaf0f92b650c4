package features

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
)

// answer is a flag as changes answer it.
type answer struct {
	*Flag
	Archived bool `json:"archived"`
}

type validateIn struct {
	Name string   `json:"name"`
	_    struct{} `ignored:"projectId"`
}

// Check refuses a name that a flag cannot have.
func (in validateIn) Check() error { return names.Check("name", in.Name) }

func validate(view *engine.View, in validateIn) (engine.Answer[engine.None], error) {
	if err := free(view, in.Name); err != nil {
		return engine.Answer[engine.None]{}, err
	}
	return engine.Done()
}

// free returns the refusal of a name that a flag has.
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
}

// Check refuses a name that a flag cannot have.
func (in *createIn) Check() error { return names.Check("name", in.Name) }

func create(tx *engine.Tx, in createIn) (out engine.Answer[answer], err error) {
	if projects.Find(tx, in.Project) == nil {
		return out, notFound("Active project with id %s does not exist", in.Project)
	}
	flag, err := makeFlag(tx, &Flag{
		Name: in.Name, Description: in.Description, Type: in.Type.Or("release"), Project: in.Project, ImpressionData: in.ImpressionData,
	})
	if err != nil {
		return out, err
	}
	if err := checkTags(tx, in.Tags); err != nil {
		return out, err
	}
	for _, tag := range in.Tags {
		tag.Flag = in.Name
		if err := addTag(tx, &tag); err != nil {
			return out, err
		}
	}
	return engine.OK(answer{Flag: flag})
}

// makeFlag stores a new flag of the caller's, which is off in each environment of its
// project.
func makeFlag(tx *engine.Tx, flag *Flag) (*Flag, error) {
	if len(All(tx)) >= maxFlags {
		return nil, apierror.ExceedsLimit("feature flag", maxFlags)
	}
	if err := free(tx, flag.Name); err != nil {
		return nil, err
	}
	flag.CreatedAt, flag.CreatedBy = tx.Stamp(), Person{tx.Identity.Actor.ID, tx.Identity.Actor.Username}
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
	NewName        engine.Optional[string] `json:"name"`
	Type           engine.Optional[string] `json:"type"`
	Description    *string                 `json:"description"`
	ImpressionData bool                    `json:"impressionData"`
	Stale          bool                    `json:"stale"`
	_              struct{}                `ignored:"archived"`
}

// update replaces all that it takes: what is missing gets its default (O).
func update(tx *engine.Tx, in updateIn) (out engine.Answer[answer], err error) {
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if in.NewName.Or(in.Name) != in.Name {
		return out, apierror.BadData("Cannot change name of feature flag")
	}
	after := *before
	after.Type, after.Description = in.Type.Or("release"), in.Description
	after.ImpressionData, after.Stale = in.ImpressionData, in.Stale
	out.Value = answer{Flag: &after}
	return out, change(tx, before, &after)
}

// change stores a flag that says other things of itself, if it does.
func change(tx *engine.Tx, before, after *Flag) error {
	if before.Stale != after.Stale {
		event := "feature-stale-off"
		if after.Stale {
			event = "feature-stale-on"
		}
		stale := *before
		stale.Stale = after.Stale
		if err := flags.UpdateAs(tx, event, before, &stale); err != nil {
			return err
		}
		before = &stale
	}
	if same(before, after) {
		return nil
	}
	return flags.Update(tx, before, after)
}

func same(a, b *Flag) bool {
	return a.Type == b.Type && a.ImpressionData == b.ImpressionData && (a.Description == nil) == (b.Description == nil) &&
		(a.Description == nil || *a.Description == *b.Description)
}

func archive(tx *engine.Tx, in in) (out engine.Answer[engine.None], err error) {
	if Get(tx, in.Name) == nil {
		return out, noFlag()
	}
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if len(childrenOf(tx, in.Name)) > 0 {
		return out, forbidden("You can not archive/delete this feature since other features depend on it.")
	}
	after, now := *before, tx.Stamp()
	after.ArchivedAt = &now
	for _, toggle := range toggles.Under(tx, engine.Text(in.Name)) {
		if toggle.Enabled {
			off := *toggle
			off.Enabled = false
			if err := toggles.UpdateAs(tx, "", toggle, &off); err != nil {
				return out, err
			}
		}
	}
	return out, flags.UpdateAs(tx, "feature-archived", before, &after)
}

type nameIn struct {
	Name string `path:"featureName"`
}

func revive(tx *engine.Tx, in nameIn) (out engine.Answer[engine.None], err error) {
	before := Get(tx, in.Name)
	if before == nil {
		return out, noFlag()
	}
	after := *before
	after.ArchivedAt = nil
	return out, flags.UpdateAs(tx, "feature-revived", before, &after)
}

// remove deletes archived flags alone, and answers the same for all others (O).
func remove(tx *engine.Tx, in nameIn) (out engine.Answer[engine.None], err error) {
	if flag := Get(tx, in.Name); flag != nil && flag.ArchivedAt != nil {
		return out, flags.Delete(tx, flag)
	}
	return out, nil
}

// person is somebody as a flag shows them.
type person struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	ImageURL string `json:"imageUrl"`
}

func (p Person) shown() person {
	name := p.Username
	if p.ID == adminTokenUser {
		name = "Unleash Admin Token User"
	}
	digest := sha256.Sum256([]byte(strings.ToLower(name)))
	return person{p.ID, name, "https://gravatar.com/avatar/" + hex.EncodeToString(digest[:]) + "?s=42&d=retro&r=g"}
}

// adminTokenUser is in whose name admin tokens act.
const adminTokenUser = -42

type link struct {
	ID    string  `json:"id"`
	URL   string  `json:"url"`
	Title *string `json:"title"`
}

type collaborators struct {
	Users []person `json:"users"`
}

type lifecycle struct {
	Stage     string    `json:"stage"`
	EnteredAt time.Time `json:"enteredStageAt"`
}

// whole is a flag with all that belongs to it.
type whole struct {
	Environments []environmentOfFlag `json:"environments"`
	*Flag
	CreatedBy     person        `json:"createdBy"`
	Favorite      *bool         `json:"favorite,omitzero"`
	Archived      bool          `json:"archived"`
	Dependencies  []*Dependency `json:"dependencies"`
	Children      []string      `json:"children"`
	Lifecycle     lifecycle     `json:"lifecycle"`
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

type getIn struct {
	in
	Variants engine.Optional[string] `query:"variantEnvironments"`
}

func get(view *engine.View, in getIn) (out engine.Answer[whole], err error) {
	flag, err := in.find(view)
	switch {
	case err != nil:
		return out, err
	case flag.ArchivedAt != nil:
		return out, notFound("Could not find feature flag with name %s", in.Name)
	}
	creator := flag.CreatedBy.shown()
	found := whole{
		Environments: []environmentOfFlag{}, Flag: flag, CreatedBy: creator, Favorite: projects.Favorite(view),
		Dependencies: ParentsOf(view, in.Name), Children: childrenOf(view, in.Name),
		Lifecycle: lifecycle{"initial", flag.CreatedAt}, Collaborators: collaborators{[]person{creator}},
	}
	for _, environment := range projects.Environments(view) {
		toggle := In(view, in.Name, environment.Name)
		if toggle == nil {
			continue
		}
		shown := environmentOfFlag{
			Name: environment.Name, Enabled: toggle.Enabled, Type: environment.Type, SortOrder: environment.SortOrder,
			Strategies: StrategiesOf(view, in.Name, environment.Name),
		}
		if in.Variants.Or("") == "true" {
			shown.Variants = append([]Variant{}, toggle.Variants...)
		}
		found.Environments = append(found.Environments, shown)
	}
	return engine.OK(found)
}

type listIn struct {
	Project string `path:"projectId"`
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

func list(view *engine.View, in listIn) (engine.Answer[listOut], error) {
	out := listOut{Version: 2, Features: []listed{}}
	environments := projects.Environments(view)
	for _, flag := range All(view) {
		if flag.Project != in.Project {
			continue
		}
		row := listed{
			Type: flag.Type, Description: flag.Description, Name: flag.Name, CreatedAt: flag.CreatedAt, Stale: flag.Stale,
			ImpressionData: flag.ImpressionData, Environments: []listedEnvironment{}, Tags: TagsOf(view, flag.Name),
		}
		for _, environment := range environments {
			toggle := In(view, flag.Name, environment.Name)
			if toggle == nil {
				continue
			}
			all := StrategiesOf(view, flag.Name, environment.Name)
			row.Environments = append(row.Environments, listedEnvironment{
				Name: environment.Name, Enabled: toggle.Enabled, Type: environment.Type, SortOrder: environment.SortOrder,
				VariantCount: int64(len(toggle.Variants)), HasStrategies: len(all) > 0, HasEnabledStrategies: len(active(all)) > 0,
			})
		}
		out.Features = append(out.Features, row)
	}
	return engine.OK(out)
}
