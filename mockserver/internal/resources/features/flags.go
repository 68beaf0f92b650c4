package features

import (
	"reflect"
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
