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

// namingAttribute is an attribute of a tag, the value of which is a name.
var namingAttribute = regexp.MustCompile(`\s(?i:key|name)\s*=\s*["']([^"'<>]*)["']`)

// isPairedTag reports whether the element that begins at a position has the value of a secret: its attribute or the
// element before it has the secret's name, as in <entry key="password"> or <key>password</key><value>.
func (f *finder) isPairedTag(at int, name string) bool {
	isValue := slices.Contains(valueKeys, letters(name))
	if isValue || name == plistText {
		if tag, content := elementBefore(f.text[max(0, at-longestBeside):at]); tag != "" && namesSecret(tag, content) {
			return true
		}
	}
	return (isValue || slices.Contains(entryTags, letters(name))) && attributeNamesSecret(f.tagFrom(at))
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
	head := f.rest(at)
	head = head[:min(len(head), longestBeside)]
	return head[:tagEnd.until(head, 1)]
}

func attributeNamesSecret(tag string) bool {
	found := namingAttribute.FindStringSubmatch(tag)
	return found != nil && isSecretText(found[1]) // not what is only a header's name, which may be a flag's
}
