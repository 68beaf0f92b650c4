package bodyparser

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const document = `{"name":"a"}`

func zipped(t *testing.T, header gzip.Header, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	writer.Header = header
	return closed(t, &out, writer, text)
}

func zlibbed(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	return closed(t, &out, zlib.NewWriter(&out), text)
}

func closed(t *testing.T, out *bytes.Buffer, writer io.WriteCloser, text string) []byte {
	t.Helper()
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// with returns a copy with one byte changed. A negative at counts from the end.
func with(raw []byte, at int, c byte) []byte {
	raw = bytes.Clone(raw)
	raw[(at+len(raw))%len(raw)] = c
	return raw
}

// TestContentEncodings checks encoded bodies; the error messages are zlib's.
func TestContentEncodings(t *testing.T) {
	t.Parallel()
	plain := zipped(t, gzip.Header{}, document)
	deflated := zlibbed(t, document)
	for name, test := range map[string]struct {
		encoding string
		body     []byte
		problem  string // empty if decoding succeeds
	}{
		"identity":                {"identity", []byte(document), ""},
		"gzip":                    {"gzip", plain, ""},
		"gzip, capitals":          {"GZIP", plain, ""},
		"gzip with all fields":    {"gzip", zipped(t, gzip.Header{Name: "a.json", Comment: "c", Extra: []byte{1, 2, 3}}, document), ""},
		"gzip, two members":       {"gzip", slicesConcat(zipped(t, gzip.Header{}, document[:5]), zipped(t, gzip.Header{}, document[5:])), ""},
		"gzip, garbage behind":    {"gzip", slicesConcat(plain, []byte("some garbage")), "incorrect header check"},
		"gzip, cut in the header": {"gzip", plain[:5], "unexpected end of file"},
		"gzip, cut in the data":   {"gzip", plain[:15], "unexpected end of file"},
		"gzip, cut in the sum":    {"gzip", plain[:len(plain)-3], "unexpected end of file"},
		"gzip, empty":             {"gzip", []byte{}, "unexpected end of file"},
		"gzip, plain text":        {"gzip", []byte(document), "incorrect header check"},
		"gzip, method":            {"gzip", with(plain, 2, 7), "incorrect header check"},
		"gzip, block type":        {"gzip", with(plain, 10, 7), "invalid stored block lengths"},
		"gzip, sum":               {"gzip", with(plain, -8, plain[len(plain)-8]+1), "incorrect data check"},
		"gzip, length":            {"gzip", with(plain, -4, plain[len(plain)-4]+1), "incorrect data check"},
		"deflate":                 {"deflate", deflated, ""},
		"deflate, bytes behind":   {"deflate", slicesConcat(deflated, []byte("garbage")), ""},
		"deflate, header":         {"deflate", with(deflated, 1, deflated[1]+1), "incorrect header check"},
		"deflate, method":         {"deflate", slicesConcat([]byte{0x77, 0x85}, deflated[2:]), "incorrect header check"},
		"deflate, dictionary":     {"deflate", slicesConcat([]byte{0x78, 0xbb, 0, 0, 0, 0}, deflated[2:]), "Missing dictionary"},
		"deflate, sum":            {"deflate", with(deflated, -1, deflated[len(deflated)-1]+1), "incorrect data check"},
		"deflate, cut":            {"deflate", deflated[:len(deflated)-1], "unexpected end of file"},
		"br":                      {"br", []byte(document), `unsupported content encoding "br"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problem := Read(request(test.body, map[string]string{"Content-Type": "application/json", "Content-Encoding": test.encoding}))
			if test.problem != "" {
				if problem == nil || problem.Message != test.problem {
					t.Errorf("the problem is %+v, want %q", problem, test.problem)
				}
				return
			}
			if problem != nil || string(got.Text) != document {
				t.Errorf("got %q, %+v", got.Text, problem)
			}
		})
	}
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func request(body []byte, header map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	if len(body) == 0 {
		r.Header.Set("Content-Length", "0")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ charset, body, text, problem string }{
		"none":              {"", `"é"`, `"é"`, ""},
		"utf-8 with a mark": {"UTF-8", "\ufeff1", "1", ""},
		"utf-16":            {"utf-16", "1", "", `unsupported charset "UTF-16"`},
		"latin1":            {"latin1", "1", "", `unsupported charset "LATIN1"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contentType := "application/json"
			if test.charset != "" {
				contentType += "; charset=" + test.charset
			}
			got, problem := Read(request([]byte(test.body), map[string]string{"Content-Type": contentType}))
			switch {
			case test.problem != "" && (problem == nil || problem.Message != test.problem):
				t.Errorf("the problem is %+v, want %q", problem, test.problem)
			case test.problem == "" && (problem != nil || string(got.Text) != test.text):
				t.Errorf("got %q, %+v, want %q", got.Text, problem, test.text)
			}
		})
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	got, problem := Read(request([]byte("z=1&a[b]=c&a[d][]=e+f"), form))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	want := map[string]any{"z": "1", "a": map[string]any{"b": "c", "d": []any{"e f"}}}
	if diff := cmp.Diff(any(want), got.Value); diff != "" {
		t.Errorf("value differs (-want +got):\n%s", diff)
	}
	if string(got.Text) != `{"z":"1","a":{"b":"c","d":["e f"]}}` {
		t.Errorf("as JSON: %s", got.Text)
	}
	for body, message := range map[string]string{
		strings.Repeat("a&", 999) + "a":        "",
		strings.Repeat("a&", 1000) + "a":       "too many parameters",
		"a" + strings.Repeat("[b]", 32) + "=1": "",
		"a" + strings.Repeat("[b]", 33) + "=1": "The input exceeded the depth",
	} {
		_, problem := Read(request([]byte(body), form))
		if (problem == nil) != (message == "") || problem != nil && problem.Message != message {
			t.Errorf("%.20s...: %+v, want %q", body, problem, message)
		}
	}
}

// TestLimit checks that the limit applies to the decoded body, and that a body of exactly
// that size still fits.
func TestLimit(t *testing.T) {
	t.Parallel()
	sized := func(size int) string { return `"` + strings.Repeat("a", size-2) + `"` }
	for name, test := range map[string]struct {
		encoding string
		body     []byte
		status   int
	}{
		"at the limit":            {"", []byte(sized(Limit)), 0},
		"beyond":                  {"", []byte(sized(Limit + 1)), http.StatusRequestEntityTooLarge},
		"zipped, at the limit":    {"gzip", zipped(t, gzip.Header{}, sized(Limit)), 0},
		"zipped, beyond":          {"gzip", zipped(t, gzip.Header{}, sized(Limit+1)), http.StatusRequestEntityTooLarge},
		"zipped, beyond by far":   {"gzip", zipped(t, gzip.Header{}, strings.Repeat(" ", 100*Limit)), http.StatusRequestEntityTooLarge},
		"deflated, at the limit":  {"deflate", zlibbed(t, sized(Limit)), 0},
		"deflated, beyond by far": {"deflate", zlibbed(t, strings.Repeat(" ", 100*Limit)), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := map[string]string{"Content-Type": "application/json"}
			if test.encoding != "" {
				header["Content-Encoding"] = test.encoding
			}
			_, problem := Read(request(test.body, header))
			if (problem == nil) != (test.status == 0) || problem != nil && problem.Status != test.status {
				t.Errorf("got %+v, want status %d", problem, test.status)
			}
		})
	}
}

// TestACutBody checks that a body shorter than its Content-Length is an error.
func TestACutBody(t *testing.T) {
	t.Parallel()
	cut := request([]byte(`[1]`), map[string]string{"Content-Type": "application/json"})
	cut.ContentLength++
	if got, problem := Read(cut); problem == nil || *problem != (Error{http.StatusBadRequest, "unexpected end of file"}) {
		t.Errorf("%s was read, %+v", got.Text, problem)
	}
}

// FuzzRead checks that no body causes a panic, and that what is read is within the limit
// and is JSON.
func FuzzRead(f *testing.F) {
	f.Add("application/json", "gzip", []byte("\x1f\x8b\x08\x00"))
	f.Add("application/json; charset=utf-8", "", []byte(`{"a":[1,{"b":null}]}`))
	f.Add("application/x-www-form-urlencoded", "deflate", []byte("a[b][]=c&a=%zz"))
	f.Add("Application/X-www-form-urlencoded", "", bytes.Repeat([]byte("\x01"), 500)) // as JSON, it is larger than the limit
	f.Fuzz(func(t *testing.T, contentType, encoding string, body []byte) {
		const limit = 1000
		got, problem := ReadUpTo(request(body, map[string]string{"Content-Type": contentType, "Content-Encoding": encoding}), limit)
		switch {
		case problem != nil && (problem.Status < 400 || problem.Status > 499 || problem.Message == ""):
			t.Errorf("the problem is %+v", problem)
		case problem == nil && len(got.Sent) > limit:
			t.Errorf("%d bytes were read", len(got.Sent))
		case problem == nil && got.Value == nil && string(bytes.TrimSpace(got.Text)) != "null":
			t.Errorf("%q has no value", got.Text)
		}
	})
}
