package report

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// printable writes out what cannot be seen or would do something where the
// text is shown: control characters, among them those that steer terminals,
// characters that turn the direction of writing, and bytes that are no UTF-8.
// Line breaks and tabs stay.
func printable(text string) string {
	if isPrintable(text) {
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

func isPrintable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !isShown(r) }) < 0
}

func isShown(r rune) bool { return r == '\n' || r == '\t' || unicode.IsGraphic(r) }

// oneLine joins the lines of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// clip shortens a text to about limit bytes and says how much it left out.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", text[:cut], len(text)-cut)
}

// plural gives "1 scenario", "2 scenarios".
func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

// length is a duration as people read it.
func length(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// clean returns a copy of a report in which every text went through change and
// every list that is nil is empty.
func clean(r *Report, change func(string) string) *Report {
	if r == nil {
		r = &Report{}
	}
	out := *r
	cleanValue(reflect.ValueOf(&out).Elem(), change)
	return &out
}

func cleanValue(value reflect.Value, change func(string) string) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(change(value.String()))
	case reflect.Slice:
		list := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		reflect.Copy(list, value)
		value.Set(list)
		for i := range list.Len() {
			cleanValue(list.Index(i), change)
		}
	case reflect.Struct:
		if value.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range value.NumField() {
			cleanValue(value.Field(i), change)
		}
	}
}

// same leaves a text as it is.
func same(text string) string { return text }
