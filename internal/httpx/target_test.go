package httpx

import (
	"net/http/httptest"
	"testing"
)

func TestCutPath(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, prefix, rest string
		inside             bool
	}{
		"below":              {"/base/api", "/base", "/api", true},
		"the prefix":         {"/base", "/base", "", true},
		"in other letters":   {"/BASE/Api", "/base", "/Api", true},
		"a longer name":      {"/baseline/api", "/base", "/baseline/api", false},
		"elsewhere":          {"/api", "/base", "/api", false},
		"shorter":            {"/ba", "/base", "/ba", false},
		"no prefix":          {"/api", "", "/api", true},
		"no prefix, no path": {"*", "", "*", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if rest, inside := CutPath(test.path, test.prefix); rest != test.rest || inside != test.inside {
				t.Errorf("got %q, %v", rest, inside)
			}
		})
	}
}

func TestRawPath(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/a%2fb//c?d":      "/a%2fb//c",
		"/a#b?c":           "/a",
		"http://h/a%2fb?c": "/a%2fb",
		"*":                "*",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI = target
		if target[0] != '/' {
			r = httptest.NewRequest("OPTIONS", target, nil)
		}
		if got := RawPath(r); got != want {
			t.Errorf("the path of %s is %s, want %s", target, got, want)
		}
	}
}
