// Package jsonvalue works on JSON values as a decoder returns them: maps, lists, strings,
// booleans, nil, and numbers in their original spelling, as json.Number.
package jsonvalue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// Decode parses one JSON value and reports whether the text is one.
func Decode(text []byte) (value any, isJSON bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return value, true
}

// At returns the value at a JSON pointer and reports whether there is one. A nil value, as of
// a text that is not JSON, has none.
func At(value any, pointer string) (found any, present bool) {
	if pointer == "" {
		return value, value != nil
	}
	parsed, err := jsonpointer.New(pointer)
	if err != nil {
		return nil, false
	}
	found, _, err = parsed.Get(value)
	return found, err == nil
}

// List returns the list at a JSON pointer; nil if there is none.
func List(value any, pointer string) []any {
	found, _ := At(value, pointer)
	list, _ := found.([]any)
	return list
}

// String returns the string at a JSON pointer; empty if there is none.
func String(value any, pointer string) string {
	found, _ := At(value, pointer)
	text, _ := found.(string)
	return text
}

// DecodeList parses a JSON list.
func DecodeList(text string) ([]any, error) {
	value, _ := Decode([]byte(text))
	list, isList := value.([]any)
	if !isList {
		return nil, fmt.Errorf("%q is not a JSON list", text)
	}
	return list, nil
}

// Text returns a value as compact JSON, without escaping for HTML.
func Text(value any) string {
	text, err := jsonw.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// Walk visits every property of a value, including those of nested objects.
func Walk(value any, visit func(pointer, key string, value any)) { walk(value, "", visit) }

func walk(value any, pointer string, visit func(pointer, key string, value any)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			inner := pointer + "/" + jsonpointer.Escape(key)
			visit(inner, key, value[key])
			walk(value[key], inner, visit)
		}
	case []any:
		for i, inner := range value {
			walk(inner, pointer+"/"+strconv.Itoa(i), visit)
		}
	}
}

// Equal reports whether two values are equal. Numbers are compared by value, and objects
// regardless of the order of their keys.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, is := b.(json.Number)
		if !is {
			return false
		}
		order, comparable := compareNumbers(a, b)
		return comparable && order == 0
	case []any:
		b, is := b.([]any)
		return is && slices.EqualFunc(a, b, Equal)
	case map[string]any:
		b, is := b.(map[string]any)
		return is && maps.EqualFunc(a, b, Equal)
	}
	return reflect.DeepEqual(a, b)
}

// Compare compares two numbers by value, or two strings letter by letter, which for times in
// UTC is chronological. Nothing else is comparable.
func Compare(a, b any) (order int, comparable bool) {
	switch a := a.(type) {
	case json.Number:
		if b, is := b.(json.Number); is {
			return compareNumbers(a, b)
		}
	case string:
		if b, is := b.(string); is {
			return strings.Compare(a, b), true
		}
	}
	return 0, false
}

func compareNumbers(a, b json.Number) (order int, comparable bool) {
	left, isLeft := new(big.Float).SetString(a.String())
	right, isRight := new(big.Float).SetString(b.String())
	if !isLeft || !isRight {
		return 0, false
	}
	return left.Cmp(right), true
}
