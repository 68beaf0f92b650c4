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
	quote := byte(0)
	if start < end {
		quote = text[from]
	} else {
		start, end = from, wordEnd.until(text, from)
	}
	value := text[start:end]
	switch {
	case isUserFlag(flag):
		user, password, has := strings.Cut(value, ":")
		if has && password != "" && f.isOfCurl(at) {
			return f.hide(start+len(user)+len(":"), end, false)
		}
	case strings.HasPrefix(flag, "--") && isSecretText(flag[len("--"):]) && isArgument(value, quote):
		return f.hide(start+kind(value), end, false)
	}
	return from
}

// isUserFlag reports whether a flag is one of userFlags, or ends with one, as -sSu does.
func isUserFlag(flag string) bool {
	return slices.Contains(userFlags, flag) || len(flag) > 2 && flag[1] != '-' && strings.HasSuffix(flag, "u")
}

// isArgument reports whether what follows a flag is its value. In prose, as in "--token is missing", a word
// follows. A variable of a shell reveals nothing; in single quotes there is none.
func isArgument(value string, quote byte) bool {
	switch {
	case value == "":
		return false
	case quote == 0:
		return !isLetters(value) && strings.IndexByte("-$", value[0]) < 0
	}
	return quote == '\'' || value[0] != '$'
}

// isOfCurl reports whether a flag that ends at a position is one of curl's. Other programs have users and groups
// there.
func (f *finder) isOfCurl(at int) bool {
	line := continued.Replace(f.text[max(0, at-longestQuery):at])
	line = line[strings.LastIndexByte(line, '\n')+1:]
	for _, separator := range []string{" | ", "; ", " && "} {
		line = line[strings.LastIndex(line, separator)+1:]
	}
	return strings.Contains(line, "curl ") || strings.Contains(line, "curl.exe ")
}

// continued joins the lines of a command that ends in the next one.
var continued = strings.NewReplacer("\\\n", " ", "\\\r\n", " ")
