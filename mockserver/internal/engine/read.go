package engine

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// read fills a row from an object and reports problems to the planter.
func (c *codec) read(p *planter, row any, source *v8json.Object, path []string, nested bool) {
	v := reflect.ValueOf(row).Elem()
	for i := range c.fields {
		col := &c.fields[i]
		if col.parent && nested {
			continue
		}
		if col.Type == secretType {
			c.readSecret(p, v, col, source, path)
			continue
		}
		value, has := source.Get(col.name)
		if !has {
			if col.required {
				p.complain(path, "missing property '%s'", col.name)
			}
			continue
		}
		p.value(at(v, col.path), value, col, below(path, col.name))
	}
}

func (c *codec) readSecret(p *planter, row reflect.Value, col *column, source *v8json.Object, path []string) {
	secret := at(row, col.path).Addr().Interface().(*Secret)
	if value, has := source.Get(secretName); has {
		var text string
		p.value(reflect.ValueOf(&text).Elem(), value, col, below(path, secretName))
		*secret = NewSecret(text)
		return
	}
	value, has := source.Get(digestName)
	if !has {
		p.complain(path, "missing property '%s'", secretName)
		return
	}
	text, _ := value.(string)
	if err := secret.digest.UnmarshalText([]byte(text)); err != nil {
		p.complain(below(path, digestName), "%v", err)
	}
}

// value reads a value into a field or a part of it; col has the constraints.
func (p *planter) value(into reflect.Value, value any, col *column, path []string) {
	switch into.Type() {
	case timeType:
		p.time(into, value, path)
		return
	case jsonType:
		p.json(into, value, path)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		if value == nil {
			into.SetZero()
			return
		}
		inner := reflect.New(into.Type().Elem())
		p.value(inner.Elem(), value, col, path)
		into.Set(inner)
	case reflect.String:
		if text, is := p.want(value, "string", path).(string); is {
			p.text(text, col, path)
			into.SetString(text)
		}
	case reflect.Bool:
		if flag, is := p.want(value, "boolean", path).(bool); is {
			into.SetBool(flag)
		}
	case reflect.Int, reflect.Int64:
		if number, is := p.want(value, "integer", path).(float64); is {
			p.number(number, col, path)
			into.SetInt(int64(number))
		}
	case reflect.Float64:
		if number, is := p.want(value, "number", path).(float64); is {
			into.SetFloat(number)
		}
	case reflect.Slice:
		p.list(into, value, col, path)
	case reflect.Map:
		p.entries(into, value, col, path)
	case reflect.Struct:
		p.object(into, value, path)
	case reflect.Interface:
		if value != nil {
			into.Set(reflect.ValueOf(value))
		}
	default:
		panic(fmt.Sprintf("engine: a row cannot hold a %v", into.Type()))
	}
}

// unknown complains about a property that an object cannot have.
func (p *planter) unknown(path []string, name string) {
	p.complain(below(path, name), "additional properties '%s' not allowed", name)
}

// want complains about a value that is not of the given JSON type, and returns nil for
// it. A value that was kept as text is decoded first.
func (p *planter) want(value any, kind string, path []string) any {
	if raw, is := value.(v8json.Raw); is {
		value = raw.Shallow()
	}
	got := TypeOf(value)
	if got == kind || kind == "number" && got == "integer" {
		return value
	}
	p.complain(path, "got %s, want %s", got, kind)
	return nil
}

// TypeOf returns the name of a value's JSON type.
func TypeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func (p *planter) text(text string, col *column, path []string) {
	switch {
	case col.required && text == "":
		p.complain(path, "it is empty")
	case col.pattern != nil && !col.pattern.MatchString(text):
		p.complain(path, "it does not match the pattern %s", col.pattern)
	case col.enum != nil && !p.foreign && !slices.Contains(col.enum, text):
		p.complain(path, "value must be one of '%s'", strings.Join(col.enum, "', '"))
	case col.refers != "" && !p.relaxed && text != "":
		if table := p.engine.table(col.refers); !table.hasKey(p.tx, Text(text)) {
			p.complain(path, "there is no %s %q", table.singular(), text)
		}
	}
}

func (p *planter) number(number float64, col *column, path []string) {
	if col.id && (number < 1 || number > maxID) {
		p.complain(path, "%v is not an id from 1 to %d", number, maxID)
	}
	if col.refers == "" || p.relaxed || number <= 0 {
		return
	}
	if table := p.engine.table(col.refers); !table.hasKey(p.tx, Int(int64(number))) {
		p.complain(path, "no %s has the id %d", table.singular(), int64(number))
	}
}

func (p *planter) list(into reflect.Value, value any, col *column, path []string) {
	list, is := p.want(value, "array", path).([]any)
	if !is {
		return
	}
	out := reflect.MakeSlice(into.Type(), len(list), len(list))
	for i, element := range list {
		p.value(out.Index(i), element, col, below(path, strconv.Itoa(i)))
	}
	into.Set(out)
}

// entries reads a map with string keys.
func (p *planter) entries(into reflect.Value, value any, col *column, path []string) {
	source, is := p.want(value, "object", path).(*v8json.Object)
	if !is {
		return
	}
	out := reflect.MakeMapWithSize(into.Type(), len(source.Keys()))
	for name, inner := range source.All() {
		element := reflect.New(into.Type().Elem()).Elem()
		p.value(element, inner, col, below(path, name))
		out.SetMapIndex(reflect.ValueOf(name), element)
	}
	into.Set(out)
}

func (p *planter) object(into reflect.Value, value any, path []string) {
	source, is := p.want(value, "object", path).(*v8json.Object)
	if !is {
		return
	}
	columns := columnsOf(into.Type())
	for _, name := range source.Keys() {
		if !slices.ContainsFunc(columns, func(col column) bool { return col.name == name }) && !p.lenient {
			p.complain(below(path, name), "additional properties '%s' not allowed, only '%s'", name, namesOf(columns))
		}
	}
	for i := range columns {
		col := &columns[i]
		inner, has := source.Get(col.name)
		switch {
		case inner == nil && p.foreign && !col.required:
		case has:
			p.value(into.FieldByIndex(col.path), inner, col, below(path, col.name))
		case col.required:
			p.complain(path, "missing property '%s'", col.name)
		}
	}
}

// namesOf returns the names of columns as messages list them.
func namesOf(columns []column) string {
	var names []string
	for _, col := range columns {
		names = append(names, col.name)
	}
	return strings.Join(names, "', '")
}

func columnsOf(t reflect.Type) []column {
	if known, is := columnsByType.Load(t); is {
		return known.([]column)
	}
	var columns []column
	for _, f := range fieldsOf(t) {
		if col, is := newColumn(f); is {
			col.id = false // the id of another row, such as an actor's
			columns = append(columns, col)
		}
	}
	columnsByType.Store(t, columns)
	return columns
}

var columnsByType sync.Map // reflect.Type to []column

// Fill reads a value of a file into what into points to, by the tags for rows, and
// returns the problems that it finds. path is the location of the value. lenient accepts
// unknown properties.
func Fill(into, value any, path []string, lenient bool) Problems {
	return (&planter{relaxed: true, lenient: lenient}).fill(into, value, path)
}

// FillForeign is Fill for files of other programs: it accepts unknown properties and
// unknown values of enums, and takes null as missing.
func FillForeign(into, value any, path []string) Problems {
	return (&planter{relaxed: true, lenient: true, foreign: true}).fill(into, value, path)
}

func (p *planter) fill(into, value any, path []string) Problems {
	p.value(reflect.ValueOf(into).Elem(), value, &column{}, path)
	return p.problems
}

// json reads an open value and stores it in the order of jsonb, as Unleash does.
func (p *planter) json(into reflect.Value, value any, path []string) {
	text, is := value.(v8json.Raw)
	if !is || !text.IsObject() {
		if _, is := p.want(value, "object", path).(*v8json.Object); !is {
			return
		}
		text = v8json.Stringify(nil, value)
	}
	ordered, err := v8json.CompactJSONB(text)
	if err != nil { // it is well-formed, but nested deeper than what clients may send
		p.complain(path, "%v", err)
		return
	}
	into.SetBytes(ordered)
}

// time reads an RFC 3339 time or a duration relative to the time of the seed.
func (p *planter) time(into reflect.Value, value any, path []string) {
	text, is := p.want(value, "string", path).(string)
	if !is {
		return
	}
	moment, err := parseMoment(text, p.now)
	if err != nil {
		p.complain(path, "%v", err)
		return
	}
	if !hasFourDigits(moment) {
		p.complain(path, "the year %d does not have four digits", moment.UTC().Year())
	}
	into.Set(reflect.ValueOf(stamp(moment)))
}

func parseMoment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if relative, err := time.ParseDuration(text); err == nil {
		return now.Add(relative), nil
	}
	moment, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a time such as 2023-12-27T13:37:00Z nor a duration such as -2h", text)
	}
	return moment, nil
}
