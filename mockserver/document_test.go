package mockserver

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/openapi"
	"github.com/unleash-mock/unleash-mock/spec"
)

// documentedBy serves one of the documents in the testdata of package spec.
func documentedBy(t *testing.T, name string, options ...Option) (*Server, *spec.Contract) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("../spec/testdata/documents", name))
	if err != nil {
		t.Fatal(err)
	}
	return serving(t, source, false, options...)
}

func serving(t *testing.T, source []byte, wins bool, options ...Option) (*Server, *spec.Contract) {
	t.Helper()
	document, err := spec.Load(source)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(append(options, WithDocument(document, wins))...)
	if err != nil {
		t.Fatal(err)
	}
	return server, document
}

// ask sends a request. The target is a method and a path; headers are lines with a colon.
func ask(server http.Handler, target, body string, headers ...string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(target, " ")
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request := httptest.NewRequest(method, path, reader)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	return answer
}

func TestOperationsOfADocumentAreAnsweredByIt(t *testing.T) {
	t.Parallel()
	const admin = "Authorization: " + adminToken
	for name, test := range map[string]struct {
		document, target, body string
		headers                []string
		status                 int
		contains               string
	}{
		"generated":                    {"forms.yaml", "GET /pets?limit=5&tags=small,large", "", nil, 200, `"kind":`},
		"a parameter out of bounds":    {"forms.yaml", "GET /pets?limit=0", "", nil, 400, `"status":`},
		"an array that is none":        {"forms.yaml", "GET /pets?tags=huge", "", nil, 400, `"title":`},
		"the first example":            {"forms.yaml", "GET /pets/1", "", nil, 200, `"name":"Tom"`},
		"a named example":              {"forms.yaml", "GET /pets/1", "", []string{"Prefer: example=dog"}, 200, `"breed":"poodle"`},
		"an example that is broken":    {"forms.yaml", "GET /pets/1", "", []string{"Prefer: example=broken"}, 200, `"kind":`},
		"no such example":              {"forms.yaml", "GET /pets/1", "", []string{"Prefer: example=cow"}, 400, "it has cat, dog, broken"},
		"a status":                     {"forms.yaml", "GET /pets/1", "", []string{"Prefer: code=404"}, 404, `"title":`},
		"a status without examples":    {"forms.yaml", "GET /pets/1", "", []string{"Prefer: code=404, example=x"}, 400, "it has none"},
		"a status of the default":      {"forms.yaml", "GET /pets", "", []string{"Prefer: code=503"}, 503, `"title":`},
		"a body":                       {"forms.yaml", "POST /pets", `{"kind":"cat","name":"Tom","lives":3}`, []string{"Content-Type: application/json"}, 201, `"kind":`},
		"a body that breaks it":        {"forms.yaml", "POST /pets", `{"kind":"cat"}`, []string{"Content-Type: application/json"}, 400, `"title":`},
		"no body":                      {"forms.yaml", "POST /pets", "", nil, 400, `"title":`},
		"another type":                 {"forms.yaml", "POST /pets", "<a/>", []string{"Content-Type: text/xml"}, 415, `"title":`},
		"nothing":                      {"forms.yaml", "DELETE /pets/1", "", nil, 204, ""},
		"no path":                      {"forms.yaml", "GET /cows", "", nil, 404, ""},
		"letter case":                  {"forms.yaml", "GET /PETS", "", nil, 404, ""},
		"an endless list":              {"recursion.yaml", "GET /tree", "", nil, 200, `"children":`},
		"the answer of recursion":      {"recursion.yaml", "GET /expression", "", nil, 200, "{"},
		"what no value keeps":          {"recursion.yaml", "GET /endless", "", nil, 500, "The document gives no answer of getEndless"},
		"a part of a segment":          {"media.yaml", "GET /report.csv", "", nil, 200, "a,b\n1,2\n"},
		"what is accepted":             {"media.yaml", "GET /report.csv", "", []string{"Accept: application/json;q=0.5, text/plain;q=0.1"}, 200, `{"a":`},
		"a part that does not fit":     {"media.yaml", "GET /report.pdf", "", nil, 400, ""},
		"a text":                       {"media.yaml", "PUT /files/a", "short", []string{"Content-Type: text/markdown"}, 204, ""},
		"a long text":                  {"media.yaml", "PUT /files/a", "much too long a text", []string{"Content-Type: text/markdown"}, 400, ""},
		"bytes":                        {"media.yaml", "PUT /files/a", "\x00\xff\x01", []string{"Content-Type: application/octet-stream"}, 204, ""},
		"a form":                       {"media.yaml", "POST /forms", "age=20&tags=a", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, "<age>"},
		"JSON in a form":               {"media.yaml", "POST /forms", "age=20&tags=%5B%22a%22%5D&address=%7B%22zip%22%3A1%7D", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, "<age>"},
		"JSON that breaks a form":      {"media.yaml", "POST /forms", "age=20&address=%7B%22zip%22%3A%22x%22%7D", []string{"Content-Type: application/x-www-form-urlencoded"}, 422, ""},
		"a form that breaks it":        {"media.yaml", "POST /forms", "age=7", []string{"Content-Type: application/x-www-form-urlencoded"}, 422, `"errors":`},
		"parts":                        {"media.yaml", "POST /uploads", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\x00\xff\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nt\r\n--b--\r\n", []string{"Content-Type: multipart/form-data; boundary=b"}, 202, `"id":`},
		"a part that is missing":       {"media.yaml", "POST /uploads", "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nt\r\n--b--\r\n", []string{"Content-Type: multipart/form-data; boundary=b"}, 400, ""},
		"words of a form":              {"media.yaml", "POST /encoded", "ids=1,2", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"one word of a form":           {"media.yaml", "POST /encoded", "ids=1", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"a form with pipes":            {"media.yaml", "POST /encoded", "ids=1,2&piped=1|2", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"a word between pipes":         {"media.yaml", "POST /encoded", "ids=1,2&piped=1|x", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"a form with spaces":           {"media.yaml", "POST /encoded", "ids=1,2&spaced=1+2", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"a word between spaces":        {"media.yaml", "POST /encoded", "ids=1,2&spaced=1+x", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"a deep form":                  {"media.yaml", "POST /encoded", "ids=1,2&deep[a]=1", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"a deep form that breaks it":   {"media.yaml", "POST /encoded", "ids=1,2&deep[a]=x", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"pairs of a form":              {"media.yaml", "POST /encoded", "ids=1,2&pairs=x,1", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"other pairs of a form":        {"media.yaml", "POST /encoded", "ids=1,2&pairs=y,1", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"a spread form":                {"media.yaml", "POST /encoded", "ids=1,2&left=1", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"a spread form that breaks it": {"media.yaml", "POST /encoded", "ids=1,2&left=x", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"a field too many":             {"media.yaml", "POST /encoded", "ids=1,2&right=1", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"letters beyond ASCII":         {"media.yaml", "GET /names", "", nil, 200, "<name>Müller</name>"},
		"such letters of a form":       {"media.yaml", "GET /names", "", []string{"Accept: application/x-www-form-urlencoded"}, 200, "name=M%C3%BCller"},
		"a version":                    {"media.yaml", "GET /versions", "", []string{"Accept: application/json;version=2"}, 200, `{"two":`},
		"the better version":           {"media.yaml", "GET /versions", "", []string{"Accept: application/json;version=2;q=0.5, application/json;version=1;q=0.4"}, 200, `{"two":`},
		"any version":                  {"media.yaml", "GET /versions", "", []string{"Accept: application/json;indent=2"}, 200, `{"one":`},
		"no version":                   {"media.yaml", "GET /versions", "", []string{"Accept: application/json;q=0, */*"}, 200, `{"three":`},
		"a charset":                    {"media.yaml", "GET /versions", "", []string{"Accept: application/vnd.example+json; charset=UTF-8"}, 200, `{"three":`},
		"styles":                       {"styles.yaml", "GET /search?filter[age]=3&ids=1&ids=2&csv=1,2&piped=1|2&spaced=1%202&point=x,1,y,2&json=%7B%22a%22:1%7D", "", []string{"X-Ids: 1,2", "Cookie: session=abc"}, 200, "["},
		"no parameter":                 {"styles.yaml", "GET /search", "", []string{"Accept: */*"}, 200, "["},
		"a deep object":                {"styles.yaml", "GET /search?filter[age]=old", "", nil, 400, ""},
		"a property too many":          {"styles.yaml", "GET /search?filter[size]=1", "", nil, 400, ""},
		"too many elements":            {"styles.yaml", "GET /search?csv=1,2,3", "", nil, 400, ""},
		"a pipe":                       {"styles.yaml", "GET /search?piped=1|b", "", nil, 400, ""},
		"an object without its name":   {"styles.yaml", "GET /search?point=y,2", "", nil, 400, ""},
		"JSON that breaks it":          {"styles.yaml", "GET /search?json=%7B%7D", "", nil, 400, ""},
		"a header":                     {"styles.yaml", "GET /search", "", []string{"X-Ids: 1,b"}, 400, ""},
		"a cookie":                     {"styles.yaml", "GET /search", "", []string{"Cookie: session=XYZ"}, 400, ""},
		"styles of paths":              {"styles.yaml", "GET /matrix/;x=1;y=2/label/.a,b/simple/1,2", "", nil, 200, ""},
		"a label":                      {"styles.yaml", "GET /matrix/;x=1;y=2/label/.c/simple/1,2", "", nil, 400, ""},
		"a matrix":                     {"styles.yaml", "GET /matrix/;x=b/label/.a/simple/1,2", "", nil, 400, ""},
		"an empty value":               {"composed.yaml", "GET /search?verbose", "", nil, 204, ""},
		"a wrong value":                {"composed.yaml", "GET /search?verbose=x", "", nil, 400, ""},
		"an empty value too many":      {"composed.yaml", "GET /search?depth=", "", nil, 400, ""},
		"no label":                     {"styles.yaml", "GET /matrix/;x=1/label/a/simple/1", "", nil, 400, ""},
		"no matrix":                    {"styles.yaml", "GET /matrix/x=1/label/.a/simple/1", "", nil, 400, ""},
		"all of one":                   {"composed.yaml", "GET /search?page=5", "", []string{"X-Page: 9"}, 204, ""},
		"not all of one":               {"composed.yaml", "GET /search?page=50", "", nil, 400, ""},
		"a header of all of one":       {"composed.yaml", "GET /search", "", []string{"X-Page: 10"}, 400, ""},
		"any of two":                   {"composed.yaml", "GET /search?size=9&until=7", "", nil, 204, ""},
		"the other of two":             {"composed.yaml", "GET /search?until=abc", "", nil, 204, ""},
		"none of two":                  {"composed.yaml", "GET /search?until=4", "", nil, 400, ""},
		"a text or a list":             {"composed.yaml", "GET /search?ids=all", "", nil, 204, ""},
		"the list":                     {"composed.yaml", "GET /search?ids=1&ids=2", "", nil, 204, ""},
		"too short a list":             {"composed.yaml", "GET /search?ids=1", "", nil, 400, ""},
		"a number of an enum":          {"composed.yaml", "GET /search?level=1", "", nil, 204, ""},
		"a text of an enum":            {"composed.yaml", "GET /search?level=high", "", nil, 204, ""},
		"neither of them":              {"composed.yaml", "GET /search?level=3", "", nil, 400, ""},
		"brackets in a name":           {"composed.yaml", "GET /search?tags[]=1&tags%5B%5D=2&cursor[size]=3", "", nil, 204, ""},
		"a name with brackets":         {"composed.yaml", "GET /search?tags[]=x", "", nil, 400, ""},
		"another with brackets":        {"composed.yaml", "GET /search?cursor[size]=x", "", nil, 400, ""},
		"a composed object":            {"composed.yaml", "GET /search?filter[age]=1&filter[tags]=2&filter[old]=true", "", nil, 204, ""},
		"a part of such an object":     {"composed.yaml", "GET /search?filter[old]=2", "", nil, 400, ""},
		"the largest number":           {"composed.yaml", "GET /search?since=9223372036854775807", "", nil, 204, ""},
		"a larger one":                 {"composed.yaml", "GET /search?since=9223372036854775808", "", nil, 400, ""},
		"a list that is spread":        {"composed.yaml", "GET /spread?ids=1", "", nil, 204, ""},
		"all of one in a path":         {"composed.yaml", "GET /pages/5", "", nil, 204, ""},
		"not all of one in a path":     {"composed.yaml", "GET /pages/50", "", nil, 400, ""},
		"a composed form":              {"composed.yaml", "POST /forms", "age=3&tags=1&ok=true", []string{"Content-Type: application/x-www-form-urlencoded"}, 204, ""},
		"such a form that breaks it":   {"composed.yaml", "POST /forms", "age=3&tags=x", []string{"Content-Type: application/x-www-form-urlencoded"}, 400, ""},
		"one of two forms":             {"composed.yaml", "POST /forms", "--b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\ntrue\r\n--b--\r\n", []string{"Content-Type: multipart/form-data; boundary=b"}, 204, ""},
		"neither of two forms":         {"composed.yaml", "POST /forms", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ntrue\r\n--b--\r\n", []string{"Content-Type: multipart/form-data; boundary=b"}, 400, ""},
		"XML":                          {"composed.yaml", "POST /forms", "<a><age>3</age></a>", []string{"Content-Type: application/xml"}, 204, ""},
		"a number as a text":           {"composed.yaml", "POST /forms", "3", []string{"Content-Type: text/plain"}, 204, ""},
		"a text that is too small":     {"composed.yaml", "POST /forms", "2", []string{"Content-Type: text/plain"}, 400, ""},
		"text/json":                    {"composed.yaml", "POST /forms", `{"count":9223372036854775807}`, []string{"Content-Type: text/json"}, 204, ""},
		"text/json that breaks it":     {"composed.yaml", "POST /forms", `{"count":9223372036854775808}`, []string{"Content-Type: text/json"}, 400, ""},
		"a kind of JSON":               {"composed.yaml", "POST /forms", `{"count":1}`, []string{"Content-Type: application/merge-patch+json"}, 204, ""},
		"such JSON that breaks it":     {"composed.yaml", "POST /forms", `{}`, []string{"Content-Type: application/merge-patch+json"}, 400, ""},
		"lines of JSON":                {"composed.yaml", "POST /forms", "{}\n{}", []string{"Content-Type: application/x-ndjson"}, 204, ""},
		"text/json's example":          {"composed.yaml", "GET /counts", "", []string{"Accept: text/json"}, 200, `{"count":`},
		"an example of many digits":    {"composed.yaml", "GET /counts", "", []string{"Accept: application/vnd.example+json"}, 200, `{"count":9223372036854775807}`},
		"no token":                     {"security.yaml", "GET /bearer", "", nil, 401, ""},
		"an unknown token":             {"security.yaml", "GET /bearer", "", []string{"Authorization: Bearer x"}, 401, ""},
		"a token":                      {"security.yaml", "GET /bearer", "", []string{"Authorization: Bearer " + adminToken}, 200, ""},
		"a password":                   {"security.yaml", "GET /basic", "", []string{"Authorization: Basic dTo" + "qOioudW5sZWFzaC1pbnNlY3VyZS1hZG1pbi1hcGktdG9rZW4="}, 200, ""},
		"no password":                  {"security.yaml", "GET /basic", "", nil, 401, `"error":`},
		"a header's key":               {"security.yaml", "GET /header", "", []string{"X-Api-Key: " + adminToken}, 200, ""},
		"a query's key":                {"security.yaml", "GET /query?key=" + adminToken, "", nil, 200, ""},
		"a cookie's key":               {"security.yaml", "GET /cookie", "", []string{"Cookie: sid=" + adminToken}, 200, ""},
		"one of two keys":              {"security.yaml", "GET /both", "", []string{"X-Api-Key: " + adminToken}, 401, ""},
		"a user like curl's":           {"security.yaml", "GET /basic", "", []string{"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(adminToken+":"))}, 200, ""},
		"both keys":                    {"security.yaml", "GET /both?key=" + adminToken, "", []string{"X-Api-Key: " + adminToken}, 200, ""},
		"either":                       {"security.yaml", "GET /either", "", []string{admin}, 200, ""},
		"optional":                     {"security.yaml", "GET /optional", "", nil, 200, ""},
		"open":                         {"security.yaml", "GET /open", "", nil, 200, ""},
		"the user of a digest":         {"schemes.yaml", "GET /digest", "", []string{`Authorization: Digest username="` + adminToken + `", realm="r", response="x"`}, 200, ""},
		"another user of a digest":     {"schemes.yaml", "GET /digest", "", []string{`Authorization: Digest username="x", cnonce="` + adminToken + `"`}, 401, ""},
		"a digest without a user":      {"schemes.yaml", "GET /digest", "", []string{"Authorization: Digest " + adminToken}, 401, ""},
		"no digest":                    {"schemes.yaml", "GET /digest", "", []string{admin}, 401, ""},
		"another scheme":               {"schemes.yaml", "GET /other", "", []string{"Authorization: hoba " + adminToken}, 200, ""},
		"a wrong scheme":               {"schemes.yaml", "GET /other", "", []string{"Authorization: Bearer " + adminToken}, 401, ""},
		"a scheme for an openid":       {"schemes.yaml", "GET /openid", "", []string{"Authorization: Bearer " + adminToken}, 200, ""},
		"a certificate":                {"schemes.yaml", "GET /certificate", "", nil, 200, ""},
		"a misleading example":         {"broken.yaml", "GET /misleading", "", nil, 200, `{"a":`},
		"what says nothing":            {"broken.yaml", "GET /silent", "", nil, 200, ""},
		"what is not served":           {"broken.yaml", "GET /nowhere", "", nil, 404, ""},
		"3.0's null in 3.1":            {"modern.yaml", "GET /old", "", nil, 200, `"name":`},
		"no response in 3.1":           {"modern.yaml", "PUT /old", "", nil, 200, ""},
		"a part of its own path":       {"modern.yaml", "POST /old", `{"name":"a"}`, []string{"Content-Type: application/json"}, 204, ""},
		"not that part":                {"modern.yaml", "POST /old", `{"name":7}`, []string{"Content-Type: application/json"}, 400, ""},
		"3.1":                          {"modern.yaml", "GET /events/x", "", nil, 200, `"at":`},
		"numbers":                      {"modern.yaml", "GET /numbers", "", nil, 200, `"low":6`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := documentedBy(t, test.document)
			got := ask(server, test.target, test.body, test.headers...)
			if got.Code != test.status || !strings.Contains(got.Body.String(), test.contains) {
				t.Errorf("got %d %s, want %d containing %s", got.Code, got.Body, test.status, test.contains)
			}
			want := openapi.GradeExample
			if test.status == 404 && !strings.Contains(strings.Join(test.headers, ""), "code=") {
				want = openapi.GradeAbsent
			}
			if grade := got.Header().Get(GradeHeader); grade != string(want) {
				t.Errorf("the grade is %s, want %s", grade, want)
			}
			again, _ := documentedBy(t, test.document)
			if other := ask(again, test.target, test.body, test.headers...); test.status < 300 && other.Body.String() != got.Body.String() {
				t.Errorf("after a restart the answer is %s, before it was %s", other.Body, got.Body)
			}
		})
	}
}

// ofAnInstance is a document as an instance publishes it: it describes one of the mock's
// operations differently and adds four.
const ofAnInstance = `
openapi: 3.0.3
info: {title: Unleash API, version: "9"}
security: [{apiKey: []}]
paths:
  /api/admin/tags:
    get:
      operationId: getTags
      responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [tags], properties: {tags: {type: array, items: {type: string}}}}}}}}
    post:
      operationId: createTag
      requestBody: {content: {application/json: {schema: {type: object, required: [value], properties: {value: {type: string}}}}}}
      responses: {"201": {description: d}}
  /api/admin/new-thing:
    get: {operationId: getNewThing, responses: {"200": {description: d}}}
  /api/admin/projects:
    get:
      operationId: getProjects
      parameters: [{name: mode, in: query, required: true, schema: {type: string}}]
      responses: {"200": {description: d, content: {application/json: {schema: {type: object, required: [other], properties: {other: {type: string}}}}}}}
  /elsewhere: {get: {operationId: elsewhere, responses: {"200": {description: d}}}}
components: {securitySchemes: {apiKey: {type: apiKey, in: header, name: Authorization}}}
`

func TestTheDocumentOfAnInstanceAddsItsOperations(t *testing.T) {
	t.Parallel()
	const admin, json = "Authorization: " + adminToken, "Content-Type: application/json"
	server, _ := serving(t, []byte(ofAnInstance), false)
	viewer := ""
	for _, token := range DefaultTokens() {
		if strings.HasPrefix(token.Secret, "user:") && strings.Contains(strings.ToLower(token.Label), "viewer") {
			viewer = "Authorization: " + token.Secret
		}
	}
	if viewer == "" {
		t.Fatal("the seed has no viewer")
	}
	for name, test := range map[string]struct {
		target, body string
		headers      []string
		status       int
		grade        openapi.Grade
	}{
		"by the document":         {"GET /api/admin/tags", "", []string{admin}, 200, openapi.GradeExample},
		"of a workspace":          {"GET /w/a/api/admin/tags", "", []string{admin}, 200, openapi.GradeExample},
		"for any user":            {"GET /api/admin/tags", "", []string{viewer}, 200, openapi.GradeExample},
		"without a token":         {"GET /api/admin/tags", "", nil, 401, openapi.GradeExample},
		"a permission":            {"POST /api/admin/tags", `{"value":"x"}`, []string{viewer, json}, 201, openapi.GradeExample},
		"unknown, for admins":     {"GET /api/admin/new-thing", "", []string{viewer}, 403, openapi.GradeExample},
		"unknown, by an admin":    {"GET /api/admin/new-thing", "", []string{admin}, 200, openapi.GradeExample},
		"no content type":         {"POST /api/admin/tags", `{"value":"x"}`, []string{admin}, 415, openapi.GradeExample},
		"a body that breaks it":   {"POST /api/admin/tags", `{}`, []string{admin, json}, 400, openapi.GradeExample},
		"outside of the APIs":     {"GET /elsewhere", "", nil, 200, openapi.GradeExample},
		"by state, as our own":    {"GET /api/admin/projects", "", []string{admin}, 200, openapi.GradeStateful},
		"by nothing":              {"GET /api/admin/nothing", "", []string{admin}, 404, openapi.GradeAbsent},
		"the control API":         {"GET /_mock/info", "", nil, 200, openapi.GradeStateful},
		"a path in capitals":      {"GET /API/admin/Tags/", "", []string{admin}, 200, openapi.GradeExample},
		"an operation of ours":    {"GET /api/admin/projects", "", []string{admin, "Prefer: code=401"}, 401, openapi.GradeStateful},
		"the document's document": {"GET /docs/document.json", "", nil, 200, openapi.GradeStateful},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(server, test.target, test.body, test.headers...)
			if grade := got.Header().Get(GradeHeader); got.Code != test.status || grade != string(test.grade) {
				t.Errorf("got %d, grade %s: %s; want %d, grade %s", got.Code, grade, got.Body, test.status, test.grade)
			}
		})
	}
	if text := ask(server, "GET /docs/document.json", "").Body.String(); !strings.Contains(text, `"x-unleash-mock-grade":"example"`) || !strings.Contains(text, `"x-unleash-mock-grade":"stateful"`) {
		t.Errorf("the document lacks grades: %s", text)
	}
}

// TestADocumentThatWins checks that such a document also judges operations of the
// built-in contract: requests that break it are refused, and responses that break it are
// recorded and sent.
func TestADocumentThatWins(t *testing.T) {
	t.Parallel()
	const admin = "Authorization: " + adminToken
	server, _ := serving(t, []byte(ofAnInstance), true)
	if got := ask(server, "GET /api/admin/projects", "", admin); got.Code != http.StatusBadRequest {
		t.Errorf("without the required parameter: %d %s", got.Code, got.Body)
	}
	got := ask(server, "GET /api/admin/projects?mode=a", "", admin)
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"projects":`) || !strings.Contains(got.Header().Get(ViolationHeader), `"other" is missing`) {
		t.Errorf("got %d %v %s", got.Code, got.Header(), got.Body)
	}
}

// TestEveryOperationOfEveryDocument checks that no response breaks its document.
func TestEveryOperationOfEveryDocument(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../spec/testdata/documents/*.yaml")
	if given := os.Getenv("UNLEASH_MOCK_TEST_DOCUMENT"); given != "" {
		files = append(files, given)
	}
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		server, document := serving(t, source, false)
		for _, operation := range document.Operations() {
			target := operation.Method + " " + parameter.ReplaceAllString(operation.Path, "1")
			for _, headers := range [][]string{{"Authorization: " + adminToken}, {}} {
				got := ask(server, target, "", append(headers, "Content-Type: application/json")...)
				if got.Code == http.StatusInternalServerError && operation.ID != "getEndless" && operation.ID != "impossible" { // no value fits their schemas
					t.Errorf("%s: %s: %d %s", file, target, got.Code, got.Body)
				}
				if got.Header().Get(GradeHeader) != string(openapi.GradeExample) || operation.Response(got.Code) == nil {
					continue
				}
				if failures := operation.CheckResponse(got.Code, got.Header(), got.Body.Bytes()); len(failures) > 0 {
					t.Errorf("%s: %s: %d %s: %v", file, target, got.Code, got.Body, failures)
				}
			}
		}
	}
}

// TestHeadersOfADocument checks that response headers may hold any letters, in UTF-8, and
// that an optional header without a value is left out.
func TestHeadersOfADocument(t *testing.T) {
	t.Parallel()
	server, _ := documentedBy(t, "media.yaml")
	got := ask(server, "GET /names", "").Header()
	if _, has := got["X-None"]; has || got.Get("X-Name") != "Müller" || got.Get("X-City") != "東京" {
		t.Errorf("the headers are %v", got)
	}
}

// TestGradesOfCoverage checks that the coverage and the live page show which operations
// the document answers.
func TestGradesOfCoverage(t *testing.T) {
	t.Parallel()
	const admin = "Authorization: " + adminToken
	server, _ := serving(t, []byte(ofAnInstance), false)
	ask(server, "GET /api/admin/tags", "", admin)
	ask(server, "GET /api/admin/projects", "", admin)
	ask(server, "GET /api/admin/projects", "")
	coverage := ask(server, "GET /_mock/coverage", "").Body.String()
	for _, want := range []string{`"grades":{"example":{"covered":1,"documented":4},"stateful":{"covered":2,`, `"path":"/api/admin/tags","grade":"example"`, `"path":"/api/admin/projects","grade":"stateful"`} {
		if !strings.Contains(coverage, want) {
			t.Errorf("the coverage does not contain %s", want)
		}
	}
	if info := ask(server, "GET /_mock/info", "").Body.String(); !strings.Contains(info, `"path":"/elsewhere","summary":"","grade":"example"`) {
		t.Error("the info of the control API lacks the grade")
	}
}

// TestGradesOfAnEdition checks that an open-source mock has no operation of Enterprise,
// wherever the operation comes from, and says so everywhere.
func TestGradesOfAnEdition(t *testing.T) {
	t.Parallel()
	const admin, none = "Authorization: " + adminToken, `"grade":"absent"`
	document := strings.Replace(ofAnInstance, "  /elsewhere:", "    post: {operationId: createTags, x-unleash-edition: enterprise, responses: {'200': {description: d}}}\n  /elsewhere:", 1)
	server, _ := serving(t, []byte(document), false, WithEdition(spec.OpenSource))
	for target, want := range map[string]openapi.Grade{
		"GET /api/admin/tags": openapi.GradeExample, "GET /api/admin/new-thing": openapi.GradeAbsent, "GET /api/admin/signals": openapi.GradeAbsent,
		"GET /api/admin/projects": openapi.GradeStateful, "POST /api/admin/projects": openapi.GradeAbsent, "OPTIONS /api/admin/projects": openapi.GradeStateful,
	} {
		got := ask(server, target, "", admin)
		if grade := got.Header().Get(GradeHeader); grade != string(want) || want == openapi.GradeAbsent && got.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, grade %s, want %s", target, got.Code, grade, want)
		}
	}
	if allow := ask(server, "OPTIONS /api/admin/projects", "", admin).Header().Get("Allow"); allow != "GET,HEAD" {
		t.Errorf("the path allows %s", allow)
	}
	for path, want := range map[string]string{
		"/_mock/info": `"path":"/api/admin/new-thing","summary":"",` + none, "/_mock/coverage": `"path":"/api/admin/new-thing",` + none,
		"/docs/openapi.json": `"x-unleash-mock-grade":"absent"`, "/docs/document.json": `"x-unleash-mock-grade":"absent"`,
	} {
		if text := ask(server, "GET "+path, "").Body.String(); !strings.Contains(text, want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
}

// TestAnnouncedMethodsOfAnInstance checks that a document of an instance leaves the order in which Unleash
// lists the methods of a path, and that those which it adds are listed too.
func TestAnnouncedMethodsOfAnInstance(t *testing.T) {
	t.Parallel()
	server, _ := serving(t, []byte(strings.Replace(ofAnInstance, "  /elsewhere:",
		"  /api/admin/segments/strategies: {patch: {responses: {'200': {description: d}}}}\n  /elsewhere:", 1)), false)
	for path, want := range map[string]string{"validate": "POST,DELETE,PUT,GET,HEAD", "strategies": "POST,DELETE,PUT,GET,HEAD,PATCH"} {
		if got := ask(server, "OPTIONS /api/admin/segments/"+path, "", "Authorization: "+adminToken).Header().Get("Allow"); got != want {
			t.Errorf("%s allows %s, want %s", path, got, want)
		}
	}
}

// TestAnnouncedMethods checks that a foreign document's paths answer the methods that they
// announce, and that no others are announced.
func TestAnnouncedMethods(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a:
    get: {responses: {"200": {description: d, content: {text/plain: {example: a}}}}}
    put: {responses: {"204": {description: d}}}
  /b:
    options: {responses: {"200": {description: d, content: {text/plain: {example: own}}}}}
    head: {responses: {"204": {description: d}}}
  /api/frontends: {get: {responses: {"204": {description: d}}}}
  /u/me: {get: {responses: {"204": {description: d}}}}
  /u/{id}: {delete: {responses: {"204": {description: d}}}, get: {responses: {"204": {description: d}}}}
`
	server, _ := serving(t, []byte(document), false)
	for target, want := range map[string]struct {
		status      int
		allow, body string
	}{
		"OPTIONS /a": {200, "GET,HEAD,PUT", "GET,HEAD,PUT"}, "HEAD /a": {200, "", ""}, "GET /a": {200, "", "a"}, "PUT /a": {204, "", ""},
		"OPTIONS /b": {200, "", "own"}, "HEAD /b": {204, "", ""}, "OPTIONS /api/frontends": {200, "GET,HEAD", "GET,HEAD"},
		"OPTIONS /u/me": {200, "GET,HEAD,DELETE", "GET,HEAD,DELETE"}, "DELETE /u/me": {204, "", ""},
	} {
		if got := ask(server, target, ""); got.Code != want.status || got.Header().Get("Allow") != want.allow || got.Body.String() != want.body {
			t.Errorf("%s: got %d, %v %s", target, got.Code, got.Header(), got.Body)
		}
	}
	for target, allow := range map[string]string{"OPTIONS /c": "", "GET /c": "", "POST /a": "GET,HEAD,PUT", "GET /b": "OPTIONS,HEAD", "POST /u/me": "GET,HEAD,DELETE", "POST /u/1": "DELETE,GET,HEAD"} {
		status := http.StatusNotFound
		if allow != "" {
			status = http.StatusMethodNotAllowed
		}
		if got := ask(server, target, ""); got.Code != status || got.Header().Get("Allow") != allow {
			t.Errorf("%s: got %d, %v", target, got.Code, got.Header())
		}
	}
}

// TestProbesOfAnotherDocument checks that the health check of a container works whatever
// document the mock serves, even one that uses the operationId of the check.
func TestProbesOfAnotherDocument(t *testing.T) {
	t.Parallel()
	const answer = `"responses":{"200":{"description":"d","content":{"text/plain":{"example":"its own"}}}}`
	const document = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/ready":{"get":{` + answer + `}},"/healthz":{"get":{"operationId":"getHealth",` + answer + `}}}}`
	server, _ := serving(t, []byte(document), false)
	for path, want := range map[string]string{"/health": `{"health":"GOOD"}`, "/ready": "its own", "/healthz": "its own", "/w/other/health": `{"health":"GOOD"}`} {
		if got := ask(server, "GET "+path, ""); got.Code != http.StatusOK || got.Body.String() != want {
			t.Errorf("%s: got %d %s", path, got.Code, got.Body)
		}
	}
	posts, _ := serving(t, []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/{tenant}":{"post":{`+answer+`}},"/ready":{"post":{`+answer+`}}}}`), false)
	for request, want := range map[string]string{"GET /health": `{"health":"GOOD"}`, "GET /ready": "", "POST /health": "its own", "POST /ready": "its own"} {
		if got := ask(posts, request, ""); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s beside a path for another method: got %d %s", request, got.Code, got.Body)
		}
	}
}

// TestPathsOfAnotherDocument checks that a path is decoded once, wherever it is served, and
// that its fixed segments may be encoded in any way.
func TestPathsOfAnotherDocument(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /files/{name}: {get: {parameters: [{name: name, in: path, required: true, schema: {type: string, enum: ["100%25", "a/b", "a/|", "é"]}}], responses: {"204": {description: d}}}}
  /my files/café: {get: {responses: {"204": {description: d}}}}
  /m%C3%BCll: {get: {responses: {"204": {description: d}}}}
  /users('{id}'): {get: {parameters: [{name: id, in: path, required: true, schema: {type: string, enum: ["100%25", "a/b", "é"]}}], responses: {"204": {description: d}}}}
  /days/{y}-{m}-{d}.txt: {get: {parameters: [{name: y, in: path, required: true, schema: {type: integer}}, {name: m, in: path, required: true, schema: {type: string, enum: ["05"]}}, {name: d, in: path, required: true, schema: {type: string}}], responses: {"204": {description: d}}}}
`
	server, _ := serving(t, []byte(document), false)
	based, _ := serving(t, []byte(document), false, WithBasePath("/base"))
	for path, want := range map[string]int{
		"/files/100%2525":           http.StatusNoContent,
		"/files/100%25":             http.StatusBadRequest,
		"/files/a%2Fb":              http.StatusNoContent,
		"/files/a%2F|":              http.StatusNoContent,
		"/files/a/b":                http.StatusNotFound,
		"/files/%C3%A9":             http.StatusNoContent,
		"/my%20files/caf%C3%A9":     http.StatusNoContent,
		"/my%20files/caf%c3%a9":     http.StatusNoContent,
		"/%6dy%20files/caf%C3%A9/":  http.StatusNoContent,
		"/my%20files/cafe":          http.StatusNotFound,
		"/m%C3%BCll":                http.StatusNoContent,
		"/users('100%2525')":        http.StatusNoContent,
		"/users(%27100%2525%27)":    http.StatusNoContent,
		"/users%28%27a%2Fb%27%29":   http.StatusNoContent,
		"/users%28%27%C3%A9%27%29/": http.StatusNoContent,
		"/users('100%25')":          http.StatusBadRequest,
		"/days/2024-05-06.txt":      http.StatusNoContent,
		"/days/2024-05-é.txt/":      http.StatusNoContent,
		"/days/2024-06-05.txt":      http.StatusBadRequest,
		"/days/2024-05.txt":         http.StatusNotFound,
	} {
		for target, server := range map[string]*Server{path: server, "/w/x" + path: server, "/base" + path: based} {
			if got := ask(server, "GET "+target, ""); got.Code != want {
				t.Errorf("%s: got %d %s, want %d", target, got.Code, got.Body, want)
			}
		}
	}
	unleash, _ := serving(t, []byte(ofAnInstance), false)
	if got := ask(unleash, "GET /api/admin/%70rojects", "", "Authorization: "+adminToken); got.Code != http.StatusNotFound {
		t.Errorf("an encoded path of Unleash: got %d", got.Code) // as from a real server (O)
	}
}

// TestRequestsOfAnotherDocument checks what is accepted where a document leaves more open, or
// is less consistent, than Unleash's.
func TestRequestsOfAnotherDocument(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /pets: {get: {parameters: [{name: petId, in: path, required: true, schema: {type: integer}}], responses: {"204": {description: d}}}}
  /pets/{petid}: {get: {parameters: [{name: petId, in: path, required: true, schema: {type: integer}}], responses: {"204": {description: d}}}}
  /labels:
    get:
      security: [{}, {key: []}]
      parameters:
        - {name: params, in: query, required: true, schema: {type: object, additionalProperties: {type: integer}}}
        - {name: page, in: query, schema: {type: object, required: [size], properties: {size: {type: integer}}}}
        - {name: "ids[]", in: query, schema: {type: array, items: {type: string}}}
        - {name: sort, in: query, schema: {type: string}}
      responses: {"204": {description: d}}
  /lists: {get: {parameters: [{name: lists, in: query, schema: {type: object, properties: {a: {type: string}}, additionalProperties: {type: array, items: {type: integer}}}}], responses: {"204": {description: d}}}}
  /closed: {get: {parameters: [{name: p, in: query, schema: {type: object, properties: {a: {type: string}}, additionalProperties: false}}], responses: {"204": {description: d}}}}
  /form: {post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, additionalProperties: false, properties: {name: {type: string}, labels: {type: object, additionalProperties: {type: integer}}}}, encoding: {labels: {style: form, explode: true}}}}}, responses: {"204": {description: d}}}}
  /optional: {post: {requestBody: {content: {application/json: {schema: {type: object, required: [a]}}}}, responses: {"204": {description: d}}}}
  /required: {post: {requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a]}}}}, responses: {"204": {description: d}}}}
  /text: {post: {requestBody: {content: {text/plain: {schema: {type: string, enum: [a]}}}}, responses: {"204": {description: d}}}}
  /parts: {post: {requestBody: {content: {multipart/form-data: {schema: {type: object, required: [t]}}}}, responses: {"204": {description: d}}}}
  /users/{id:[0-9]+}: {get: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}], responses: {"204": {description: d}}}}
  /own: {get: {security: [{own: []}], responses: {"204": {description: d}}}}
  /other: {get: {security: [{other: []}], responses: {"204": {description: d}}}}
components: {securitySchemes: {key: {type: apiKey, in: query, name: key}, own: {type: apiKey, in: header, name: authorization}, other: {type: apiKey, in: header, name: X-Key}}}
`
	zipped := func(text string) string {
		var out bytes.Buffer
		writer := gzip.NewWriter(&out)
		_, _ = io.WriteString(writer, text)
		writer.Close()
		return out.String()
	}
	server, _ := serving(t, []byte(document), false)
	askEach(t, server, map[string]asking{
		"a parameter that the path lacks":    {"GET /pets", "", nil, 204},
		"one in another letter case":         {"GET /pets/x", "", nil, 204},
		"one with a pattern in the template": {"GET /users/7", "", nil, 204},
		"any properties, spread":             {"GET /labels?a=1&b=2", "", nil, 204},
		"none of them":                       {"GET /labels", "", nil, 400},
		"one of the wrong type":              {"GET /labels?a=x", "", nil, 400},
		"next to what is for others":         {"GET /labels?a=1&ids[]=x&sort=up&key=x&size=2", "", nil, 204},
		"only what is for others":            {"GET /labels?ids[]=x&sort=up&key=x&size=2", "", nil, 400},
		"one named as the parameter":         {"GET /labels?params=1", "", nil, 204},
		"a list of one":                      {"GET /lists?a=x&b=1", "", nil, 204},
		"a list of the wrong type":           {"GET /lists?b=x", "", nil, 400},
		"properties that are not allowed":    {"GET /closed?a=1&b=1", "", nil, 400},
		"what the document does not mention": {"GET /closed?b=1", "", nil, 204},
		"any fields, spread":                 {"POST /form", "name=x&a=1", []string{form}, 204},
		"a body of no type":                  {"POST /required", `{"a":1}`, nil, 415},
		"an optional body of no type":        {"POST /optional", `{}`, nil, 415},
		"no optional body":                   {"POST /optional", "", nil, 204},
		"no required body":                   {"POST /required", "", nil, 400},
		"a body of an odd type":              {"POST /optional", `{}`, []string{"Content-Type: application/json; charset"}, 415},
		"a text":                             {"POST /text", "a", []string{"Content-Type: text/plain"}, 204},
		"a zipped text":                      {"POST /text", zipped("a"), []string{"Content-Type: text/plain", "Content-Encoding: gzip"}, 204},
		"a zipped text that breaks it":       {"POST /text", zipped("b"), []string{"Content-Type: text/plain", "Content-Encoding: gzip"}, 400},
		"zipped parts":                       {"POST /parts", zipped("--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nt\r\n--b--\r\n"), []string{"Content-Type: multipart/form-data; boundary=b", "Content-Encoding: gzip"}, 204},
		"a text of an unknown encoding":      {"POST /text", "a", []string{"Content-Type: text/plain", "Content-Encoding: br"}, 415},
		"a long text":                        {"POST /text", strings.Repeat("a", 102401), []string{"Content-Type: text/plain"}, 413},
		"a key in Authorization":             {"GET /own", "", []string{"Authorization: " + adminToken}, 204},
		"one after Bearer":                   {"GET /own", "", []string{"Authorization: Bearer " + adminToken}, 204},
		"an unknown one":                     {"GET /own", "", []string{"Authorization: Bearer x"}, 401},
		"a key in another header":            {"GET /other", "", []string{"X-Key: Bearer " + adminToken, "Authorization: Bearer " + adminToken}, 401},
		"a field of the wrong type":          {"POST /form", "name=x&a=x", []string{form}, 400},
	})
}

const form = "Content-Type: application/x-www-form-urlencoded"

// asking is a request, and the status that it should get.
type asking struct {
	target, body string
	headers      []string
	status       int
}

// askEach sends requests and checks the statuses of the answers.
func askEach(t *testing.T, handler http.Handler, requests map[string]asking) {
	t.Helper()
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask(handler, request.target, request.body, request.headers...); got.Code != request.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, request.status)
			}
		})
	}
}

const multipart = "Content-Type: multipart/form-data; boundary=b"

// inJSON ends the name of a part that is sent as JSON.
const inJSON = "\"\r\nContent-Type: application/json;\""

// parts returns a multipart form with fields such as name=value.
func parts(fields ...string) string {
	var out strings.Builder
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		out.WriteString("--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n")
	}
	return out.String() + "--b--\r\n"
}

// TestTextsOfAnotherDocument checks how the texts of parameters and forms are read: any type that the
// document allows, but no other style.
func TestTextsOfAnotherDocument(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /cookies: {get: {parameters: [{name: mode, in: cookie, schema: {type: string, enum: [dark blue, é]}}, {name: page, in: cookie, content: {application/json: {schema: {type: object, required: [a]}}}}], responses: {"204": {description: d}}}}
  /headers: {get: {parameters: [{name: X-Tags, in: header, schema: {type: array, items: {type: string, enum: [a, b]}}}], responses: {"204": {description: d}}}}
  /lists:
    get:
      parameters:
        - {name: a, in: query, schema: {type: array, items: {$ref: '#/components/schemas/port'}}}
        - {name: b, in: query, explode: false, schema: {type: array, items: {anyOf: [{type: string, enum: [auto]}, {type: integer}]}}}
        - {name: c, in: query, explode: false, schema: {type: array, items: {enum: [1, 2, "3"]}}}
        - {name: d, in: query, explode: false, schema: {type: array, items: {oneOf: [{type: integer, minimum: 10}, {type: string, maxLength: 1}]}}}
        - {name: e, in: query, style: deepObject, schema: {type: object, properties: {port: {$ref: '#/components/schemas/port'}, ports: {type: array, items: {$ref: '#/components/schemas/port'}}, ids: {anyOf: [{type: string, enum: [all]}, {type: array, items: {$ref: '#/components/schemas/port'}}]}}}}
        - {name: f, in: query, schema: {anyOf: [{type: integer}, {type: array, minItems: 2, items: {type: integer}}]}}
        - {name: g, in: query, content: {application/json: {schema: {type: integer, format: int64}}}}
        - {name: h, in: query, content: {application/json: {schema: {type: object, properties: {a: {type: array, items: {type: integer}}}}}}}
        - {name: i, in: query, content: {application/json: {schema: {type: string}}}}
        - {name: j, in: query, explode: false, schema: {type: array, maxItems: 2, items: {type: string, enum: [a, "b,c"]}}}
        - {name: k, in: query, style: deepObject, schema: {anyOf: [{type: object, properties: {a: {type: integer}}}, {type: integer}]}}
        - {name: l, in: query, schema: {anyOf: [{type: object, properties: {la: {type: integer}}}, {type: integer}]}}
        - {name: m, in: query, explode: false, schema: {type: array, items: {type: string, enum: ["", "a,b"]}}}
      responses: {"204": {description: d}}
  /untyped:
    get:
      parameters: [{name: f, in: query, required: true, schema: {properties: {a: {type: integer}}}}, {name: g, in: query, explode: false, schema: {items: {type: integer}}}]
      responses: {"204": {description: d}}
  /moments: {get: {parameters: [{name: a, in: query, schema: {type: string, format: date-time}}, {name: b, in: query, schema: {type: array, items: {type: integer}}}], responses: {"204": {description: d}}}}
  /split/{list}/{label}/{matrix}/{pairs}:
    get:
      parameters:
      - {name: list, in: path, required: true, schema: {$ref: '#/components/schemas/two'}}
      - {name: label, in: path, required: true, style: label, explode: true, schema: {$ref: '#/components/schemas/two'}}
      - {name: matrix, in: path, required: true, style: matrix, schema: {$ref: '#/components/schemas/two'}}
      - {name: pairs, in: path, required: true, schema: {type: object, additionalProperties: false, properties: {a: {type: string, enum: ["1,2"]}}}}
      - {name: cookie, in: cookie, explode: false, schema: {$ref: '#/components/schemas/two'}}
      - {name: query, in: query, explode: false, schema: {$ref: '#/components/schemas/two'}}
      responses: {"204": {description: d}}
  /colour/{colour}:
    get:
      parameters:
      - {name: colour, in: path, required: true, explode: true, schema: {$ref: '#/components/schemas/colour'}}
      - {name: c, in: cookie, schema: {$ref: '#/components/schemas/colour'}}
      responses: {"204": {description: d}}
  /formats:
    get:
      parameters: [{name: email, in: query, schema: {type: string, format: email}}, {name: regex, in: query, schema: {type: string, format: regex}}]
      responses: {"204": {description: d}}
  /typed:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                a: {type: object, properties: {n: {type: integer}, s: {type: string}, "b[c]": {type: string}}}
                n: {type: integer}
                s: {type: string, maxLength: 2}
                l: {type: array, items: {type: object, properties: {n: {type: integer}}}}
                f: {type: string, format: binary}
      responses: {"204": {description: d}}
  /styles:
    get:
      parameters: [{name: f, in: query, style: deepObject, required: true, allowEmptyValue: true, schema: {type: object}}, {name: g, in: query, explode: false, schema: {type: object}}]
      responses: {"204": {description: d}}
  /form:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              additionalProperties: false
              properties:
                ids: {type: string}
                "ids[]": {type: array, items: {type: integer}}
                "page[size]": {type: integer}
                port: {$ref: '#/components/schemas/port'}
                ports: {anyOf: [{type: string, enum: [all]}, {type: array, items: {$ref: '#/components/schemas/port'}}]}
                pairs: {type: object}
            encoding: {pairs: {style: form, explode: false}}
      responses: {"204": {description: d}}
  /parts:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              additionalProperties: false
              required: [link]
              properties:
                open: {type: object}
                nums: {type: array, items: {type: integer}}
                link: {type: object, required: [to], properties: {to: {type: integer}, tags: {type: array, items: {type: string}}}}
                "ids[]": {type: array, items: {type: integer}}
                files: {type: array, items: {type: string}}
      responses: {"204": {description: d}}
components: {schemas: {port: {anyOf: [{type: integer}, {type: string, enum: [auto]}]}, colour: {type: object, required: [R, G], additionalProperties: {type: integer}}, two: {type: array, minItems: 2, maxItems: 2, items: {type: string, enum: [a, "b,c", d]}}}}
`
	server, _ := serving(t, []byte(document), false)
	many := strings.Repeat("&a=5", 900)
	askEach(t, server, map[string]asking{
		"a cookie":                         {"GET /cookies", "", []string{"Cookie: x=1; mode=dark%20blue"}, 204},
		"a quoted cookie":                  {"GET /cookies", "", []string{`Cookie: mode="dark blue"`}, 204},
		"a cookie beyond ASCII":            {"GET /cookies", "", []string{"Cookie: mode=é"}, 204},
		"a cookie that breaks it":          {"GET /cookies", "", []string{"Cookie: mode=dark%20red"}, 400},
		"a cookie in JSON":                 {"GET /cookies", "", []string{"Cookie: page=%7B%22a%22%3A1%7D"}, 204},
		"one that is not escaped":          {"GET /cookies", "", []string{`Cookie: page={"a":1}`}, 204},
		"one that breaks it":               {"GET /cookies", "", []string{`Cookie: page={"b":1}`}, 400},
		"white space in a header":          {"GET /headers", "", []string{"X-Tags: a, b"}, 204},
		"another word in a header":         {"GET /headers", "", []string{"X-Tags: a, c"}, 400},
		"a number in a list":               {"GET /lists?a=5", "", nil, 204},
		"both types":                       {"GET /lists?a=5&a=auto&a=6", "", nil, 204},
		"neither":                          {"GET /lists?a=5&a=off", "", nil, 400},
		"more than are listed as failures": {"GET /lists?a=auto" + many, "", nil, 204},
		"the types in another order":       {"GET /lists?b=5,auto", "", nil, 204},
		"an enum without a type":           {"GET /lists?c=1,2,3", "", nil, 204},
		"a number that it lacks":           {"GET /lists?c=1,3,4", "", nil, 400},
		"a number that is a text":          {"GET /lists?d=5,10,x", "", nil, 204},
		"a number that is neither":         {"GET /lists?d=-5", "", nil, 400},
		"a deep object":                    {"GET /lists?e[port]=5&e[ids]=all", "", nil, 204},
		"a list of one in it":              {"GET /lists?e[ids]=5", "", nil, 204},
		"a list of one of either type":     {"GET /lists?e[ports]=5", "", nil, 204},
		"a list of several":                {"GET /lists?e[ids][]=5&e[ids][]=auto", "", nil, 204},
		"a deep object that breaks it":     {"GET /lists?e[port]=5&e[ids]=none", "", nil, 400},
		"a number or a list":               {"GET /lists?f=5", "", nil, 204},
		"a large number in JSON":           {"GET /lists?g=9223372036854775807", "", nil, 204},
		"a list in JSON":                   {"GET /lists?h=%7B%22a%22:[5]%7D", "", nil, 204},
		"a number for a list in JSON":      {"GET /lists?h=%7B%22a%22:%225%22%7D", "", nil, 400},
		"a number in JSON that is a text":  {"GET /lists?h=%7B%22a%22:[%225%22]%7D", "", nil, 400},
		"a text in JSON":                   {"GET /lists?i=%22x%22", "", nil, 204},
		"a text that is not in JSON":       {"GET /lists?i=x", "", nil, 400},
		"a number for a text in JSON":      {"GET /lists?i=5", "", nil, 400},
		"an endless number in JSON":        {"GET /lists?g=1e99999", "", nil, 400},
		"a comma in a word":                {"GET /lists?j=a,b%2Cc", "", nil, 204},
		"only such a comma":                {"GET /lists?j=b%2cc", "", nil, 204},
		"commas that are all escaped":      {"GET /lists?%6A=a%2Ca", "", nil, 204},
		"a word too many":                  {"GET /lists?j=a,b,c", "", nil, 400},
		"a list that is sent twice":        {"GET /lists?j=BAD&j=b%2Cc", "", nil, 400},
		"a wrong escape beside a comma":    {"GET /lists?m=a%2Cb,%zz", "", nil, 400},
		"commas in words of paths":         {"GET /split/a,b%2Cc/.a.b%2cc/;matrix=a,b%2Cc/a,1%2C2?query=a,b%2Cc", "", []string{"Cookie: cookie=a,b%2Cc"}, 204},
		"all commas escaped":               {"GET /split/a%2Cd/.a.d/;matrix=a%2Cd/a,1%2C2?query=a%2Cd", "", []string{"Cookie: cookie=a%2Cd"}, 204},
		"one such word":                    {"GET /split/b%2Cc/.a.d/;matrix=a,d/a,1%2C2", "", nil, 400},
		"a comma too many in a path":       {"GET /split/a,b,c/.a.d/;matrix=a,d/a,1%2C2", "", nil, 400},
		"a comma too many in a label":      {"GET /split/a,d/.a.b.c/;matrix=a,d/a,1%2C2", "", nil, 400},
		"a wrong word beside a comma":      {"GET /split/a,b%2Cc/.a.d/;matrix=b%2Cc,x/a,1%2C2", "", nil, 400},
		"a comma too many in pairs":        {"GET /split/a,d/.a.d/;matrix=a,d/a,1,2", "", nil, 400},
		"a comma too many in a cookie":     {"GET /split/a,d/.a.d/;matrix=a,d/a,1%2C2", "", []string{"Cookie: cookie=a,b,c"}, 400},
		"commas escaped between pairs":     {"GET /colour/R=100%2CG=200", "", []string{"Cookie: c=R=100%2CG=200"}, 204},
		"no number in a pair":              {"GET /colour/R=100%2CG=x", "", nil, 400},
		"an address":                       {"GET /formats?email=a@b.co", "", nil, 204},
		"one with an empty label":          {"GET /formats?email=x@.y", "", nil, 400},
		"one of nobody":                    {"GET /formats?email=@b.co", "", nil, 400},
		"an expression":                    {"GET /formats?regex=(%3F=a)[^]%5C1", "", nil, 204},
		"any character in a group":         {"GET /formats?regex=^([^]*)[0-9]$", "", nil, 204},
		"no character in a group":          {"GET /formats?regex=(a|[])[b]", "", nil, 204},
		"a class in a class":               {"GET /formats?regex=([[])\\[", "", nil, 204},
		"an open class":                    {"GET /formats?regex=([]", "", nil, 400},
		"an open group":                    {"GET /formats?regex=(", "", nil, 400},
		"nothing to repeat":                {"GET /formats?regex=*", "", nil, 400},
		"parts in JSON":                    {"POST /typed", parts("a"+inJSON+`={"n":1,"s":"1"}`, "n"+inJSON+"=1", "s"+inJSON+`="ab"`, "l"+inJSON+`={"n":1}`, "l"+inJSON+`={"n":2}`), []string{multipart}, 204},
		"a list in JSON in a part":         {"POST /typed", parts("l" + inJSON + `=[{"n":1},{"n":2}]`), []string{multipart}, 204},
		"one of a list in JSON":            {"POST /typed", parts("l" + inJSON + `={"n":1}`), []string{multipart}, 204},
		"a text for a number in a part":    {"POST /typed", parts("a" + inJSON + `={"n":"1"}`), []string{multipart}, 400},
		"a number for a text in a part":    {"POST /typed", parts("a" + inJSON + `={"s":1}`), []string{multipart}, 400},
		"a text that is a part":            {"POST /typed", parts("n" + inJSON + `="1"`), []string{multipart}, 400},
		"a number that is a part":          {"POST /typed", parts("s" + inJSON + `=1`), []string{multipart}, 400},
		"a wrong one of a list in JSON":    {"POST /typed", parts("l"+inJSON+`={"n":1}`, "l"+inJSON+`={"n":"2"}`), []string{multipart}, 400},
		"a part that is no JSON":           {"POST /typed", parts("a" + inJSON + `={`), []string{multipart}, 400},
		"a file of JSON":                   {"POST /typed", parts("f" + inJSON + `={"n":"1"}`), []string{multipart}, 204},
		"a part in brackets in JSON":       {"POST /typed", parts("a[n]" + inJSON + `=1`), []string{multipart}, 204},
		"a number for an object":           {"GET /lists?k=5&l=5", "", nil, 204},
		"the object":                       {"GET /lists?k[a]=5&la=5", "", nil, 204},
		"neither of them":                  {"GET /lists?k=x", "", nil, 400},
		"neither of them, spread":          {"GET /lists?l=x", "", nil, 400},
		"an object without a type":         {"GET /untyped?a=1&g=1,2", "", nil, 204},
		"one that breaks its schema":       {"GET /untyped?a=x", "", nil, 400},
		"a list without a type":            {"GET /untyped?a=1&g=1,x", "", nil, 400},
		"a decimal number":                 {"GET /moments?b=-1.5e1&b=%2B01", "", nil, 204},
		"a hexadecimal number":             {"GET /moments?b=0x10", "", nil, 400},
		"a number behind white space":      {"GET /moments?b=%201", "", nil, 400},
		"a moment":                         {"GET /moments?a=2024-01-01T00:00:00Z", "", nil, 204},
		"a moment without a zone":          {"GET /moments?a=2024-01-01T00:00:00", "", nil, 400},
		"a style":                          {"GET /styles?f[a]=1&g=x,1", "", nil, 204},
		"a text for a deep object":         {"GET /styles?f=abc", "", nil, 400},
		"pairs for a deep object":          {"GET /styles?f=a,1", "", nil, 400},
		"nothing where that may be":        {"GET /styles?f=", "", nil, 204},
		"a name without a value":           {"GET /styles?f[a]=1&g=x,1,y", "", nil, 400},
		"brackets in names":                {"POST /form", "ids[]=1&ids%5B%5D=2&ids=a+b&page[size]=3", []string{form}, 204},
		"one of a list":                    {"POST /form", "ids[]=1", []string{form}, 204},
		"a wrong one":                      {"POST /form", "ids[]=x", []string{form}, 400},
		"other brackets":                   {"POST /form", "page[count]=3", []string{form}, 400},
		"a number of a form":               {"POST /form", "port=5&ports=all", []string{form}, 204},
		"a text and a list of one":         {"POST /form", "port=auto&ports=5", []string{form}, 204},
		"a list of a form":                 {"POST /form", "ports=5&ports=auto", []string{form}, 204},
		"a form that breaks it":            {"POST /form", "port=off", []string{form}, 400},
		"parts of one object":              {"POST /parts", parts("link[to]=1", "link[tags][]=a&b", "link[tags][]=%41", "ids[]=2", "files[]=\x00\xff"), []string{multipart}, 204},
		"a wrong part of an object":        {"POST /parts", parts("link[to]=x"), []string{multipart}, 400},
		"a wrong part of a list":           {"POST /parts", parts("link[to]=1", "ids[]=x"), []string{multipart}, 400},
		"a part beside those of a list":    {"POST /parts", parts("link[to]=1", "nums[]=2", "nums=3"), []string{multipart}, 204},
		"a wrong part beside them":         {"POST /parts", parts("link[to]=1", "nums=x", "nums[]=2"), []string{multipart}, 400},
		"a part that is too deep":          {"POST /parts", parts("link[to]=1", "open"+strings.Repeat("[a]", 40)+"=x"), []string{multipart}, 400},
		"parts that are too many":          {"POST /parts", parts(slices.Concat([]string{"link[to]=1"}, slices.Repeat([]string{"open[a]=x"}, 1000))...), []string{multipart}, 400},
		"an unknown part":                  {"POST /parts", parts("link[to]=1", "other[a]=1"), []string{multipart}, 400},
		"pairs of a form":                  {"POST /form", "pairs=x,1", []string{form}, 204},
		"a name too many in a form":        {"POST /form", "pairs=x,1,y", []string{form}, 400},
	})
}

// TestPartsOfASpreadObject checks multipart forms whose parts are the properties of one object, as OpenAPI 3.1 has it.
func TestPartsOfASpreadObject(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /spread:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [address]
              properties:
                id: {type: integer, format: int64}
                address: {type: object, required: [city], properties: {city: {type: string}, at: {type: array, items: {type: number}}}}
            encoding: {address: {style: form}}
      responses: {"204": {description: d}}
`
	server, _ := serving(t, []byte(document), false)
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"texts":                 {parts("city=x", "at=1", "at=2"), 204},
		"none":                  {parts("id=1"), 400},
		"in JSON":               {parts("city"+inJSON+`="x"`, "at"+inJSON+"=[1,2]"), 204},
		"a number for a text":   {parts("city" + inJSON + "=1"), 400},
		"a text for a number":   {parts("city=x", "at"+inJSON+`=["1"]`), 400},
		"a large number":        {parts("city=x", "id"+inJSON+"=9223372036854775807"), 204},
		"one that is too large": {parts("city=x", "id"+inJSON+"=9223372036854775808"), 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask(server, "POST /spread", test.body, multipart); got.Code != test.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, test.status)
			}
		})
	}
}

// TestLinesOfADocument checks that a media type that only ends like JSON is sent as the document
// has it.
func TestLinesOfADocument(t *testing.T) {
	t.Parallel()
	const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /lines: {get: {responses: {"200": {description: d, content: {application/x-ndjson: {schema: {type: string}, example: "{\"a\":1}\n{\"a\":2}\n"}}}}}}
`
	server, _ := serving(t, []byte(document), false)
	for _, accept := range []string{"*/*", "application/*"} { // the second is not cached, but the example is known
		if got, want := ask(server, "GET /lines", "", "Accept: "+accept).Body.String(), "{\"a\":1}\n{\"a\":2}\n"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestTheExplorerShowsTitlesAsText checks that the API explorer shows a title as text and
// not as markup.
func TestTheExplorerShowsTitlesAsText(t *testing.T) {
	t.Parallel()
	const title = `</title></script><img src=x onerror=alert(1)>{{documents}}`
	for _, path := range []string{"/mine", "/health"} { // in place of the contract, and alongside it
		document := `{"openapi":"3.0.3","info":{"title":"` + title + `","version":"1"},"paths":{"` + path + `":{"get":{"responses":{"200":{"description":"d"}}}}}}`
		server, _ := serving(t, []byte(document), false)
		page := ask(server, "GET /docs/openapi/", "").Body.String()
		if strings.Contains(page, "<img") || strings.Count(page, "<script") != 3 || strings.Count(page, "</script") != 3 || strings.Count(page, "onerror") == 0 {
			t.Errorf("%s: the title is markup or is missing: %s", path, page)
		}
	}
}

// TestLargeAnswersOfADocument checks that many concurrent large answers share the memory
// budget and that each arrives complete.
func TestLargeAnswersOfADocument(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 1<<20)
	document := `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/large":{"get":{"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"type":"string"},"examples":{"bad":{"value":7},"good":{"value":"` + text + `"}}}}}}}}}}`
	bounds := DefaultBounds()
	bounds.Bytes = 8 << 20
	server, _ := serving(t, []byte(document), false, WithBounds(bounds))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if got := ask(server, "GET /large", ""); got.Code != http.StatusOK || got.Body.String() != `"`+text+`"` {
				t.Errorf("got %d, %d bytes", got.Code, got.Body.Len())
			}
			if got := ask(server, "GET /docs/openapi.json", ""); got.Code != http.StatusOK || got.Body.Len() < len(text) {
				t.Errorf("the document: got %d, %d bytes", got.Code, got.Body.Len())
			}
		})
	}
	all.Wait()
	for name, budget := range map[string]int64{"requests": server.workspaces.Requests.Stats().Bytes, "answers": server.workspaces.Answers.Stats().Bytes} {
		if budget != 0 {
			t.Errorf("%s: %d bytes are still reserved at the end", name, budget)
		}
	}
}

// TestEachBrokenExampleIsLoggedOnce checks that the log names every example that breaks its schema.
func TestEachBrokenExampleIsLoggedOnce(t *testing.T) {
	t.Parallel()
	const document = `{"openapi":"3.0.3","paths":{"/x":{"get":{"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"type":"integer"},"examples":{"a":{"value":"x"},"b":{"value":"y"}}}}}}}}}}`
	var log bytes.Buffer
	server, _ := serving(t, []byte(document), false, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	for _, name := range []string{"a", "b", "a", "b"} {
		ask(server, "GET /x", "", "Prefer: example="+name)
	}
	if got := log.String(); strings.Count(got, "example=a") != 1 || strings.Count(got, "example=b") != 1 {
		t.Errorf("the log is\n%s", got)
	}
}

// TestWhatAnotherDocumentLacks checks how what the document does not have is refused: with what it has.
func TestWhatAnotherDocumentLacks(t *testing.T) {
	t.Parallel()
	server, _ := documentedBy(t, "media.yaml")
	got := ask(server, "PATCH /forms", "")
	if allow := got.Header().Get("Allow"); got.Code != http.StatusMethodNotAllowed || allow != "POST" {
		t.Errorf("got %d, Allow: %s", got.Code, allow)
	}
	got = ask(server, "PUT /files/a", "x", "Content-Type: image/png")
	if got.Code != http.StatusUnsupportedMediaType || !strings.Contains(got.Body.String(), "(application/octet-stream, text/*)") {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}
