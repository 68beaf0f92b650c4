package conformance

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url     string
		options Options
		want    bool
	}{
		{"http://127.0.0.1:4242", Options{}, true},
		{"http://localhost", Options{}, true},
		{"http://127.0.0.1:4242", Options{ReadOnly: true}, false},
		{"http://127.0.0.1:4242", Options{ReadOnly: true, AllowWrites: true}, false},
		{"https://unleash.example.com", Options{}, false},
		{"https://unleash.example.com", Options{AllowWrites: true}, true},
	} {
		test.options.Target = test.url
		address, err := test.options.address()
		if err != nil {
			t.Fatal(err)
		}
		if got := test.options.mayWrite(address); got != test.want {
			t.Errorf("%s, %+v: got %t", test.url, test.options, got)
		}
	}
}

func TestATargetThatIsNoneIsWrongUsage(t *testing.T) {
	t.Parallel()
	for _, options := range []Options{{}, {Target: "unleash"}, {Target: "http://user:pass-word@h"}, {Target: "http://h", Handler: http.NotFoundHandler()}} {
		_, err := options.address()
		var usage *UsageError
		if !errors.As(err, &usage) || strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%q: %v", options.Target, err)
		}
	}
}
