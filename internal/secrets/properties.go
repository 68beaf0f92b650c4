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
	case strings.EqualFold(name, "value") && f.isPaired(name, at-1, from):
	case named.secretTexts && isTextList(f.text[from:]):
	default:
		return at
	}
	start, end, bare := valueAt(f.inside(from), from)
	return f.hide(start, end, bare)
}

// isPaired reports whether the value of a property is next to the name of a secret, as in
// lists of headers: {"name": "Authorization", "value": "..."}. The name may follow the
// value only if the value is a string; otherwise each level of nesting would have to be
// searched.
func (f *finder) isPaired(property string, colon, from int) bool {
	key := strings.LastIndex(f.text[:colon], property) - 1
	if key > 0 && namesSecret(memberBefore(f.text[:key])) {
		return true
	}
	text := f.inside(from)
	if from == len(text) || text[from] != '"' {
		return false
	}
	end := min(stringEnd(text, from)+1, len(text))
	return namesSecret(memberAfter(text[end:]))
}

// memberBefore returns the member of an object that ends right before the next one, if
// its value is a string; otherwise its results are empty.
func memberBefore(text string) (key, value string) {
	text, is := strings.CutSuffix(strings.TrimRight(text, jsonBlanks), ",")
	text, isString := strings.CutSuffix(strings.TrimRight(text, jsonBlanks), `"`)
	if !is || !isString {
		return "", "" // without a look at the rest, which may be long
	}
	start := strings.LastIndexByte(text, '"')
	if start < 0 {
		return "", ""
	}
	between := strings.TrimRight(text[:start], jsonBlanks)
	if name, quoted := propertyBefore(between, len(between)-1); quoted && strings.HasSuffix(between, ":") {
		return name, text[start+1:]
	}
	return "", ""
}

// memberAfter returns such a member that follows another one.
func memberAfter(text string) (key, value string) {
	parts := strings.SplitN(text[:min(len(text), 4*longestName)], `"`, 5) // , name : value
	if len(parts) < 5 || strings.Trim(parts[0], jsonBlanks) != "," || strings.Trim(parts[2], jsonBlanks) != ":" {
		return "", ""
	}
	return parts[1], parts[3]
}

const jsonBlanks = " \t\r\n"

// namesSecret reports whether a member says that the value beside it is a secret.
func namesSecret(key, value string) bool {
	return slices.Contains([]string{"name", "key", "header", "field"}, strings.ToLower(key)) && (isSecretName(letters(value)) || IsHeader(value))
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
