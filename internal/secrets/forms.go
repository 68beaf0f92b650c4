package secrets

import "strings"

// form is what the keys of a well-known service look like.
type form struct {
	begin string
	size  int // of what follows at least: letters, digits, underscores and hyphens
}

// forms are the keys that are recognized wherever they are, by the byte with which they begin.
var forms = byFirst([]form{
	{"AKIA", 16}, {"ASIA", 16}, // AWS
	{"AIza", 35},                                                                              // Google
	{"ghp_", 36}, {"gho_", 36}, {"ghu_", 36}, {"ghs_", 36}, {"ghr_", 36}, {"github_pat_", 22}, // GitHub
	{"glpat-", 20},                                                         // GitLab
	{"npm_", 36},                                                           // npm
	{"sk_live_", 16}, {"sk_test_", 16}, {"rk_live_", 16}, {"rk_test_", 16}, // Stripe
	{"xoxb-", 20}, {"xoxp-", 20}, {"xoxa-", 20}, {"xoxr-", 20}, {"xoxs-", 20}, {"xapp-", 20}, // Slack
})

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
		end := at + len(form.begin)
		for end < len(f.text) && isWord(f.text[end]) {
			end++
		}
		if end-at >= len(form.begin)+form.size {
			return f.hide(at+len(form.begin), end, false)
		}
	}
	return at + 1
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
