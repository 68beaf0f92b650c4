package constraints

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
)

var (
	numberForm = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$`)
	momentForm = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
)

// maxMoment is the last millisecond of a JavaScript date.
const maxMoment = 8.64e15

// checkNumber refuses what is not a number, and numbers that JavaScript does not keep as
// they are (O).
func checkNumber(c *Constraint) error {
	value := *c.Value
	trimmed := strings.TrimSpace(value)
	if !numberForm.MatchString(trimmed) {
		return apierror.BadProperty("value", "must be a number", quoted(value))
	}
	const unsafe = "must be a safe number"
	number, _ := strconv.ParseFloat(trimmed, 64) // infinite if it is too large, and unsafe then
	printed := string(v8json.FormatNumber(nil, number))
	switch {
	case strings.ContainsAny(trimmed, "eE") && (math.IsInf(number, 0) || digits(trimmed) != digits(printed)),
		!strings.ContainsAny(trimmed, "eE") && !strings.ContainsAny(printed, "eE") && plain(trimmed) != printed:
		return apierror.BadProperty("value", unsafe, quoted(value))
	case math.Abs(number) > apierror.MaxSafe:
		return apierror.BadProperty("value", unsafe, printed)
	}
	return nil
}

// digits returns the significant digits of a number.
func digits(number string) string {
	if exponent := strings.IndexAny(number, "eE"); exponent >= 0 {
		number = number[:exponent]
	}
	number = strings.TrimLeft(number, "+-")
	return strings.TrimLeft(strings.TrimRight(strings.Replace(number, ".", "", 1), "0"), "0")
}

// plain returns a number without what does not change it: a plus sign, and zeros at its
// ends.
func plain(number string) string {
	number = strings.TrimPrefix(number, "+")
	sign := ""
	if rest, is := strings.CutPrefix(number, "-"); is {
		sign, number = "-", rest
	}
	if strings.Contains(number, ".") {
		number = strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
	}
	number = strings.TrimLeft(number, "0")
	switch {
	case number == "":
		return "0"
	case number[0] == '.':
		number = "0" + number
	}
	return sign + number
}

// isMoment reports whether a text is a number of milliseconds in the range of
// JavaScript's dates.
func isMoment(text string) bool {
	text = strings.TrimSpace(text)
	number, err := strconv.ParseFloat(text, 64)
	return momentForm.MatchString(text) && err == nil && math.Abs(number) <= maxMoment
}
