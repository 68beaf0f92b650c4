// Package engine provides the building blocks of resources: typed tables with indexes,
// transactions, events, seeds and snapshots, and operations whose input and answer are Go
// types. It knows no specific resource.
//
// A resource is a package with a function Resource, which returns everything specific to
// it. Whatever else the package exports is for other resources to look up. This package's
// example is a complete resource.
package engine

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Resource is everything specific to one part of the API.
type Resource struct {
	Name   string
	Tables []AnyTable
	// Values are documents of which an instance has one each.
	Values []*Value
	// Operations are the operations that the resource answers, by operationId.
	Operations Operations
	// Credentials are the kinds of tokens that the resource knows.
	Credentials []Credential
	// Owners has, by path parameter, a function that finds the project of the object that
	// the parameter names. Operations need it if the contract says x-unleash-project: {of:
	// parameter}. The project is empty for an object in none.
	Owners map[string]Owner
	// Limits are how often clients may call.
	Limits []Limit
	// Bounds are how much the resource's tables may hold.
	Bounds []Bound
	// Listen receives every event, in the transaction of its change; may be nil.
	Listen func(tx *Tx, event *Event)
	// Upgrade converts the resource's part of a snapshot from a version to the next one; nil
	// if that part never changed.
	Upgrade func(snapshot *v8json.Object, from int)
	// Lessons returns what recorded exchanges show of the resource. It is called once per
	// recording; nil if they show nothing.
	Lessons func() Lessons
	// WellKnown lists the tokens of a seed that are worth showing to a user; may be nil.
	WellKnown func(seed *v8json.Object) []Token
}

// Operations are operations by operationId.
type Operations map[string]Operation

// Owner returns the project in which a permission is needed, from the value of a path
// parameter.
type Owner func(view *View, value string) (project string)

// Credential is a kind of token.
type Credential struct {
	// Under is the part of the API, such as /api/part, whose operations accept these tokens
	// and no others. Empty means the rest of the API.
	Under string
	// Kinds are the contract's names for the kinds of token.
	Kinds []spec.TokenKind
	// Identify returns the identity of a token's owner, and false if the token is not known.
	Identify func(view *View, token string) (Identity, bool)
	// Opens reports whether the state lets a token be used with the parameters of a path. It
	// is for credentials that have their own part of the API.
	Opens func(view *View, identity Identity, path []string) bool
}

// Token is a token of a seed as it is shown to a user.
type Token struct {
	Label, Note, Secret string
	// Kind is the type of an API token; empty for other credentials.
	Kind spec.TokenKind
}

// Rows returns the rows of a list in a seed.
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

// TextIn returns a text of a row of a seed, empty if it has none of that name.
func TextIn(row *v8json.Object, name string) string {
	value, _ := row.Get(name)
	text, _ := value.(string)
	return text
}

// Limit is how many requests one client may make.
type Limit struct {
	// Requests is the number of requests within Per; 0 or less means no limit.
	Requests int
	Per      time.Duration
	// Applies reports whether a request counts, given its method, its path below the base path and
	// its token.
	Applies func(method, path, token string) bool
}

// Engine is a set of resources that fit together and the contract.
type Engine struct {
	contract   *spec.Contract
	operations Operations
	tables     []AnyTable // parents before children
	numbered   []AnyTable // those with ids
	children   map[string][]AnyTable
	values     []*Value
	bounds     map[string]Bound
	most       int64 // limit for rows of tables without a bound; 0 for no limit
	owners     map[string]Owner
	listeners  []func(*Tx, *Event)
	upgrades   []func(*v8json.Object, int)
	schema     *memdb.DBSchema
	resources  []Resource
}

// Limit makes stores refuse changes by which the rows of tables without a bound would
// take more than this number of bytes; 0 means no limit. Call it before the first
// NewStore.
func (e *Engine) Limit(bytes int64) { e.most = bytes }

// New combines resources. The error names every operation that the contract or the
// resources lack, and every mismatch between tables.
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
	problems = append(problems, e.checkTables()...)
	problems = append(problems, e.checkOperations()...)
	if err := errors.Join(problems...); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	_, err := memdb.NewMemDB(e.schema)
	return e, err
}

// checkTables finds tables that are named but do not exist.
func (e *Engine) checkTables() (problems []error) {
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
	return problems
}

// checkOperations finds what operations of the contract need but no resource has, and the other way
// around.
func (e *Engine) checkOperations() (problems []error) {
	var kinds []spec.TokenKind
	for _, credential := range e.Credentials() {
		kinds = append(kinds, credential.Kinds...)
	}
	for _, operation := range e.contract.Operations() {
		for _, kind := range operation.Tokens {
			if !slices.Contains(kinds, kind) {
				problems = append(problems, fmt.Errorf("operation %s accepts tokens of the kind %q, which no resource has", operation.ID, kind))
			}
		}
		if of := operation.Project; of.In == "of" && e.owners[of.Name] == nil {
			problems = append(problems, fmt.Errorf("operation %s asks for the project of {%s}, which no resource knows", operation.ID, of.Name))
		}
	}
	if err := e.contract.CheckHandlers(slices.Collect(maps.Keys(e.operations))); err != nil {
		problems = append(problems, err)
	}
	return problems
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
		e.addTable(table, fail)
	}
	for parameter, owner := range resource.Owners {
		if e.owners[parameter] != nil {
			fail("another resource already knows the project of {%s}", parameter)
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

func (e *Engine) addTable(table AnyTable, fail func(format string, args ...any)) {
	name := table.name()
	if e.schema.Tables[name] != nil {
		fail("there are two tables %s", name)
	}
	if other := e.tableOf(table.singular()); other != nil && table.singular() != "" {
		fail("tables %s and %s both call a row a %s", other.name(), name, table.singular())
	}
	if parent, _ := table.parent(); parent != "" {
		if e.table(parent) == nil {
			fail("table %s belongs to table %s, which is not declared before it", name, parent)
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

// Credentials returns those of all resources, in order.
func (e *Engine) Credentials() []Credential {
	var out []Credential
	for _, resource := range e.resources {
		out = append(out, resource.Credentials...)
	}
	return out
}

// Owner returns the function that finds the project of a path parameter.
func (e *Engine) Owner(parameter string) Owner { return e.owners[parameter] }

// Limits returns those of all resources, in order.
func (e *Engine) Limits() []Limit {
	var out []Limit
	for _, resource := range e.resources {
		out = append(out, resource.Limits...)
	}
	return out
}

// Tables returns the names of the tables, in order.
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
		if _, bounded := s.engine.bounds[name]; bounded { // too many to count one by one
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
	return e.tableWith(func(table AnyTable) bool { return table.name() == name })
}

// tableOf returns the table whose rows have this name in events.
func (e *Engine) tableOf(singular string) AnyTable {
	return e.tableWith(func(table AnyTable) bool { return table.singular() == singular })
}

// tableWith returns the first table for which holds returns true; nil if there is none.
func (e *Engine) tableWith(holds func(AnyTable) bool) AnyTable {
	if i := slices.IndexFunc(e.tables, holds); i >= 0 {
		return e.tables[i]
	}
	return nil
}

// nestedIn returns the tables whose rows are nested in those of a table in seeds and
// snapshots, by the names of their lists.
func (e *Engine) nestedIn(table AnyTable) iter.Seq2[string, AnyTable] {
	return func(yield func(string, AnyTable) bool) {
		for _, child := range e.children[table.name()] {
			if _, list := child.parent(); list != "" && !yield(list, child) {
				return
			}
		}
	}
}

// hasProperty reports whether the rows of a table have a property in seeds and snapshots: a column
// or a list of nested rows.
func (e *Engine) hasProperty(table AnyTable, name string) bool {
	if slices.Contains(table.codec().names, name) {
		return true
	}
	for list := range e.nestedIn(table) {
		if list == name {
			return true
		}
	}
	return false
}

// isSection reports whether a table has a section of its own in seeds and snapshots.
func isSection(table AnyTable) bool {
	_, nested := table.parent()
	return nested == "" && !table.derived()
}

// sections returns the tables that have a section of their own in seeds and snapshots.
func (e *Engine) sections() iter.Seq[AnyTable] {
	return func(yield func(AnyTable) bool) {
		for _, table := range e.tables {
			if isSection(table) && !yield(table) {
				return
			}
		}
	}
}

// hasSection reports whether a seed may have a section of that name.
func (e *Engine) hasSection(name string) bool {
	if table := e.table(name); table != nil {
		return isSection(table)
	}
	return slices.ContainsFunc(e.values, func(value *Value) bool { return value.Name == name })
}

// unlink deletes the children of a row.
func (e *Engine) unlink(tx *Tx, table string, key Key) {
	for _, child := range e.children[table] {
		child.unlink(tx, key)
	}
}
