package secrets

import (
	"encoding/json"
	"slices"
	"strings"
)

// The tables of names. Headers, parameters and properties with these names have secret
// values, whatever those look like. Names are compared in lower case, by their letters
// and digits only: api_key, Api-Key and apiKey are one name.
var (
	// secretNames are secret as a whole. The sessionId of a context is not among them:
	// SDKs send it for stickiness.
	secretNames = []string{
		"auth", "xauth", "bearer", "session", "xsession", "sessionkey", "sid", "sig", "pwd", "pass", "passcode", "otp", "totp",
		"secrets", "credentials", "passwords", "cookies", "apikeys", "codeverifier", "samlresponse", "xhoneycombteam", "xamznoidcdata",
		"jsessionid", "phpsessid", "oauth2bearer",
	}
	// secretEndings make every name secret that ends with one of them: accessToken is,
	// tokenName is not.
	secretEndings = []string{
		"token", "secret", "password", "passwd", "passphrase", "apikey", "accesskey", "secretkey", "privatekey", "signingkey",
		"authorization", "cookie", "credential", "signature", "jwt", "assertion", "subscriptionkey", "functionskey", "masterkey", "encryptionkey", "sharedkey",
		"authkey", "applicationkey", "accountkey", "authentication", "passwordconfirmation",
	}
	// secretParts make every header secret whose name contains one of them.
	secretParts = []string{"authorization", "cookie", "token", "secret", "password", "apikey", "accesskey", "session", "credential", "signature", "jwt", "assertion", "csrf", "xsrf", "hmac"}
	// secretWords make every name secret that ends with one of them as a word: dbPass and
	// DB_PASS are, compass is not. In JSON their values are secrets only if they are texts,
	// because flags and other objects may have such names.
	secretWords = []string{"pass", "pwd", "passcode", "otp", "totp"}

	// namingKeys are properties whose values are names, and valueKeys the properties beside
	// them that have what is named.
	namingKeys = []string{"name", "key", "header", "field", "variable", "parameter", "parameterkey", "property", "id", "k"}
	valueKeys  = []string{"value", "values", "val", "v", "parametervalue"}

	// secretPaths are segments of paths that a secret follows. Tokens of Unleash are deleted by their secret,
	// and invitations have theirs in the path.
	secretPaths = []string{"/invite/", "/invite-link/tokens/"}
)

// tokens ends names whose value is secret only if it is a text or a list of texts:
// Unleash also has lists of objects under this name.
const tokens = "tokens"

// allowsCredentials is the CORS header that says whether a page may send credentials. It holds none.
const allowsCredentials = "accesscontrolallowcredentials"

// IsHeader reports whether the values of a header are secrets.
func IsHeader(name string) bool {
	if isSecretText(name) {
		return true
	}
	name = letters(name)
	return name != allowsCredentials && slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(name, part) })
}

// isChallenge reports whether a header asks for a credential, in which case it names the
// scheme.
func isChallenge(name string) bool { return strings.HasSuffix(letters(name), "authenticate") }

// IsParameter reports whether a parameter of that name holds a secret. If the name
// has several parts, as in secret[a] or login.password, one secret part is enough.
func IsParameter(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r == '[' || r == ']' || r == '.' }),
		func(part string) bool { return isSecretText(part) })
}

// isSecretName reports whether whatever has that name is a secret.
func isSecretName(name string) bool {
	name = letters(name)
	return slices.Contains(secretNames, name) ||
		slices.ContainsFunc(secretEndings, func(ending string) bool { return strings.HasSuffix(name, ending) })
}

// isSecretText reports whether a text of that name is a secret. Numbers at the end of the name, as in password2,
// do not matter. In JSON, flags and other objects may have such names.
func isSecretText(name string) bool {
	return isSecretName(name) || endsInSecretWord(name) || letters(name) != auth0 && isSecretName(strings.TrimRight(name, digits+"_-"))
}

// auth0 is a vendor, and no second auth.
const auth0 = "auth0"

const digits = "0123456789"

// endsInSecretWord reports whether the last word of a name is one of secretWords. A word begins after
// anything but a letter, and with a capital after a small letter.
func endsInSecretWord(name string) bool {
	name = strings.TrimRight(name[max(0, len(name)-longestName):], digits+"_-")
	begin := len(name)
	for begin > 0 && isLetter(name[begin-1]) && !(begin < len(name) && isCapital(name[begin]) && !isCapital(name[begin-1])) {
		begin--
	}
	return slices.Contains(secretWords, strings.ToLower(name[begin:]))
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

func isLetter(c byte) bool { return isCapital(c &^ 0x20) }

// At returns the JSON value at a JSON pointer, or Mark if the names in the pointer say that the
// value is a secret. Other texts, such as what is said of a missing value, stay as they are.
func At(pointer, value string) string {
	names := strings.Split(pointer, "/")
	last := len(names) - 1
	if last > 0 && strings.Trim(names[last], digits) == "" {
		last-- // of a list
	}
	named := slices.ContainsFunc(names, isSecretName) || isSecretList(names[last]) && isTextList(value)
	if !named || !json.Valid([]byte(value)) {
		return value
	}
	if start, end, _ := valueAt(value, 0); start == end {
		return value
	}
	return Mark
}

// isSecretList reports whether a list of texts, or a text, of that name is a secret.
func isSecretList(name string) bool {
	return strings.HasSuffix(letters(name), tokens) || isSecretText(name)
}

// longestName is how many bytes of a name are looked at, counted from its end.
const longestName = 64

// letters returns the form in which names are compared.
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

// schemes are the first words of credentials, which reveal nothing about the secret. Those of wordSchemes are also
// ordinary words, and only before what is no word.
var (
	schemes     = []string{"bearer", "basic", "digest", "negotiate"}
	wordSchemes = []string{"token", "apikey", "api-key", "key", "ntlm", "hmac"}
)

// hasScheme reports whether a credential begins with its scheme.
func hasScheme(credential string) bool {
	scheme, rest, has := strings.Cut(credential, " ")
	scheme = strings.ToLower(scheme)
	return has && (slices.Contains(schemes, scheme) || slices.Contains(wordSchemes, scheme) && !strings.Contains(rest, " ") && !isLetters(rest))
}

// public returns how many bytes at the beginning of a credential may be shown: its
// scheme, and the prefix of an Unleash token.
func public(credential string) int {
	if !hasScheme(credential) {
		return kind(credential)
	}
	_, rest, _ := strings.Cut(credential, " ")
	token := strings.TrimLeft(rest, " \t")
	return len(credential) - len(token) + kind(token)
}

// underscored is the token prefix that ends with an underscore.
const underscored = "signal"

// tokenKinds are the Unleash tokens that are recognized by their prefix.
var tokenKinds = []struct{ prefix, name string }{
	{underscored + "_", "signal endpoint token"},
	{"user:", "personal access token"},
	{"*:*.", "admin API token"},
}

// TokenKind names the kind of a token that is recognized by its prefix. It returns an
// empty string for other tokens.
func TokenKind(token string) string {
	for _, kind := range tokenKinds {
		if strings.HasPrefix(token, kind.prefix) {
			return kind.name
		}
	}
	return ""
}

// kind returns how many bytes at the beginning of a token say only what kind it is:
// signal_, user:, or the wildcards and environment of an API token. The name of a project
// does not count, because it may just as well belong to a user and a password.
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

// environmentSize returns the length of the environment at the beginning of a text, dot
// included, or 0 if there is none. The name of an environment begins with a letter, which
// excludes ports and times.
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
