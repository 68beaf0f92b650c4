package evaluation

import (
	"errors"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/semver"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Constraints and contexts are text, which Unleash reads by the rules of JavaScript.

// trim removes the white space that JavaScript's trim removes.
func trim(text string) string {
	return strings.TrimFunc(text, isSpace)
}

func isSpace(r rune) bool {
	const nextLine, byteOrderMark = '\u0085', '\uFEFF' // where Unicode and JavaScript differ
	return r == byteOrderMark || r != nextLine && unicode.IsSpace(r)
}

// readList splits a strategy's parameter at commas and removes the white space around
// them. White space at the ends of the text stays.
func readList(text string) []string {
	items := strings.Split(text, ",")
	for i := range items {
		if i > 0 {
			items[i] = strings.TrimLeftFunc(items[i], isSpace)
		}
		if i < len(items)-1 {
			items[i] = strings.TrimRightFunc(items[i], isSpace)
		}
	}
	return items
}

// appendLower appends text in lower case. It does not allocate for ASCII.
func appendLower(to []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return append(to[:len(to)-i], cases.Lower(language.Und).String(text)...)
		case 'A' <= c && c <= 'Z':
			to = append(to, c+'a'-'A')
		default:
			to = append(to, c)
		}
	}
	return to
}

// readNumber reads a number as JavaScript's Number() does.
func readNumber(text string) (float64, bool) {
	text = trim(text)
	if base := basePrefix(text); base != 0 {
		return readDigits(text[2:], base)
	}
	switch text {
	case "":
		return 0, true
	case "Infinity", "+Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	// ParseFloat accepts other letters, but JavaScript does not.
	if strings.ContainsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune(".eE+-", r) }) {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil || errors.Is(err, strconv.ErrRange)
}

func basePrefix(text string) int {
	if len(text) < 2 || text[0] != '0' {
		return 0
	}
	switch text[1] {
	case 'x', 'X':
		return 16
	case 'o', 'O':
		return 8
	case 'b', 'B':
		return 2
	}
	return 0
}

// readDigits may differ from JavaScript in the last bit above 2^53.
func readDigits(text string, base int) (float64, bool) {
	number := 0.0
	for _, r := range text {
		digit := strings.IndexRune("0123456789abcdef", unicode.ToLower(r))
		if digit < 0 || digit >= base {
			return 0, false
		}
		number = number*float64(base) + float64(digit)
	}
	return number, text != ""
}

// dateLayouts are the forms of a date. Fractions may follow seconds; a time without a
// zone is UTC. readLegacyDate reads further forms.
var dateLayouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006-01-02", "2006-01", "2006", "2006-1-2", "2006-1", "2006/1/2", "1/2/2006",
	time.RFC1123, time.RFC1123Z, "Jan 2, 2006", "Jan 2 2006", "Jan 2006", "2 Jan 2006",
}

// IsDate reports whether a text is a date that a constraint can hold.
func IsDate(text string) bool {
	_, is := Date(text)
	return is
}

// Date reads a date as a constraint does.
func Date(text string) (time.Time, bool) { return readDate(strings.TrimSpace(text)) }

// IsStrictVersion reports whether a text is a semantic version without a leading v.
func IsStrictVersion(text string) bool { return !strings.HasPrefix(text, "v") && isVersion("v"+text) }

// readDate reads a date to the millisecond, as JavaScript's Date does. In JavaScript each
// month has 31 days, the surplus ones falling into the next month, and a day may end at
// 24:00.
func readDate(text string) (time.Time, bool) {
	whole, days := text, 0
	if day := lateDay.FindStringSubmatch(text); day != nil {
		days, _ = strconv.Atoi(day[2])
		days--
		text = day[1] + "01" + day[3]
	}
	if end := endOfDay.FindStringSubmatch(text); end != nil {
		days++
		text = end[1] + "00" + end[2]
	}
	for _, layout := range dateLayouts {
		if date, err := time.Parse(layout, text); err == nil {
			return date.AddDate(0, 0, days).Truncate(time.Millisecond), true
		}
	}
	return readLegacyDate(whole)
}

var (
	lateDay  = regexp.MustCompile(`^(\d{4}-\d\d-)(29|30|31)(\D.*)?$`)
	endOfDay = regexp.MustCompile(`^(\d{4}-\d\d-\d\d[T ])24(:00(?::00(?:\.0+)?)?(?:[^\d:.].*)?)$`)
)

// readVersion reads a semantic version, with or without a leading v, and returns it with
// one, as package semver requires.
func readVersion(text string) (string, bool) {
	version := "v" + strings.TrimPrefix(trim(text), "v")
	return version, isVersion(version)
}

// compareVersions compares a context's semantic version with one from readVersion. It
// also reports whether the text is a version; here a text with a leading v is not.
func compareVersions(text, other string) (int, bool) {
	version := "v" + strings.TrimPrefix(trim(text), "v") // not readVersion, which would allocate
	return semver.Compare(version, other), !strings.HasPrefix(text, "v") && isVersion(version)
}

// isVersion checks what package semver checks, and what the npm package semver adds:
// three numbers, each safe in JavaScript, and a limited length.
func isVersion(version string) bool {
	const longest, safeBits = 256 + len("v"), 53
	if len(version) > longest || !semver.IsValid(version) {
		return false
	}
	core := version[1:]
	if i := strings.IndexAny(core, "-+"); i >= 0 {
		core = core[:i]
	}
	numbers := 0
	for number, more := "", true; more; numbers++ {
		number, core, more = strings.Cut(core, ".")
		if _, err := strconv.ParseUint(number, 10, safeBits); err != nil {
			return false
		}
	}
	return numbers == 3
}

// readRange reads an IP address, or a range of them in CIDR notation. Unlike
// netip.ParsePrefix, it accepts a prefix length with a leading zero, and ignores a zone.
func readRange(text string) (netip.Prefix, bool) {
	text, length, isRange := strings.Cut(text, "/")
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	if !isRange {
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	digits := len("32")
	if address.Is6() {
		digits = len("128")
	}
	bits, err := strconv.ParseUint(length, 10, 8)
	prefix := netip.PrefixFrom(address, int(bits))
	return prefix, err == nil && len(length) <= digits && prefix.IsValid()
}

// isWithin reports whether a range lies entirely within another. IPv4 and IPv6 don't mix.
func isWithin(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}
