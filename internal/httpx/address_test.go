package httpx

import (
	"net/url"
	"strings"
	"testing"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://a":                  "http://a",
		"https://a.example:1/b//":   "https://a.example:1/b",
		"http://[::1]:4242/b%2Fc/":  "http://[::1]:4242/b%2Fc",
		"http://u:hunter2@a/":       "http://u:hunter2@a",
		"":                          "such as https://",
		"a.example":                 "such as https://",
		"127.0.0.1:4242":            "such as https://",
		"localhost:4242":            "such as https://",
		"ftp://u:hunter2@a":         "such as https://",
		"http:///b":                 "such as https://",
		"javascript:alert(1)":       "such as https://",
		"http://a:65536":            "its port is not",
		"http://a?b=hunter2":        "without a query",
		"http://a#hunter2":          "without a query",
		"http://a/b?":               "without a query",
		"http://u:hunter2#b@a":      "it is not a URL: invalid port",
		"http://u:hunter2@a:port":   "it is not a URL: ",
		"http://u:hunter2@a\x7f":    "it is not a URL: ",
		"http://u:hunter2%zz@a/b/c": "it is not a URL: ",
	} {
		got, err := ParseServer(text)
		switch {
		case err == nil && got.String() != want:
			t.Errorf("%s became %s, want %s", text, got, want)
		case err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("the error of %s is %v, want %s", text, err, want)
		}
	}
}

func TestInstanceOfTheURLOfAnSDK(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://a/api":                         "http://a",
		"http://a/api/":                        "http://a",
		"http://a/base/api/client":             "http://a/base",
		"http://a/base//api/client/features//": "http://a/base",
		"http://a/w/ci-7/api/frontend":         "http://a/w/ci-7",
		"http://a/api/admin?q=hunter2#b":       "http://a",
		"http://u:hunter2@a/api":               "http://a",
		"http://a":                             "",
		"http://a/base/":                       "",
		"http://a/myapi":                       "",
		"http://a/api/v2":                      "",
	} {
		at, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, found := Instance(at)
		if found != (want != "") || found && got.String() != want {
			t.Errorf("%s is of %s (%v), want %s", text, got, found, want)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.1.2.3:80": true, "[::1]:80": true, "::1": true, "[::1]": true, "localhost": true, "LOCALHOST.:80": true, "a.localhost": true,
		"10.0.0.1": false, "localhost.example": false, "": false, "0.0.0.0": false, "[::]:80": false, "127.0.0.1.example": false,
	} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
