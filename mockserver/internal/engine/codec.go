package engine

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// codec reads and writes the rows of a table in the form that seeds and snapshots share.
// Tags of the row's fields control it:
//
//	state:"name,required"   the name, if it differs from that in json; a seed must have it
//	state:"name,parent"     identifies the row's parent, and is omitted where the row is
//	                        nested in it: the parent's id, or the field named by parent:"name"
//	pattern:"^[a-z]+$"      the pattern that a text must match
//	enum:"Admin,Editor"     the values that a text may have
//	refers:"users"          a seed must have a row with that id, or name, in this table
type codec struct {
	fields []column
	names  []string // allowed in a row
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

// newColumn reads the tags of a field. It returns false for a field that seeds do not
// have.
func newColumn(f field) (column, bool) {
	name, options, _ := strings.Cut(f.Tag.Get("state"), ",")
	name = cmp.Or(name, f.json)
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

// adopt sets the columns of a row that identify its parent.
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

// appendTo writes a secret with its name: the text if it is revealed, else the digest.
func (s *Secret) appendTo(dst []byte, revealed bool) []byte {
	if revealed && s.text != "" {
		return jsonw.AppendString(append(dst, `"`+secretName+`":`...), s.text)
	}
	return encodeDigest(append(dst, `"`+digestName+`":`...), reflect.ValueOf(s).Elem())
}

func encodeDigest(dst []byte, v reflect.Value) []byte {
	text, _ := v.Addr().Interface().(*Secret).digest.MarshalText() // never fails
	return jsonw.AppendString(dst, string(text))
}

// text formats a column of a row for a complaint.
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
	revealed bool // with the text of its secret, if the text was kept
}

// append writes a row. It leaves the object open for further members.
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
