package secrets

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/unleash-mock/unleash-mock/internal/secrets/secretstest"
)

// writers encode a text for another format, with any set of characters escaped.
var writers = map[string]func(t *rapid.T, text string) string{
	"percents": func(t *rapid.T, text string) string {
		isEscaped, digits := anySet(t, "%"), anyCase(t)
		return secretstest.EachRune(text, func(r rune) string {
			if isEscaped(r) {
				return secretstest.EachByte(string(r), func(b byte) string { return "%" + digits(secretstest.Hex(int64(b), 2)) })
			}
			return string(r)
		})
	},
	"JSON": func(t *rapid.T, text string) string {
		isEscaped, digits := anySet(t, ""), anyCase(t)
		return secretstest.EachRune(text, func(r rune) string {
			if isEscaped(r) {
				return secretstest.EachUnit(string(r), func(u uint16) string { return `\u` + digits(secretstest.Hex(int64(u), 4)) })
			}
			return secretstest.JSON(string(r))
		})
	},
	"HTML": func(t *rapid.T, text string) string {
		isEscaped, digits := anySet(t, "&"), anyCase(t)
		return secretstest.EachRune(text, func(r rune) string {
			if isEscaped(r) {
				return "&#x" + digits(secretstest.Hex(int64(r), 1)) + ";"
			}
			return string(r)
		})
	},
	"Base64": func(_ *rapid.T, text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
	"raw":    func(_ *rapid.T, text string) string { return text },
}

// anySet draws a set of characters that includes those in always. If it lacks the
// backslash, it lacks letters, too, which may follow one.
func anySet(t *rapid.T, always string) func(rune) bool {
	drawn := map[rune]bool{'\\': rapid.Bool().Draw(t, "backslashes")}
	return func(r rune) bool {
		if r < utf8.RuneSelf && isWord(byte(r)) && !drawn['\\'] {
			return false
		}
		if _, has := drawn[r]; !has {
			drawn[r] = strings.ContainsRune(always, r) || rapid.Bool().Draw(t, string(r))
		}
		return drawn[r]
	}
}

func anyCase(t *rapid.T) func(string) string {
	if rapid.Bool().Draw(t, "lower") {
		return strings.ToLower
	}
	return strings.ToUpper
}

// TestNoFormSurvives checks that no secret can be found any more, neither as written nor
// decoded, whatever the secret is, whatever format it is written in, and however often it
// is encoded.
func TestNoFormSurvives(t *testing.T) {
	t.Parallel()
	names := []string{"percents", "JSON", "HTML", "raw"}
	rapid.Check(t, func(t *rapid.T) {
		// Draw characters that need escaping in some format, but do not begin an escape: what
		// such a character does to its neighbors depends on the reader.
		secret := rapid.StringOfN(rapid.SampledFrom([]rune(`aZ09-_.:/"'<>+=;, üß😀$@`)), 8, 40, -1).Filter(func(s string) bool {
			return strings.TrimSpace(s) == s && len(s) >= window
		}).Draw(t, "secret")
		around := rapid.StringOfN(rapid.SampledFrom([]rune(`abc {}[]"':,=<> `)), 0, 12, -1)
		text := secret
		layers := rapid.SliceOfN(rapid.SampledFrom(names), 0, 3).Draw(t, "layers")
		if rapid.Bool().Draw(t, "in Base64") {
			text = writers["Base64"](t, around.Draw(t, "user")+text+around.Draw(t, "rest"))
		}
		for _, layer := range layers {
			text = writers[layer](t, text)
		}
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		r := New(secret)
		for how, got := range map[string]string{
			"Text": r.Text(before + text + after), "URL": r.URL(before + text + after),
			"Header": r.Header("X-Other", before+text+after), "Body": r.Body("", before+text+after, false),
		} {
			if strings.Contains(got, text) || secretIn(got, secret) {
				t.Fatalf("%s of %q\nshows %q\nin    %q", how, before+text+after, secret, got)
			}
		}
	})
}

// secretIn reports whether a secret shows in any decoding of a text, Base64 included.
func secretIn(text, secret string) bool {
	for _, layer := range views(text) {
		if strings.Contains(layer.text, secret) {
			return true
		}
		for _, word := range strings.FieldsFunc(layer.text, func(r rune) bool { return !isWord(byte(min(r, 0x7f))) && r != '+' && r != '/' }) {
			decoded, err := base64.RawStdEncoding.DecodeString(word)
			if err == nil && strings.Contains(string(decoded), secret) {
				return true
			}
		}
	}
	return false
}

// TestTheLongestSecretIsFound compares what is found with what comparing every pattern finds, for secrets
// that begin alike.
func TestTheLongestSecretIsFound(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"a", "b", "aaaaaaaa", strings.Repeat("ab", 260), "*:*.", "="})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "") })
	rapid.Check(t, func(t *rapid.T) {
		k := newKnown()
		k.add(rapid.SliceOfN(text, 1, 8).Draw(t, "secrets")...)
		k.add(rapid.SliceOfN(text, 0, 3).Draw(t, "later")...)
		in := text.Draw(t, "text") + text.Draw(t, "more")
		for at := 0; at+window <= len(in); at++ {
			start := startOf(in[at:])
			var want span
			for _, p := range k.byStart[start] {
				size := common(in[at:], p.text)
				s := span{start: at + p.public, end: at + size}
				if p.base64 {
					s.start, s.end = encoded(in, at, at+size)
				}
				if size >= min(len(p.text), compared) && s.start < s.end && s.end > want.end {
					want = s
				}
			}
			if got, found := k.match(in, at, start); got != want || found != (want.end > 0) {
				t.Fatalf("at %d of %q: got %v, want %v", at, in, got, want)
			}
		}
	})
}

func TestJSONStaysJSON(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{
		`a`, `"`, `'`, `\`, `token`, `secret:`, `password=`, `{"token":`, `[1,`, `}`, `user:x`, `signal_x`, `Bearer 012`, `%22`, `&quot;`, `\u0022`, "\n", `://u:p@`, `Cookie: `, `<token>`, `</`, "form-data; name=token\n\n", ` `,
	})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, "pieces"), "") })
	var value *rapid.Generator[any]
	value = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Map(text, func(s string) any { return s }), rapid.Map(rapid.Float64Range(-1e6, 1e6), func(f float64) any { return f }),
			rapid.SampledFrom([]any{nil, true, false}),
			rapid.Map(rapid.SliceOfN(value, 0, 3), func(list []any) any { return list }),
			rapid.Map(rapid.MapOfN(text, value, 0, 3), func(object map[string]any) any { return object }),
		)
	})
	rapid.Check(t, func(t *rapid.T) {
		source, err := json.Marshal(value.Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		if redacted := (*Redactor)(nil).Text(string(source)); !json.Valid([]byte(redacted)) {
			t.Fatalf("%s\nbecame\n%s", source, redacted)
		}
	})
}

// FuzzText checks that nothing panics, that JSON stays JSON, and that neither a token nor a
// known secret between any two texts can be read afterwards.
func FuzzText(f *testing.F) {
	f.Add(`{"token":"a","b":[1,true,null,"user:x"]}`, `"}`)
	f.Add(`{"a":"\ud800signal_x"}`, ``)
	f.Add(`{"token":"\`, `%22`)
	f.Add(`'token':'"`, `&quot;`)
	f.Add(`http://a:b@c/?sig=%74oken%3D`, "\nCookie: a=b")
	f.Add("form-data; name=token\n\n", "\n--")
	f.Add(`<token><![CDATA[`, `]]></token>`)
	f.Fuzz(func(t *testing.T, before, after string) {
		var none *Redactor
		if redacted := none.Text(before); json.Valid([]byte(before)) && !json.Valid([]byte(redacted)) {
			t.Errorf("%q became %q", before, redacted)
		}
		const value, token = "t0p/secret", "signal_0123456789"
		r := New(value)
		for _, text := range []string{before + " " + value + " " + after, before + " " + token + " " + after} {
			for _, got := range []string{r.Text(text), r.URL(text), r.Body("application/json", text, true), r.Header("X", text)} {
				if strings.Contains(got, value) || strings.Contains(got, token[len("signal_"):]) {
					t.Errorf("%q shows a secret", got)
				}
			}
		}
	})
}

func BenchmarkBody(b *testing.B) {
	object := `{"id":1339,"enabled":true,"name":"deploys","createdAt":"2026-11-24T20:21:31.945Z","description":null,"url":"http://127.0.0.1:4242/api/signal-endpoint/deploys","tokens":[],"note":"a \"quoted\" line\n"},`
	body := "[" + strings.Repeat(object, 90<<10/len(object)) + "null]"
	for name, r := range map[string]*Redactor{"nothing known": nil, "a thousand known": thousand()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r.Body("application/json", body, false)
			}
		})
	}
}

func thousand() *Redactor {
	r := New()
	for i := range 1000 {
		r.Add("signal_" + secretstest.Hex(int64(i)*0x10001, 54))
	}
	return r
}

// TestEscapesAreSmall checks that a text of escapes takes no multiple of the memory that it has to.
func TestEscapesAreSmall(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(escape{}); size > 12 {
		t.Errorf("an escape takes %d bytes", size)
	}
}
