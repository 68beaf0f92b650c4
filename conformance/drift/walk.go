package drift

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-openapi/jsonpointer"
	"github.com/pb33f/libopenapi/what-changed/model"
)

// located is a change of the library's model with its JSON pointer.
type located struct {
	*model.Change
	pointer string
}

// segments maps fields of the model to their names in a document, where these differ. An
// empty name adds nothing to the pointer.
var segments = map[string]string{
	"pathItems":            "",
	"response":             "",
	"schemas":              "schema",
	"requestBodies":        "requestBody",
	"securityRequirements": "security",
	"externalDoc":          "externalDocs",
}

// containers maps properties of a change whose value names an entry of a map or list to the
// place of that map or list. An empty place is the current one.
var containers = map[string]string{
	"properties":        "/properties",
	"patternProperties": "/patternProperties",
	"dependentSchemas":  "/dependentSchemas",
	"codes":             "",
	"content":           "/content",
	"headers":           "/headers",
	"parameters":        "/parameters",
	"schemas":           "/schemas",
	"securitySchemes":   "/securitySchemes",
	"responses":         "/responses",
	"requestBodies":     "/requestBodies",
	"links":             "/links",
	"callbacks":         "/callbacks",
	"path":              "",
	"tags":              "/tags",
	"servers":           "",
}

// walk lists the changes below a node of the library's model. The model is a tree of some
// thirty structs. Each embeds its own changes and holds those of its parts, in fields named
// by their JSON tags.
func walk(node any, pointer string) []located {
	if node == nil {
		return nil
	}
	return walkValue(reflect.ValueOf(node), pointer)
}

func walkValue(value reflect.Value, pointer string) []located {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		if change, is := value.Interface().(*model.Change); is {
			return []located{{Change: change, pointer: place(change, pointer)}}
		}
		return walkValue(value.Elem(), pointer)
	case reflect.Slice:
		var found []located
		for i := range value.Len() {
			found = append(found, walkValue(value.Index(i), pointer)...)
		}
		return found
	case reflect.Map:
		var found []located
		keys := value.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		for _, key := range keys {
			found = append(found, walkValue(value.MapIndex(key), pointer+"/"+jsonpointer.Escape(key.String()))...)
		}
		return found
	case reflect.Struct:
		return walkStruct(value, pointer)
	}
	return nil
}

func walkStruct(value reflect.Value, pointer string) []located {
	if name := value.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String && name.String() != "" {
		pointer += "/" + jsonpointer.Escape(name.String())
	}
	var found []located
	for i := range value.NumField() {
		field := value.Type().Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			found = append(found, walkValue(value.Field(i), pointer)...)
		case !field.IsExported() || tag == "-":
		case tag == "changes": // the struct's own changes
			found = append(found, walkValue(value.Field(i), pointer)...)
		default:
			if segment, special := segments[tag]; special {
				tag = segment
			}
			if tag != "" {
				tag = "/" + tag
			}
			found = append(found, walkValue(value.Field(i), pointer+tag)...)
		}
	}
	return found
}

// place returns the pointer of what changed: a named part that was added or removed, or a
// keyword.
func place(change *model.Change, pointer string) string {
	named := cmp.Or(change.Original, change.New)
	if strings.HasSuffix(pointer, "/security") { // the property is the authentication method itself
		return pointer
	}
	container, is := containers[change.Property]
	switch {
	case is && named != "" && change.ChangeType != model.Modified:
		if strings.HasSuffix(pointer, container) {
			container = ""
		}
		return pointer + container + "/" + jsonpointer.Escape(named)
	case strings.HasSuffix(pointer, "/"+change.Property):
		return pointer
	}
	return pointer + "/" + change.Property
}
