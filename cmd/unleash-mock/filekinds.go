package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// fileKind is a kind of file, recognized by names at its top level.
type fileKind struct {
	names []string
	flag  string // empty if no flag takes it
	hint  string
}

// fileKinds lists the kinds of files that somebody may confuse; the first one that fits counts.
var fileKinds = []fileKind{
	{[]string{"openapi"}, "--spec", "an OpenAPI document, which goes to --spec"},
	{[]string{"request", "response"}, "--replay", "a recording, which goes to --replay"},
	{[]string{"log"}, "", "an HTTP archive; recordings are what proxy --record writes"},
	{[]string{"version", "sequences"}, "", "an exported state, which goes to PUT /_mock/state"},
	{[]string{"users"}, "--seed", "a seed, which goes to --seed"},
	{[]string{"apiTokens"}, "--seed", "a seed, which goes to --seed"},
	{[]string{"endpoints"}, "--seed", "a seed, which goes to --seed"},
	{[]string{"version", "features"}, "--flags", "a file of flags, which goes to --flags"},
	{[]string{"features", "featureStrategies"}, "--flags", "a file of flags, which goes to --flags"},
	{[]string{"flags"}, "--flags", "a file of flags, which goes to --flags"},
}

// otherKind says, for the end of an error, what a file seems to be that a flag cannot read; it is empty if that
// is not known, or what the flag takes.
func otherKind(flag, file string) string {
	source, err := readRegular(flag, file)
	if err != nil {
		return ""
	}
	names := topNames(source)
	for _, kind := range fileKinds {
		if !slices.ContainsFunc(kind.names, func(name string) bool { return !slices.Contains(names, name) }) {
			if kind.flag == flag {
				return ""
			}
			return "; it looks like " + kind.hint
		}
	}
	return ""
}

// topName finds the names at the top level of a YAML file, approximately.
var topName = regexp.MustCompile(`(?m)^"?([A-Za-z]+)"?:`)

// topNames returns the names in the first object of a file in JSON, or at the top level of one in YAML.
func topNames(source []byte) (names []string) {
	var object map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(source)).Decode(&object) == nil {
		for name := range object {
			names = append(names, name)
		}
		return names
	}
	for _, match := range topName.FindAllSubmatch(source, -1) {
		names = append(names, string(match[1]))
	}
	return names
}
