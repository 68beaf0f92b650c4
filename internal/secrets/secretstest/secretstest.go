// Package secretstest writes secrets in every form in which programs embed one text in
// another. It is for tests that look for secrets in output that must not contain any.
package secretstest

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Forms returns a secret in every form, keyed by the name of the form.
func Forms(secret string) map[string]string {
	forms := make(map[string]string, len(writers))
	for name, write := range writers {
		forms[name] = write(secret)
	}
	return forms
}

var writers = map[string]func(string) string{
	"raw":               func(s string) string { return s },
	"JSON":              JSON,
	"JSON, all escaped": func(s string) string { return EachUnit(s, func(u uint16) string { return `\u` + Hex(int64(u), 4) }) },
	"JSON in JSON":      func(s string) string { return JSON(JSON(s)) },
	"Go":                strconv.Quote,
	"Go, ASCII":         strconv.QuoteToASCII,
	"query":             url.QueryEscape,
	"path":              url.PathEscape,
	"percents, all":     func(s string) string { return EachByte(s, func(b byte) string { return "%" + Hex(int64(b), 2) }) },
	"percents, lower": func(s string) string {
		return EachByte(s, func(b byte) string { return "%" + strings.ToLower(Hex(int64(b), 2)) })
	},
	"percents, twice":  func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"percents in JSON": func(s string) string { return JSON(url.QueryEscape(s)) },
	"JSON in percents": func(s string) string { return url.QueryEscape(JSON(s)) },
	"HTML":             html.EscapeString,
	"HTML, decimal": func(s string) string {
		return EachRune(s, func(r rune) string { return "&#" + strconv.Itoa(int(r)) + ";" })
	},
	"HTML, hexadecimal": func(s string) string {
		return EachRune(s, func(r rune) string { return "&#x" + Hex(int64(r), 1) + ";" })
	},
	"JSON in HTML":        func(s string) string { return html.EscapeString(JSON(s)) },
	"HTML in JSON":        func(s string) string { return JSON(html.EscapeString(s)) },
	"userinfo":            func(s string) string { return url.UserPassword("u", s).String() },
	"Base64":              func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"Base64, after one":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(":" + s)) },
	"Base64, after two":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("u:" + s + "!")) },
	"Base64 for URLs":     func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("user:" + s)) },
	"Base64, in percents": func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("u:" + s))) },
}

// JSON returns the inside of a JSON string.
func JSON(s string) string {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic("a string cannot be written as JSON: " + err.Error())
	}
	return string(encoded[1 : len(encoded)-1])
}

// Hex returns a number in hexadecimal, in capitals, with at least the given number of
// digits.
func Hex(number int64, digits int) string {
	text := strings.ToUpper(strconv.FormatInt(number, 16))
	return strings.Repeat("0", max(0, digits-len(text))) + text
}

// EachByte encodes a text byte by byte.
func EachByte(s string, encode func(byte) string) string {
	var out strings.Builder
	for i := range len(s) {
		out.WriteString(encode(s[i]))
	}
	return out.String()
}

// EachRune encodes a text character by character.
func EachRune(s string, encode func(rune) string) string {
	var out strings.Builder
	for _, r := range s {
		out.WriteString(encode(r))
	}
	return out.String()
}

// EachUnit encodes a text code unit by code unit, in UTF-16.
func EachUnit(s string, encode func(uint16) string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		out.WriteString(encode(unit))
	}
	return out.String()
}
