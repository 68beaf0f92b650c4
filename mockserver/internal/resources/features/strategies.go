package features

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/constraints"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/respond"
)

// Strategy is an activation strategy of a flag in an environment.
type Strategy struct {
	ID          string                   `json:"id"`
	Flag        string                   `json:"-" state:"flag,parent" parent:"featureName"`
	Environment string                   `json:"-" state:"environment,parent" parent:"environment"`
	Name        string                   `json:"name" state:",required"`
	Title       *string                  `json:"title"`
	Disabled    *bool                    `json:"disabled"`
	Parameters  engine.JSON              `json:"parameters"`
	Constraints []constraints.Constraint `json:"constraints"`
	Variants    []Variant                `json:"variants"`
	Segments    []int64                  `json:"segments"`
	SortOrder   int64                    `json:"sortOrder"`
}

const flexibleRollout = "flexibleRollout"

// types are the strategy types of a new instance (O).
var types = []string{flexibleRollout, "default", "remoteAddress", "applicationHostname"}

var byID = engine.Unique("ulid",
	func(s *Strategy) engine.Key { return engine.Text(s.ID) },
	func(s *Strategy) error { return apierror.BadData("the strategy " + s.ID + " is there already") })

var strategies = engine.NewTable(engine.Definition[Strategy]{
	Name: "strategies", Singular: "strategy", Noun: "strategy",
	Key: func(s *Strategy) engine.Key { return engine.Text(s.Flag, s.Environment, s.ID) },
	Parent: &engine.Parent[Strategy]{
		Table: "featureEnvironments", Key: func(s *Strategy) engine.Key { return engine.Text(s.Flag, s.Environment) }, Nested: "strategies",
	},
	Indexes: []*engine.Index[Strategy]{byID},
	Events: engine.Events{
		Created: "feature-strategy-add", Updated: "feature-strategy-update", Deleted: "feature-strategy-remove",
	},
	Default: func(time.Time) Strategy {
		return Strategy{
			Disabled: new(bool), Parameters: engine.JSON("{}"),
			Constraints: []constraints.Constraint{}, Variants: []Variant{}, Segments: []int64{},
		}
	},
	Complete: func(tx *engine.Tx, s *Strategy) {
		if s.ID == "" {
			s.ID = newID(tx)
		}
	},
	Check: checkParameters,
})

// checkParameters refuses parameters that are not texts, because SDKs read nothing else.
func checkParameters(_ engine.Reader, s *Strategy) (field, complaint string) {
	object, is := s.Parameters.Value().(*v8json.Object)
	if !is {
		return "", ""
	}
	for name, inner := range object.All() {
		if _, isText := inner.(string); !isText {
			return "parameters", fmt.Sprintf("%s must be a text, in quotes; it is %s", name, v8json.Stringify(nil, inner))
		}
	}
	return "", ""
}

// StrategiesOf returns the strategies of a flag in an environment, in their order.
func StrategiesOf(r engine.Reader, flag, environment string) []*Strategy {
	all := strategies.Under(r, engine.Text(flag, environment))
	if all == nil {
		return []*Strategy{}
	}
	slices.SortStableFunc(all, func(a, b *Strategy) int { return cmp.Compare(a.SortOrder, b.SortOrder) })
	return all
}

func (s *Strategy) isActive() bool { return s.Disabled == nil || !*s.Disabled }

// active returns the strategies that are not disabled.
func active(all []*Strategy) []*Strategy {
	return slices.DeleteFunc(slices.Clone(all), func(s *Strategy) bool { return !s.isActive() })
}

// parameters returns parameters as they are stored, in the key order of jsonb.
func parameters(values map[string]string) engine.JSON {
	object := v8json.NewObject()
	for name, value := range values {
		object.Set(name, value)
	}
	text, err := v8json.CompactJSONB(v8json.Stringify(nil, object))
	if err != nil {
		panic("features: parameters are no JSON: " + err.Error())
	}
	return text
}

// complete gives a strategy empty parameters and lists in place of missing ones.
func (s *Strategy) complete() {
	if s.Parameters == nil {
		s.Parameters = engine.JSON("{}")
	}
	if s.Constraints == nil {
		s.Constraints = []constraints.Constraint{}
	}
	if s.Variants == nil {
		s.Variants = []Variant{}
	}
	if s.Segments == nil {
		s.Segments = []int64{}
	}
}

// rollOut gives a flexibleRollout the parameters that it lacks. An empty one counts as
// missing, except for the rollout (O).
func (s *Strategy) rollOut(stickiness string) {
	if s.Name != flexibleRollout {
		return
	}
	all := map[string]string{"rollout": "100"}
	maps.Copy(all, s.parameterMap())
	for name, value := range map[string]string{"stickiness": stickiness, "groupId": s.Flag} {
		all[name] = cmp.Or(all[name], value)
	}
	s.Parameters = parameters(all)
}

// stickinessOf returns the stickiness of strategies of a flag that are sent without one: that
// of its project (O), which an imported state need not have.
func stickinessOf(r engine.Reader, flag string) string {
	if project := projects.Find(r, Get(r, flag).Project); project != nil && project.DefaultStickiness != "" {
		return project.DefaultStickiness
	}
	return "default"
}

// parameterMap returns the parameters by name.
func (s *Strategy) parameterMap() map[string]string {
	out := map[string]string{}
	if object, is := s.Parameters.Value().(*v8json.Object); is {
		for name, inner := range object.All() {
			out[name], _ = inner.(string)
		}
	}
	return out
}

// add stores a new strategy with the parameters that Unleash adds, unless there are too
// many. Unless it has a place, it comes last in its environment.
func add(tx *engine.Tx, s *Strategy) error {
	all := StrategiesOf(tx, s.Flag, s.Environment)
	if len(all) >= maxStrategies {
		return apierror.ExceedsLimit("strategy", maxStrategies)
	}
	s.rollOut(stickinessOf(tx, s.Flag))
	if s.SortOrder == unplaced {
		s.SortOrder = 0
		if len(all) > 0 {
			s.SortOrder = all[len(all)-1].SortOrder + 1
		}
	}
	return insert(tx, s)
}

// insert stores a new strategy as it is.
func insert(tx *engine.Tx, s *Strategy) error {
	s.ID = newID(tx)
	s.complete()
	return strategies.Insert(tx, s)
}

// unplaced is the sort order of a strategy that is to come last.
const unplaced = math.MinInt64

// newID makes an id that shows the time, but none before 1970.
func newID(tx *engine.Tx) string {
	return ulid.MustNew(uint64(max(tx.Now.UnixMilli(), 0)), tx.Random).String()
}

type oneStrategy struct {
	inEnvironment
	ID string `path:"strategyId"`
}

// find returns the strategy, whatever its environment (O). Reads and changes word a
// missing one differently.
func (in oneStrategy) find(r engine.Reader, wording string) (*Strategy, error) {
	if found := byID.Find(r, engine.Text(in.ID)); found != nil {
		return found, nil
	}
	return nil, apierror.Missing(wording, in.ID)
}

const (
	noStrategy        = "Could not find strategy with id: %s"
	noStrategyChanged = "Could not find strategy with id=%s"
)

func getStrategy(view *engine.View, in oneStrategy) (out engine.Answer[*Strategy], err error) {
	found, err := in.find(view, noStrategy)
	switch {
	case err != nil:
		return out, err
	case in.elsewhere(view, found) != nil:
		return out, silent()
	}
	return engine.OK(found)
}

// elsewhere refuses to change a strategy that is addressed through another project or
// flag (O).
func (in oneStrategy) elsewhere(r engine.Reader, s *Strategy) error {
	switch {
	case Get(r, s.Flag).Project != in.Project:
		return forbidden("You can not change the projectId for an activation strategy.")
	case s.Flag != in.Name:
		return forbidden("You can not change the featureName for an activation strategy.")
	}
	return nil
}

// silent refuses to read or patch a strategy addressed in that way. The refusal has no
// body (O).
func silent() error { return &apierror.Error{Status: http.StatusForbidden, Envelope: apierror.Empty} }

// strategies returns the strategies of the flag in the environment: none if it is addressed
// through another project (O).
func (in inEnvironment) strategies(r engine.Reader) ([]*Strategy, error) {
	switch {
	case In(r, in.Name, in.Environment) == nil:
		return nil, apierror.Missing("Feature %s does not have environment %s", in.Name, in.Environment)
	case Get(r, in.Name).Project != in.Project:
		return nil, nil
	}
	return StrategiesOf(r, in.Name, in.Environment), nil
}

type listedStrategy struct {
	*Strategy
	Milestone *string `json:"milestoneId"`
}

func listStrategies(view *engine.View, in inEnvironment) (out engine.Answer[[]listedStrategy], err error) {
	all, err := in.strategies(view)
	if err != nil {
		return out, err
	}
	out.Value = []listedStrategy{}
	for _, s := range all {
		out.Value = append(out.Value, listedStrategy{Strategy: s})
	}
	return out, nil
}

type addStrategyIn struct {
	inEnvironment
	strategyBody
}

func addStrategy(tx *engine.Tx, in addStrategyIn) (out engine.Answer[*Strategy], err error) {
	if _, err := in.find(tx); err != nil {
		return out, err
	}
	out.Value = &Strategy{Flag: in.in.Name, Environment: in.Environment, Disabled: new(bool), SortOrder: unplaced}
	if err := in.strategyBody.fill(tx, out.Value); err != nil {
		return out, err
	}
	if toggles.Get(tx, engine.Text(in.in.Name, in.Environment)) == nil { // one that the project has left will do (O)
		return out, apierror.BadData("You have not added the current environment to the project")
	}
	return out, add(tx, out.Value)
}

type updateStrategyIn struct {
	oneStrategy
	strategyBody
}

func updateStrategy(tx *engine.Tx, in updateStrategyIn) (out engine.Answer[*Strategy], err error) {
	before, err := in.oneStrategy.find(tx, noStrategyChanged)
	if err != nil {
		return out, err
	}
	if err := in.elsewhere(tx, before); err != nil {
		return out, err
	}
	out.Value, err = before.change(tx, in.oneStrategy, in.strategyBody)
	return out, err
}

type patchStrategyIn struct {
	oneStrategy
	Operations engine.JSON `body:""`
}

func patchStrategy(tx *engine.Tx, in patchStrategyIn) (out engine.Answer[*Strategy], err error) {
	before, err := in.find(tx, noStrategy)
	if err != nil {
		return out, err
	}
	if in.elsewhere(tx, before) != nil {
		return out, silent()
	}
	var form strategyForm
	value, err := patched(engine.Append(nil, before), in.Operations, refuseHole)
	if err != nil {
		return out, err
	}
	if err := form.read(value); err != nil {
		return out, err
	}
	out.Value, err = before.change(tx, in.oneStrategy, form.body())
	return out, err
}

// elements are the types of what lists of a strategy hold.
var elements = map[any]string{"constraints": "object", "values": "string", "variants": "object", "segments": "number"}

// refuseHole refuses a list of a strategy with a hole as the schema does (O).
func refuseHole(hole sparse) error {
	kind := "defined"
	if len(hole) > 1 {
		kind = cmp.Or(elements[hole[1]], kind)
	}
	return apierror.BadDetails(apierror.Detail{Path: hole.pointer(), Message: fmt.Sprintf("The `%s` property must be %s. You sent undefined.", hole.pointer(), kind)})
}

// change replaces parameters, constraints and variants with what was sent. The rest stays
// unless it was sent and is not null; the place always stays (O). A flag without an
// active strategy in the environment of the path is switched off there.
func (s *Strategy) change(tx *engine.Tx, in oneStrategy, sent strategyBody) (*Strategy, error) {
	after := *s
	after.Parameters, after.Constraints, after.Variants = nil, nil, nil
	sent.Title.Sent = sent.Title.Value != nil
	sent.Disabled.Sent = sent.Disabled.Value != nil
	sent.SortOrder.Sent = false
	if err := sent.fill(tx, &after); err != nil {
		return nil, err
	}
	if sent.Name.Sent {
		after.rollOut(stickinessOf(tx, s.Flag))
	}
	after.complete()
	if err := strategies.Update(tx, s, &after); err != nil {
		return nil, err
	}
	return &after, switchOffUnlessActive(tx, in.inEnvironment)
}

func removeStrategy(tx *engine.Tx, in oneStrategy) (out engine.Answer[engine.None], err error) {
	strategy, err := in.find(tx, noStrategyChanged)
	if err != nil {
		return out, err
	}
	if err := in.elsewhere(tx, strategy); err != nil {
		return out, err
	}
	strategies.Delete(tx, strategy)
	out.Header = http.Header{"Content-Type": {respond.ContentTypeJSON}, "Vary": {"Accept-Encoding"}} // and no body (O)
	return out, switchOffUnlessActive(tx, in.inEnvironment)
}

type sortIn struct {
	inEnvironment
	Order []struct {
		ID        string  `json:"id"`
		SortOrder float64 `json:"sortOrder"`
	} `body:""`
}

// sortStrategies publishes an event if the order changes, not if only numbers do (O).
func sortStrategies(tx *engine.Tx, in sortIn) (out engine.Answer[engine.None], err error) {
	all, err := in.strategies(tx)
	if err != nil {
		return out, err
	}
	order := idsOf(all)
	for _, place := range in.Order {
		if !slices.Contains(order, place.ID) {
			return out, apierror.BadData("trying to change strategies for environment via update sortOrder")
		}
	}
	for i, place := range in.Order {
		if err := apierror.CheckInt32(fmt.Sprintf("[%d].sortOrder", i), place.SortOrder); err != nil {
			return out, err
		}
		before := strategies.Get(tx, engine.Text(in.Name, in.Environment, place.ID))
		after := *before
		after.SortOrder = int64(place.SortOrder)
		if err := strategies.UpdateAs(tx, "", before, &after); err != nil {
			return out, err
		}
	}
	now, err := in.strategies(tx)
	if err != nil || slices.Equal(order, idsOf(now)) {
		return out, err
	}
	return out, strategies.UpdateAs(tx, "strategy-order-changed", now[0], now[0])
}

func idsOf(all []*Strategy) []string {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	return ids
}
