package bodyparser

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder turns bytes of a charset into UTF-8 without a byte order mark.
type decoder func(raw []byte) []byte

// decoders by the name of the charset with nothing but letters and digits.
var decoders = map[string]decoder{
	"utf8":    decodeUTF8,
	"utf16":   decodeUTF16,
	"utf16le": func(raw []byte) []byte { return fromUTF16(raw, binary.LittleEndian) },
	"utf16be": func(raw []byte) []byte { return fromUTF16(raw, binary.BigEndian) },
}

var notInNames = regexp.MustCompile(`:\d{4}$|[^0-9a-z]`)

// findCharset finds the decoder of a body: JSON may have any charset of the
// family utf-, a form must have utf-8.
func findCharset(kind, name string) (decoder, *Error) {
	lower := strings.ToLower(name)
	if lower == "" || lower == "utf-8" { // nearly always
		return decodeUTF8, nil
	}
	if kind == mediaTypeJSON && strings.HasPrefix(lower, "utf-") {
		if decode, known := decoders[notInNames.ReplaceAllString(lower, "")]; known {
			return decode, nil
		}
	}
	return nil, &Error{http.StatusUnsupportedMediaType, `unsupported charset "` + strings.ToUpper(name) + `"`}
}

const byteOrderMark = "\ufeff"

func decodeUTF8(raw []byte) []byte { return bytes.TrimPrefix(raw, []byte(byteOrderMark)) }

// decodeUTF16 goes by the byte order mark; without one by where the zero bytes
// of the first ASCII characters are.
func decodeUTF16(raw []byte) []byte {
	switch {
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return fromUTF16(raw, binary.BigEndian)
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return fromUTF16(raw, binary.LittleEndian)
	}
	const looksAt = 64
	big, little := 0, 0
	for i := 0; i+1 < min(len(raw), looksAt); i += 2 {
		switch {
		case raw[i] == 0 && raw[i+1] != 0:
			big++
		case raw[i] != 0 && raw[i+1] == 0:
			little++
		}
	}
	if big > little {
		return fromUTF16(raw, binary.BigEndian)
	}
	return fromUTF16(raw, binary.LittleEndian)
}

// fromUTF16 drops what is left of a code unit at the end. A surrogate without
// its other half, which UTF-8 cannot hold, becomes the escape that JSON has for
// it.
func fromUTF16(raw []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(raw))
	for ; len(raw) > 1; raw = raw[2:] {
		unit := rune(order.Uint16(raw))
		if !utf16.IsSurrogate(unit) {
			out = utf8.AppendRune(out, unit)
			continue
		}
		if len(raw) > 3 {
			if pair := utf16.DecodeRune(unit, rune(order.Uint16(raw[2:]))); pair != utf8.RuneError {
				out = utf8.AppendRune(out, pair)
				raw = raw[2:]
				continue
			}
		}
		out = fmt.Appendf(out, `\u%04x`, unit)
	}
	return bytes.TrimPrefix(out, []byte(byteOrderMark))
}
