package secrets

import (
	"slices"
	"strings"
)

// userFlags are the flags of curl whose value is a user and a password.
var userFlags = []string{"-u", "--user", "-U", "--proxy-user"}

// argument hides what follows a flag of a command line and a blank: a value if the flag has the name of a
// secret, as --token has, and the password of curl's -u.
func (f *finder) argument(flag string, at int) int {
	text := f.inside(at)
	from := spaces.beyond(text, at)
	start, end := f.quoted(from)
	isQuoted := start < end
	if !isQuoted {
		start, end = from, wordEnd.until(text, from)
	}
	value := text[start:end]
	switch {
	case slices.Contains(userFlags, flag):
		user, password, has := strings.Cut(value, ":")
		if has && password != "" && f.isOfCurl(at) {
			return f.hide(start+len(user)+len(":"), end, false)
		}
	case strings.HasPrefix(flag, "--") && isSecretText(flag[len("--"):]) && isArgument(value, isQuoted):
		return f.hide(start+kind(value), end, false)
	}
	return from
}

// isArgument reports whether what follows a flag is its value. In prose, as in "--token is missing", a word
// follows. A variable of a shell reveals nothing.
func isArgument(value string, isQuoted bool) bool {
	return value != "" && (isQuoted || !isLetters(value)) && strings.IndexByte("-$", value[0]) < 0
}

// isOfCurl reports whether a flag that ends at a position is one of curl's. Other programs have users and groups
// there.
func (f *finder) isOfCurl(at int) bool {
	line := f.text[max(0, at-longestQuery):at]
	return strings.Contains(line[strings.LastIndexByte(line, '\n')+1:], "curl ")
}
