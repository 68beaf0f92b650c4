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
	// json is the name in requests and answers, empty for none.
	json string
	// omitZero leaves a zero value out of an answer.
	omitZero bool
}

// fieldsOf lists the fields of a struct type in their order, those of embedded
// structs in their place. A field that stands before one of the same name hides it.
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

// elem is the type itself, or what it points to.
func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// at returns the value of a field of a struct; the zero Value if a struct embedded on
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

// reach is at for a struct that is filled: structs embedded by a pointer are made.
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

// isOptional reports whether a type is an Optional, and of what.
func isOptional(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.Name(), "Optional[") || t.PkgPath() != idType.PkgPath() {
		return nil, false
	}
	return t.Field(0).Type, true
}
