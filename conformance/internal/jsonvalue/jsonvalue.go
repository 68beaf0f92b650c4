// Package jsonvalue works on JSON values as they come out of a decoder: maps,
// lists, strings, booleans, nil, and numbers to the letter, as json.Number.
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
)

// Decode reads one JSON value, and reports whether the text is one.
func Decode(text []byte) (value any, isJSON bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return value, true
}

// At returns the value at a JSON pointer, and reports whether there is one. What
// is not JSON, and so nil, has none.
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

// Text writes a value as compact JSON, with nothing escaped for HTML.
func Text(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// Walk visits every property of a value, those of inner objects too.
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

// Equal compares values; numbers by their value, objects without order.
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

// Compare orders two numbers as numbers, or two texts letter by letter, which for
// times in UTC is their order. Nothing else is comparable.
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
