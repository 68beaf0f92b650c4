package journal

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/jsonw"
)

// mask stands for what was a secret.
const mask = "[redacted]"

// secrets finds tokens of Unleash in text, percent-encoded or not: those of
// signal endpoints, of users, and API tokens, <project>:<environment>.<secret>.
// What introduces the secret is kept.
var secrets = regexp.MustCompile(`(signal_|user(?::|%3[Aa])|(?:\*|%2[Aa]|\[\]|%5[Bb]%5[Dd]|[\w-]+)(?::|%3[Aa])(?:\*|%2[Aa]|[A-Za-z][\w-]*)(?:\.|%2[Ee]))[^\s"'\\&,;<>()\[\]{}]+`)

// maskText masks what has the form of a token.
func maskText(text string) string {
	if !strings.ContainsAny(text, ":_%") {
		return text
	}
	return secrets.ReplaceAllString(text, "${1}"+mask)
}

// sensitiveKeys are properties whose values are secrets whatever their form, in
// lower case without separators.
var sensitiveKeys = map[string]bool{
	"token": true, "secret": true, "password": true, "apikey": true, "apitoken": true, "accesstoken": true,
	"refreshtoken": true, "clientsecret": true, "authorization": true, "cookie": true,
}

var keySeparators = strings.NewReplacer("-", "", "_", "", " ", "")

func isSensitive(key string) bool { return sensitiveKeys[strings.ToLower(keySeparators.Replace(key))] }

// maskBody masks secrets in a body. JSON is walked string by string, also if it
// is cut off or malformed, so that neither an escape nor an unknown form of
// token hides one; all else stays as it was sent.
func maskBody(body string) string {
	body = strings.ToValidUTF8(body, "\uFFFD")
	trimmed := strings.TrimLeft(body, " \t\r\n")
	if trimmed == "" || !strings.ContainsRune(`{["`, rune(trimmed[0])) {
		return maskText(body)
	}
	var out strings.Builder
	out.Grow(len(body))
	sensitive := false // the value that comes belongs to a sensitive key
	for i := 0; i < len(body); {
		switch c := body[i]; {
		case c == '"':
			literal := literalAt(body[i:])
			i += len(literal)
			value := unquote(literal)
			if rest := strings.TrimLeft(body[i:], " \t\r\n"); strings.HasPrefix(rest, ":") {
				sensitive = isSensitive(value)
				out.WriteString(replaceLiteral(literal, value, maskText(value)))
				continue
			}
			if sensitive && value != "" {
				out.WriteString(`"` + mask + `"`)
				continue
			}
			out.WriteString(replaceLiteral(literal, value, maskText(value)))
		case sensitive && (c == '-' || c >= '0' && c <= '9'):
			end := i + 1
			for end < len(body) && strings.IndexByte("0123456789+-.eE", body[end]) >= 0 {
				end++
			}
			out.WriteString(`"` + mask + `"`)
			i = end
		default:
			if c == '}' {
				sensitive = false
			}
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// literalAt returns the string literal that a text begins with, without its end
// if the text is cut off.
func literalAt(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1]
		}
	}
	return text
}

func unquote(literal string) string {
	if !strings.Contains(literal, `\`) {
		return strings.Trim(literal, `"`)
	}
	if len(literal) < 2 || literal[len(literal)-1] != '"' {
		literal += `"`
	}
	var value string
	if json.Unmarshal([]byte(literal), &value) != nil {
		return strings.Trim(literal, `"`)
	}
	return value
}

// replaceLiteral keeps a literal to the letter if nothing in it was masked.
func replaceLiteral(literal, value, masked string) string {
	if value == masked {
		return literal
	}
	return string(jsonw.AppendString(nil, masked))
}
