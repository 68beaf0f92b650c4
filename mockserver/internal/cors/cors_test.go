package cors

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const page = "http://localhost:3000"

func TestAllow(t *testing.T) {
	t.Parallel()
	toEverybody := http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"ETag, X"}, "Vary": {"Origin"}}
	toThePage := http.Header{"Access-Control-Allow-Origin": {page}, "Access-Control-Allow-Credentials": {"true"}, "Access-Control-Expose-Headers": {"ETag, X"}, "Vary": {"Origin"}}
	preflight := http.Header{
		"Access-Control-Allow-Methods": {"GET,HEAD,PUT,PATCH,POST,DELETE"}, "Access-Control-Allow-Headers": {"authorization,content-type"},
		"Access-Control-Max-Age": {"600"}, "Vary": {"Origin, Access-Control-Request-Headers"},
	}
	for name, test := range map[string]struct {
		origins []string
		method  string
		origin  string
		asks    string // Access-Control-Request-Method
		want    []http.Header
		final   bool
	}{
		"no origin is admitted":       {nil, "GET", page, "", nil, false},
		"no page asks":                {[]string{"*", page}, "GET", "", "", nil, false},
		"a listed page":               {[]string{"http://other", "HTTP://LOCALHOST:3000/"}, "GET", page, "", []http.Header{toThePage}, false},
		"another page":                {[]string{page}, "GET", "http://localhost:3001", "", []http.Header{{"Vary": {"Origin"}}}, false},
		"a page of no origin":         {[]string{page}, "GET", "null", "", []http.Header{{"Vary": {"Origin"}}}, false},
		"everybody":                   {[]string{"*"}, "DELETE", page, "", []http.Header{toEverybody}, false},
		"a listed page of everybody":  {[]string{"*", page}, "GET", page, "", []http.Header{toThePage}, false},
		"a preflight":                 {[]string{page}, "OPTIONS", page, "PUT", []http.Header{toThePage, preflight}, true},
		"a preflight of everybody":    {[]string{"*"}, "OPTIONS", page, "PUT", []http.Header{toEverybody, preflight}, true},
		"a preflight of another page": {[]string{page}, "OPTIONS", "http://evil", "PUT", []http.Header{{"Vary": {"Origin"}}}, false},
		"OPTIONS and no preflight":    {[]string{page}, "OPTIONS", page, "", []http.Header{toThePage}, false},
	} {
		policy := Policy{Exposed: "ETag, X"}
		if err := policy.Admit(test.origins...); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(test.method, "/", nil)
		for header, value := range map[string]string{"Origin": test.origin, "Access-Control-Request-Method": test.asks} {
			if value != "" {
				r.Header.Set(header, value)
			}
		}
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		got, want := http.Header{}, http.Header{}
		for _, headers := range test.want {
			maps.Copy(want, headers)
		}
		if final := policy.Allow(got, r); final != test.final {
			t.Errorf("%s: final is %t", name, final)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := new(Policy).Admit(page, "null"); err == nil {
		t.Error("the origin null is allowed")
	}
}
