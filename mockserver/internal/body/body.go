// Package body reads request bodies as Unleash's body parsers do: only JSON and
// forms are read, before anything else is looked at, inflated and decoded by
// their charset, within a limit that counts what comes out.
package body

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/v8json"
)

// Limit is the largest body in bytes, after inflation.
const Limit = 102400

// Media types that are read.
const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "application/x-www-form-urlencoded"
)

// Body is what a request's body says.
type Body struct {
	// Value is the decoded JSON; an empty object if there is none.
	Value any
	// Text is the JSON as UTF-8; nil if no JSON was read.
	Text []byte
}

// Read reads the body of a request. A body that is neither JSON nor a form is
// left alone and counts as an empty object.
func Read(r *http.Request) (Body, *apierror.Error) {
	none := Body{Value: map[string]any{}}
	if !hasBody(r) {
		return none, nil
	}
	kind, name, is := readable(r.Header.Get("Content-Type"))
	if !is {
		return none, nil
	}
	from, problem := findCharset(kind, name)
	if problem != nil {
		return none, problem
	}
	raw, problem := inflate(r)
	if problem != nil {
		return none, problem
	}
	if kind == mediaTypeForm {
		return none, nil
	}
	text, err := from.decode(raw)
	if err != nil {
		return none, apierror.BodyParser(http.StatusBadRequest, err.Error())
	}
	if len(text) == 0 {
		return none, nil
	}
	value, err := v8json.Parse(text)
	if err != nil {
		return none, apierror.BodyParser(http.StatusBadRequest, err.Error())
	}
	return Body{Value: value, Text: text}, nil
}

// hasBody tells what the headers say; a Content-Length of 0 is a body too.
func hasBody(r *http.Request) bool {
	return len(r.TransferEncoding) > 0 || r.ContentLength != 0 || r.Header.Get("Content-Length") != ""
}

// mediaType is the part of a Content-Type header before its parameters.
func mediaType(header string) string {
	essence, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

// parameters is a list of well-formed parameters; the last of a name counts.
var (
	parameters     = regexp.MustCompile("^(?:; *[!#$%&'*+.^_`|~0-9A-Za-z-]+ *= *(?:\"(?:[^\"\\\\]|\\\\.)*\"|[!#$%&'*+.^_`|~0-9A-Za-z-]+) *)*$")
	charsetPattern = regexp.MustCompile(`(?i); *charset *= *(?:"([^"]*)"|([^ ;"]+))`)
)

// readable tells whether a body of that Content-Type is read, and its charset.
// One with a parameter that is not well-formed is not read, yet it still counts
// as JSON where JSON is demanded.
func readable(header string) (kind, charset string, is bool) {
	if header == mediaTypeJSON { // nearly always
		return mediaTypeJSON, "", true
	}
	kind = mediaType(header)
	if kind != mediaTypeJSON && kind != mediaTypeForm {
		return "", "", false
	}
	_, rest, has := strings.Cut(header, ";")
	if !has {
		return kind, "", true
	}
	rest = strings.TrimRight(";"+rest, " ")
	if !parameters.MatchString(rest) {
		return "", "", false
	}
	for _, found := range charsetPattern.FindAllStringSubmatch(rest, -1) {
		charset = found[1] + found[2]
	}
	return kind, charset, true
}

// IsJSON tells whether a Content-Type header says JSON, whatever its case and
// parameters.
func IsJSON(header string) bool { return mediaType(header) == mediaTypeJSON }

// charset is how text is written in bytes: the encoding, nil for UTF-8, and how
// many bytes a code unit has. What is left of a code unit at the end is dropped.
type charset struct {
	encoding encoding.Encoding
	unit     int
}

// charsets are the charsets that JSON may have.
var charsets = map[string]charset{
	"":         {nil, 1},
	"utf-8":    {nil, 1},
	"utf-16":   {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), 2},
	"utf-16le": {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2},
	"utf-16be": {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2},
}

// findCharset finds the charset of a body; a form must be UTF-8.
func findCharset(kind, name string) (charset, *apierror.Error) {
	found, known := charsets[strings.ToLower(name)]
	if known && (kind == mediaTypeJSON || found.encoding == nil) {
		return found, nil
	}
	return charset{}, apierror.BodyParser(http.StatusUnsupportedMediaType, fmt.Sprintf("unsupported charset %q", strings.ToUpper(name)))
}

// tooLarge is the answer to a body over the limit.
func tooLarge() *apierror.Error {
	return apierror.BodyParser(http.StatusRequestEntityTooLarge, "request entity too large")
}

// inflate reads the body through its content encoding, up to the limit.
func inflate(r *http.Request) ([]byte, *apierror.Error) {
	var source io.Reader = r.Body
	switch name := strings.ToLower(r.Header.Get("Content-Encoding")); name {
	case "", "identity":
		if r.ContentLength > Limit {
			return nil, tooLarge()
		}
	case "gzip":
		reader, err := newMembers(r.Body)
		if err != nil {
			return nil, inflateError(err)
		}
		source = reader
	case "deflate":
		reader, err := zlib.NewReader(r.Body)
		if err != nil {
			return nil, inflateError(err)
		}
		defer reader.Close()
		source = reader
	default:
		return nil, apierror.BodyParser(http.StatusUnsupportedMediaType, fmt.Sprintf("unsupported content encoding %q", name))
	}
	return readAll(source, r.ContentLength)
}

// members reads the members of a gzip stream one after the other. What follows
// a member and is none is an error, even if it is too short to tell.
type members struct {
	source *bufio.Reader
	member *gzip.Reader
}

func newMembers(body io.Reader) (*members, error) {
	source := bufio.NewReader(body)
	member, err := gzip.NewReader(source)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &members{source: source, member: member}, nil
}

func (m *members) Read(into []byte) (int, error) {
	n, err := m.member.Read(into)
	if err != io.EOF {
		return n, err
	}
	start, _ := m.source.Peek(2)
	switch {
	case len(start) == 0:
		return n, io.EOF
	case start[0] != 0x1f || len(start) == 2 && start[1] != 0x8b:
		return n, gzip.ErrHeader
	}
	if err := m.member.Reset(m.source); err != nil {
		return n, err
	}
	m.member.Multistream(false)
	return n, nil
}

func readAll(source io.Reader, length int64) ([]byte, *apierror.Error) {
	size := int64(512)
	if length > 0 && length <= Limit {
		size = length + 1 // one more, so that the end is seen without growing
	}
	buffer := make([]byte, 0, size)
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := source.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if len(buffer) > Limit {
			return nil, tooLarge()
		}
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return nil, inflateError(err)
		}
	}
}

// inflateError words a broken body as zlib does.
func inflateError(err error) *apierror.Error {
	message := "request aborted"
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zlib.ErrHeader):
		message = "incorrect header check"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		message = "incorrect data check"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		message = "unexpected end of file"
	case strings.HasPrefix(err.Error(), "flate: "):
		message = "invalid stored block lengths"
	}
	return apierror.BodyParser(http.StatusBadRequest, message)
}

// decode turns bytes into UTF-8 without a byte order mark.
func (c charset) decode(raw []byte) ([]byte, error) {
	if c.encoding != nil {
		decoded, err := c.encoding.NewDecoder().Bytes(raw[:len(raw)-len(raw)%c.unit])
		if err != nil {
			return nil, fmt.Errorf("decoding the body: %w", err)
		}
		raw = decoded
	}
	return bytes.TrimPrefix(raw, []byte("\ufeff")), nil
}
