package engine

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// field is a field of a struct, or of a struct embedded in it.
type field struct {
	reflect.StructField
	path []int
	// json is the name in requests and answers; empty for none.
	json string
	// omitZero omits a zero value from an answer.
	omitZero bool
}

// fieldsOf lists the fields of a struct type in order, with the fields of embedded
// structs at their position. The first of several fields with the same name hides the
// others.
func fieldsOf(t reflect.Type) []field {
	var out []field
	seen := map[string]bool{}
	var collect func(t reflect.Type, path []int)
	collect = func(t reflect.Type, path []int) {
		for i := range t.NumField() {
			f := t.Field(i)
			at := append(slices.Clip(path), i)
			if inner := elem(f.Type); f.Anonymous && inner.Kind() == reflect.Struct {
				collect(inner, at)
				continue
			}
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" {
				name = ""
			}
			if name != "" && seen[name] {
				continue
			}
			seen[name] = true
			out = append(out, field{StructField: f, path: at, json: name, omitZero: options == "omitzero"})
		}
	}
	collect(t, nil)
	return out
}

// elem returns the type that t points to, or t itself if it is not a pointer.
func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// at returns the value of a field of a struct, or the zero Value if an embedded struct on
// the way is nil.
func at(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// reach is like at, but allocates embedded structs that are nil.
func reach(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	jsonType   = reflect.TypeFor[JSON]()
	secretType = reflect.TypeFor[Secret]()
	idType     = reflect.TypeFor[ID]()
)

func isOptional(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.Name(), "Optional[") || t.PkgPath() != idType.PkgPath() {
		return nil, false
	}
	return t.Field(0).Type, true
}
