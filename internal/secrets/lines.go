package secrets

import (
	"slices"
	"strings"
)

// line returns the value of a line that has nothing but a name and a value, as in YAML, INI and
// TOML: `password: hunter2`, or `value: hunter2` below `- name: DB_PASSWORD`. The name ends at a
// position, and the value follows from another one. Both results are 0 if it is not a secret.
// A value with blanks is one only in quotes, and one of letters only among other lines, because
// prose may begin with "token:", and so may errors such as "password: required".
func (f *finder) line(name string, named, at int) (from, end int) {
	above, begins := lineAbove(f.text[:named-len(name)])
	isValue := slices.Contains(valueKeys, letters(name))
	if name == "" || !begins || !isSecretText(name) && !(isValue && lineNamesSecret(above)) {
		return 0, 0
	}
	text := f.inside(at)
	from = f.afterTag(spaces.beyond(text, at))
	if inner, end := f.quoted(from); inner < end {
		return inner, end
	}
	if eol := lineBreaks.until(text[:min(len(text), from+longestBeside)], from); isBlock(text[from:eol]) {
		return blockBelow(text, named-len(name), eol)
	}
	end = lineEnd.until(text, from)
	value, _, _ := strings.Cut(text[from:end], " #") // a comment
	value = strings.TrimRight(value, " \t")
	alone := above == "" && (end == len(text) || text[end] == '"')
	if from == at || value == "" || alone && isLetters(value) || strings.ContainsAny(value, " \t") || slices.Contains(notSecret, value) {
		return 0, 0
	}
	return from, from + len(value)
}

// afterTag returns where the value after a tag of YAML begins, such as !!str. What has no blank and value after it is
// no tag.
func (f *finder) afterTag(from int) int {
	text := f.inside(from)
	if !strings.HasPrefix(text[from:], "!") {
		return from
	}
	tag := wordEnd.until(text, from)
	next := spaces.beyond(text, tag)
	inner, end := f.quoted(next)
	if next == tag || next == len(text) || text[next] == '#' || lineEnd[text[next]] && inner == end {
		return from
	}
	return next
}

func isLetters(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) {
			return false
		}
	}
	return true
}

// isBlock reports whether the end of a line of YAML says that the value stands on the next lines.
func isBlock(line string) bool {
	if line == "" || line[0] != '|' && line[0] != '>' {
		return false
	}
	header, _, _ := strings.Cut(line[1:], " #") // a comment
	return strings.Trim(header, "+- \t"+digits) == ""
}

// blockBelow returns the lines below one of YAML that are indented more than it. It has its name at one position,
// and ends at another.
func blockBelow(text string, name, lineEnd int) (from, end int) {
	before := text[max(0, name-longestBeside):name]
	indent := len(before) - len(strings.TrimRight(before, " \t-"))
	from, end = lineEnd, lineEnd
	for at := lineEnd; at < len(text) && (text[at] == '\r' || text[at] == '\n'); {
		line := text[at+1 : lineBreaks.until(text, at+1)]
		at += 1 + len(line)
		switch begin := indentOf(line); {
		case strings.TrimSpace(line) == "":
			continue
		case begin <= indent:
			return from, end
		case from == lineEnd:
			from = at - len(line) + begin
		}
		end = at
	}
	return from, end
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// notSecret are values of YAML that reveal nothing.
var notSecret = []string{"null", "~", "true", "false", "|", "|-", ">", ">-", "{}", "[]", "{", "["}

// lineAbove returns the line above the one with which a text ends, if that one has only blanks and the hyphen of a
// list so far. It begins the text, a JSON string in it, or a line.
func lineAbove(text string) (above string, begins bool) {
	isWhole := len(text) <= longestBeside
	text = strings.TrimRight(text[max(0, len(text)-longestBeside):], " \t-")
	if text == "" {
		return "", isWhole
	}
	if strings.HasSuffix(text, `"`) {
		return "", true
	}
	text, begins = strings.CutSuffix(text, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:], begins
}

// lineNamesSecret reports whether a line such as `- name: DB_PASSWORD` or `password:` says that the next one has a secret.
func lineNamesSecret(line string) bool {
	key, value, has := strings.Cut(strings.Trim(line, " \t\r-"), ":")
	value = strings.Trim(value, " \t'\"")
	return namesSecret(key, value) || has && value == "" && isSecretText(key)
}

// spaced looks at an equals sign after a blank, as in INI and TOML, or at an operator such as := and =>, before
// which a name may be in quotes.
func (f *finder) spaced(at int) int {
	name := strings.TrimRight(strings.TrimRight(f.text[max(0, at-longestName):at], ":=! \t"), "\"'")
	if isSecretText(wordBefore(name, len(name))) {
		value := spaces.beyond(f.text, operatorEnd.beyond(f.text, at))
		if from, end := f.quoted(value); from < end {
			return f.hide(from, end, false)
		}
	}
	named := at
	for named > 0 && at-named < longestName && (f.text[named-1] == ' ' || f.text[named-1] == '\t') {
		named--
	}
	if from, end := f.line(wordBefore(f.text, named), named, at+1); from < end {
		return f.hide(from, end, false)
	}
	return at + 1
}
