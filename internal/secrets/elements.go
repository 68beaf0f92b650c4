package secrets

import (
	"regexp"
	"slices"
)

// plistText is the element that has a text of a property list, beside its key.
const plistText = "string"

var (
	// namedElement is an element at the end of a text whose content is a name.
	namedElement = regexp.MustCompile(`<(\w+)>\s*([^<>]*?)\s*</\w+>\s*$`)
	// namingAttribute is an attribute of a tag, the value of which is a name.
	namingAttribute = regexp.MustCompile(`\s(?i:key|name)\s*=\s*["']([^"'<>]*)["']`)
	// openTag is the tag with which a text ends, as far as it goes.
	openTag = regexp.MustCompile(`<\w[^<>]*$`)
)

// isPairedTag reports whether the element that begins at a position has the value of a secret: its attribute or the
// element before it has the secret's name, as in <entry key="password"> or <key>password</key><value>.
func (f *finder) isPairedTag(at int, name string) bool {
	if slices.Contains(valueKeys, letters(name)) || name == plistText {
		before := namedElement.FindStringSubmatch(f.text[max(0, at-longestBeside):at])
		if before != nil && namesSecret(before[1], before[2]) {
			return true
		}
	}
	head := f.rest(at)
	head = head[:min(len(head), longestBeside)]
	return attributeNamesSecret(head[:tagEnd.until(head, 1)])
}

// isPairedAttribute reports whether the tag of the attribute that begins at a position says that its value is a
// secret, as <add key="password" value="..."> does.
func (f *finder) isPairedAttribute(at int) bool {
	return attributeNamesSecret(openTag.FindString(f.text[max(0, at-longestBeside):at]))
}

func attributeNamesSecret(tag string) bool {
	found := namingAttribute.FindStringSubmatch(tag)
	return found != nil && isSecretText(found[1]) // not what is only a header's name, which may be a flag's
}
