package evaluation

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The parts of a date that is not ISO 8601. JavaScript's Date accepts them in many
// orders.
var (
	comment    = regexp.MustCompile(`\([^()]*(?:\)|$)`)
	monthWord  = regexp.MustCompile(`^(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[A-Za-z]*$`)
	dayWord    = regexp.MustCompile(`^(?i:mon|tue|wed|thu|fri|sat|sun)[A-Za-z]*$`)
	yearFirst  = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$`)
	monthFirst = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)
	clockTime  = regexp.MustCompile(`^(\d{1,2}):(\d\d)(?::(\d\d))?$`)
	zoneOf     = regexp.MustCompile(`^(?i:gmt|utc|z)?(?:([+-])(\d\d):?(\d\d))?$`)
)

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

// readLegacyDate reads a date in words or with slashes: as Date.toString and
// toLocaleString write it, and as people do. A time without a zone is UTC. Orders that V8
// does not accept are refused, too.
func readLegacyDate(text string) (time.Time, bool) {
	year, month, day, hour, minute, second := -1, -1, -1, 0, 0, 0
	timed, zoned, half, offset := false, false, "", 0
	for word := range strings.FieldsSeq(strings.ReplaceAll(comment.ReplaceAllString(text, ""), ",", " ")) {
		switch {
		case dayWord.MatchString(word) && year < 0 && day < 0:
		case monthWord.MatchString(word) && month < 0:
			month = strings.Index(monthNames, strings.ToLower(word[:3]))/3 + 1
		case yearFirst.MatchString(word) && year < 0 && month < 0 && day < 0:
			parts := yearFirst.FindStringSubmatch(word)
			year, month, day = digits(parts[1]), digits(parts[2]), digits(parts[3])
		case monthFirst.MatchString(word) && year < 0 && month < 0 && day < 0:
			parts := monthFirst.FindStringSubmatch(word)
			year, month, day = digits(parts[3]), digits(parts[1]), digits(parts[2])
		case clockTime.MatchString(word) && !timed:
			parts := clockTime.FindStringSubmatch(word)
			timed, hour, minute, second = true, digits(parts[1]), digits(parts[2]), digits(parts[3])
		case (strings.EqualFold(word, "am") || strings.EqualFold(word, "pm")) && timed && half == "":
			half = strings.ToLower(word)
		case zoneOf.MatchString(word) && timed && !zoned:
			parts := zoneOf.FindStringSubmatch(word)
			zoned, offset = true, 60*digits(parts[2])+digits(parts[3])
			if parts[1] == "-" {
				offset = -offset
			}
		case len(word) <= 2 && digits(word) > 0 && day < 0:
			day = digits(word)
		case len(word) == 4 && digits(word) >= 0 && year < 0:
			year = digits(word)
		default:
			return time.Time{}, false
		}
	}
	if half != "" {
		if hour < 1 || hour > 12 {
			return time.Time{}, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	if day < 0 && !timed { // only month and year
		day = 1
	}
	if year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute-offset, second, 0, time.UTC), true
}

// digits returns the number that text spells in digits, 0 for an empty text, and -1 for
// any other text.
func digits(text string) int {
	if text == "" {
		return 0
	}
	value, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return -1
	}
	return int(value)
}
