package proxy

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/conformance/report"
)

func TestBodiesHideSecrets(t *testing.T) {
	t.Parallel()
	hide := newRedaction(http.Header{"Authorization": {"Bearer my-own-credential"}})
	for name, test := range map[string][2]string{
		"nothing to hide":       {`{"name":"cpu", "tokens":[] , "n":1.50}`, `{"name":"cpu", "tokens":[] , "n":1.50}`},
		"by name":               {`{"token":"abc","secret": "d","PASSWORD"  :  "e","x":1}`, `{"token":"***","secret": "***","PASSWORD"  :  "***","x":1}`},
		"by name, escaped":      {`{"tok\u0065n":"abc"}`, `{"tok\u0065n":"***"}`},
		"quotes in it":          {`{"token":"a\"b\\","x":"y"}`, `{"token":"***","x":"y"}`},
		"number":                {`{"password":1234,"x":[{"secret":5}]}`, `{"password":"***","x":[{"secret":"***"}]}`},
		"list and object":       {`{"token":["a",{"b":"]"}],"secret":{"c":[1,2]},"d":"e"}`, `{"token":"***","secret":"***","d":"e"}`},
		"null and booleans":     {`{"token":null,"secret":true,"password":false}`, `{"token":null,"secret":true,"password":false}`},
		"a value, not a name":   {`["token","x"]`, `["token","x"]`},
		"by form":               {`{"a":"signal_0123","b":"user:0123456789","c":"*:*.0123456789","d":"default:development.0123456789"}`, `{"a":"***","b":"***","c":"***","d":"***"}`},
		"by form, escaped":      {`{"a":"\u0073ignal_0123"}`, `{"a":"***"}`},
		"cut":                   {`{"token":"abc`, `{"token":"***"`},
		"cut in a list":         {`{"token":["abc","de`, `{"token":"***"`},
		"cut before the value":  {`{"token":`, `{"token":`},
		"broken":                {`{"token":"abc"]]}}"secret":"d" nonsense`, `{"token":"***"]]}}"secret":"***" nonsense`},
		"text":                  {`got signal_0123 from user:0123456789`, `got *** from ***`},
		"form":                  {`username=admin&password=hunter2&token=x`, `username=admin&password=***&token=***`},
		"what the client sent":  {`{"echo":"my-own-credential"}`, `{"echo":"***"}`},
		"no UTF-8":              {"{\"token\":\"a\xff\"}\xfe", "{\"token\":\"***\"}\ufffd"},
		"times are no secrets":  {`{"createdAt":"2026-11-24T09:28:33.123Z","url":"http://127.0.0.1:4242/api"}`, `{"createdAt":"2026-11-24T09:28:33.123Z","url":"http://127.0.0.1:4242/api"}`},
		"hosts are no secrets":  {`{"url":"https://unleash.example.com:4242/api/signal-endpoint/cpu"}`, `{"url":"https://unleash.example.com:4242/api/signal-endpoint/cpu"}`},
		"paths are no secrets":  {`{"url":"/api/signal-endpoint/signal"}`, `{"url":"/api/signal-endpoint/signal"}`},
		"an empty body is none": {``, ``},
	} {
		if diff := cmp.Diff(test[1], hide.body(test[0])); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHeadersHideSecrets(t *testing.T) {
	t.Parallel()
	header := http.Header{
		"Authorization": {"0123456789"}, "Cookie": {"a=b"}, "Set-Cookie": {"a=b", "c=d"}, "Proxy-Authorization": {"Basic x"},
		"X-Api-Key": {"k"}, "X-Auth-Token": {"k"}, "X-Other": {"0123456789, signal_01234"}, "Accept": {"*/*"},
	}
	want := []report.Header{
		{Name: "Accept", Value: "*/*"}, {Name: "Authorization", Value: "***"}, {Name: "Cookie", Value: "***"},
		{Name: "Proxy-Authorization", Value: "***"}, {Name: "Set-Cookie", Value: "***"}, {Name: "Set-Cookie", Value: "***"},
		{Name: "X-Api-Key", Value: "***"}, {Name: "X-Auth-Token", Value: "***"}, {Name: "X-Other", Value: "***, ***"},
	}
	if diff := cmp.Diff(want, newRedaction(header).headers(header)); diff != "" {
		t.Error(diff)
	}
}

// FuzzBodiesHideSecrets: whatever surrounds a secret, it does not show, and JSON
// stays JSON.
func FuzzBodiesHideSecrets(f *testing.F) {
	f.Add(`{"name":`, `}`)
	f.Add(`[{"token":"x"},`, `]`)
	f.Add(`"\"`, `\\"`)
	f.Add(`{"token":[`, `,{"a":"}"}]}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "signal_0123456789abcdef"
		text := before + `"` + secret + `"` + after
		got := redaction{own: strings.NewReplacer()}.body(text)
		if strings.Contains(got, secret) {
			t.Errorf("%q shows in %q", secret, got)
		}
		if utf8.ValidString(text) && json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
