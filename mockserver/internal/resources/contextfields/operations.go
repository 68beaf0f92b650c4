package contextfields

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/names"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/projects"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/usage"
)

// used is a field with the number of projects and flags that use it.
type used struct {
	*Field
	usage.Counts
}

type listIn struct {
	Include engine.Optional[string] `query:"include"`
}

// list returns the fields sorted by name. Fields of projects are included only on
// request.
func list(usedBy usage.Of[string]) func(*engine.View, listIn) (engine.Answer[[]used], error) {
	return func(view *engine.View, in listIn) (engine.Answer[[]used], error) {
		out, users := []used{}, usedBy(view)
		for _, field := range fields.All(view) {
			if field.Project != "" && !strings.EqualFold(in.Include.Value, "project") {
				continue
			}
			out = append(out, used{field, usage.Count(users[field.Name])})
		}
		return engine.OK(out)
	}
}

type one struct {
	Name string `path:"contextField"`
}

// find returns the field in the path, or the 404 that a change to it gets.
func (in one) find(r engine.Reader) (*Field, error) {
	if found := fields.Get(r, engine.Text(in.Name)); found != nil {
		return found, nil
	}
	return nil, apierror.Missing("Could not find context field with name %s", in.Name)
}

func get(view *engine.View, in one) (out engine.Answer[*Field], err error) {
	if out.Value = fields.Get(view, engine.Text(in.Name)); out.Value == nil {
		return out, apierror.Missing("Could not find context field")
	}
	return out, nil
}

// body is what a client sends about a field, except for the name.
type body struct {
	Description engine.Optional[string]       `json:"description"`
	Stickiness  engine.Optional[bool]         `json:"stickiness"`
	SortOrder   engine.Optional[int64]        `json:"sortOrder"`
	LegalValues engine.Optional[[]LegalValue] `json:"legalValues"`
	Project     engine.Optional[string]       `json:"project"`
}

const maxDescription = 250

// check refuses values that the contract allows but Unleash does not.
func (b *body) check() error {
	if err := names.Length("description", b.Description.Value, maxDescription); err != nil {
		return err
	}
	for i := range b.LegalValues.Value {
		if err := b.LegalValues.Value[i].check(fmt.Sprintf("legalValues[%d].", i)); err != nil {
			return err
		}
	}
	return b.checkDuplicates()
}

func (b *body) checkDuplicates() error {
	seen := map[string]bool{}
	for i, legal := range b.LegalValues.Value {
		if seen[legal.Value] {
			return apierror.BadProperty(fmt.Sprintf("legalValues[%d]", i), "contains a duplicate value", legal.print())
		}
		seen[legal.Value] = true
	}
	return nil
}

const maxValue = 100

func (v *LegalValue) check(prefix string) error {
	if v.Value == "" {
		return apierror.BadProperty(prefix+"value", "is not allowed to be empty", "")
	}
	return names.Length(prefix+"value", v.Value, maxValue)
}

// print writes the value as JSON.
func (v *LegalValue) print() string {
	object := v8json.NewObject()
	object.Set("value", v.Value)
	if v.Description != nil {
		object.Set("description", *v.Description)
	}
	return string(v8json.Stringify(nil, object))
}

// fill puts what was sent into a field. A description that was not sent is kept;
// everything else becomes that of a new field (O).
func (b *body) fill(f *Field) {
	if b.Description.Sent {
		f.Description = &b.Description.Value
	}
	f.Stickiness = b.Stickiness.Value
	f.LegalValues = append([]LegalValue{}, b.LegalValues.Value...)
}

type createIn struct {
	Name string `json:"name"`
	body
}

// create checks first whether the name is taken, then the name itself, then the rest (O).
func create(tx *engine.Tx, in createIn) (out engine.Answer[*Field], err error) {
	if err := isFree(tx, in.Name); err != nil {
		return out, err
	}
	if err := names.Check("name", in.Name); err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	if in.Project.Value != "" && projects.Find(tx, in.Project.Value) == nil {
		return out, apierror.BadData("No project found with id " + in.Project.Value) // a real server answers 500
	}
	if err := apierror.CheckInt32("sortOrder", float64(in.SortOrder.Value)); err != nil {
		return out, err
	}
	field := &Field{Name: in.Name, SortOrder: in.SortOrder.Value, CreatedAt: tx.Stamp(), Project: in.Project.Value}
	in.fill(field)
	if err := fields.Insert(tx, field); err != nil {
		return out, err
	}
	return engine.Created(field, "context/"+field.Name)
}

func isFree(r engine.Reader, name string) error {
	if fields.Get(r, engine.Text(name)) != nil {
		return apierror.Taken("A context field with that name already exist")
	}
	return nil
}

type updateIn struct {
	one
	body
}

func update(tx *engine.Tx, in updateIn) (engine.Answer[engine.None], error) {
	return in.change(tx, in.check, func(f *Field) {
		f.SortOrder = 0
		in.fill(f)
	})
}

// change changes the field in the path, if what was sent is good.
func (in one) change(tx *engine.Tx, check func() error, apply func(*Field)) (out engine.Answer[engine.None], err error) {
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if err := check(); err != nil {
		return out, err
	}
	after := *before
	apply(&after)
	return out, fields.Update(tx, before, &after)
}

func remove(usedBy usage.Of[string]) func(*engine.Tx, one) (engine.Answer[engine.None], error) {
	return func(tx *engine.Tx, in one) (out engine.Answer[engine.None], err error) {
		field, err := in.find(tx)
		if err != nil {
			return out, err
		}
		if len(usedBy(tx)[in.Name]) > 0 {
			return out, apierror.Thrown(http.StatusConflict, "ConflictError",
				"This context field is in use by existing flags. To delete it, first remove its usage from all flags.")
		}
		fields.Delete(tx, field)
		return out, nil
	}
}

type legalValueIn struct {
	one
	LegalValue
}

// addLegalValue adds a legal value, or replaces the one with the same text.
func addLegalValue(tx *engine.Tx, in legalValueIn) (engine.Answer[engine.None], error) {
	return in.change(tx, func() error { return in.check("") }, func(f *Field) {
		f.LegalValues = slices.Clone(f.LegalValues)
		if at := slices.IndexFunc(f.LegalValues, func(legal LegalValue) bool { return legal.Value == in.Value }); at >= 0 {
			f.LegalValues[at] = in.LegalValue
		} else {
			f.LegalValues = append(f.LegalValues, in.LegalValue)
		}
	})
}

type oneLegalValue struct {
	one
	Value string `path:"legalValue"`
}

func removeLegalValue(tx *engine.Tx, in oneLegalValue) (engine.Answer[engine.None], error) {
	return in.change(tx, func() error { return nil }, func(f *Field) {
		f.LegalValues = slices.DeleteFunc(slices.Clone(f.LegalValues), func(legal LegalValue) bool { return legal.Value == in.Value })
	})
}

type nameIn struct {
	Name string `json:"name"`
}

// validate answers without a body if a name is valid and free.
func validate(view *engine.View, in nameIn) (out engine.Answer[engine.None], err error) {
	if err := names.Check("name", in.Name); err != nil {
		return out, err
	}
	return out, isFree(view, in.Name)
}

type strategiesOut struct {
	Strategies []usage.Strategy `json:"strategies"`
}

// strategies returns the strategies that use a field. The field need not exist.
func strategies(usedBy usage.Of[string]) func(*engine.View, one) (engine.Answer[strategiesOut], error) {
	return func(view *engine.View, in one) (engine.Answer[strategiesOut], error) {
		return engine.OK(strategiesOut{append([]usage.Strategy{}, usedBy(view)[in.Name]...)})
	}
}
