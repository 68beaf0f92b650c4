package secrets

import (
	"slices"
	"strings"
)

// colon looks at what surrounds a colon: the name of a property, the beginning of a URL
// or of a token, or the name of a header.
func (f *finder) colon(at int) int {
	text := f.text
	if name, quoted := propertyBefore(text, at); quoted {
		return f.property(name, at+1)
	}
	if strings.HasPrefix(text[at:], "://") {
		from := at + len("://")
		end := f.endOfUser(from)
		if host := strings.LastIndexByte(text[from:end], '@'); host >= 0 {
			return f.hide(from, from+host, false)
		}
		return from
	}
	before := wordBefore(text, at)
	if before == "user" {
		return f.hide(at+1, tokenEnd.until(text, at+1), false)
	}
	if before != "" || at > 0 && (text[at-1] == '*' || text[at-1] == ']') {
		if size := environmentSize(text[at+1:]); size > 0 {
			return f.hide(at+1+size, tokenEnd.until(text, at+1+size), false)
		}
	}
	isHeader := isHeaderLine(f.headerName(before, at))
	if before != "" && (isSecretText(before) || isHeader) { // as in YAML, GraphQL and JavaScript
		if from, end := f.quoted(spaces.beyond(text, at+1)); from < end {
			return f.hide(from, end, false)
		}
	}
	if isHeader {
		from := spaces.beyond(text, at+1)
		end := lineEnd.until(text, from)
		return f.hide(from+public(text[from:end]), end, false)
	}
	if from, end := f.line(before, at, at+1); from < end {
		return f.hide(from, end, false)
	}
	if from := spaces.beyond(text, at+1); before != "" && isSecretText(before) && (f.isInBraces(at-len(before)) || from == at+1 && isFlagAt(text, at-len(before))) {
		if value := f.bareValue(from); isBareValue(value) {
			return f.hide(from, from+len(value), false)
		}
	}
	return at + 1
}

// isInBraces reports whether a text up to a position ends in an object of YAML, JavaScript or Go that begins on its
// last line.
func (f *finder) isInBraces(at int) bool {
	text := f.text[max(f.begin(at), at-longestBeside):at]
	isOpen := func(begin int, ends string) bool {
		return begin > strings.LastIndexAny(text, ends) && strings.Count(text[begin:], `"`)%2 == 0
	}
	return isOpen(strings.LastIndexByte(text, '{'), "}\r\n") || isOpen(strings.LastIndex(text, "map["), "]\r\n")
}

// isFlagAt reports whether the word that begins at a position is a flag as on Windows: /password:x or -Password:x.
func isFlagAt(text string, at int) bool {
	if text[at] != '-' {
		if at--; at < 0 || text[at] != '/' {
			return false
		}
	}
	return at == 0 || strings.IndexByte(" \t\r\n\"'`,[", text[at-1]) >= 0
}

// bareValue returns the text without quotes that begins at a position; it is empty if none can be a value. Not to
// look for its end then keeps the work in proportion to the text.
func (f *finder) bareValue(from int) string {
	text := f.rest(from)
	if text == "" || strings.IndexByte("$<[{(*&%!", text[0]) >= 0 {
		return ""
	}
	return text[:wordEnd.until(text, 0)]
}

// isBareValue reports whether a text without quotes is the value of a property, and not its type.
func isBareValue(text string) bool {
	return text != "" && !slices.Contains(notSecret, text) &&
		(!isLetters(text) || text == strings.ToLower(text) && !proseWords[text] && !isSecretText(text))
}

// endOfUser returns where to stop looking for the @ that ends the user and password of a URL. That
// is the end of the authority, unless what follows its colon is not a number before a slash: it
// may be a password with a slash, a question mark or a number sign.
func (f *finder) endOfUser(from int) int {
	text, hostEnd, wordEnd := f.text, userEnd, urlEnd
	if f.valueEnd == queryEnd { // the text is a URL, so nothing follows it
		hostEnd, wordEnd = setOf("/?#"), setOf("")
	}
	end := hostEnd.until(text, from)
	_, port, has := strings.Cut(text[from:end], ":")
	isPort := strings.Trim(port, "0123456789") == "" && strings.HasPrefix(text[end:], "/")
	if !has || isPort || port == "" || text[from] == '[' || strings.Contains(port, "@") {
		return end
	}
	return wordEnd.until(text[:min(len(text), from+longestUser)], end)
}

// longestUser is how many bytes of a URL are searched for a password that goes beyond its authority.
const longestUser = 1 << 8

// headerName returns a word that ends at a position without what may be attached to the name of a header: curl's -H, and
// at the beginning of a line the hyphen of a diff.
func (f *finder) headerName(word string, at int) string {
	if name, attached := strings.CutPrefix(word, "-H"); attached {
		return name
	}
	if begin := at - len(word); begin == f.begin(begin) || f.text[begin-1] == '\n' {
		return strings.TrimPrefix(word, "-")
	}
	return word
}

// isHeaderLine reports whether the name before a colon is that of a header with a secret.
// In prose, "token:" is not.
func isHeaderLine(name string) bool {
	return !strings.HasPrefix(name, "-") && (strings.Contains(name, "-") || strings.EqualFold(name, "authorization") || strings.EqualFold(name, "cookie")) && IsHeader(name)
}
