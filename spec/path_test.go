package spec

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSegmentsOfSeveralParameters checks how a segment of texts and parameters is taken apart:
// the first parameter is the longest, and none is empty.
func TestSegmentsOfSeveralParameters(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("-", 100_000)
	for _, test := range []struct {
		template, segment string
		want              []string // none if it does not match
	}{
		{"{year}-{month}-{day}", "2024-05-06", []string{"2024", "05", "06"}},
		{"{year}-{month}-{day}", "1-2024-05-06", []string{"1-2024", "05", "06"}},
		{"{year}-{month}-{day}", "2024-05", nil},
		{"{year}-{month}-{day}", "2024--06", nil},
		{"{z}.{x}.{y}", "1.2.3", []string{"1", "2", "3"}},
		{"{name}.{ext}.gz", "a.txt.gz", []string{"a", "txt"}},
		{"{name}.{ext}.gz", "a.b.txt.gz", []string{"a.b", "txt"}},
		{"{name}.{ext}.gz", "a.gz", nil},
		{"{name}.gz", "a.gz.gz", []string{"a.gz"}},
		{"a{x}a{y}", "aaaaa", []string{"aa", "a"}},
		{"a{x}", "aba", []string{"ba"}},
		{"a{x}", "ba", nil},
		{"a{x}", "a", nil},
		{"aa{x}aa", "aaa", nil},
		{"{a}{b}", "xyé", []string{"xy", "%C3%A9"}},
		{"{a}{b}", "x", nil},
		{"{a}{b}.{c}", "xy.z", []string{"x", "y", "z"}},
		{"{a}-{b}-{c}-{d}-x", long, nil},
	} {
		root := node{exact: true}
		root.at("/" + test.template).path = &Path{Template: test.template}
		path, values := root.match([]string{test.segment}, nil, "")
		if (path != nil) != (test.want != nil) {
			t.Errorf("%s, %.20s: got %v, want %v", test.template, test.segment, values, test.want)
		} else if diff := cmp.Diff(test.want, values); diff != "" {
			t.Errorf("%s, %.20s (-want +got):\n%s", test.template, test.segment, diff)
		}
	}
}

// TestManySegmentsOfSeveralParameters checks that paths with many such segments are read quickly, and each once.
func TestManySegmentsOfSeveralParameters(t *testing.T) {
	t.Parallel()
	root, began := node{exact: true}, time.Now()
	for i := 99_999; i >= 0; i-- {
		added := root.at(fmt.Sprintf("/{a}.%d", i))
		if again := root.at(fmt.Sprintf("/{b}%%2E%d", i)); again != added {
			t.Fatalf("the segment %d is added twice", i)
		}
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("took %v", took)
	}
	if first, last := root.mixed[0].pieces[1], root.mixed[len(root.mixed)-1].pieces[1]; first != ".99999" || last != ".0" {
		t.Errorf("they go from %s to %s", first, last)
	}
}

// TestTheClosestPathIsMeant checks that of several paths which match, the one with more text in a segment
// is meant, and one that has the method.
func TestTheClosestPathIsMeant(t *testing.T) {
	t.Parallel()
	var paths strings.Builder
	for _, path := range []string{
		"get /items({id})", "get /items(a={a},b={b})", "get /{name}.{ext}", "get /{name}.json", "post /v1/{name}:{verb}", "get /v1/{name}", "post /v1/{name}:cancel",
		"get /users/me", "delete /users/{id}", "put /users/{id}", "get /users/{id}/x",
	} {
		method, template, _ := strings.Cut(path, " ")
		fmt.Fprintf(&paths, "  '%s': {%s: {operationId: '%s', responses: {'204': {description: d}}}}\n", template, method, path)
	}
	text := strings.ReplaceAll(paths.String(), "}}}}\n  '/users/{id}': {put", "}}}, put")
	contract, err := Load([]byte("openapi: 3.1.0\npaths:\n" + text))
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"GET /items(5)": "get /items({id})", "GET /items(a=1,b=2)": "get /items(a={a},b={b})", "GET /x.json": "get /{name}.json", "GET /x.xml": "get /{name}.{ext}",
		"POST /v1/a:cancel": "post /v1/{name}:cancel", "POST /v1/a:b": "post /v1/{name}:{verb}", "GET /v1/a:b": "get /v1/{name}", "PUT /v1/a:b": "",
		"GET /users/me": "get /users/me", "HEAD /users/me": "get /users/me", "DELETE /users/me": "delete /users/{id}", "PATCH /users/me": "",
		"GET /users/me/x": "get /users/{id}/x",
	} {
		method, path, _ := strings.Cut(request, " ")
		got := ""
		if operation := contract.Find(method, path); operation != nil {
			got = operation.ID
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", request, got, want)
		}
	}
}
