package client

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/resources/features"
)

// query is what an SDK asks for, as the answer repeats it.
type query struct {
	*features.Wanted
	Projects    []string // nil for all
	Environment string
	Inline      bool
}

// hash returns the hash of the query, which the npm package hash-sum computes over an
// object that has all five keys (O).
func (q *query) hash() string {
	h := fold(0, "")
	h = fold(fold(fold(h, ""), "[object Object]"), "object")
	h = foldText(h, "environment", q.Environment)
	h = fold(fold(fold(h, "inlineSegmentConstraints"), "[object Boolean]"), "boolean")
	h = fold(h, strconv.FormatBool(q.Inline))
	if q.NamePrefix == "" {
		h = foldUndefined(h, "namePrefix")
	} else {
		h = foldText(h, "namePrefix", q.NamePrefix)
	}
	h = foldList(h, "project", q.Projects)
	if q.Tags == nil {
		h = foldUndefined(h, "tag")
	} else {
		h = fold(fold(fold(h, "tag"), "[object Array]"), "object")
		joined := make([]string, len(q.Tags))
		for _, i := range sortedAsTexts(len(q.Tags)) {
			h = foldList(h, strconv.Itoa(i), q.Tags[i])
			joined[i] = strings.Join(q.Tags[i], ",")
		}
		h = fold(h, strings.Join(joined, ","))
	}
	h = fold(h, "[object Object]")
	return fmt.Sprintf("%08x", uint64(h))
}

// fold adds a text to a hash.
func fold(h int64, text string) int64 {
	if text == "" {
		return h
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		h = int64(int32(int64(int32(h<<5)) - h + int64(unit)))
	}
	if h < 0 {
		h *= -2
	}
	return h
}

func foldText(h int64, key, text string) int64 {
	return fold(fold(fold(fold(h, key), "[object String]"), "string"), text)
}

func foldUndefined(h int64, key string) int64 {
	return fold(fold(fold(fold(h, key), "[object Undefined]"), "undefined"), "undefined")
}

func foldList(h int64, key string, list []string) int64 {
	if list == nil {
		return foldUndefined(h, key)
	}
	h = fold(fold(fold(h, key), "[object Array]"), "object")
	for _, i := range sortedAsTexts(len(list)) {
		h = foldText(h, strconv.Itoa(i), list[i])
	}
	return fold(h, strings.Join(list, ","))
}

// sortedAsTexts returns the places in a list, as keys of an object are sorted: 10 comes
// before 2.
func sortedAsTexts(length int) []int {
	places := make([]int, length)
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return strings.Compare(strconv.Itoa(a), strconv.Itoa(b)) })
	return places
}
