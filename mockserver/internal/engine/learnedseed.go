package engine

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// Part is a section of a learned seed, or a list in one of its rows.
type Part struct {
	Name string
	// Noun is the name of a row; empty for the part of a value.
	Noun string
	// BuiltIn says that no row was learned, and that those of the built-in seed come before
	// Rows. Rows does not contain them.
	BuiltIn bool
	Rows    []Row
	// Value is the content for a value. Missing says why it is the default; empty if it is
	// not.
	Value   any
	Missing string
}

// Row is a row of a part.
type Row struct {
	// Label names the row, such as "note 7".
	Label string
	// LeftOut is why the seed cannot have the row; empty if it can.
	LeftOut string
	// Columns are the columns of the row in the seed, without those that have the default.
	Columns *v8json.Object
	// Placeholder says that the secret of the row replaces a hidden one.
	Placeholder bool
	Lists       []Part
	// Note says what was made up about the row; empty for nothing.
	Note string
}

// Reasons why a row or value is not in the seed.
const (
	notRecorded = "not recorded"
	impossible  = "a seed cannot hold it"
	fragments   = "only what belongs to it was recorded"
)

// onlyID is the note about a row that is known only because others refer to it.
const onlyID = "only its id was recorded"

// seedBuilder turns what was learned into a seed.
type seedBuilder struct {
	*Learned
	planter *planter
	through func(any) (any, error)
}

// Seed finishes learning and returns the parts of a seed with everything learned that a
// seed can hold. builtIn is the built-in seed. through writes a value as a seed file does
// and reads it back.
func (l *Learned) Seed(builtIn *v8json.Object, through func(any) (any, error)) []Part {
	for _, finish := range l.finish {
		finish(l)
	}
	engine := l.store.engine
	tx := engine.NewStore().Begin(&Request{})
	defer tx.Abort()
	tx.silent = true
	r := &seedBuilder{l, &planter{engine: engine, tx: tx, known: map[string]map[int64]bool{}}, through}
	var out []Part
	for table := range engine.sections() {
		out = append(out, r.section(table, builtIn))
	}
	for _, value := range engine.values {
		out = append(out, r.value(value))
	}
	return out
}

func (r *seedBuilder) section(table AnyTable, builtIn *v8json.Object) Part {
	rows := table.rowsUnder(r, nil)
	part := Part{Name: table.name(), Noun: table.noun()}
	if recorded := table.recording(); recorded.builtIn && len(rows) == 0 {
		part.BuiltIn = true
		r.planter.rows(table, builtIn, nil, table.name(), nil)
		if recorded.presume != nil {
			rows = r.presumed(table, recorded.presume)
		}
	}
	part.Rows = append(r.rows(table, rows, nil), r.fragments(table)...)
	return part
}

// presumed makes the rows of a table to which learned rows refer.
func (r *seedBuilder) presumed(table AnyTable, presume func(id int64) any) (out []any) {
	ids := map[int64]bool{}
	for _, other := range r.store.engine.tables {
		for _, row := range other.rowsUnder(r, nil) {
			other.codec().references(row, table.name(), ids)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if id > 0 && !r.planter.known[table.name()][id] {
			row := presume(id)
			r.notes[table.name()+string(table.keyOf(row))] = onlyID
			out = append(out, row)
		}
	}
	return out
}

// rows plants rows, each with its nested rows. parent is the planted row that contains
// them.
func (r *seedBuilder) rows(table AnyTable, rows []any, parent any) []Row {
	out := make([]Row, len(rows))
	for i, row := range rows {
		out[i] = r.row(table, row, i, parent)
	}
	return out
}

func (r *seedBuilder) row(table AnyTable, row any, number int, parent any) Row {
	out := Row{
		Label: table.noun() + " " + table.codec().label(row), Columns: r.columns(table, row, parent != nil),
		Placeholder: table.secretOf(row) != nil, Note: r.notes[table.name()+string(table.keyOf(row))],
	}
	read, err := r.through(out.Columns)
	var planted any
	if err == nil {
		planted, _ = r.planter.one(table, read, nil, number, parent)
	}
	if planted == nil {
		r.planter.problems, out.LeftOut = nil, impossible
		return out
	}
	for list, child := range r.store.engine.nestedIn(table) {
		if below := child.rowsUnder(r, table.keyOf(row)); len(below) > 0 {
			out.Lists = append(out.Lists, Part{Name: list, Noun: child.noun(), Rows: r.rows(child, below, planted)})
		}
	}
	return out
}

// columns returns the columns of a row in the seed. References to rows that the seed does
// not have are omitted.
func (r *seedBuilder) columns(table AnyTable, row any, nested bool) *v8json.Object {
	out := v8json.NewObject()
	v, fresh := reflect.ValueOf(row).Elem(), reflect.ValueOf(table.fresh(time.Time{})).Elem()
	for i := range table.codec().fields {
		col := &table.codec().fields[i]
		value := at(v, col.path)
		text := col.encode(nil, value)
		switch {
		case col.parent && nested:
		case col.Type == secretType:
			out.Set(secretName, table.recording().placeholder(row))
		case col.refersTo(value, func(id int64) bool { return id == 0 || id > 0 && !r.planter.known[col.refers][id] }):
		case !bytes.Equal(text, col.encode(nil, at(fresh, col.path))):
			content, err := v8json.ParseOrdered(text)
			must(err) // the encoder wrote it
			out.Set(col.name, content)
		}
	}
	return out
}

// fragments returns the rows of a table that were not learned although rows nested in
// them were.
func (r *seedBuilder) fragments(table AnyTable) (out []Row) {
	listed := map[string]bool{}
	for _, child := range r.store.engine.nestedIn(table) {
		for _, row := range child.rowsUnder(r, nil) {
			label := child.codec().parentLabel(row)
			if !table.hasKey(r, child.parentKey(row)) && !listed[label] {
				listed[label] = true
				out = append(out, Row{Label: table.noun() + " " + label, LeftOut: fragments})
			}
		}
	}
	return out
}

func (r *seedBuilder) value(value *Value) Part {
	out := Part{Name: value.Name, Missing: notRecorded}
	if text := value.stored(r); text != nil {
		content, err := v8json.ParseOrdered(text)
		must(err) // Learn has read it
		if _, err := r.through(content); err == nil {
			out.Value, out.Missing = content, ""
			return out
		}
		out.Missing = impossible
	}
	content, err := v8json.ParseOrdered([]byte(value.Default))
	must(err)
	out.Value = content
	return out
}

// label names a row by its first column, usually the id.
func (c *codec) label(row any) string {
	return fmt.Sprint(at(reflect.ValueOf(row).Elem(), c.fields[0].path))
}

func (c *codec) parentLabel(row any) string {
	i := slices.IndexFunc(c.fields, func(col column) bool { return col.parent })
	return fmt.Sprint(at(reflect.ValueOf(row).Elem(), c.fields[i].path))
}

// references adds the ids by which a row refers to another table.
func (c *codec) references(row any, table string, ids map[int64]bool) {
	for i := range c.fields {
		if col := &c.fields[i]; col.refers == table {
			col.refersTo(at(reflect.ValueOf(row).Elem(), col.path), func(id int64) bool {
				ids[id] = true
				return false
			})
		}
	}
}

// refersTo reports whether the column refers to a row of another table with an id for
// which holds returns true.
func (c *column) refersTo(value reflect.Value, holds func(id int64) bool) bool {
	return c.refers != "" && value.CanInt() && holds(value.Int())
}
