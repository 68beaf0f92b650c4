package secrets

import (
	"slices"
	"strings"
)

// form is what the keys of a well-known service look like.
type form struct {
	begin string
	size  int      // of what follows at least
	chars *byteSet // of what follows
	exact bool     // it is no longer
	digit bool     // it begins with a digit
}

const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alnum    = capitals + "abcdefghijklmnopqrstuvwxyz" + digits
)

// The characters of keys.
var (
	awsChars    = setOf(capitals + digits)
	alnumChars  = setOf(alnum)
	gitHubChars = setOf(alnum + "_")
	slackChars  = setOf(alnum + "-")
	keyChars    = setOf(alnum + "_-")
	dottedChars = setOf(alnum + "_-.")
	pathChars   = setOf(alnum + "_-/")
)

// forms are the keys that are recognized wherever they are, by the byte with which they begin.
var forms = byFirst(slices.Concat(
	formsOf(form{size: 16, chars: awsChars, exact: true}, "AKIA", "ASIA"),
	formsOf(form{size: 35, chars: keyChars}, "AIza"), // Google
	formsOf(form{size: 36, chars: gitHubChars}, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
	formsOf(form{size: 22, chars: gitHubChars}, "github_pat_"),
	formsOf(form{size: 20, chars: keyChars}, "glpat-"), // GitLab
	formsOf(form{size: 36, chars: alnumChars}, "npm_"),
	formsOf(form{size: 60, chars: keyChars}, "pypi-", "sk-ant-", "ATATT3"), // Python, Anthropic, Atlassian
	formsOf(form{size: 32, chars: alnumChars}, "shpat_", "shpss_", "hf_"),  // Shopify, Hugging Face
	formsOf(form{size: 24, chars: keyChars}, "dckr_pat_", "glsa_", "sk-proj-", "dop_v1_"),
	formsOf(form{size: 60, chars: dottedChars}, "SG."),  // SendGrid
	formsOf(form{size: 24, chars: dottedChars}, "hvs."), // Vault
	formsOf(form{size: 24, chars: pathChars}, "hooks.slack.com/services/", "discord.com/api/webhooks/"),
	formsOf(form{size: 16, chars: alnumChars}, "sk_live_", "sk_test_", "rk_live_", "rk_test_"),                    // Stripe
	formsOf(form{size: 20, chars: slackChars, digit: true}, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"), // Slack
))

// formsOf returns a form with several beginnings.
func formsOf(one form, begins ...string) (out []form) {
	for _, one.begin = range begins {
		out = append(out, one)
	}
	return out
}

func byFirst(list []form) (by [256][]form) {
	for _, form := range list {
		by[form.begin[0]] = append(by[form.begin[0]], form)
	}
	return by
}

// form hides a key of a well-known service.
func (f *finder) form(at int) int {
	if at > 0 && isWord(f.text[at-1]) {
		return at + 1
	}
	for _, form := range forms[f.text[at]] {
		if !strings.HasPrefix(f.text[at:], form.begin) {
			continue
		}
		start := at + len(form.begin)
		end := wordAfter(f.text, start)
		if form.chars['.'] || form.chars['/'] {
			end = form.chars.beyond(f.text, start)
		}
		if form.fits(f.text[start:end]) {
			return f.hide(start, end, false)
		}
	}
	return at + 1
}

// fits reports whether a word may be what follows the beginning of a key.
func (form *form) fits(word string) bool {
	size := form.chars.beyond(word, 0)
	return size >= form.size && (!form.exact || len(word) == form.size) && (!form.digit || strings.IndexByte(digits, word[0]) >= 0)
}

// wordAfter returns where the word that begins at a position ends.
func wordAfter(text string, at int) int {
	for at < len(text) && isWord(text[at]) {
		at++
	}
	return at
}

// privateKey hides the inside of a private key as PEM.
func (f *finder) privateKey(at int) int {
	const begin, end, longestLabel = "-----BEGIN ", "-----END", 64
	if !strings.HasPrefix(f.text[at:], begin) {
		return at + 1
	}
	rest := f.rest(at)
	label, _, ok := strings.Cut(rest[len(begin):min(len(rest), longestLabel)], "-----")
	if !ok || !strings.HasSuffix(label, "PRIVATE KEY") && !strings.HasSuffix(label, "PRIVATE KEY BLOCK") {
		return at + 1
	}
	from := len(begin) + len(label) + len("-----")
	size := strings.Index(rest[from:], end)
	if size < 0 { // the text was cut
		size = len(rest) - from
	}
	return f.hide(at+from, at+from+size, false)
}
