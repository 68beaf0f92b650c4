package evaluation

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNumbersAreReadAsJavaScriptReadsThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"": 0, " ": 0, "\ufeff\u00a0\n": 0, "7": 7, " 7\t": 7, "+7": 7, "-7": -7, "007": 7, "1.5": 1.5, ".5": .5, "5.": 5, "1e3": 1000, "1E-1": .1, "5.e1": 50,
		"0x10": 16, "0XfF": 255, "0b11": 3, "0B1": 1, "0o17": 15, "0O7": 7,
		"Infinity": math.Inf(1), "+Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "1e400": math.Inf(1), "-1e400": math.Inf(-1), "1e-400": 0,
	} {
		if got, ok := readNumber(text); !ok || got != want {
			t.Errorf("readNumber(%q) is %v, %t, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"1_000", "1,5", "1n", "abc", "NaN", "inf", "Inf", "infinity", "+inf", "0x", "0b", "0b2", "0o8", "0xg", "-0x10", "+0b1", "0x1p4", "0x1_0", "1e", "e1", ".", "+", "+-1", "1.2.3", "1 2", "\u00857", "٣",
	} {
		if got, ok := readNumber(text); ok {
			t.Errorf("readNumber(%q) is %v, want no number", text, got)
		}
	}
}

func TestDatesAreReadToTheMillisecond(t *testing.T) {
	t.Parallel()
	noon := time.Date(2022, 1, 29, 12, 0, 0, 0, time.UTC)
	midnight := noon.Add(-12 * time.Hour)
	for text, want := range map[string]time.Time{
		"2022-01-29T12:00:00.000Z": noon, "2022-01-29T12:00:00Z": noon, "2022-01-29T14:00:00+02:00": noon, "2022-01-29T14:00:00+0200": noon,
		"2022-01-29T12:00": noon, "2022-01-29T12:00Z": noon, "2022-01-29 12:00:00": noon, "Sat, 29 Jan 2022 12:00:00 GMT": noon,
		"2022-01-29T12:00:00.0009Z": noon, "2022-01-29T12:00:00.5Z": noon.Add(500 * time.Millisecond),
		"2021-12-29T24:00:00.000Z": midnight.AddDate(0, 0, -30), "2022-01-28T24:00": midnight, "2021-11-31 12:00": noon.AddDate(0, 0, -59), "2021-02-30": midnight.AddDate(0, 0, -333),
		"2022-01-29": midnight, "2022-01": midnight.AddDate(0, 0, -28), "2022": midnight.AddDate(0, 0, -28),
	} {
		if got, ok := readDate(text); !ok || !got.Equal(want) {
			t.Errorf("readDate(%q) is %v, %t, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "tomorrow", "1643461200000", "2022-13-01", "2022-01-29T25:00:00Z"} {
		if got, ok := readDate(text); ok {
			t.Errorf("readDate(%q) is %v, want no date", text, got)
		}
	}
}

func TestVersionsAreStrict(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1.2.3", "0.0.0", " 1.2.3\t", "1.2.3-a.1.b-c", "1.2.3+001", "1.2.3-rc.1+build", "9007199254740991.0.0"} {
		if _, ok := readVersion(text); !ok {
			t.Errorf("readVersion(%q) finds no version", text)
		}
		if order, ok := compareVersions(text, "v0.0.0"); !ok || order < 0 {
			t.Errorf("compareVersions(%q) finds no version", text)
		}
	}
	for _, text := range []string{
		"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.x", "-1.2.3", "vv1.2.3", "V1.2.3", "1.2-a.3", "1.2+a.3",
		"9007199254740992.0.0", "1.2.3-" + strings.Repeat("a", 256),
	} {
		if _, ok := readVersion(text); ok {
			t.Errorf("readVersion(%q) finds a version", text)
		}
		if _, ok := compareVersions(text, "v1.2.3"); ok {
			t.Errorf("compareVersions(%q) finds a version", text)
		}
	}
}

func TestVersionMayBeginWithVInAConstraintOnly(t *testing.T) {
	t.Parallel()
	if version, ok := readVersion("v1.2.3"); !ok || version != "v1.2.3" {
		t.Errorf("readVersion gives %q, %t", version, ok)
	}
	if _, ok := compareVersions("v1.2.3", "v1.2.3"); ok {
		t.Error("a version in a context may begin with v")
	}
}

func TestPreReleasesHavePrecedence(t *testing.T) {
	t.Parallel()
	ascending := strings.Fields("1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.1.0 1.10.0 2.0.0")
	for i, left := range ascending {
		for j, text := range ascending {
			right, _ := readVersion(text)
			if order, ok := compareVersions(left, right); !ok || (order < 0) != (i < j) || (order > 0) != (i > j) {
				t.Errorf("%s compared with %s is %d, %t", left, text, order, ok)
			}
		}
	}
	if order, _ := compareVersions("1.0.0+a", "v1.0.0+b"); order != 0 {
		t.Error("the build metadata counts")
	}
}

func TestListsKeepWhiteSpaceAtTheirEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                {""},
		"a":               {"a"},
		" a ":             {" a "},
		"a,b":             {"a", "b"},
		" a , b\t,\nc ":   {" a", "b", "c "},
		"a,,b,":           {"a", "", "b", ""},
		"a\u00a0,\ufeffb": {"a", "b"},
		"a\u0085,b":       {"a\u0085", "b"},
	} {
		if diff := cmp.Diff(want, readList(text)); diff != "" {
			t.Errorf("readList(%q): -want +got\n%s", text, diff)
		}
	}
}

func TestLowerCaseIsUnicodes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "AbC": "abc", "ÜN": "ün", "aÜ": "aü", "İ": "i̇", "ΟΔΟΣ": "οδος", "abcΣ": "abcς", "K": "k", "名": "名",
	} {
		if got := string(appendLower([]byte("X"), text)); got != "X"+want {
			t.Errorf("appendLower(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestRangesAreReadWithTheirHostBits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.1": "10.0.0.1/32", "10.0.0.1/8": "10.0.0.1/8", "10.0.0.1/08": "10.0.0.1/8", "::/064": "::/64", "2001:DB8::1": "2001:db8::1/128", "fe80::1%eth0": "fe80::1/128", "::ffff:10.0.0.1": "::ffff:10.0.0.1/128",
	} {
		if got, ok := readRange(text); !ok || got.String() != want {
			t.Errorf("readRange(%q) is %v, %t, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "abc", "10.0.0", "010.0.0.1", "10.0.0.256", "10.0.0.1/", "10.0.0.1/33", "10.0.0.1/008", "10.0.0.1/+8", "::/0064", "10.0.0.1/-1", "::/129", "10.0.0.1 ", "1.2.3.4:80"} {
		if got, ok := readRange(text); ok {
			t.Errorf("readRange(%q) is %v, want no range", text, got)
		}
	}
}

// FuzzReadValues checks what the readers promise for any text.
func FuzzReadValues(f *testing.F) {
	for _, seeds := range [][]string{numbers, versions, dates, ranges, addresses, texts} {
		for _, text := range seeds {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if number, ok := readNumber(text); ok && math.IsNaN(number) {
			t.Errorf("readNumber(%q) is NaN", text)
		}
		if number, err := strconv.Atoi(text); err == nil {
			if got, ok := readNumber(text); !ok || got != float64(number) {
				t.Errorf("readNumber(%q) is %v, %t", text, got, ok)
			}
		}
		if version, ok := readVersion(text); ok {
			if order, ok := compareVersions(strings.TrimPrefix(trim(text), "v"), version); !ok || order != 0 {
				t.Errorf("%q compared with itself is %d, %t", text, order, ok)
			}
		}
		if date, ok := readDate(text); ok && date.Nanosecond()%int(time.Millisecond) != 0 {
			t.Errorf("readDate(%q) is %v", text, date)
		}
		if r, ok := readRange(text); ok && !isWithin(r, r) {
			t.Errorf("%q is not within itself", text)
		}
		if items := readList(text); len(items) != strings.Count(text, ",")+1 {
			t.Errorf("readList(%q) has %d items", text, len(items))
		}
		if lower := string(appendLower(nil, text)); lower != string(appendLower(nil, lower)) {
			t.Errorf("the lower case of %q has upper case", text)
		}
	})
}
