package features

import (
	"time"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
)

type cloneIn struct {
	in
	NewName        string                `json:"name"`
	ReplaceGroupID engine.Optional[bool] `json:"replaceGroupId"`
}

// clone creates a flag with the properties, strategies, variants and parents of another
// one that is not archived. It is off, and has no tags (O).
func clone(tx *engine.Tx, in cloneIn) (out engine.Answer[answer], err error) {
	source := Get(tx, in.Name)
	if source == nil || source.Project != in.Project {
		return out, apierror.Missing("There's no feature named \"%s\" in project \"%s\".", in.Name, in.Project)
	}
	if err := names.Check("name", in.NewName); err != nil {
		return out, err
	}
	if err := admit(tx, in.NewName); err != nil {
		return out, err
	}
	if source.ArchivedAt != nil {
		return out, apierror.Missing("Could not find feature flag with name %s", in.Name)
	}
	copied := *source
	copied.Name, copied.CreatedAt, copied.CreatedBy, copied.Lifecycle = in.NewName, time.Time{}, Person(tx.Identity.Actor), nil
	made, err := makeFlag(tx, &copied)
	if err != nil {
		return out, err
	}
	for _, parent := range ParentsOf(tx, in.Name) {
		copied := *parent
		copied.Flag = in.NewName
		if err := dependencies.Insert(tx, &copied); err != nil {
			return out, err
		}
	}
	for _, toggle := range toggles.Under(tx, engine.Text(in.Name)) {
		if toggle.Left {
			continue
		}
		if err := in.copyEnvironment(tx, toggle); err != nil {
			return out, err
		}
	}
	return engine.OK(answer{Flag: made})
}

// copyEnvironment gives the clone what the flag has in an environment.
func (in cloneIn) copyEnvironment(tx *engine.Tx, from *Toggle) error {
	for _, s := range StrategiesOf(tx, from.Flag, from.Environment) {
		copied := *s
		copied.Flag = in.NewName
		if in.ReplaceGroupID.Or(true) {
			copied.setGroup(in.NewName)
		}
		if err := add(tx, &copied); err != nil {
			return err
		}
	}
	if len(from.Variants) == 0 {
		return nil
	}
	return PutVariants(tx, in.NewName, from.Environment, from.Variants)
}

// setGroup replaces the group by which contexts are distributed, if there is one.
func (s *Strategy) setGroup(group string) {
	values := s.parameterMap()
	if _, has := values["groupId"]; has {
		values["groupId"] = group
		s.Parameters = parameters(values)
	}
}
