package foreign

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/ajv"
	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// manyFailures are so many that there may be more than a judgement lists: all texts are then read again.
const manyFailures = 50

// maxReadings is how often a value is judged. No judgement lists more failures than spec keeps.
const maxReadings = 24

// firstReading returns a value whose texts are read by a shape.
func firstReading(shape *openapi.Shape, sent any) any {
	fields := fieldsOf(shape, cloned(sent))
	return literally(fields, ajv.Coerce(shape, cloned(fields)))
}

// literally returns a reading without what only an Unleash reads into texts: numbers such as 0x10, and the
// zone of a date-time that has none.
func literally(sent, read any) any {
	switch sent := sent.(type) {
	case map[string]any:
		for name, value := range read.(map[string]any) {
			read.(map[string]any)[name] = literally(sent[name], value)
		}
	case []any:
		for i, value := range read.([]any) {
			read.([]any)[i] = literally(sent[i], value)
		}
	case string:
		_, isText := read.(string)
		_, isNumber := read.(float64)
		if isText || isNumber && !decimal.MatchString(sent) {
			return sent
		}
	}
	return read
}

// decimal matches a number as servers read it in any language.
var decimal = regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$`)

// settle returns a reading of the texts in a value that passes a check. Where a schema allows
// several types, its shape does not tell which of them a text is, so the texts that fail in the
// first reading are read in other ways. If none passes, settle returns the first one and its
// failures. place is the value's pointer in failures.
func settle(sent, first any, place string, check func(any) []spec.Failure) (any, []spec.Failure) {
	failures := check(first)
	r := readings{tried: map[string]int{}}
	for failed, count := failures, 1; len(failed) > 0; count++ {
		r.blame(failed)
		value := r.next(sent, first, place, len(failed) >= manyFailures)
		if !r.changed || count == maxReadings {
			return first, failures
		}
		if failed = check(value); len(failed) == 0 {
			return value, nil
		}
	}
	return first, nil
}

// cloned returns a value that can be changed.
func cloned(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, inner := range value {
			out[name] = cloned(inner)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, inner := range value {
			out[i] = cloned(inner)
		}
		return out
	}
	return value
}

// readings finds the texts in a value that a check failed for, and reads them in another way.
type readings struct {
	// failed has the places of the failures, with true, and of what they are in.
	failed map[string]bool
	// tried is how many readings of the text at a place have failed.
	tried   map[string]int
	changed bool // a text is read differently from before
}

// blame sets the places of failures.
func (r *readings) blame(failures []spec.Failure) {
	r.failed, r.changed = map[string]bool{}, false
	for _, failure := range failures {
		for end, c := range failure.Pointer {
			if _, known := r.failed[failure.Pointer[:end]]; c == '/' && !known {
				r.failed[failure.Pointer[:end]] = false
			}
		}
		r.failed[failure.Pointer] = true
	}
}

// next returns a value with the next reading of every text in it that failed, or that is in
// something that did. first is the value's first reading.
func (r *readings) next(sent, first any, place string, failed bool) any {
	itself, inner := r.failed[place]
	failed = failed || itself
	switch sent := sent.(type) {
	case map[string]any:
		read, _ := first.(map[string]any)
		out := make(map[string]any, len(sent))
		for name, value := range sent {
			out[name] = r.next(value, read[name], place+"/"+jsonpointer.Escape(name), failed)
		}
		return out
	case []any:
		read, _ := first.([]any)
		out := make([]any, len(sent))
		for i, value := range sent {
			out[i] = r.next(value, read[i], place+"/"+strconv.Itoa(i), failed)
		}
		return out
	case string:
		if failed || inner {
			r.tried[place]++
		}
		if tried := r.tried[place]; tried > 0 {
			others := otherReadings(sent, first)
			r.changed = r.changed || (failed || inner) && tried <= len(others)
			if tried <= len(others) {
				return others[tried-1]
			}
		}
	}
	return first
}

// otherReadings returns the readings of a text other than the first: as itself, and as a whole
// number of any length or another JSON scalar. If the first one is a list of one, so are others.
func otherReadings(text string, first any) []any {
	var readings []any
	if first != any(text) {
		readings = append(readings, text)
	}
	var scalar any
	if len(text) <= maxDigits && wholeNumber.MatchString(text) {
		readings = append(readings, json.Number(text))
	} else if !strings.ContainsAny(text, "[{\" \t\r\n") && json.Unmarshal([]byte(text), &scalar) == nil {
		readings = append(readings, scalar)
	}
	if list, is := first.([]any); is && len(list) == 1 {
		for _, reading := range readings {
			readings = append(readings, []any{reading})
		}
	}
	return readings
}

// maxDigits is the maximum length of a number that is read exactly, as that takes time by its square.
const maxDigits = 1000

var wholeNumber = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
