package reads

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/unleash-mock/unleash-mock/spec"
)

// endsSession reports whether the operationId or the path suggests that the operation logs
// out.
func endsSession(operation *spec.Operation) bool {
	return saysLogout(operation.ID) || saysLogout(operation.Path)
}

// logout matches words, each between spaces, that mean it: logout, sign-out, log_off,
// signOut, log me out, end session. If written as one word, it also matches before or after
// others.
var logout = regexp.MustCompile(`(log|sign)(out|off)| (log|sign)(s|ged|ned|ging|ning)?( \w+)? (out|off) | (end|terminate|kill|close) (\w+ )?sessions? | endsession`)

// saysLogout reports whether a name or a path means a logout, in any spelling.
func saysLogout(text string) bool {
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	words := wordsOf(text)
	if logout.MatchString(" " + strings.Join(words, " ") + " ") {
		return true
	}
	// Letter case that does not separate words, such as lOgOuT: servers may ignore it.
	return slices.ContainsFunc(strings.Split(text, "/"), func(segment string) bool {
		return slices.Contains([]string{"logout", "logoff", "signout", "signoff"}, letters(segment))
	})
}

// changing lists verbs for what a GET should not do, but does on some servers.
var changing = []string{
	"cancel", "clear", "deactivate", "delete", "destroy", "disable", "drop", "flush", "kill", "purge", "reboot", "regenerate", "remove",
	"reset", "restart", "revoke", "rotate", "shutdown", "terminate", "uninstall", "unsubscribe", "wipe",
}

// changes reports whether an operation may change something: its operationId starts with such
// a verb, or its path ends with one.
func changes(operation *spec.Operation) bool {
	words := wordsOf(operation.ID)
	last := operation.Path[strings.LastIndex(operation.Path, "/")+1:]
	return len(words) > 0 && slices.Contains(changing, words[0]) || slices.Contains(changing, strings.ToLower(last))
}

// letter returns r if it is a letter, otherwise -1.
func letter(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}

// wordsOf splits a name or a path into words in lower case: signOutUser and /sign-out/user
// become sign, out and user.
func wordsOf(text string) []string {
	var words []string
	var word []rune
	runes := []rune(text)
	flush := func() {
		if len(word) > 0 {
			words, word = append(words, strings.ToLower(string(word))), nil
		}
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}
