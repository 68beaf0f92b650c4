package engine

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
)

// codec reads and writes the rows of a table in the form that seeds and snapshots
// share. What it needs to know stands in the tags of the row's fields:
//
//	state:"name,required"   the name, if it is not that of json; a seed must have it
//	state:"name,parent"     the row's parent, left out where the row is nested in it:
//	                        the parent's id, or what parent:"name" says of it
//	pattern:"^[a-z]+$"      what a text must match
//	enum:"Admin,Editor"     the values that a text may have
//	refers:"users"          a seed must have a row of that id, or name, in another table
type codec struct {
	fields []column
	names  []string // that a row may have
}

// column is a field of a row.
type column struct {
	field
	name     string
	required bool
	parent   bool
	id       bool
	refers   string
	pattern  *regexp.Regexp
	enum     []string
	encode   encoder
	weigh    weigher
}

// Names of a secret's column: its text in a seed, its digest in a snapshot.
const (
	secretName = "secret"
	digestName = "digest"
)

func secretField(secret *Secret) string {
	if secret.text == "" {
		return digestName
	}
	return secretName
}

func newCodec[T any]() *codec {
	c := &codec{}
	for _, f := range fieldsOf(reflect.TypeFor[T]()) {
		col, is := newColumn(f)
		if !is {
			continue
		}
		if f.Type == secretType {
			col.name = secretName
			col.encode = encodeDigest
			c.names = append(c.names, digestName)
		} else {
			col.encode = newEncoder(f.Type, nil)
		}
		col.weigh = newWeigher(f.Type)
		c.names = append(c.names, col.name)
		c.fields = append(c.fields, col)
	}
	return c
}

// newColumn reads the tags of a field; false for one that no seed has.
func newColumn(f field) (column, bool) {
	name, options, _ := strings.Cut(f.Tag.Get("state"), ",")
	if name == "" {
		name = f.json
	}
	if name == "" || name == "-" {
		return column{}, false
	}
	col := column{field: f, name: name, required: options == "required", parent: options == "parent", id: name == "id" && f.Type.Kind() == reflect.Int64, refers: f.Tag.Get("refers")}
	if pattern := f.Tag.Get("pattern"); pattern != "" {
		col.pattern = regexp.MustCompile(pattern)
	}
	if values := f.Tag.Get("enum"); values != "" {
		col.enum = strings.Split(values, ",")
	}
	return col, true
}

// adopt sets the columns of a row that say what its parent is.
func (c *codec) adopt(row, parent any) {
	for _, col := range c.fields {
		if !col.parent {
			continue
		}
		name := cmp.Or(col.Tag.Get("parent"), "id")
		fields := fieldsOf(reflect.TypeOf(parent).Elem())
		found := slices.IndexFunc(fields, func(f field) bool { return f.json == name })
		at(reflect.ValueOf(row).Elem(), col.path).Set(at(reflect.ValueOf(parent).Elem(), fields[found].path))
	}
}

// What a row takes in memory, by measurement: so much with its places in the indexes of a
// table, and its texts, which are there once more while a state is read or written.
const (
	rowSize     = 1280
	textCopies  = 2
	elementSize = 64
	linkSize    = 160 // of a link beyond an entry of an index
)

// size estimates the bytes that a row takes.
func (c *codec) size(row any) int {
	v, size := reflect.ValueOf(row).Elem(), rowSize
	for i := range c.fields {
		if weigh := c.fields[i].weigh; weigh != nil { // at costs, too
			size += weigh(at(v, c.fields[i].path))
		}
	}
	return size
}

// weigher estimates the bytes that a value takes beside its place in a row: its texts, its
// elements, and theirs. It is nil for a type whose values take none.
type weigher func(reflect.Value) int

func newWeigher(t reflect.Type) weigher {
	if t == timeType || t == secretType {
		return nil
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) int { return textCopies * v.Len() }
	case reflect.Pointer:
		if weigh := newWeigher(t.Elem()); weigh != nil {
			return func(v reflect.Value) int {
				if v.IsNil() {
					return 0
				}
				return weigh(v.Elem())
			}
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return func(v reflect.Value) int { return textCopies * v.Len() }
		}
		weigh := newWeigher(t.Elem())
		return func(v reflect.Value) int {
			size := elementSize * v.Len()
			for i := range v.Len() {
				size += weigh.of(v.Index(i))
			}
			return size
		}
	case reflect.Map:
		key, value := newWeigher(t.Key()), newWeigher(t.Elem())
		return func(v reflect.Value) int {
			size := elementSize * v.Len()
			for k, element := range v.Seq2() {
				size += key.of(k) + value.of(element)
			}
			return size
		}
	case reflect.Struct:
		fields := make([]weigher, t.NumField())
		for i := range fields {
			fields[i] = newWeigher(t.Field(i).Type)
		}
		if slices.ContainsFunc(fields, func(w weigher) bool { return w != nil }) {
			return func(v reflect.Value) (size int) {
				for i, weigh := range fields {
					size += weigh.of(v.Field(i))
				}
				return size
			}
		}
	}
	return nil
}

func (w weigher) of(v reflect.Value) int {
	if w == nil {
		return 0
	}
	return w(v)
}

// appendTo writes a secret with its name: the text where it is revealed, else the digest.
func (s *Secret) appendTo(dst []byte, revealed bool) []byte {
	if revealed && s.text != "" {
		return jsonw.AppendString(append(dst, `"`+secretName+`":`...), s.text)
	}
	return encodeDigest(append(dst, `"`+digestName+`":`...), reflect.ValueOf(s).Elem())
}

func encodeDigest(dst []byte, v reflect.Value) []byte {
	text, _ := v.Addr().Interface().(*Secret).digest.MarshalText() // which does not fail
	return jsonw.AppendString(dst, string(text))
}

// text prints the column of a row, as a complaint does.
func (c *codec) text(row any, name string) string {
	for i := range c.fields {
		if col := &c.fields[i]; col.name == name {
			return string(col.encode(nil, at(reflect.ValueOf(row).Elem(), col.path)))
		}
	}
	return ""
}

// rowForm is how a row is written.
type rowForm struct {
	nested   bool // inside its parent
	revealed bool // with the text of its secret, if that was kept
}

// append writes a row. The object is left open for what else belongs to the row.
func (c *codec) append(dst []byte, row any, form rowForm) []byte {
	v := reflect.ValueOf(row).Elem()
	dst = append(dst, '{')
	empty := true
	for i := range c.fields {
		col := &c.fields[i]
		value := at(v, col.path)
		if col.parent && form.nested || col.omitZero && value.IsZero() {
			continue
		}
		if !empty {
			dst = append(dst, ',')
		}
		empty = false
		if col.Type == secretType {
			dst = value.Addr().Interface().(*Secret).appendTo(dst, form.revealed)
			continue
		}
		dst = append(jsonw.AppendString(dst, col.name), ':')
		dst = col.encode(dst, value)
	}
	return dst
}

// read fills a row from an object. What is wrong goes to the planter.
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
		p.value(at(v, col.path), value, col, append(slices.Clip(path), col.name))
	}
}

func (c *codec) readSecret(p *planter, row reflect.Value, col *column, source *v8json.Object, path []string) {
	secret := at(row, col.path).Addr().Interface().(*Secret)
	if value, has := source.Get(secretName); has {
		var text string
		p.value(reflect.ValueOf(&text).Elem(), value, col, append(slices.Clip(path), secretName))
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
		p.complain(append(slices.Clip(path), digestName), "%v", err)
	}
}

// value reads a value into a field or a part of it; col has what is demanded of it.
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
	p.complain(path, "additional properties '%s' not allowed", name)
}

// want complains about a value of another type, and returns nil for it. A value whose
// text was kept is read now.
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

// TypeOf names the JSON type of a value of a seed.
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
	case col.enum != nil && !slices.Contains(col.enum, text):
		p.complain(path, "value must be one of '%s'", strings.Join(col.enum, "', '"))
	case col.refers != "" && !p.relaxed && text != "":
		if table := p.engine.table(col.refers); !table.hasKey(p.tx, Text(text)) {
			p.complain(path, "there is no %s %q", table.singular(), text)
		}
	}
}

func (p *planter) number(number float64, col *column, path []string) {
	if col.id && (number < 1 || number > maxID) {
		p.complain(path, "%v is not an id, which goes from 1 to %d", number, maxID)
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
		p.value(out.Index(i), element, col, append(slices.Clip(path), strconv.Itoa(i)))
	}
	into.Set(out)
}

// entries reads a map, whose keys are texts.
func (p *planter) entries(into reflect.Value, value any, col *column, path []string) {
	source, is := p.want(value, "object", path).(*v8json.Object)
	if !is {
		return
	}
	out := reflect.MakeMapWithSize(into.Type(), len(source.Keys()))
	for _, name := range source.Keys() {
		inner, _ := source.Get(name)
		element := reflect.New(into.Type().Elem()).Elem()
		p.value(element, inner, col, append(slices.Clip(path), name))
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
			p.unknown(path, name)
		}
	}
	for i := range columns {
		col := &columns[i]
		inner, has := source.Get(col.name)
		switch {
		case has:
			p.value(into.FieldByIndex(col.path), inner, col, append(slices.Clip(path), col.name))
		case col.required:
			p.complain(path, "missing property '%s'", col.name)
		}
	}
}

func columnsOf(t reflect.Type) []column {
	if known, is := columnsByType.Load(t); is {
		return known.([]column)
	}
	var columns []column
	for _, f := range fieldsOf(t) {
		if col, is := newColumn(f); is {
			col.id = false // that of another row, such as an actor's
			columns = append(columns, col)
		}
	}
	columnsByType.Store(t, columns)
	return columns
}

var columnsByType sync.Map // reflect.Type to []column

// Fill reads a value of a file into what a pointer points to, by the tags of rows, and
// returns what is wrong with it; path is where the value stands. Lenient is for files of
// other programs: they may have properties that nothing here has.
func Fill(into, value any, path []string, lenient bool) Problems {
	p := &planter{relaxed: true, lenient: lenient}
	p.value(reflect.ValueOf(into).Elem(), value, &column{}, path)
	return p.problems
}

// json reads an open value, which is stored in the order of jsonb, as Unleash
// stores it.
func (p *planter) json(into reflect.Value, value any, path []string) {
	if raw, is := value.(v8json.Raw); is && raw.IsObject() {
		text, err := v8json.CompactJSONB(raw)
		must(err) // a Raw is well formed
		into.SetBytes(text)
		return
	}
	if _, is := p.want(value, "object", path).(*v8json.Object); is {
		text, err := v8json.CompactJSONB(v8json.Stringify(nil, value))
		must(err) // Stringify has written it
		into.SetBytes(text)
	}
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
	if year := moment.UTC().Year(); year < 0 || year > 9999 {
		p.complain(path, "the year %d does not have four digits", year)
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
