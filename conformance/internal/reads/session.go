package reads

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/unleash-mock/unleash-mock/spec"
)

// endsSession reports whether the operationId or the path says that the operation logs out.
func endsSession(operation *spec.Operation) bool {
	return saysLogout(operation.ID) || saysLogout(operation.Path)
}

// logout matches words, each between blanks, that say it: logout, sign-out, log_off, signOut, log me
// out, end session; written in one word also behind or before others.
var logout = regexp.MustCompile(`(log|sign)(out|off)| (log|sign)(s|ged|ned|ging|ning)?( \w+)? (out|off) | (end|terminate|kill|close) (\w+ )?sessions? | endsession`)

// saysLogout reports whether a name or a path says so, in whatever form.
func saysLogout(text string) bool {
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	words := wordsOf(text)
	if logout.MatchString(" " + strings.Join(words, " ") + " ") {
		return true
	}
	// Letter case that makes no words, such as lOgOuT: servers may overlook it.
	return slices.ContainsFunc(strings.Split(text, "/"), func(segment string) bool {
		return slices.Contains([]string{"logout", "logoff", "signout", "signoff"}, letters(segment))
	})
}

// changing are verbs of what a GET should not do and some servers have it do.
var changing = []string{
	"cancel", "clear", "deactivate", "delete", "destroy", "disable", "drop", "flush", "kill", "purge", "reboot", "regenerate", "remove",
	"reset", "restart", "revoke", "rotate", "shutdown", "terminate", "uninstall", "unsubscribe", "wipe",
}

// changes reports whether an operation changes something by its operationId, which begins with
// a verb that does, or by its path, which ends with one.
func changes(operation *spec.Operation) bool {
	words := wordsOf(operation.ID)
	last := operation.Path[strings.LastIndex(operation.Path, "/")+1:]
	return len(words) > 0 && slices.Contains(changing, words[0]) || slices.Contains(changing, strings.ToLower(last))
}

// letter is a letter, or nothing.
func letter(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}

// wordsOf cuts a name or a path into its words, in small letters: signOutUser and /sign-out/user
// are sign, out and user.
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
