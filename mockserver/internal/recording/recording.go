// Package recording reads what "unleash-mock proxy --record" writes: exchanges with an
// Unleash as lines of JSON, without the secrets that were in them. Such a recording can
// be replayed, see mockserver.WithReplay, or turned into a seed, see Seed.
package recording

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/textfile"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/spec"
)

// Limits of a recording, all of which is kept in memory.
const (
	// maxLine is the longest line in bytes: it holds two bodies of the size that the proxy
	// keeps at most, escapes included.
	maxLine = 64 << 20
	// maxBytes and maxExchanges limit a file.
	maxBytes     = 128 << 20
	maxExchanges = 1 << 19
)

// Recording has the exchanges of one file, sorted by the time they began.
type Recording struct {
	// Name is the name of the file, without its folder.
	Name      string
	Exchanges []Exchange
	// Cut is the number of an incomplete last line, such as a killed program leaves. That
	// line is not an exchange. 0 if the last line is complete.
	Cut int
}

// Exchange is a request and its answer.
type Exchange struct {
	traffic.Record
	// Line is the line in the file, counted from 1.
	Line int `json:"-"`
}

// Problem says why a file is not a recording.
type Problem struct {
	Line    int // counted from 1
	Message string
}

func (p *Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.Message) }

// Read reads a recording. name is the name of the file, which later identifies the source
// of answers. Empty lines and an incomplete last line are skipped. The error is a
// *Problem, or that of the source.
func Read(name string, source io.Reader) (*Recording, error) {
	out := &Recording{Name: filepath.Base(name)}
	lines := bufio.NewReader(textfile.NewReader(source))
	var text []byte
	read := 0
	for number, ended := 1, true; ended; number++ {
		var err error
		if text, ended, err = readLine(lines, text[:0]); errors.Is(err, bufio.ErrTooLong) {
			return nil, &Problem{number, fmt.Sprintf("it has more than %d MiB; is the file a recording?", maxLine>>20)}
		} else if err != nil {
			return nil, fmt.Errorf("reading the recording: %w", err)
		}
		if read += len(text); read > maxBytes || len(out.Exchanges) == maxExchanges && len(text) > 0 {
			return nil, &Problem{number, fmt.Sprintf("the file is too large: at most %d MiB and %d exchanges are allowed; split it", maxBytes>>20, maxExchanges)}
		}
		line := bytes.TrimSpace(text)
		if len(line) == 0 {
			continue
		}
		x, message := parse(line)
		switch {
		case message == "":
			x.Line = number
			out.Exchanges = append(out.Exchanges, x)
		case !ended && isBeginning(line):
			out.Cut = number
		default:
			return nil, &Problem{number, message}
		}
	}
	out.order()
	return out, nil
}

// readLine appends a line to text, and reports whether the line ends with a line feed,
// which the last line may lack. The error is bufio.ErrTooLong or that of the source.
func readLine(source *bufio.Reader, text []byte) (line []byte, ended bool, err error) {
	for {
		part, err := source.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxLine:
			return nil, false, bufio.ErrTooLong
		case err == nil || errors.Is(err, io.EOF):
			return text, err == nil, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		}
	}
}

// isBeginning reports whether a line is the beginning of a JSON object.
func isBeginning(line []byte) bool {
	err := json.NewDecoder(bytes.NewReader(line)).Decode(new(json.RawMessage))
	return line[0] == '{' && errors.Is(err, io.ErrUnexpectedEOF)
}

// order sorts exchanges by the time they began, because the proxy writes them when they
// are judged, several at a time. If any time is missing, the order of the file stays.
func (r *Recording) order() {
	if slices.ContainsFunc(r.Exchanges, func(x Exchange) bool { return x.Started.IsZero() }) {
		return
	}
	slices.SortStableFunc(r.Exchanges, func(a, b Exchange) int { return a.Started.Compare(b.Started) })
}

// parse parses a line, or returns a message about what is wrong with it.
func parse(line []byte) (x Exchange, message string) {
	err := json.Unmarshal(line, &x.Record)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return x, "it is not JSON: " + syntax.Error()
	case errors.As(err, &wrong):
		return x, fmt.Sprintf("it is not an exchange: %s cannot be of the type %s", cmp.Or(wrong.Field, "the line"), wrong.Value)
	case err != nil: // an invalid time, which the error would quote
		return x, "it is not an exchange: started is not a time such as 2026-11-24T20:49:40.784Z"
	}
	switch status := x.Response.Status; {
	case x.Request.Method == "" || strings.ContainsAny(x.Request.Method, " \t\r\n"):
		return x, "it is not an exchange: request.method is missing or not a method"
	case x.path() == "":
		return x, "it is not an exchange: request.url is missing or not a URL"
	case status != 0 && (status < 100 || status > 999): // the proxy passes whatever has three digits
		return x, fmt.Sprintf("it is not an exchange: %d is not a status", status)
	case status == 0 && !bytes.Contains(line, []byte(`"response"`)):
		return x, "it is not an exchange: response is missing"
	}
	return x, ""
}

// path returns the escaped path of the request; empty if its URL has none.
func (x *Exchange) path() string {
	path := x.Request.URL
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	for _, scheme := range []string{"http://", "https://"} {
		if rest, has := strings.CutPrefix(path, scheme); has {
			if slash := strings.IndexByte(rest, '/'); slash >= 0 {
				return rest[slash:]
			}
			return ""
		}
	}
	if !strings.HasPrefix(path, "/") {
		return ""
	}
	return path
}

// Query returns the query of the request as it was sent.
func (x *Exchange) Query() string {
	sent, _, _ := strings.Cut(x.Request.URL, "#")
	_, query, _ := strings.Cut(sent, "?")
	return query
}

// Reasons why an exchange belongs to no operation.
const (
	unknownOperation = "of an operation that the contract does not have"
	unknownPath      = "of a path that no operation has"
)

// Locate finds the operation of an exchange in a contract, and the values of its path
// parameters. If the exchange names its operation, a prefix of the path, such as a base
// path, is ignored. If there is no operation, reason says why.
func (x *Exchange) Locate(contract *spec.Contract) (operation *spec.Operation, params []string, reason string) {
	if x.Operation != "" && contract.Operation(x.Operation) == nil {
		return nil, nil, unknownOperation
	}
	path := x.path()
	for {
		if matched, values, _ := contract.Match(path, x.Request.Method); matched != nil {
			found := matched.Operation(x.Request.Method)
			if found != nil && (x.Operation == "" || x.Operation == found.ID) {
				return found, unescaped(values), ""
			}
		}
		next := strings.IndexByte(path[1:], '/')
		if x.Operation == "" || next < 0 {
			return nil, nil, unknownPath
		}
		path = path[1+next:]
	}
}

func unescaped(segments []string) []string {
	out := make([]string, len(segments))
	for i, segment := range segments {
		out[i] = httpx.Unescape(segment)
	}
	return out
}

// succeeded reports whether the operation succeeded and its answer was recorded.
func (x *Exchange) succeeded() bool {
	return x.Response.Status >= http.StatusOK && x.Response.Status < http.StatusMultipleChoices && x.Request.Method != http.MethodHead
}
