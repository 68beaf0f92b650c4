package secrets

import (
	"regexp"
	"slices"
	"strings"
)

// plistText is the element that has a text of a property list, beside its key.
const plistText = "string"

// entryTags are the elements that have an entry's name as an attribute and its value as their text, in letters. In
// other elements, such as <label name="password">, the text is for people.
var entryTags = []string{"entry", "property", "setting", "item", "field", "variable"}

// namingAttribute is an attribute of a tag, the value of which is a name. The type of an input names nothing but a
// password.
var namingAttribute = regexp.MustCompile(`\s(?i:(?:key|name)\s*=\s*["']([^"'<>]*)["']|type\s*=\s*["']?(password)\b)`)

// contentTags are, besides those of values, the elements for the text of the element that they are in.
var contentTags = []string{plistText, "text", "data", "content"}

// proseTags are elements that may describe a flag, rather than give its value.
var proseTags = []string{"td", "th", "dt", "dd", "li", "p", "code", "span", "div", "para", "entry", "term"}

// isPairedTag reports whether the element that begins at a position has the value of a secret: its attribute, the
// element that it is in or the one before it has the secret's name, as in <entry key="password">,
// <password><value>, <key>password</key><value>, or <arg>--password</arg><arg>.
func (f *finder) isPairedTag(at int, name string) bool {
	isValue := slices.Contains(valueKeys, letters(name))
	isContent := isValue || slices.Contains(contentTags, letters(name))
	before := f.text[max(f.begin(at), at-longestBeside):at]
	tag, content := elementBefore(before)
	switch {
	case tag != "" && (isValue || name == plistText) && namesSecret(tag, content):
		return true
	case tag != "" && tag == name && isSecretFlag(content):
		value, _, _ := strings.Cut(strings.TrimPrefix(f.near(at+len(f.tagFrom(at))), ">"), "<")
		return !strings.HasPrefix(value, "-") && !(slices.Contains(proseTags, letters(name)) && isProseItem(value))
	case isContent && isNamedSecret(elementAround(before)):
		return true
	}
	return (isValue || slices.Contains(entryTags, letters(name))) && attributeNamesSecret(f.tagFrom(at))
}

// isNamedSecret reports whether a tag says that the text of its element is a secret: by its name or, if it is of
// entryTags, by its attribute.
func isNamedSecret(tag string) bool {
	name := tag[:nameEnd.until(tag, 0)]
	name = name[strings.LastIndexByte(name, ':')+1:]
	return isSecretList(name) || slices.Contains(entryTags, letters(name)) && attributeNamesSecret(tag)
}

// elementAround returns the tag of the element in which a text ends, without its angle brackets.
func elementAround(text string) string {
	for inner := 0; ; {
		begin := strings.LastIndexByte(text, '<')
		if begin < 0 {
			return ""
		}
		tag := text[begin+1:]
		tag, text = tag[:tagEnd.until(tag, 0)], text[:begin]
		switch {
		case tag == "", strings.HasSuffix(tag, "/"), strings.IndexByte("!?", tag[0]) >= 0:
		case tag[0] == '/':
			inner++
		case inner == 0:
			return tag
		default:
			inner--
		}
	}
}

// elementBefore returns the name and the content of the element without attributes with which a text ends.
func elementBefore(text string) (tag, content string) {
	text = strings.TrimRight(text, " \t\r\n")
	end := strings.LastIndexByte(text, '<')
	if end < 0 || !strings.HasPrefix(text[end:], "</") || !strings.HasSuffix(text, ">") {
		return "", ""
	}
	tag, content, _ = strings.Cut(text[strings.LastIndexByte(text[:end], '<')+1:end], ">")
	return tag, strings.TrimSpace(content)
}

// isPairedAttribute reports whether the tag of the attribute that begins at a position says that its value is a
// secret, as <add key="password" value="..."> does.
func (f *finder) isPairedAttribute(at int) bool {
	before := f.text[max(0, at-longestBeside):at]
	begin := strings.LastIndexAny(before, "<>")
	return begin >= 0 && before[begin] == '<' && attributeNamesSecret(f.tagFrom(at-len(before)+begin))
}

// tagFrom returns the tag that begins at a position, as far as it is looked at.
func (f *finder) tagFrom(at int) string {
	head := f.near(at)
	return head[:tagEnd.until(head, 1)]
}

// near returns the text from a position on, as far as it is looked at.
func (f *finder) near(at int) string {
	text := f.rest(at)
	return text[:min(len(text), longestBeside)]
}

func attributeNamesSecret(tag string) bool {
	return slices.ContainsFunc(namingAttribute.FindAllStringSubmatch(tag, -1), func(found []string) bool {
		return isSecretText(found[1] + found[2]) // not what is only a header's name, which may be a flag's
	})
}
