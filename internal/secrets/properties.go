package secrets

import (
	"slices"
	"strings"
)

// propertyBefore returns the quoted name that ends before a colon.
func propertyBefore(text string, colon int) (name string, quoted bool) {
	end := colon - 1
	for end > 0 && colon-end < longestName && blanks[text[end]] {
		end--
	}
	if end < 1 || text[end] != '"' && text[end] != '\'' || isEscaped(text, end) {
		return "", false
	}
	for start := end - 1; start >= 0 && end-start <= 2*longestName; start-- {
		if text[start] == text[end] && !isEscaped(text, start) {
			return text[start+1 : end], true
		}
	}
	return text[max(0, end-longestName):end], true
}

// isEscaped reports whether an odd number of backslashes precedes a position.
func isEscaped(text string, at int) bool {
	count := 0
	for at > count && text[at-count-1] == '\\' {
		count++
	}
	return count%2 == 1
}

// property hides the value after a property's colon.
func (f *finder) property(name string, at int) int {
	from, named := blanks.beyond(f.text, at), f.naming(name)
	switch {
	case f.isJSON() && f.under != nil && !f.isInString(): // already found in a layer below
		return at
	case named.secret:
	case slices.Contains(valueKeys, letters(name)) && f.isPaired(name, at-1, from):
	case named.secretTexts && isTextList(f.text[from:]):
	default:
		return at
	}
	start, end, bare := valueAt(f.inside(from), from)
	return f.hide(start, end, bare)
}

// isPaired reports whether the value of a property is beside the name of a secret, as in
// lists of headers and of variables: {"name": "Authorization", "value": "..."}. The name may
// follow the value only if the value is a string; otherwise each level of nesting would have
// to be searched.
func (f *finder) isPaired(property string, colon, from int) bool {
	key := max(0, strings.LastIndex(f.text[:colon], property)-1)
	if before := f.text[max(0, key-longestBeside):key]; anyNamesSecret(memberBefore, before) {
		return true
	}
	text := f.inside(from)
	if from == len(text) || text[from] != '"' {
		return false
	}
	after := text[min(stringEnd(text, from)+1, len(text)):]
	return anyNamesSecret(memberAfter, after[:min(len(after), longestBeside)])
}

// longestBeside is how many bytes on each side of a value are searched for its name.
const longestBeside = 4 * longestName

// member is a property of an object with its value; the value is empty if it is not a string.
type member struct{ key, value string }

// anyNamesSecret reports whether one of the members that next takes from a text says that the value beside it
// is a secret.
func anyNamesSecret(next func(text string) (m member, rest string, ok bool), text string) bool {
	for {
		m, rest, ok := next(text)
		if !ok {
			return false
		}
		if namesSecret(m.key, m.value) {
			return true
		}
		text = rest
	}
}

// memberBefore takes the member with which a text ends, before the comma of the next one. Values that are
// lists or objects end the search.
func memberBefore(text string) (m member, rest string, ok bool) {
	text, ok = strings.CutSuffix(strings.TrimRight(text, jsonBlanks), ",")
	if !ok {
		return m, "", false
	}
	text = strings.TrimRight(text, jsonBlanks)
	if inner, isString := strings.CutSuffix(text, `"`); isString {
		start := lastQuote(inner)
		m.value, text = inner[start+1:], inner[:max(start, 0)]
	} else {
		text = strings.TrimRight(text, wordChars)
	}
	text, ok = strings.CutSuffix(strings.TrimRight(text, jsonBlanks), ":")
	text, quoted := strings.CutSuffix(strings.TrimRight(text, jsonBlanks), `"`)
	start := lastQuote(text)
	if !ok || !quoted || start < 0 {
		return m, "", false
	}
	m.key = text[start+1:]
	return m, text[:start], true
}

// lastQuote returns the position of the last quote in a text that is not escaped, or -1.
func lastQuote(text string) int {
	at := strings.LastIndexByte(text, '"')
	for at > 0 && isEscaped(text, at) {
		at = strings.LastIndexByte(text[:at], '"')
	}
	return at
}

// memberAfter takes the member with which a text begins, after the comma of the one before it.
func memberAfter(text string) (m member, rest string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimLeft(text, jsonBlanks), ",")
	if !ok {
		return m, "", false
	}
	if m.key, text, ok = stringAt(text); !ok {
		return m, "", false
	}
	if text, ok = strings.CutPrefix(strings.TrimLeft(text, jsonBlanks), ":"); !ok {
		return m, "", false
	}
	if value, rest, isString := stringAt(text); isString {
		m.value, text = value, rest
	} else {
		text = strings.TrimLeft(text, jsonBlanks+wordChars)
	}
	return m, text, true
}

// stringAt takes the string with which a text begins.
func stringAt(text string) (inside, rest string, ok bool) {
	text = strings.TrimLeft(text, jsonBlanks)
	if !strings.HasPrefix(text, `"`) {
		return "", text, false
	}
	end := stringEnd(text, 0)
	return text[1:end], text[min(end+1, len(text)):], true
}

const (
	jsonBlanks = " \t\r\n"
	wordChars  = "+-.0123456789abcdefghijklmnopqrstuvwxyzE" // of numbers, true, false and null
)

// namesSecret reports whether a member says that the value beside it is a secret.
func namesSecret(key, value string) bool {
	return slices.Contains(namingKeys, letters(key)) && (isSecretText(value) || IsHeader(value))
}

// isTextList reports whether a value is a string or begins as a list of strings.
func isTextList(value string) bool {
	value = strings.TrimLeft(strings.TrimPrefix(value, "["), " \t\r\n")
	return strings.HasPrefix(value, `"`)
}

// valueAt returns the secret part of a JSON value: the inside of a string, all of a list
// or an object that is not empty, and any other value except null, true and false. A text
// that was cut may end within the value.
func valueAt(text string, at int) (start, end int, bare bool) {
	if at >= len(text) {
		return at, at, false
	}
	if strings.IndexByte("ub", text[at]) >= 0 && at+1 < len(text) && text[at+1] == '\'' { // of Python
		at++
	}
	switch c := text[at]; c {
	case '"', '\'':
		return at + 1, stringEnd(text, at), false
	case '{', '[':
		inside := blanks.beyond(text, at+1)
		if inside < len(text) && (text[inside] == '}' || text[inside] == ']') {
			return at, at, false
		}
		return at, containerEnd(text, at), true
	}
	end = bareEnd.until(text, at)
	switch text[at:end] {
	case "null", "true", "false":
		return end, end, false
	}
	return at, end, true
}

// stringEnd returns the position of the quote that ends a string. A string in single
// quotes also ends before a double quote, which may belong to a string around it.
func stringEnd(text string, quote int) int {
	for at := quote + 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"', text[quote]:
			return at
		}
	}
	return len(text)
}

// containerEnd returns the end of an object or a list.
func containerEnd(text string, at int) int {
	depth := 0
	for ; at < len(text); at++ {
		switch text[at] {
		case '"':
			at = stringEnd(text, at)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(text)
}
