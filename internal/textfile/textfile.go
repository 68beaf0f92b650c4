// Package textfile reads text files as the programs of every system write them: in UTF-8,
// with or without a byte order mark, and in UTF-16 with one, as PowerShell's > does.
package textfile

import (
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// NewReader returns a reader that yields a text in UTF-8, without a byte order mark.
func NewReader(source io.Reader) io.Reader {
	return transform.NewReader(source, unicode.BOMOverride(transform.Nop))
}

// Decode returns a text in UTF-8, without a byte order mark. If the source is in UTF-8,
// the result is a part of it.
func Decode(source []byte) []byte {
	text, isMarked := bytes.CutPrefix(source, []byte("\ufeff"))
	isUTF16 := bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff"))
	if isMarked || !isUTF16 {
		return text
	}
	text, err := io.ReadAll(NewReader(bytes.NewReader(source)))
	if err != nil {
		return source // never happens: the decoders replace what they cannot read
	}
	return text
}
