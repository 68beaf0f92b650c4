package main

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// fileKind is a kind of file, recognized by names at its top level and what their values begin with: a flag in a
// file of flags may have any name, and is true, false or an object.
type fileKind struct {
	names map[string]*regexp.Regexp
	flag  string // empty if no flag takes it
	hint  string
}

// What the values of names begin with.
var (
	anything = regexp.MustCompile(``)
	aList    = regexp.MustCompile(`^[\[-]`)
	aText    = regexp.MustCompile(`^["'\d]`)
	anObject = regexp.MustCompile(`^\{`)
	entries  = regexp.MustCompile(`^\{\s*"(version|creator|browser|pages|entries|comment)"`)
)

// fileKinds lists the kinds of files that somebody may confuse; the first one that fits counts.
var fileKinds = []fileKind{
	{map[string]*regexp.Regexp{"openapi": aText}, "--spec", "an OpenAPI document, which goes to --spec"},
	{map[string]*regexp.Regexp{"request": anObject, "response": anObject}, "--replay", "a recording, which goes to --replay"},
	{map[string]*regexp.Regexp{"log": entries}, "", "an HTTP archive; recordings are what proxy --record writes"},
	{map[string]*regexp.Regexp{"version": aText, "sequences": anything}, "", "an exported state, which goes to PUT /_mock/state"},
	{map[string]*regexp.Regexp{"users": aList}, "--seed", "a seed, which goes to --seed"},
	{map[string]*regexp.Regexp{"apiTokens": aList}, "--seed", "a seed, which goes to --seed"},
	{map[string]*regexp.Regexp{"endpoints": aList}, "--seed", "a seed, which goes to --seed"},
	{map[string]*regexp.Regexp{"version": anything, "features": anything}, "--flags", "a file of flags, which goes to --flags"},
	{map[string]*regexp.Regexp{"features": anything, "featureStrategies": anything}, "--flags", "a file of flags, which goes to --flags"},
	{map[string]*regexp.Regexp{"flags": anything}, "--flags", "a file of flags, which goes to --flags"},
}

// otherKind says, for the end of an error, what a file seems to be that a flag cannot read; it is empty if that
// is not known, or what the flag takes.
func otherKind(flag, file string) string {
	source, err := readRegular(flag, file)
	if err != nil {
		return ""
	}
	values := topValues(source)
	for _, kind := range fileKinds {
		if kind.fits(values) {
			if kind.flag == flag {
				return ""
			}
			return "; it looks like " + kind.hint
		}
	}
	return ""
}

func (k fileKind) fits(values map[string][]byte) bool {
	for name, begin := range k.names {
		if value, has := values[name]; !has || !begin.Match(value) {
			return false
		}
	}
	return true
}

// topName finds the names at the top level of a YAML file, approximately, and what is before their values.
var (
	topName     = regexp.MustCompile(`(?m)^"?([A-Za-z]+)"?:`)
	beforeValue = regexp.MustCompile(`^(\s|#.*)*`)
)

// topValues returns the values by name in the first object of a file in JSON, or at the top level of one in YAML.
// Those of YAML have no end.
func topValues(source []byte) map[string][]byte {
	var object map[string]json.RawMessage
	values := map[string][]byte{}
	if json.NewDecoder(bytes.NewReader(source)).Decode(&object) == nil {
		for name, value := range object {
			values[name] = value
		}
		return values
	}
	for _, match := range topName.FindAllSubmatchIndex(source, -1) {
		rest := source[match[1]:]
		values[string(source[match[2]:match[3]])] = rest[len(beforeValue.Find(rest)):]
	}
	return values
}
