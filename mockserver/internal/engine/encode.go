package engine

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
)

// encoder appends a value as JSON. Values are addressable, which avoids copies to the
// heap.
type encoder func(dst []byte, v reflect.Value) []byte

// newEncoder makes the encoder of a type. The keys of objects come in the order of the
// shape, then those that it does not contain in the order of the fields; the shape may be
// nil.
func newEncoder(t reflect.Type, shape *openapi.Shape) encoder {
	if wrapped, is := isOptional(t); is {
		encode := newEncoder(wrapped, shape)
		return func(dst []byte, v reflect.Value) []byte { return encode(dst, v.Field(0)) }
	}
	switch t {
	case timeType:
		return encodeTime
	case jsonType:
		return func(dst []byte, v reflect.Value) []byte { return JSON(v.Bytes()).AppendJSON(dst) }
	case secretType:
		return func(dst []byte, v reflect.Value) []byte {
			return jsonw.AppendString(dst, v.Addr().Interface().(*Secret).text)
		}
	}
	switch t.Kind() {
	case reflect.String:
		return func(dst []byte, v reflect.Value) []byte { return jsonw.AppendString(dst, v.String()) }
	case reflect.Bool:
		return func(dst []byte, v reflect.Value) []byte { return strconv.AppendBool(dst, v.Bool()) }
	case reflect.Int, reflect.Int32, reflect.Int64:
		return func(dst []byte, v reflect.Value) []byte { return strconv.AppendInt(dst, v.Int(), 10) }
	case reflect.Float64:
		return func(dst []byte, v reflect.Value) []byte { return v8json.FormatNumber(dst, v.Float()) }
	case reflect.Interface:
		return func(dst []byte, v reflect.Value) []byte { return v8json.Stringify(dst, v.Interface()) }
	case reflect.Pointer:
		return pointerEncoder(newEncoder(t.Elem(), shape))
	case reflect.Slice:
		return sliceEncoder(newEncoder(t.Elem(), items(shape)))
	case reflect.Map:
		return mapEncoder(newEncoder(t.Elem(), nil))
	case reflect.Struct:
		return structEncoder(t, shape)
	}
	panic(fmt.Sprintf("engine: an answer cannot hold a %v", t))
}

func items(shape *openapi.Shape) *openapi.Shape {
	if shape == nil {
		return nil
	}
	return shape.Items
}

func encodeTime(dst []byte, v reflect.Value) []byte {
	return jsonw.AppendTime(dst, *v.Addr().Interface().(*time.Time))
}

func pointerEncoder(encode encoder) encoder {
	return func(dst []byte, v reflect.Value) []byte {
		if v.IsNil() {
			return append(dst, "null"...)
		}
		return encode(dst, v.Elem())
	}
}

func sliceEncoder(encode encoder) encoder {
	return func(dst []byte, v reflect.Value) []byte {
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = encode(dst, v.Index(i))
		}
		return append(dst, ']')
	}
}

// mapEncoder writes a map with string keys, sorted bytewise.
func mapEncoder(encode encoder) encoder {
	return func(dst []byte, v reflect.Value) []byte {
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		dst = append(dst, '{')
		for i, key := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsonw.AppendString(dst, key.String()), ':')
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			dst = encode(dst, value)
		}
		return append(dst, '}')
	}
}

// member is a field as it is written into an object.
type member struct {
	key      string // quoted, followed by a colon
	path     []int
	omitZero bool
	encode   encoder
}

func structEncoder(t reflect.Type, shape *openapi.Shape) encoder {
	var members []member
	for _, f := range inOrder(fieldsOf(t), shape) {
		_, inner := shape.Property(f.json)
		_, optional := isOptional(f.Type)
		members = append(members, member{
			key:  string(jsonw.AppendString(nil, f.json)) + ":",
			path: f.path, omitZero: f.omitZero || optional || f.Type == secretType, encode: newEncoder(f.Type, inner),
		})
	}
	return func(dst []byte, v reflect.Value) []byte {
		dst = append(dst, '{')
		empty := true
		for i := range members {
			m := &members[i]
			value := v.Field(m.path[0])
			if len(m.path) > 1 {
				value = at(value, m.path[1:])
			}
			if !value.IsValid() || m.omitZero && isAbsent(value) {
				continue
			}
			if !empty {
				dst = append(dst, ',')
			}
			empty = false
			dst = append(dst, m.key...)
			dst = m.encode(dst, value)
		}
		return append(dst, '}')
	}
}

// isAbsent reports whether an answer omits a value.
func isAbsent(v reflect.Value) bool {
	if v.Type() == secretType {
		return v.Addr().Interface().(*Secret).IsZero()
	}
	return v.IsZero()
}

// inOrder sorts the fields that an answer shows in the order of a shape's properties.
func inOrder(fields []field, shape *openapi.Shape) []field {
	fields = slices.DeleteFunc(fields, func(f field) bool { return f.json == "" })
	place := func(f field) int {
		at, _ := shape.Property(f.json)
		if at < 0 {
			return len(fields) + 1<<16
		}
		return at
	}
	slices.SortStableFunc(fields, func(a, b field) int { return cmp.Compare(place(a), place(b)) })
	return fields
}
