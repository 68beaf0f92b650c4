package recording

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

const health = `{"operationId":"getHealth","started":"2026-11-24T20:49:40.784Z","durationNs":3619383,"request":{"method":"GET","url":"/health","headers":[{"name":"Accept","value":"*/*"}]},"response":{"status":200,"headers":[{"name":"Content-Type","value":"application/json; charset=utf-8"}],"body":"{\"health\":\"GOOD\"}"}}`

// TestRead checks that exchanges are sorted by their start, and have their line numbers.
func TestRead(t *testing.T) {
	t.Parallel()
	later := strings.Replace(health, "20:49:40", "20:49:41", 1)
	undated := strings.Replace(health, `"started":"2026-11-24T20:49:40.784Z",`, "", 1)
	for name, test := range map[string]struct {
		source string
		lines  []int
	}{
		"nothing":              {"", nil},
		"one":                  {health, []int{1}},
		"empty lines":          {"\ufeff\n\r\n" + health + "\r\n\n", []int{3}},
		"by time":              {later + "\n" + health + "\n" + later, []int{2, 1, 3}},
		"without all times":    {later + "\n" + undated + "\n" + health, []int{1, 2, 3}},
		"without an end":       {health + "\n" + later, []int{1, 2}},
		"cut off":              {health + "\n" + later[:len(later)-9], []int{1}},
		"nothing but cut off":  {health[:20], nil},
		"an odd status":        {strings.Replace(health, `"status":200`, `"status":999`, 1), []int{1}},
		"fields of the future": {strings.Replace(health, `"request":`, `"next":[1],"request":`, 1), []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read("a/b/traffic.jsonl", strings.NewReader(test.source))
			if err != nil {
				t.Fatal(err)
			}
			var lines []int
			for _, x := range got.Exchanges {
				lines = append(lines, x.Line)
			}
			if diff := cmp.Diff(test.lines, lines); diff != "" || got.Name != "traffic.jsonl" {
				t.Errorf("%s: lines differ (-want +got):\n%s", got.Name, diff)
			}
			if isCut := strings.Contains(name, "cut off"); isCut && got.Cut != len(lines)+1 || !isCut && got.Cut != 0 {
				t.Errorf("line %d is cut off", got.Cut)
			}
		})
	}
}

// TestProblems checks that a file that is not a recording is refused with the line and
// the problem, and without the contents.
func TestProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ line, want string }{
		"text":              {"very-secret", "it is not JSON: invalid character 'v' looking for beginning of value"},
		"cut off":           {health[:len(health)-9], "it is not JSON: unexpected end of JSON input"},
		"a list":            {"[]", "it is not an exchange: the line cannot be of the type array"},
		"something else":    {`{"level":"INFO","msg":"very-secret"}`, "it is not an exchange: request.method is missing or not a method"},
		"no URL":            {`{"request":{"method":"GET"},"response":{"status":200}}`, "it is not an exchange: request.url is missing or not a URL"},
		"a URL of a host":   {`{"request":{"method":"GET","url":"http://very-secret"},"response":{"status":200}}`, "it is not an exchange: request.url is missing or not a URL"},
		"no answer":         {`{"request":{"method":"GET","url":"/"}}`, "it is not an exchange: response is missing"},
		"no status":         {`{"request":{"method":"GET","url":"/"},"response":{"status":7}}`, "it is not an exchange: 7 is not a status"},
		"status of a type":  {`{"request":{"method":"GET","url":"/"},"response":{"status":"very-secret"}}`, "it is not an exchange: response.status cannot be of the type string"},
		"a time that is no": {`{"started":"very-secret","request":{"method":"GET","url":"/"},"response":{"status":200}}`, "it is not an exchange: started is not a time such as 2026-11-24T20:49:40.784Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read("", strings.NewReader(health+"\n\n"+test.line+"\n"))
			var problem *Problem
			if !errors.As(err, &problem) || problem.Line != 3 || problem.Message != test.want || strings.Contains(err.Error(), "very-secret") {
				t.Errorf("the error is %v, want line 3: %s", err, test.want)
			}
		})
	}
	for name, last := range map[string]string{"text": "very-secret", "a list": "[", "broken before its end": `{"a":}`, "an end, and more": health + `{"a"`} {
		if got, err := Read("", strings.NewReader(health+"\n"+last)); err == nil {
			t.Errorf("%s was taken for a line that is cut off: %+v", name, got)
		}
	}
	_, err := Read("", bytes.NewReader(make([]byte, maxLine+1)))
	var problem *Problem
	if !errors.As(err, &problem) || problem.Line != 1 || !strings.Contains(problem.Message, "more than 64 MiB") {
		t.Errorf("for a line without an end: %v", err)
	}
}

// TestLocate checks that the operation is found under any recorded base path, as the
// router finds it.
func TestLocate(t *testing.T) {
	t.Parallel()
	of := func(operation, method, url string) Exchange {
		return Exchange{Record: traffic.Record{Operation: operation, Request: traffic.RecordRequest{Method: method, URL: url}}}
	}
	for name, test := range map[string]struct {
		x         Exchange
		operation string
		params    []string
		reason    string
	}{
		"as it is":           {of("", "PUT", "/api/admin/signal-endpoints/1/tokens/%32?x"), "updateSignalEndpointToken", []string{"1", "2"}, ""},
		"a whole URL":        {of("", "GET", "https://a.example/health"), "getHealth", []string{}, ""},
		"below a base path":  {of("getHealth", "GET", "/a/b//health/"), "getHealth", []string{}, ""},
		"named by no one":    {of("", "GET", "/a/health"), "", nil, unknownPath},
		"of another":         {of("getReady", "GET", "/a/health"), "", nil, unknownPath},
		"of another method":  {of("getHealth", "PUT", "/health"), "", nil, unknownPath},
		"of no operation":    {of("getWeather", "GET", "/health"), "", nil, unknownOperation},
		"of an upper letter": {of("callSignalEndpoint", "POST", "/API/Signal-Endpoint/A"), "callSignalEndpoint", []string{"A"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operation, params, reason := test.x.Locate(spec.Default())
			got := ""
			if operation != nil {
				got = operation.ID
			}
			if got != test.operation || reason != test.reason || !cmp.Equal(params, test.params) {
				t.Errorf("got %q %q %q", got, params, reason)
			}
		})
	}
}

// TestBounds checks the bounds of a line, of a file and of its exchanges.
func TestBounds(t *testing.T) {
	t.Parallel()
	const small = `{"request":{"method":"GET","url":"/"},"response":{"status":200}}` + "\n"
	for name, test := range map[string]struct{ source, says string }{
		"a line":    {small + strings.Repeat(" ", maxLine+1), "line 2: it has more than 64 MiB"},
		"a file":    {small + strings.Repeat(strings.Repeat(" ", maxLine-1)+"\n", 2), "line 3: the file is too large: at most 128 MiB"},
		"exchanges": {strings.Repeat(small, maxExchanges+1), "line 524289: the file is too large"},
	} {
		if _, err := Read("r", strings.NewReader(test.source)); err == nil || !strings.HasPrefix(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if read, err := Read("r", strings.NewReader(strings.Repeat(small, 1000))); err != nil || len(read.Exchanges) != 1000 {
		t.Errorf("%v, %v", read, err)
	}
}

// FuzzRead checks that no file makes the reader panic, that what it reads can be located,
// and that its errors are one line.
func FuzzRead(f *testing.F) {
	f.Add([]byte(health))
	f.Add([]byte(`{"operationId":"getHealth","request":{"method":"GET","url":"//"},"response":{"status":0}}`))
	f.Add([]byte("\ufeff[]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		read, err := Read("r", bytes.NewReader(source))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("the error has several lines: %q", err)
			}
			return
		}
		for _, x := range read.Exchanges {
			if operation, _, reason := x.Locate(spec.Default()); (operation == nil) != (reason != "") {
				t.Errorf("locating %q gives the operation %v and the reason %q", x.Request.URL, operation, reason)
			}
		}
	})
}
