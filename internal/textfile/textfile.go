// Package textfile reads text files as the programs of every system write them:
// in UTF-8, with a byte order mark or without, and in UTF-16 with one, as
// PowerShell's > does.
package textfile

import (
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// NewReader returns a reader of a text in UTF-8, without a byte order mark.
func NewReader(source io.Reader) io.Reader {
	return transform.NewReader(source, unicode.BOMOverride(transform.Nop))
}

// Decode returns a text in UTF-8, without a byte order mark: a part of the source, if that
// is in UTF-8.
func Decode(source []byte) []byte {
	text, isMarked := bytes.CutPrefix(source, []byte("\ufeff"))
	isUTF16 := bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff"))
	if isMarked || !isUTF16 {
		return text
	}
	text, err := io.ReadAll(NewReader(bytes.NewReader(source)))
	if err != nil {
		return source // the decoders replace what they cannot read, they do not fail
	}
	return text
}
