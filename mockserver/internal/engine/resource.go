// Package engine holds what every resource is made of: typed tables with their
// indexes, transactions, events, seeds and snapshots, and operations whose input
// and answer are Go types. It knows no resource.
//
// A resource is a package whose function Resource returns all that is particular to
// it; what else it exports, other resources look up. The example of this package is a
// whole one.
package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Resource is all that is particular to a part of the API.
type Resource struct {
	Name   string
	Tables []AnyTable
	// Values are documents that an instance has once.
	Values []*Value
	// Operations are the operations that the resource answers, by operationId.
	Operations Operations
	// Credentials are the kinds of tokens that the resource knows.
	Credentials []Credential
	// Owners find the project of what a parameter of the path names, where the contract
	// says x-unleash-project: {of: parameter}; empty for what is in none.
	Owners map[string]Owner
	// Limits are how often clients may call.
	Limits []Limit
	// Bounds are how much its tables may hold.
	Bounds []Bound
	// Listen is told every event, in the transaction of the change; nil for nobody.
	Listen func(tx *Tx, event *Event)
	// Upgrade turns the resource's part of a snapshot of a version into that of the
	// next; nil if it never changed.
	Upgrade func(snapshot *v8json.Object, from int)
	// Lessons are what recorded exchanges show of the resource, made anew for each
	// recording; nil for nothing.
	Lessons func() Lessons
	// WellKnown lists the tokens of a seed that a user may want to be shown; nil for
	// none.
	WellKnown func(seed *v8json.Object) []Token
}

// Operations are operations by operationId.
type Operations map[string]Operation

// Owner returns the project that a permission is needed in, by the value of a parameter
// of the path.
type Owner func(view *View, value string) (project string)

// Credential is a kind of tokens.
type Credential struct {
	// Under is the part of the API where these tokens count, and no others are known;
	// empty for all others. Such as /api/part.
	Under string
	// Identify returns who a token belongs to; false if it is not known.
	Identify func(view *View, token string) (Identity, bool)
	// Opens reports whether a token is good for the parameters of a path, as far as
	// the state tells; of credentials with a part of the API of their own.
	Opens func(view *View, identity Identity, path []string) bool
}

// Token is a token of a seed, as it is shown.
type Token struct{ Label, Note, Secret string }

// Rows returns the rows that stand in a list of a seed.
func Rows(source *v8json.Object, name string) []*v8json.Object {
	value, _ := source.Get(name)
	list, _ := value.([]any)
	var out []*v8json.Object
	for _, element := range list {
		if row, is := element.(*v8json.Object); is {
			out = append(out, row)
		}
	}
	return out
}

// TextIn returns a text of a row of a seed, empty if there is none.
func TextIn(row *v8json.Object, name string) string {
	value, _ := row.Get(name)
	text, _ := value.(string)
	return text
}

// Limit is how many requests one client may make.
type Limit struct {
	// Requests is how many within a span of time; 0 or less is any number.
	Requests int
	Per      time.Duration
	// Applies reports whether a request counts, by its path below the base path and
	// its token.
	Applies func(path, token string) bool
}

// Engine is a set of resources that fit together and the contract.
type Engine struct {
	contract   *spec.Contract
	operations Operations
	tables     []AnyTable // parents before what hangs on them
	numbered   []AnyTable // those with ids
	children   map[string][]AnyTable
	values     []*Value
	bounds     map[string]Bound
	most       int64 // bytes of the rows without a bound; 0 for any number
	owners     map[string]Owner
	listeners  []func(*Tx, *Event)
	upgrades   []func(*v8json.Object, int)
	schema     *memdb.DBSchema
	resources  []Resource
}

// Limit has stores refuse what would have their rows, of tables without a bound, take more
// than so many bytes; 0 is any number. It is for an engine that has made no store.
func (e *Engine) Limit(bytes int64) { e.most = bytes }

// New puts resources together. The error names every operation that the contract or
// the resources lack, and what does not fit between tables.
func New(contract *spec.Contract, resources ...Resource) (*Engine, error) {
	e := &Engine{
		contract: contract, operations: Operations{}, children: map[string][]AnyTable{}, bounds: map[string]Bound{}, owners: map[string]Owner{}, resources: resources,
		schema: &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{
			sequences:   systemTable(sequences, func(s *sequence) Key { return Text(s.Table) }),
			valuesTable: valuesSchema(),
		}},
	}
	var problems []error
	for _, resource := range resources {
		problems = append(problems, e.add(resource)...)
	}
	for table := range e.bounds {
		if e.table(table) == nil {
			problems = append(problems, fmt.Errorf("a bound is for table %s, which does not exist", table))
		}
	}
	for _, table := range e.tables {
		for _, col := range table.codec().fields {
			if col.refers != "" && e.table(col.refers) == nil {
				problems = append(problems, fmt.Errorf("%s of table %s refers to table %s, which does not exist", col.name, table.name(), col.refers))
			}
		}
	}
	for _, operation := range contract.Operations() {
		if of := operation.Project; of.In == "of" && e.owners[of.Name] == nil {
			problems = append(problems, fmt.Errorf("operation %s asks for the project of {%s}, which no resource knows", operation.ID, of.Name))
		}
	}
	ids := make([]string, 0, len(e.operations))
	for id := range e.operations {
		ids = append(ids, id)
	}
	if err := contract.CheckHandlers(ids); err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	_, err := memdb.NewMemDB(e.schema)
	return e, err
}

func (e *Engine) add(resource Resource) (problems []error) {
	fail := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("resource "+resource.Name+": "+format, args...))
	}
	for id, operation := range resource.Operations {
		if e.operations[id] != nil {
			fail("operation %s has two handlers", id)
		}
		e.operations[id] = operation
	}
	for _, table := range resource.Tables {
		name := table.name()
		if e.schema.Tables[name] != nil {
			fail("there are two tables %s", name)
		}
		if other := e.tableOf(table.singular()); other != nil && table.singular() != "" {
			fail("tables %s and %s both call a row a %s", other.name(), name, table.singular())
		}
		if parent, _ := table.parent(); parent != "" {
			if e.table(parent) == nil {
				fail("table %s hangs on table %s, which does not exist before it", name, parent)
			}
			e.children[parent] = append(e.children[parent], table)
		}
		for _, schema := range table.schemas() {
			e.schema.Tables[schema.Name] = schema
		}
		e.tables = append(e.tables, table)
		if table.idOf(table.fresh(time.Time{})) != nil {
			e.numbered = append(e.numbered, table)
		}
	}
	for parameter, owner := range resource.Owners {
		if e.owners[parameter] != nil {
			fail("another resource knows the project of {%s}", parameter)
		}
		e.owners[parameter] = owner
	}
	resource.checkLessons(fail)
	for _, bound := range resource.Bounds {
		e.bounds[bound.Table] = bound
	}
	e.values = append(e.values, resource.Values...)
	if resource.Listen != nil {
		e.listeners = append(e.listeners, resource.Listen)
	}
	if resource.Upgrade != nil {
		e.upgrades = append(e.upgrades, resource.Upgrade)
	}
	return problems
}

// Credentials are those of all resources, in their order.
func (e *Engine) Credentials() []Credential {
	var out []Credential
	for _, resource := range e.resources {
		out = append(out, resource.Credentials...)
	}
	return out
}

// Owner returns what finds the project of a parameter of the path.
func (e *Engine) Owner(parameter string) Owner { return e.owners[parameter] }

// Limits are those of all resources, in their order.
func (e *Engine) Limits() []Limit {
	var out []Limit
	for _, resource := range e.resources {
		out = append(out, resource.Limits...)
	}
	return out
}

// Tables are the names of the tables, in their order.
func (e *Engine) Tables() []string {
	names := make([]string, len(e.tables))
	for i, table := range e.tables {
		names[i] = table.name()
	}
	return names
}

// Counts returns how many rows each table holds.
func (s *Store) Counts() map[string]int {
	view := s.View(nil)
	out := map[string]int{}
	for _, table := range s.engine.tables {
		name := table.name()
		if table.derived() {
			continue
		}
		if _, bounded := s.engine.bounds[name]; bounded { // too many to count
			out[name] = view.sequence(name).Rows
			continue
		}
		found, err := view.txn.Get(name, primary)
		must(err)
		for raw := found.Next(); raw != nil; raw = found.Next() {
			out[name]++
		}
	}
	return out
}

// Events returns the newest 1000 events, oldest first.
func (s *Store) Events() []*Event {
	events, _ := s.events.list()
	return events
}

func (e *Engine) table(name string) AnyTable {
	i := slices.IndexFunc(e.tables, func(table AnyTable) bool { return table.name() == name })
	if i < 0 {
		return nil
	}
	return e.tables[i]
}

// tableOf is the table whose rows events call by a word.
func (e *Engine) tableOf(singular string) AnyTable {
	i := slices.IndexFunc(e.tables, func(table AnyTable) bool { return table.singular() == singular })
	if i < 0 {
		return nil
	}
	return e.tables[i]
}

// nestedIn are the tables whose rows stand inside those of a table in seeds and
// snapshots.
func (e *Engine) nestedIn(table AnyTable) []AnyTable {
	var out []AnyTable
	for _, child := range e.children[table.name()] {
		if _, list := child.parent(); list != "" {
			out = append(out, child)
		}
	}
	return out
}

// isSection reports whether the rows of a table stand by themselves in seeds and
// snapshots.
func isSection(table AnyTable) bool {
	_, nested := table.parent()
	return nested == "" && !table.derived()
}

// isSection reports whether a seed may have a part of that name.
func (e *Engine) isSection(name string) bool {
	if table := e.table(name); table != nil {
		return isSection(table)
	}
	return slices.ContainsFunc(e.values, func(value *Value) bool { return value.Name == name })
}

// unlink deletes what hangs on a row of a table, or refuses it.
func (e *Engine) unlink(tx *Tx, table string, key Key) error {
	for _, child := range e.children[table] {
		if err := child.unlink(tx, key); err != nil {
			return err
		}
	}
	return nil
}
