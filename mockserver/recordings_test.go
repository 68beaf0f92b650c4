package mockserver

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
	"github.com/unleash-mock/unleash-mock/spec"
)

// recordedCase is one exchange with a real Unleash 8.2.0, from testdata/recordings.
type recordedCase struct {
	Name     string
	Edition  string
	Standing string
	Request  struct {
		Method, Path string
		Headers      map[string]string
		Body         json.RawMessage
	}
	Expect struct {
		Status             int
		Headers            map[string]string
		Body               json.RawMessage
		ReachesHandlerWith *struct {
			Params map[string]any
			Query  map[string]any
			Body   json.RawMessage
		}
	}
}

func readRecordings(t *testing.T) []recordedCase {
	t.Helper()
	files, err := filepath.Glob("testdata/recordings/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	var all []recordedCase
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var document struct{ Cases []recordedCase }
		if err := json.Unmarshal(source, &document); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, document.Cases...)
	}
	return all
}

var tokenPlaceholders = strings.NewReplacer(
	"${ADMIN}", wellknown.Admin,
	"${BACKEND}", wellknown.Backend,
	"${FRONTEND}", wellknown.Frontend,
	"${ADMIN_PAT}", wellknown.AdminUser,
	"${VIEWER}", wellknown.ViewerUser,
)

var anyEscape = regexp.MustCompile(`%([0-9A-Fa-f]{2})?`)

// whole escapes a percent sign that begins no escape: net/http would reject the request.
func whole(escape string) string {
	if escape == "%" {
		return "%25"
	}
	return escape
}

func (r recordedCase) request(t *testing.T) *http.Request {
	t.Helper()
	var body io.Reader
	if text := r.body(t); text != nil {
		body = bytes.NewReader(text)
	}
	request := httptest.NewRequest(r.Request.Method, anyEscape.ReplaceAllStringFunc(r.Request.Path, whole), body)
	request.RequestURI = r.Request.Path
	if body != nil && request.ContentLength == 0 {
		request.Header.Set("Content-Length", "0")
	}
	for name, value := range r.Request.Headers {
		request.Header.Set(name, tokenPlaceholders.Replace(value))
	}
	return request
}

// body returns what was sent: a string as it is, base64 decoded, anything else as JSON,
// and nil for no body.
func (r recordedCase) body(t *testing.T) []byte {
	t.Helper()
	var text string
	var encoded struct{ Base64 *string }
	switch {
	case len(r.Request.Body) == 0 || string(r.Request.Body) == "null":
		return nil
	case json.Unmarshal(r.Request.Body, &text) == nil:
		return lengthen(t, text)
	case json.Unmarshal(r.Request.Body, &encoded) == nil && encoded.Base64 != nil:
		raw, err := base64.StdEncoding.DecodeString(*encoded.Base64)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, r.Request.Body); err != nil {
		t.Fatal(err)
	}
	return compact.Bytes()
}

var shortened = regexp.MustCompile(`^(.*a)\.\.\.<(\d+) chars>$`)

// lengthen restores long JSON bodies: the recordings keep only their beginning and their
// number of bytes.
func lengthen(t *testing.T, text string) []byte {
	t.Helper()
	found := shortened.FindStringSubmatch(text)
	if found == nil {
		return []byte(text)
	}
	size, err := strconv.Atoi(found[2])
	if err != nil {
		t.Fatal(err)
	}
	const end = `"}`
	return []byte(found[1] + strings.Repeat("a", size-len(found[1])-len(end)) + end)
}

// handed is what an operation gets of a request, kept after the answer.
type handed struct {
	body  any
	query map[string]any
}

// echo replaces the handlers with one that keeps what reached it: the body and the named
// query parameters.
func echo(s *Server, reached *[]handed, named map[string]any) {
	run := s.pipeline.Run
	s.pipeline.Run = func(id string, store *engine.Store, request *engine.Request, input *engine.Input, dst []byte, judge engine.Judge) (engine.Result, error) {
		if id != "getHealth" && id != "getReady" {
			query := make(map[string]any)
			for name := range named {
				query[name], _ = input.Query(name)
			}
			*reached = append(*reached, handed{input.Body, query})
		}
		return run("getHealth", store, request, input, dst, func(result engine.Result) error {
			if id == "getHealth" || id == "getReady" {
				return judge(result)
			}
			return nil
		})
	}
}

// notImitated counts, by reason, the recorded exchanges that are kept but never replayed,
// since no client of Unleash can meet what they show.
func notImitated(t *testing.T) map[string]int {
	t.Helper()
	source, err := os.ReadFile("testdata/recordings/not-imitated.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Groups []struct {
			Reason string
			Cases  []recordedCase
		}
	}
	if err := json.Unmarshal(source, &document); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, group := range document.Groups {
		counts[group.Reason] += len(group.Cases)
	}
	return counts
}

// TestFidelityIsTold checks that docs/fidelity.md and the README give the right numbers
// of recordings, and that every test named there exists.
func TestFidelityIsTold(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/fidelity.md")
	if err != nil {
		t.Fatal(err)
	}
	for reason, count := range notImitated(t) {
		kind, _, _ := strings.Cut(reason, ":")
		if !bytes.Contains(page, fmt.Appendf(nil, "%s (%d recordings)", kind, count)) {
			t.Errorf("docs/fidelity.md does not say that %d recordings are not imitated: %s", count, reason)
		}
	}
	all := strconv.Itoa(len(readRecordings(t)))
	if !bytes.Contains(page, []byte(all+" exchanges")) {
		t.Errorf("docs/fidelity.md does not say that there are %s recordings", all)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(readme, []byte(all+" exchanges")) {
		t.Errorf("README.md does not say that %s exchanges are replayed", all)
	}
	var tests bytes.Buffer
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		tests.Write(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllSubmatch(page, -1) {
		if !strings.Contains(tests.String(), "func "+string(name[1])+"(") {
			t.Errorf("docs/fidelity.md names the test %s, which does not exist", name[1])
		}
	}
}

// TestRecordings replays every recorded exchange under both policies.
func TestRecordings(t *testing.T) {
	t.Parallel()
	race.NotTwice(t)
	cases := readRecordings(t)
	if len(cases) < 205 {
		t.Fatalf("got %d recordings, want at least 205", len(cases))
	}
	for _, policy := range []Validation{Strict, Faithful} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			for _, c := range cases {
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					sendRecorded(t, c, policy)
				})
			}
			t.Logf("%d recordings", len(cases))
		})
	}
}

func sendRecorded(t *testing.T, c recordedCase, policy Validation) {
	edition := spec.Enterprise
	if c.Edition != "" {
		edition = spec.Edition(c.Edition)
	}
	s, err := New(WithEdition(edition), WithValidation(policy))
	if err != nil {
		t.Fatal(err)
	}
	var reached []handed
	var named map[string]any
	if want := c.Expect.ReachesHandlerWith; want != nil {
		named = want.Query
	}
	echo(s, &reached, named)
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, c.request(t))
	result := recorder.Result()
	body := readDecoded(t, result)
	if want := c.Expect.ReachesHandlerWith; want != nil {
		checkReached(t, c, policy, reached, result.StatusCode, body)
		return
	}
	isEchoed := len(reached) > 0 && c.Expect.Status == http.StatusOK
	if !isEchoed && result.StatusCode != c.Expect.Status {
		t.Errorf("status %d, want %d: %s", result.StatusCode, c.Expect.Status, body)
	}
	if !isEchoed {
		compareBody(t, body, c.Expect.Body)
	}
	for name, want := range c.Expect.Headers {
		if got := result.Header.Get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
}

// readDecoded reads a body and undoes its content encoding.
func readDecoded(t *testing.T, result *http.Response) []byte {
	t.Helper()
	var source io.Reader = result.Body
	var err error
	switch result.Header.Get("Content-Encoding") {
	case "gzip":
		source, err = gzip.NewReader(result.Body)
	case "deflate":
		source, err = zlib.NewReader(result.Body)
	case "br":
		source = brotli.NewReader(result.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(source)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

var uuidPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// compareBody compares bytes, so the order of keys counts. A recorded JSON string is a
// plain-text body, and null is an empty one.
func compareBody(t *testing.T, got []byte, recorded json.RawMessage) {
	t.Helper()
	want := ""
	if len(recorded) > 0 && string(recorded) != "null" && json.Unmarshal(recorded, &want) != nil {
		var compact bytes.Buffer
		if err := json.Compact(&compact, recorded); err != nil {
			t.Fatal(err)
		}
		want = compact.String()
	}
	text := uuidPattern.ReplaceAllString(string(got), "<uuid>")
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("body differs (-real +mock):\n%s", diff)
	}
}

// checkReached compares what reached the handler. Under the policy Strict, a request
// whose values a real server would coerce must be refused instead.
func checkReached(t *testing.T, c recordedCase, policy Validation, reached []handed, status int, answer []byte) {
	t.Helper()
	want := c.Expect.ReachesHandlerWith
	var wantBody, sent any = nil, map[string]any{}
	if want.Body != nil {
		wantBody = parse(t, want.Body)
	}
	body := bytes.TrimPrefix(c.body(t), []byte("\ufeff"))
	if isForm := strings.HasPrefix(c.Request.Headers["content-type"], "application/x-www-form-urlencoded"); isForm {
		sent = wantBody // forms are not coerced
	} else if len(body) > 0 && want.Body != nil && string(want.Body) != "{}" {
		sent = parse(t, body)
	}
	if policy == Strict && want.Body != nil && !reflect.DeepEqual(sent, wantBody) {
		if len(reached) > 0 || status != http.StatusBadRequest || !bytes.Contains(answer, []byte(`"name":"BadDataError"`)) {
			t.Errorf("the policy strict let a coerced body pass: status %d, %s", status, answer)
		}
		return
	}
	if len(reached) != 1 {
		t.Fatalf("the handler was not reached: status %d, %s", status, answer)
	}
	got := reached[0]
	if want.Body != nil && !reflect.DeepEqual(wantBody, got.body) { // cmp is very slow on deeply nested values
		t.Errorf("body differs (-real +mock):\n%s", cmp.Diff(wantBody, got.body))
	}
	for name, value := range want.Query {
		if sent := got.query[name]; !reflect.DeepEqual(value, sent) && reflect.TypeOf(value) == reflect.TypeOf(sent) {
			t.Errorf("query parameter %s is %q, want %q", name, sent, value)
		}
	}
}

// parse decodes JSON as the mock does; encoding/json would lose lone surrogates.
func parse(t *testing.T, text []byte) any {
	t.Helper()
	value, err := v8json.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
