package secrets

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// span is a part of a text that is hidden.
type span struct {
	start, end int
	bare       bool // a JSON value, not the inside of a string
}

// byteSet is a set of single-byte characters.
type byteSet [256]bool

func setOf(chars string) *byteSet {
	var set byteSet
	for _, c := range []byte(chars) {
		set[c] = true
	}
	return &set
}

// The characters that end a value. In free text a backslash ends every value, because the
// escape that it begins must not be taken apart.
var (
	wordEnd   = setOf(" \t\r\n\x00\"'`\\&#,;<>)}]")
	tokenEnd  = setOf(" \t\r\n\x00\"'`\\&,;<>(){}[]")
	queryEnd  = setOf("&#")
	formEnd   = setOf("&")
	lineEnd   = setOf("\r\n\"'\\<>")
	userEnd   = setOf(" \t\r\n\"'`\\<>/?#")
	urlEnd    = setOf(" \t\r\n\"'`\\<>")
	bareEnd   = setOf(" \t\r\n\"',}]\\")
	blanks    = setOf(" \t\r\n")
	spaces    = setOf(" \t")
	afterText = setOf(" \t\r\n,:]}") // what may follow a string in JSON
	partEnd   = setOf("\"; \t\r\n")
	tagEnd    = setOf("<>")
	nameEnd   = setOf("<>/ \t\r\n")

	lineBreaks  = setOf("\r\n")
	operatorEnd = setOf("=>")
	padding     = setOf("=")
	base64Chars = setOf(alnum + "+/-_")
)

// until returns the position of the first character of the set, or the end of the text.
func (set *byteSet) until(text string, from int) int {
	for from < len(text) && !set[text[from]] {
		from++
	}
	return from
}

// beyond skips the characters of the set.
func (set *byteSet) beyond(text string, from int) int {
	for from < len(text) && set[text[from]] {
		from++
	}
	return from
}

// finder finds secrets by their position and by their appearance, in one pass over a
// text. It looks at the characters that precede a secret: a colon, an equals sign, the comma or the end of a line
// between the items of a list, the underscore of a prefix, the blank after Bearer, at the dots of JSON Web Tokens, and at the words
// with which the keys of well-known services begin.
type finder struct {
	*view
	valueEnd *byteSet // ends the value of a parameter
	at       int      // current position
	ahead    span     // a secret further on, after what is still to be searched; empty for none
	found    []span
	names    map[string]naming // by property name, since names recur
}

// namesKept is how many names a finder remembers. A hostile text has a new one every few bytes.
const namesKept = 1 << 12

// naming is what the name of a property says about its value.
type naming struct{ secret, secretTexts bool }

func (f *finder) naming(name string) naming {
	known, seen := f.names[name]
	if !seen {
		plain := name
		if inner := (&view{text: name}).unescaped(); inner != nil {
			plain = inner.text
		}
		known = naming{secret: isSecretName(plain), secretTexts: isSecretList(plain)}
		if f.names == nil {
			f.names = map[string]naming{}
		}
		if len(f.names) < namesKept {
			f.names[name] = known
		}
	}
	return known
}

func (v *view) find(valueEnd *byteSet) []span {
	f := finder{view: v, valueEnd: valueEnd}
	for next := 0; f.at < len(f.text); f.at = next {
		if f.ahead.end > 0 && f.at >= f.ahead.start {
			at := f.at
			next = max(at, f.hideAhead()) // which moves f.at
			continue
		}
		switch f.text[f.at] {
		case ':':
			next = f.colon(f.at)
		case '=':
			next = f.equals(f.at)
		case '<':
			next = f.tag(f.at)
		case '_':
			next = f.underscore(f.at)
		case '.':
			next = f.dot(f.at)
		case ' ', '\t':
			next = f.blank(f.at)
		case '-':
			next = f.privateKey(f.at)
		case ',':
			next = f.comma(f.at)
		case '\n':
			next = f.lineBreak(f.at)
		case '/':
			next = f.path(f.at)
		case 'e', 'W':
			if next = f.object(f.at); next == f.at+1 && forms[f.text[f.at]] != nil {
				next = f.form(f.at)
			}
		default:
			if next = f.at + 1; forms[f.text[f.at]] != nil {
				next = f.form(f.at)
			}
		}
	}
	return f.found
}

func (f *finder) isInString() bool {
	is, _ := f.inString(f.at)
	return is
}

// hide records a secret and returns where to go on.
func (f *finder) hide(start, end int, bare bool) int {
	if strings.HasPrefix(f.text[start:], Mark) {
		start += len(Mark)
	}
	if end = min(end, f.limit(f.at)); start < end {
		f.found = append(f.found, span{start, end, bare})
	}
	return max(start, end)
}

// hideAhead records the secret that was found further on. It ends with the string that it begins in, which
// may not be the one that the finder is in.
func (f *finder) hideAhead() int {
	ahead := f.ahead
	f.at, f.ahead = ahead.start, span{}
	return f.hide(ahead.start, ahead.end, false)
}

// wordBefore returns the word that ends at a position.
func wordBefore(text string, at int) string {
	start := at
	for start > 0 && at-start < longestName && isWord(text[start-1]) {
		start--
	}
	return text[start:at]
}

// equals hides the value of a parameter, a form field, a cookie, or anything else that
// follows a secret name and an equals sign.
func (f *finder) equals(at int) int {
	start := at
	for start > 0 && at-start < longestName && (isWord(f.text[start-1]) || strings.IndexByte(".[]", f.text[start-1]) >= 0) {
		start--
	}
	if strings.EqualFold(f.text[start:at], "name") {
		return f.part(start, at+1)
	}
	if start == at {
		return f.spaced(at)
	}
	if name := letters(f.text[start:at]); (slices.Contains(valueKeys, name) || name == "content") && f.isPairedAttribute(start) {
		from, end := f.quoted(at + 1)
		if from == end {
			from, end = at+1, wordEnd.until(f.inside(at+1), at+1)
		}
		return f.hide(from, end, false)
	}
	if !IsParameter(f.text[start:at]) && !f.isKeyOfURL(start, at) {
		return at + 1
	}
	value := operatorEnd.beyond(f.inside(at+1), at+1) // as in Ruby
	if from, end := f.quoted(value); from < end {
		return f.hide(from, end, false)
	}
	return f.hide(at+1, f.valueEnd.until(f.inside(at+1), at+1), false)
}

// path hides a segment of a path that is a secret.
func (f *finder) path(at int) int {
	before, start := f.text[:at+1], at+1
	hasSuffix := func(path string) bool { return strings.HasSuffix(before, path) }
	isAPIToken := hasSuffix("/api-tokens/")
	if !isAPIToken && !slices.ContainsFunc(secretPaths, hasSuffix) {
		return start
	}
	end := wordAfter(f.inside(start), start)
	if name := f.text[start:end]; isAPIToken && (len(name) < shortestToken || strings.ContainsAny(name, "-_") || isLetters(name)) {
		return start // that of a token, or the form of its secret is known
	}
	return f.hide(start, end, false)
}

// shortestToken is the length of the shortest API token in a path that is known by its place.
const shortestToken = 16

// objects are how JSON objects begin in Base64, without and with blanks, or in a list.
var objects = []string{"eyJ", "eyA", "ewo", "ew0", "W3s"}

// object hides a JSON object in Base64 if it has a secret.
func (f *finder) object(at int) int {
	if f.isDecoded || at > 0 && base64Chars[f.text[at-1]] { // most letters follow another
		return at + 1
	}
	if rest := f.text[at:]; len(rest) < len("eyJ") || !slices.Contains(objects, rest[:len("eyJ")]) {
		return at + 1
	}
	end := base64Chars.beyond(f.inside(at), at)
	word := strings.NewReplacer("-", "+", "_", "/").Replace(f.text[at:end])
	decoded, err := base64.RawStdEncoding.DecodeString(word[:len(word)&^3])
	if err != nil {
		return at + 1
	}
	for _, layer := range views(string(decoded)) {
		layer.isDecoded = true
		if len(layer.find(wordEnd)) > 0 {
			return f.hide(at, padding.beyond(f.inside(at), end), false)
		}
	}
	return at + 1
}

// quoted returns the inside of the quotes that begin at a position; both are 0 if none do. A
// quote that ends a JSON string does not begin a value. Three quotes begin a text of several lines, as in TOML.
func (f *finder) quoted(at int) (from, end int) {
	text := f.inside(at)
	for _, quotes := range []string{`"""`, "'''"} {
		if strings.HasPrefix(text[min(at, len(text)):], quotes) {
			from = at + len(quotes)
			if end = strings.Index(text[from:], quotes); end < 0 {
				return from, len(text)
			}
			return from, from + end
		}
	}
	if at+1 < len(text) && (text[at] == '"' || text[at] == '\'') && !afterText[text[at+1]] {
		return at + 1, stringEnd(text, at)
	}
	return 0, 0
}

// part finds the content of a part of a multipart form, given the position of its name in
// Content-Disposition. The rest of its head is searched first.
func (f *finder) part(attribute, at int) int {
	if f.ahead.end > 0 {
		return at
	}
	rest := f.rest(at)
	head := strings.TrimPrefix(rest[:min(len(rest), longestHead)], `"`)
	line := f.text[max(0, attribute-longestHead):attribute]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	if !IsParameter(head[:partEnd.until(head, 0)]) || !strings.Contains(strings.ToLower(line), "form-data") {
		return at
	}
	blank := blankLine.FindStringIndex(rest[:min(len(rest), longestHead)])
	if blank == nil {
		return at
	}
	start := at + blank[1]
	content := f.text[start:f.limit(start)]
	if end := strings.Index(content, "\n--"); end >= 0 { // or the text was cut
		content = strings.TrimSuffix(content[:end], "\r")
	}
	f.ahead = span{start: start, end: start + len(content)}
	return at
}

// longestHead is how many bytes of the header of a part are looked at.
const longestHead = 1 << 9

var blankLine = regexp.MustCompile(`\r?\n\r?\n`)

// tag hides the text of an XML element whose name is that of a secret. In prose, where no end tag
// follows, <token> is a placeholder.
func (f *finder) tag(at int) int {
	rest := f.rest(at)
	name := rest[1:nameEnd.until(rest[:min(len(rest), longestName)], 1)]
	if local := name[strings.LastIndexByte(name, ':')+1:]; !isSecretText(local) && !f.isPairedTag(at, local) {
		return at + 1
	}
	from := tagEnd.until(rest, 1) + len(">")
	if from > len(rest) || rest[from-2:from] == "/>" || rest[from-1] != '>' {
		return at + 1
	}
	if strings.HasPrefix(rest[from:], cdata) {
		from += len(cdata)
		end := strings.Index(rest[from:], "]]>")
		if end < 0 { // the text was cut
			end = len(rest) - from
		}
		return f.hide(at+from, at+from+end, false)
	}
	end := tagEnd.until(rest, from)
	isCut := at+end == len(f.text) && !strings.ContainsAny(rest[from:end], jsonBlanks)
	if isCut || strings.HasPrefix(rest[end:], "</") {
		f.hide(at+from, at+end, false)
	}
	return at + 1
}

const cdata = "<![CDATA["

// inside returns the text up to the end of the JSON string that the finder is in. What is looked for in a
// string must not be looked for beyond its end, or each of many strings would be searched with all that follow.
func (f *finder) inside(from int) string { return f.text[:max(from, f.limit(f.at))] }

// rest returns that text from a position on.
func (f *finder) rest(from int) string { return f.inside(from)[from:] }

// isKeyOfURL reports whether a parameter is the key of a URL, in which some gateways expect an API
// key. In a form, key may be anything.
func (f *finder) isKeyOfURL(start, end int) bool {
	if letters(f.text[start:end]) != "key" {
		return false
	}
	if f.valueEnd == queryEnd {
		return true
	}
	query := f.text[max(0, start-longestQuery):start]
	return strings.LastIndexByte(query, '?') > strings.LastIndexAny(query, " \t\r\n\"'<>")
}

// longestQuery is how many bytes before a parameter are searched for the beginning of its query.
const longestQuery = 1 << 10

// underscore hides the secret of a token whose prefix ends with an underscore.
func (f *finder) underscore(at int) int {
	if wordBefore(f.text, at) != underscored {
		return at + 1
	}
	return f.hide(at+1, tokenEnd.until(f.text, at+1), false)
}

// dot hides a JSON Web Token, whose first two parts are objects in Base64.
func (f *finder) dot(at int) int {
	const object = "eyJ" // {"
	if !strings.HasPrefix(f.text[at+1:], object) {
		return at + 1
	}
	start, end := at, at+1
	for start > 0 && isWord(f.text[start-1]) {
		start--
	}
	if !strings.HasPrefix(f.text[start:at], object) {
		return at + 1
	}
	for end < len(f.text) && (isWord(f.text[end]) || f.text[end] == '.') {
		end++
	}
	return f.hide(start, end, false)
}

// blank hides a credential that follows its scheme, or a flag.
func (f *finder) blank(at int) int {
	word := wordBefore(f.text, at)
	if strings.HasPrefix(word, "-") {
		return f.argument(word, at)
	}
	scheme := strings.ToLower(word)
	if scheme != "bearer" && scheme != "basic" {
		return at + 1
	}
	from := spaces.beyond(f.text, at)
	end := wordEnd.until(f.text, from)
	credential := f.text[from:end]
	if scheme == "basic" && inBasic(credential) == nil || isProse(credential) {
		return from
	}
	return f.hide(from+kind(credential), end, false)
}

// isProse reports whether what follows the word bearer is an ordinary word. Most
// credentials are longer, and most short ones contain a digit.
func isProse(credential string) bool {
	switch strings.ToLower(credential) {
	case "authentication", "authorization", "credentials":
		return true
	}
	return len(credential) < window && !strings.ContainsAny(credential, "0123456789")
}
