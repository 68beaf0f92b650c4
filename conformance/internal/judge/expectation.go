package judge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/conformance/internal/jsonvalue"
)

// Expectation reports whether a value is as expected. present is false if there is no value.
type Expectation func(value any, present bool) bool

// ParseExpectation parses an expectation in the words of a scenario. sent is when the
// response was made, for "a moment ago".
func ParseExpectation(text string, sent time.Time) (Expectation, error) {
	if holds, is := plainExpectations[text]; is {
		return holds, nil
	}
	if text == "a moment ago" {
		return func(value any, _ bool) bool { return isAround(value, sent) }, nil
	}
	for _, worded := range wordedExpectations {
		if rest, is := strings.CutPrefix(text, worded.words); is {
			holds, err := worded.parse(rest)
			if err != nil {
				return nil, fmt.Errorf("expectation %q: %w", text, err)
			}
			return holds, nil
		}
	}
	if m := entriesText.FindStringSubmatch(text); m != nil {
		count, err := strconv.Atoi(m[1])
		return func(value any, _ bool) bool {
			list, isList := value.([]any)
			return isList && len(list) == count
		}, err
	}
	literal, isJSON := jsonvalue.Decode([]byte(text))
	if !isJSON {
		return nil, fmt.Errorf("expectation %q is neither a known phrase nor JSON", text)
	}
	return func(value any, present bool) bool { return present && jsonvalue.Equal(value, literal) }, nil
}

var entriesText = regexp.MustCompile(`^(\d+) (?:entry|entries)$`)

var plainExpectations = map[string]Expectation{
	"nothing":         func(_ any, present bool) bool { return !present },
	"null or nothing": func(value any, _ bool) bool { return value == nil },
	"anything":        func(_ any, present bool) bool { return present },
	"a text":          func(value any, _ bool) bool { text, is := value.(string); return is && text != "" },
	"a whole number":  func(value any, _ bool) bool { _, is := wholeNumber(value); return is },
	"a list":          func(value any, _ bool) bool { _, is := value.([]any); return is },
	"true or false":   func(value any, _ bool) bool { _, is := value.(bool); return is },
}

// wordedExpectations lists expectations by the words that they start with. A longer beginning
// comes before a shorter one.
var wordedExpectations = []struct {
	words string
	parse func(rest string) (Expectation, error)
}{
	{"matches ", parsePattern},
	{"not matching ", parseNoPattern},
	{"starts with ", parsePrefix},
	{"not ", parseNot},
	{"nothing or ", parseOptional},
	{"one of ", parseOneOf},
	{"greater than ", comparison(func(order int) bool { return order > 0 })},
	{"at least ", comparison(func(order int) bool { return order >= 0 })},
	{"at most ", comparison(func(order int) bool { return order <= 0 })},
	{"a list with ", parseListWith},
}

// parseListWith parses an expectation that holds for a list in which some entry has all
// members of an object, and possibly more.
func parseListWith(rest string) (Expectation, error) {
	literal, _ := jsonvalue.Decode([]byte(rest))
	members, isObject := literal.(map[string]any)
	if !isObject {
		return nil, fmt.Errorf("an entry must be a JSON object")
	}
	fits := func(entry any) bool {
		object, _ := entry.(map[string]any)
		for name, want := range members {
			if got, has := object[name]; !has || !jsonvalue.Equal(got, want) {
				return false
			}
		}
		return object != nil
	}
	return func(value any, _ bool) bool {
		list, _ := value.([]any)
		return slices.ContainsFunc(list, fits)
	}, nil
}

func parsePattern(rest string) (Expectation, error) {
	if len(rest) < 2 || rest[0] != '/' || rest[len(rest)-1] != '/' {
		return nil, fmt.Errorf("a pattern must be between slashes")
	}
	pattern, err := regexp.Compile(rest[1 : len(rest)-1])
	return func(value any, present bool) bool {
		text, isText := value.(string)
		return present && isText && pattern.MatchString(text)
	}, err
}

// parseNoPattern parses an expectation that also holds for a missing value.
func parseNoPattern(rest string) (Expectation, error) {
	matches, err := parsePattern(rest)
	return func(value any, present bool) bool { return !matches(value, present) }, err
}

func parsePrefix(rest string) (Expectation, error) {
	prefix, err := strconv.Unquote(rest)
	return func(value any, _ bool) bool {
		text, isText := value.(string)
		return isText && strings.HasPrefix(text, prefix)
	}, err
}

// parseLiteral parses a value that an expectation names.
func parseLiteral(text string) (any, error) {
	literal, isJSON := jsonvalue.Decode([]byte(text))
	if !isJSON {
		return nil, fmt.Errorf("%q is not JSON", text)
	}
	return literal, nil
}

func parseNot(rest string) (Expectation, error) {
	literal, err := parseLiteral(rest)
	return func(value any, present bool) bool { return present && !jsonvalue.Equal(value, literal) }, err
}

// parseOptional parses a JSON value that may be absent.
func parseOptional(rest string) (Expectation, error) {
	literal, err := parseLiteral(rest)
	return func(value any, present bool) bool { return !present || jsonvalue.Equal(value, literal) }, err
}

func parseOneOf(rest string) (Expectation, error) {
	list, err := jsonvalue.DecodeList(rest)
	return func(value any, present bool) bool {
		return present && slices.ContainsFunc(list, func(option any) bool { return jsonvalue.Equal(value, option) })
	}, err
}

// comparison parses a bound. Numbers are compared by value, strings letter by letter, which
// for times in UTC is chronological.
func comparison(holds func(order int) bool) func(string) (Expectation, error) {
	return func(rest string) (Expectation, error) {
		bound, err := parseLiteral(rest)
		return func(value any, _ bool) bool {
			order, comparable := jsonvalue.Compare(value, bound)
			return comparable && holds(order)
		}, err
	}
}

func wholeNumber(value any) (int64, bool) {
	number, is := value.(json.Number)
	if !is {
		return 0, false
	}
	whole, err := strconv.ParseInt(number.String(), 10, 64)
	return whole, err == nil
}

// moment is how far a time may be from the time of the response.
const moment = 2 * time.Minute

func isAround(value any, sent time.Time) bool {
	text, _ := value.(string)
	made, err := time.Parse(time.RFC3339, text)
	return err == nil && made.Sub(sent).Abs() <= moment
}
