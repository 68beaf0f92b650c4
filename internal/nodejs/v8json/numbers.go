package v8json

import (
	"math"
	"slices"
	"strconv"
)

func (p *parser) number() (any, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
		if !p.digit() {
			return nil, p.fail(numberAfterMinus)
		}
	}
	if p.text[p.at] == '0' {
		p.at++
		if p.digit() {
			return nil, p.unexpected()
		}
	} else {
		p.digits()
	}
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		if !p.digit() {
			return nil, p.fail(fraction)
		}
		p.digits()
	}
	if p.at < len(p.text) && p.text[p.at]|0x20 == 'e' {
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if !p.digit() {
			return nil, p.fail(exponent)
		}
		p.digits()
	}
	return toNumber(p.text[start:p.at]), nil
}

func (p *parser) digit() bool {
	return p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'
}

func (p *parser) digits() {
	for p.digit() {
		p.at++
	}
}

// exactDigits is how many decimal digits a float64 is certain to hold.
const exactDigits = 15

// powers are exact, so that dividing by one of them rounds only once.
var powers = [exactDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// toNumber converts the text of a JSON number.
func toNumber(text []byte) float64 {
	if number, ok := shortNumber(text); ok {
		return number
	}
	// For a number out of range, ParseFloat returns an infinity along with an error.
	number, _ := strconv.ParseFloat(string(text), 64)
	return number
}

// shortNumber converts a number that has few digits and no exponent. It returns false for
// any other text.
func shortNumber(text []byte) (float64, bool) {
	digits := text
	if text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) > exactDigits+1 {
		return 0, false
	}
	whole, point := int64(0), -1
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			whole = whole*10 + int64(c-'0')
		case c == '.':
			point = i
		default:
			return 0, false
		}
	}
	number := float64(whole)
	if point >= 0 {
		number /= powers[len(digits)-1-point]
	} else if len(digits) > exactDigits {
		return 0, false
	}
	if text[0] == '-' {
		number = -number // 0 as well: JavaScript has a negative zero
	}
	return number, true
}

// FormatNumber appends a number as JavaScript turns it into a string: the fewest digits
// that tell it from its neighbors, an exponent from 1e21 up and below 1e-6, and 0 for -0.
// For numbers that are not finite, JSON.stringify prints null; FormatNumber prints NaN,
// Infinity and -Infinity, as String does.
func FormatNumber(dst []byte, number float64) []byte {
	switch size := math.Abs(number); {
	case math.IsNaN(number):
		return append(dst, "NaN"...)
	case math.IsInf(number, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(number, -1):
		return append(dst, "-Infinity"...)
	case size < 1<<53 && size == math.Trunc(size):
		return strconv.AppendInt(dst, int64(number), 10)
	case size >= 1e-6 && size < 1e21:
		return strconv.AppendFloat(dst, number, 'f', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, number, 'e', -1, 64)
	// Go writes at least two digits of an exponent, JavaScript only as many as needed.
	if e := start + slices.Index(dst[start:], 'e'); len(dst) == e+4 && dst[e+2] == '0' {
		dst = append(dst[:e+2], dst[e+3])
	}
	return dst
}

// arrayIndex parses a key that JavaScript sorts as the index of an array: a whole number
// below 2^32-1 in its shortest form.
func arrayIndex(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	number := uint64(0)
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return 0, false
		}
		number = number*10 + uint64(key[i]-'0')
	}
	return uint32(number), number < math.MaxUint32
}
