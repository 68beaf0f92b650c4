package secrets

import (
	"regexp"
	"slices"
	"strings"
)

// userFlags are the flags of curl whose value is a user and a password.
var userFlags = []string{"-u", "--user", "-U", "--proxy-user"}

// proseWords are words that follow the name of a flag in a sentence, or that reveal nothing as its value.
var proseWords = setOfWords(`
	a an any the this that these those it its each every both either another which what
	is are was were be been being has have had must should shall can cannot could may might will would does do did
	isn aren wasn doesn don didn won hasn shouldn
	no not nor and or but if unless when where while because so than then also too only
	as at by for from in into of off on onto out over to under until up via with without within after before again beside besides
	once twice instead here there alone first last next
	need needs needed require requires required expect expects expected take takes taken accept accepts accepted
	give gives given say says said set sets win wins override overrides replace replaces replaced exclude excludes imply implies
	name names named mean means meant go goes come comes hold holds read reads
	missing unknown invalid empty wrong ignored repeated allowed used unused optional mandatory deprecated
	value string text file flag option argument placeholder
	number boolean object integer array id undefined
	true false yes null none default auto enabled disabled basic bearer digest`)

func setOfWords(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// isSecretFlag reports whether a word is a flag whose value is a secret, such as --token or -password.
func isSecretFlag(word string) bool {
	const shortest = len("-sid")
	return strings.HasPrefix(word, "-") && len(word) >= shortest && isSecretText(strings.TrimLeft(word, "-"))
}

// argument hides what follows a flag of a command line and a blank: a value if the flag has the name of a
// secret, as --token has, and the password of curl's -u.
func (f *finder) argument(flag string, at int) int {
	text := f.inside(at)
	from := spaces.beyond(text, at)
	start, end := f.quoted(from)
	quote := byte(0)
	if start < end {
		quote = text[from]
	} else {
		start, end = from, wordEnd.until(text, from)
	}
	value, rest := text[start:end], text[end:]
	word := strings.TrimRight(value, ".:")
	if word != value { // what follows is another sentence
		rest = ""
	}
	switch {
	case isUserFlag(flag):
		user, password, has := strings.Cut(value, ":")
		if has && password != "" && f.isOfCurl(at) {
			return f.hide(start+len(user)+len(":"), end, false)
		}
	case !isSecretFlag(flag) || isVariable(value, quote):
	case quote != 0, isValue(word, rest, from-at > 1):
		return f.hide(start+kind(value), end, false)
	}
	return from
}

// isUserFlag reports whether a flag is one of userFlags, or ends with one, as -sSu does.
func isUserFlag(flag string) bool {
	return slices.Contains(userFlags, flag) || len(flag) > 2 && flag[1] != '-' && strings.HasSuffix(flag, "u")
}

// isVariable reports whether what follows a flag is another flag, nothing, or a variable of a shell, which reveals
// nothing. In single quotes there is none.
func isVariable(value string, quote byte) bool {
	switch {
	case value == "":
		return true
	case quote == 0:
		return value[0] == '-' || value[0] == '$'
	}
	return quote == '"' && value[0] == '$'
}

// isValue reports whether a word after a flag is its value, and not a placeholder or a part of a sentence, as in
// "--token is missing", or of the text of a help page, which stands in a column. All of these have only letters.
func isValue(word, rest string, inColumn bool) bool {
	switch {
	case !isLetters(word):
		return true
	case word == "", isSecretText(word), isSentence(word):
		return false
	}
	next := strings.TrimLeft(rest[:min(len(rest), longestBeside)], " \t")
	if inColumn && next != "" && isLetter(next[0]) {
		return false
	}
	return !isSentence(next)
}

// isSentence reports whether there is a word of prose at the beginning of a text, before anything but words.
func isSentence(text string) bool {
	for text != "" && isLetter(text[0]) {
		end := 0
		for end < len(text) && isLetter(text[end]) {
			end++
		}
		if proseWords[strings.ToLower(text[:end])] && (end == len(text) || !isWord(text[end])) {
			return true
		}
		text = strings.TrimLeft(strings.TrimLeft(text[end:], "'"), " \t")
	}
	return false
}

// comma hides what follows a flag with the name of a secret in a list of JSON or YAML, such as ["--token","x"].
func (f *finder) comma(at int) int {
	if f.isJSON() && f.under != nil && !f.isInString() { // already found in a layer below
		return at + 1
	}
	text := f.inside(at)
	from := blanks.beyond(text, at+1)
	if start, end := headerPair(text, at, from); start < end {
		return f.hide(start, end, false)
	}
	flag, quoted := itemBefore(text, at)
	if flag == "" || from == len(text) || !quoted && !isInBrackets(text[max(f.begin(at), at-longestBeside):at], flag) {
		return at + 1
	}
	start, end := from, tokenEnd.until(text, from)
	if text[from] == '"' || text[from] == '\'' {
		start, end = from+1, stringEnd(text, from)
	} else if quoted {
		return at + 1
	}
	if after := text[min(end+1, len(text)):]; strings.HasPrefix(strings.TrimLeft(after[:min(len(after), longestName)], jsonBlanks), ":") {
		return at + 1 // the name of a property
	}
	return f.hideItem(flag, at, start, end)
}

// headerPair returns the value of a header in a list or tuple with its name, such as ["Authorization","x"]. A list of
// the names of headers is none. Both results are 0 if there is none.
func headerPair(text string, comma, from int) (start, end int) {
	before := strings.TrimRight(text[max(0, comma-longestName):comma], jsonBlanks)
	if from == len(text) || before == "" || text[from] != before[len(before)-1] || text[from] != '"' && text[from] != '\'' {
		return 0, 0
	}
	inner := before[:len(before)-1]
	name := wordBefore(inner, len(inner))
	open := strings.TrimRight(strings.TrimSuffix(inner[:len(inner)-len(name)], text[from:from+1]), jsonBlanks)
	if !isHeaderLine(name) || !isSurelyHeader(name) || open == "" || strings.IndexByte("[(", open[len(open)-1]) < 0 {
		return 0, 0
	}
	start, end = from+1, stringEnd(text, from)
	value := text[start:end]
	closing := strings.TrimLeft(text[min(end+1, len(text)):min(end+longestName, len(text))], jsonBlanks)
	if isLetters(strings.ReplaceAll(value, "-", "")) || closing != "" && strings.IndexByte("])", closing[0]) < 0 {
		return 0, 0
	}
	return start + public(value), end
}

// ownHeader is a name that only headers have: flags have names such as cookie-banner.
var ownHeader = regexp.MustCompile(`^(?i:(?:proxy-)?authorization|(?:set-)?cookie|x-.*)$`)

// titled is a name in several parts, each of which begins with a capital.
var titled = regexp.MustCompile(`^[A-Z]\w*(?:-[A-Z]\w*)+$`)

// isSurelyHeader reports whether the name of a secret is that of a header, even without a colon after it: in lower
// case, one that is a secret's as a whole, as api-key is.
func isSurelyHeader(name string) bool {
	return ownHeader.MatchString(name) || titled.MatchString(name) && isSecretText(name) ||
		strings.Contains(name, "-") && isSecretName(name)
}

// itemBefore returns the flag that ends before the comma of a list, and whether it is in quotes; it is empty if there
// is none.
func itemBefore(text string, comma int) (flag string, quoted bool) {
	before := strings.TrimRight(text[max(0, comma-longestName):comma], jsonBlanks)
	if before == "" {
		return "", false
	}
	quote := before[len(before)-1]
	if quoted = quote == '"' || quote == '\''; quoted {
		before = before[:len(before)-1]
		flag = before[strings.LastIndexByte(before, quote)+1:]
	} else {
		flag = wordBefore(before, len(before))
	}
	if !strings.HasPrefix(flag, "-") {
		return "", false
	}
	return flag, quoted
}

// isInBrackets reports whether a text ends in a list that begins on its last line, with an item that is no more than a
// word. In brackets there may also be a sentence.
func isInBrackets(text, word string) bool {
	before := strings.TrimRight(strings.TrimSuffix(strings.TrimRight(text, jsonBlanks), word), jsonBlanks)
	return strings.LastIndexByte(before, '[') > strings.LastIndexAny(before, "]\n") && strings.IndexByte("[,", before[len(before)-1]) >= 0
}

// lineBreak hides what follows a flag with the name of a secret in a list of YAML: `- x` below `- --token`.
func (f *finder) lineBreak(at int) int {
	text := f.inside(at)
	item := spaces.beyond(text, at+1)
	if !strings.HasPrefix(text[item:], "- ") {
		return at + 1
	}
	above := text[max(0, at-longestName):at]
	above, isItem := strings.CutPrefix(strings.Trim(above[strings.LastIndexByte(above, '\n')+1:], " \t\r"), "- ")
	flag := strings.Trim(above, ` "'`)
	if !isItem || !strings.HasPrefix(flag, "-") {
		return at + 1
	}
	start := spaces.beyond(text, item+1)
	if inner, end := f.quoted(start); inner < end {
		return f.hideItem(flag, at, inner, end)
	}
	value, _, _ := strings.Cut(text[start:lineEnd.until(text, start)], " #") // a comment
	return f.hideItem(flag, at, start, start+len(strings.TrimRight(value, " \t")))
}

// hideItem hides an item of a list that follows a flag.
func (f *finder) hideItem(flag string, at, start, end int) int {
	value := f.text[start:end]
	switch {
	case isVariable(strings.TrimLeft(value, "-"), 0), isFlag(value), slices.Contains(notSecret, value):
	case isProseItem(value):
	case isUserFlag(flag):
		user, password, has := strings.Cut(value, ":")
		if has && password != "" && f.isOfCurl(at) {
			return f.hide(start+len(user)+len(":"), end, false)
		}
	case isSecretFlag(flag):
		return f.hide(start+kind(value), end, false)
	}
	return at + 1
}

// isProseItem reports whether an item after a flag says something of the flag.
func isProseItem(item string) bool {
	return proseWords[strings.ToLower(item)] || strings.ContainsAny(item, " \t") && isSentence(item)
}

// isFlag reports whether an item of a list is most likely a flag.
func isFlag(item string) bool {
	name, short := strings.CutPrefix(item, "-")
	return strings.HasPrefix(name, "-") || short && isLetters(strings.ReplaceAll(name, "-", ""))
}

// inList is the name of curl as an item of a list.
var inList = regexp.MustCompile(`(?:^|["'\s\[])curl(?:\.exe)?(?:["']?\s*,|["']?\r?\n)`)

// isOfCurl reports whether a flag that ends at a position is one of curl's. Other programs have users and groups
// there.
func (f *finder) isOfCurl(at int) bool {
	before := f.text[max(0, at-longestQuery):at]
	if !strings.Contains(before, "curl") {
		return false
	}
	line := continued.Replace(before)
	line = line[strings.LastIndexByte(line, '\n')+1:]
	for _, separator := range []string{" | ", "; ", " && "} {
		line = line[strings.LastIndex(line, separator)+1:]
	}
	list := before[strings.LastIndexByte(before, '[')+1:]
	return strings.Contains(line, "curl ") || strings.Contains(line, "curl.exe ") || inList.MatchString(list)
}

// continued joins the lines of a command that ends in the next one.
var continued = strings.NewReplacer("\\\n", " ", "\\\r\n", " ")
