package journal

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":              {`{"name":"a","tokens":[{"tokenName":"b"}]}`, `{"name":"a","tokens":[{"tokenName":"b"}]}`},
		"times and addresses":  {`{"at":"2023-12-27T12:37:00.000Z","url":"http://127.0.0.1:4242/api/signal-endpoint/x"}`, `{"at":"2023-12-27T12:37:00.000Z","url":"http://127.0.0.1:4242/api/signal-endpoint/x"}`},
		"by key":               {`{ "Token" : "plain" , "x":1}`, `{ "Token" : "[redacted]" , "x":1}`},
		"by key, a number":     {`{"password":-12.5e3,"x":1}`, `{"password":"[redacted]","x":1}`},
		"by key, a list":       {`{"secret":["a","b"],"x":"c"}`, `{"secret":["[redacted]","[redacted]"],"x":"c"}`},
		"key with separators":  {`{"api_token":"a","Api-Key":"b"}`, `{"api_token":"[redacted]","Api-Key":"[redacted]"}`},
		"key with an escape":   {`{"to\u006ben":"a"}`, `{"to\u006ben":"[redacted]"}`},
		"key ends with object": {`{"a":{"token":null},"b":"c"}`, `{"a":{"token":null},"b":"c"}`},
		"empty":                {`{"token":""}`, `{"token":""}`},
		"by form":              {`{"a":"my signal_abc-1 here"}`, `{"a":"my signal_[redacted] here"}`},
		"by form, escaped":     {`{"a":"signal\u005fabc\n"}`, `{"a":"signal_[redacted]\n"}`},
		"form in a key":        {`{"user:abc":1}`, `{"user:[redacted]":1}`},
		"API tokens":           {`["*:*.abc","default:development.abc","[]:production.abc"]`, `["*:*.[redacted]","default:development.[redacted]","[]:production.[redacted]"]`},
		"cut off":              {`{"name":"a","token":"signal_ab`, `{"name":"a","token":"[redacted]"`},
		"cut off in an escape": {`{"token":"ab\`, `{"token":"[redacted]"`},
		"malformed":            {`{"token" "a" signal_abc, "token":"b"`, `{"token" "a" signal_abc, "token":"[redacted]"`},
		"text":                 {`token user:abc, default:development.abc!`, `token user:[redacted], default:development.[redacted]`},
		"no UTF-8":             {"{\"a\":\"\xff\"}", "{\"a\":\"\uFFFD\"}"},
	} {
		if got := maskBody(test.body); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	for text, want := range map[string]string{
		"/api/x?token=signal_abc&y=1":     "/api/x?token=signal_[redacted]&y=1",
		"/api/x?t=user%3Aabc":             "/api/x?t=user%3A[redacted]",
		"/api/x?t=%2A%3A%2A.abc&u=1":      "/api/x?t=%2A%3A%2A.[redacted]&u=1",
		"/api/admin/signals?from=IS:2024": "/api/admin/signals?from=IS:2024",
		"127.0.0.1:4242":                  "127.0.0.1:4242",
	} {
		if got := maskText(text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for value, want := range map[string]string{
		"*:*.abc": "*:*.[redacted]", "bearer  user:abc": "Bearer user:[redacted]", "Basic abc": "[redacted]", "": "", "Bearer": "[redacted]",
		"Bearer signal_abc": "Bearer signal_[redacted]", "default:development.abc": "[redacted]",
	} {
		if got := redactCredential(value); got != want {
			t.Errorf("%s: got %s, want %s", value, got, want)
		}
	}
}

// FuzzMaskBody: masking never panics, keeps JSON JSON, and leaves no token of a
// known form.
func FuzzMaskBody(f *testing.F) {
	f.Add(`{"token":"a","b":[1,true,null,"user:x"]}`)
	f.Add(`{"a":"\ud800signal_x"}`)
	f.Add(`{"token":"\`)
	f.Fuzz(func(t *testing.T, body string) {
		masked := maskBody(body)
		if json.Valid([]byte(body)) && !json.Valid([]byte(masked)) {
			t.Errorf("%q became %q", body, masked)
		}
		body = `{"x":"` + strings.NewReplacer(`"`, "", `\`, "").Replace(body) + ` signal_0123456789"}`
		if masked := maskBody(body); strings.Contains(masked, "0123456789") {
			t.Errorf("%q shows a secret", masked)
		}
	})
}
