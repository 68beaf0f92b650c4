// Package visible makes foreign text safe to show. What a target, a document or a client
// says can neither control a terminal, nor break a line, nor give commands to a CI
// system, nor become markup.
package visible

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text escapes what cannot be seen or would have an effect where the text is shown:
// control characters, among them those that control terminals, characters that change the
// direction of writing, and bytes that are not UTF-8. Line breaks and tabs stay.
func Text(text string) string {
	if isVisible(text) {
		return text
	}
	var out strings.Builder
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case isShown(r):
			out.WriteRune(r)
		case r == '\r':
			out.WriteString(`\r`)
		case r < 0x100:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
		i += size
	}
	return out.String()
}

func isVisible(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !isShown(r) }) < 0
}

func isShown(r rune) bool { return r == '\n' || r == '\t' || unicode.IsGraphic(r) }

// WriteJSON writes a value as indented JSON. What Log would escape becomes an escape of JSON, so that a
// program that reads it gets the original value.
func WriteJSON(w io.Writer, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out := bytes.NewBuffer(make([]byte, 0, text.Len()))
	for _, r := range jsonOrders.Replace(text.String()) {
		if isShown(r) {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(out, `\u%04x`, unit)
		}
	}
	_, err := out.WriteTo(w)
	return err
}

// Log is Text for the log of a CI system, in which some words are commands: wherever they occur, or
// at the beginning of a line.
func Log(text string) string {
	return firstOrder.ReplaceAllString(orders.Replace(Text(text)), `${1}:\x3a${2}`)
}

var (
	orders     = strings.NewReplacer("##[", `#\x23[`, "##vso[", `#\x23vso[`)
	jsonOrders = strings.NewReplacer("##[", `#\u0023[`, "##vso[", `#\u0023vso[`)
	firstOrder = regexp.MustCompile(`(?m)^([\t\p{Zs}]*)::(\pL)`)
)

// Line is Log on one line: line breaks, and the white space around them, become one
// space.
func Line(text string) string {
	text = Text(text)
	if !strings.ContainsAny(text, "\n\t") {
		return Log(text)
	}
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\t", " "), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return Log(strings.Join(lines, " "))
}

// Markdown is Text as plain text within a line of Markdown, in tables too. It uses
// entities rather than backslashes, which tables and code treat in ways of their own. The
// caller must not put the result at the beginning of a line.
func Markdown(text string) string {
	return markup.Replace(strings.Join(strings.Fields(Text(text)), " "))
}

// MarkdownCode is Text in the fixed-width font of Markdown, with its line breaks. It uses
// HTML rather than backticks, which cannot contain backticks, nor pipes in a table.
func MarkdownCode(text string) string {
	return "<code>" + strings.ReplaceAll(markup.Replace(strings.TrimSpace(Text(text))), "\n", "<br>") + "</code>"
}

// markup replaces the characters that mean something within a line of Markdown or HTML.
var markup = strings.NewReplacer(markupPairs()...)

func markupPairs() []string {
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", ":&#47;&#47;", "www.", "www&#46;"}
	for _, char := range "\\`*_{}[]#|~$" {
		pairs = append(pairs, string(char), fmt.Sprintf("&#%d;", char))
	}
	return pairs
}

// Short returns a text, or about its first most bytes and three dots.
func Short(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// Each returns a copy of a value in which change was applied to every string, at any
// depth of structs and slices, and in which every slice that was nil is empty.
func Each[T any](value T, change func(string) string) T {
	each(reflect.ValueOf(&value).Elem(), change)
	return value
}

func each(value reflect.Value, change func(string) string) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(change(value.String()))
	case reflect.Slice:
		list := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		reflect.Copy(list, value)
		value.Set(list)
		for i := range list.Len() {
			each(list.Index(i), change)
		}
	case reflect.Struct:
		if value.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range value.NumField() {
			each(value.Field(i), change)
		}
	}
}
