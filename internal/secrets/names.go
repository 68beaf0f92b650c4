package secrets

import (
	"slices"
	"strings"
)

// The table of marks: names of headers, parameters and properties whose values are
// secrets, whatever they look like. Names are compared in lower case, without
// anything but letters and digits: api_key, Api-Key and apiKey are one name.
var (
	// secretNames are secret as they stand. The sessionId of a context is none: SDKs send it
	// for stickiness.
	secretNames = []string{
		"auth", "xauth", "authentication", "bearer", "session", "xsession", "sessionkey", "sid", "sig", "pwd", "pass", "passcode", "otp", "totp",
		"secrets", "credentials", "passwords", "cookies", "apikeys", "codeverifier", "samlresponse", "xhoneycombteam", "xamznoidcdata",
	}
	// secretEndings make a secret of every name that ends with them: tokenName is
	// none, accessToken is.
	secretEndings = []string{
		"token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey", "secretkey", "privatekey", "signingkey",
		"authorization", "cookie", "credential", "signature", "jwt", "assertion", "subscriptionkey", "functionskey", "masterkey", "encryptionkey", "sharedkey",
	}
	// secretParts make a secret of every header that has them anywhere in its name.
	secretParts = []string{"authorization", "cookie", "token", "secret", "password", "apikey", "accesskey", "session", "credential", "signature", "jwt", "assertion"}
)

// tokens is the one name whose value is secret only as a text or a list of texts:
// Unleash has lists of objects under it.
const tokens = "tokens"

// IsHeader reports whether the values of a header are secrets.
func IsHeader(name string) bool {
	name = letters(name)
	return isSecretName(name) || slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(name, part) })
}

// isChallenge reports whether a header asks for a credential, which it tells the scheme
// of.
func isChallenge(name string) bool { return strings.HasSuffix(letters(name), "authenticate") }

// isSecretParameter reports whether a parameter of that name holds a secret. Of a name
// with parts, such as secret[a] or login.password, one suffices.
func isSecretParameter(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r == '[' || r == ']' || r == '.' }),
		func(part string) bool { return isSecretName(letters(part)) })
}

func isSecretName(letters string) bool {
	return slices.Contains(secretNames, letters) ||
		slices.ContainsFunc(secretEndings, func(ending string) bool { return strings.HasSuffix(letters, ending) })
}

// longestName is how many bytes of a name are looked at, from its end.
const longestName = 64

// letters is the form in which names are compared.
func letters(name string) string {
	out := make([]byte, 0, longestName)
	for i := max(0, len(name)-longestName); i < len(name); i++ {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		}
	}
	return string(out)
}

// schemes are the first words of credentials that say nothing of the secret.
var schemes = []string{"bearer", "basic", "digest", "negotiate"}

// hasScheme reports whether a credential begins with its scheme.
func hasScheme(credential string) bool {
	scheme, _, has := strings.Cut(credential, " ")
	return has && slices.Contains(schemes, strings.ToLower(scheme))
}

// public is how many bytes at the beginning of a credential may be shown: its scheme,
// and what tokens of Unleash begin with.
func public(credential string) int {
	if !hasScheme(credential) {
		return kind(credential)
	}
	_, rest, _ := strings.Cut(credential, " ")
	token := strings.TrimLeft(rest, " \t")
	return len(credential) - len(token) + kind(token)
}

// underscored is the prefix of tokens that an underscore ends.
const underscored = "signal"

// tokenKinds are the tokens of Unleash that are known by how they begin.
var tokenKinds = []struct{ prefix, name string }{
	{underscored + "_", "signal endpoint token"},
	{"user:", "personal access token"},
	{"*:*.", "admin API token"},
}

// TokenKind names the kind of a token that is known by how it begins; empty for others.
func TokenKind(token string) string {
	for _, kind := range tokenKinds {
		if strings.HasPrefix(token, kind.prefix) {
			return kind.name
		}
	}
	return ""
}

// kind is how many bytes at the beginning of a token tell its kind: signal_, user:,
// or the wildcards and environment of an API token. A project's name does not count:
// it may as well be part of a user and a password.
func kind(token string) int {
	for _, kind := range tokenKinds {
		if strings.HasPrefix(token, kind.prefix) {
			return len(kind.prefix)
		}
	}
	for _, projects := range []string{"*:", "[]:"} {
		rest, has := strings.CutPrefix(token, projects)
		if environment := environmentSize(rest); has && environment > 0 {
			return len(projects) + environment
		}
	}
	return 0
}

// environmentSize is the length of the environment that a text begins with, dot
// included; 0 if it begins with none. A name begins with a letter, so that neither a
// port nor a time is one.
func environmentSize(text string) int {
	size := 0
	if strings.HasPrefix(text, "*") {
		size = 1
	} else if text != "" && (text[0]|0x20 >= 'a' && text[0]|0x20 <= 'z') {
		for size < len(text) && isWord(text[size]) {
			size++
		}
	}
	if size == 0 || size >= len(text) || text[size] != '.' {
		return 0
	}
	return size + len(".")
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
