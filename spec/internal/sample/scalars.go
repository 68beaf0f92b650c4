package sample

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Whole numbers are few and near 1 if the bounds allow it, so that clients can read them.
const (
	span = 1000 // steps from the lowest to the highest
	few  = 10   // the minimum, if the bounds allow as many
	// maxWider limits how much wider the span becomes with each attempt, in powers of two.
	maxWider = 40
)

// number generates a number between the bounds: a whole one at first, if possible.
func (m *maker) number(f *facets) (any, bool) {
	step, fractional := big.NewRat(1, 1), f.kind() == "number"
	multiples := f.multiples
	if fractional && len(multiples) > 0 { // it need not be whole
		step, multiples = multiples[0], multiples[1:]
	}
	for _, multiple := range multiples {
		step = common(step, multiple)
	}
	first, last := f.steps(step)
	if first == nil && f.attempt%6 == 5 { // something refuses what is positive
		last = lower(last, big.NewInt(-1))
	}
	if first != nil && last != nil && last.Cmp(first) < 0 {
		if !fractional || len(f.multiples) > 0 {
			return nil, false
		}
		middle := new(big.Rat).Quo(new(big.Rat).Add(f.low, f.high), big.NewRat(2, 1))
		return written(middle), true
	}
	usual := int64(1)
	if f.isTime {
		usual = since.Unix()
	}
	start, room := ceil(big.NewRat(usual, 1), step), int64(span)<<min(2*f.attempt, maxWider)
	if first != nil && start.Cmp(first) < 0 {
		start = first
	}
	if last != nil {
		if lowest := new(big.Int).Sub(last, big.NewInt(few-1)); start.Cmp(lowest) > 0 {
			start = lowest
			if first != nil && start.Cmp(first) < 0 {
				start = first
			}
		}
		if left := new(big.Int).Sub(last, start); left.Cmp(big.NewInt(room)) < 0 {
			room = left.Int64()
		}
	}
	var value *big.Rat
	for range maxAttempts {
		count := new(big.Int).Add(start, big.NewInt(m.random.Int64N(room+1)))
		if value = new(big.Rat).Mul(new(big.Rat).SetInt(count), step); divides(f.multiples, value) {
			break
		}
	}
	if fractional && len(f.multiples) == 0 && f.attempt%4 >= 2 {
		part := big.NewRat(1, 2)
		if f.attempt%8 >= 6 {
			part = big.NewRat(37, 100)
		}
		if more := new(big.Rat).Add(value, part); f.high == nil || more.Cmp(f.high) < 0 {
			value = more
		}
	}
	return written(value), true
}

// divides reports whether the multiples divide a number also in the arithmetic of floats, in which many
// validators calculate: 50.05 is not a multiple of 0.05 there.
func divides(multiples []*big.Rat, number *big.Rat) bool {
	value, _ := number.Float64()
	return !slices.ContainsFunc(multiples, func(multiple *big.Rat) bool {
		divisor, _ := multiple.Float64()
		return math.Trunc(value/divisor) != value/divisor
	})
}

// steps returns the lowest and the highest number of steps between the bounds; nil without a bound.
func (f *facets) steps(step *big.Rat) (first, last *big.Int) {
	at := func(count *big.Int) *big.Rat { return new(big.Rat).Mul(new(big.Rat).SetInt(count), step) }
	if f.low != nil {
		first = ceil(f.low, step)
		if f.exclusiveLow && at(first).Cmp(f.low) <= 0 {
			first.Add(first, big.NewInt(1))
		}
	}
	if f.high != nil {
		last = floor(f.high, step)
		if f.exclusiveHigh && at(last).Cmp(f.high) >= 0 {
			last.Sub(last, big.NewInt(1))
		}
	}
	return first, last
}

// lower returns the lower of two bounds; nil is none.
func lower(bound, other *big.Int) *big.Int {
	if bound != nil && bound.Cmp(other) < 0 {
		return bound
	}
	return other
}

// common returns the least common multiple of two numbers.
func common(a, b *big.Rat) *big.Rat {
	// lcm(a/b, c/d) = lcm(a, c) / gcd(b, d) of fractions in lowest terms
	top := new(big.Int).GCD(nil, nil, a.Num(), b.Num())
	if top.Sign() == 0 {
		return a
	}
	top.Div(new(big.Int).Mul(a.Num(), b.Num()), top)
	bottom := new(big.Int).GCD(nil, nil, a.Denom(), b.Denom())
	return new(big.Rat).SetFrac(top, bottom)
}

// ceil and floor return the number of steps to a bound, rounded up and down.
func ceil(bound, step *big.Rat) *big.Int {
	quotient := new(big.Rat).Quo(bound, step)
	whole, rest := new(big.Int).DivMod(quotient.Num(), quotient.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}

func floor(bound, step *big.Rat) *big.Int {
	quotient := new(big.Rat).Quo(bound, step)
	return new(big.Int).Div(quotient.Num(), quotient.Denom())
}

// written formats a number without an exponent.
func written(number *big.Rat) json.Number {
	if number.IsInt() {
		return json.Number(number.Num().String())
	}
	return json.Number(strings.TrimRight(number.FloatString(12), "0"))
}

func (m *maker) text(f *facets, name string) (any, bool) {
	if f.minLength > maxText {
		return nil, false
	}
	ways := len(f.formats)
	if len(f.patterns)+len(f.avoided) > 0 {
		ways++
	}
	if ways > 0 && f.attempt%ways == len(f.formats) {
		if f.attempt == 0 {
			if text, ok := m.likely(f, name); ok {
				return text, true
			}
		}
		patterns, avoided := f.patterns, f.avoided
		if f.attempt/ways%2 == 1 { // what is avoided may be more than the pattern
			avoided = nil
		}
		if f.attempt/ways%4 < 2 { // a format may allow more than its expression
			for _, format := range f.formats {
				if expressions[format] != "" {
					patterns = append(slices.Clip(patterns), expressions[format])
				}
			}
		}
		return m.match(patterns, avoided, f.minLength, f.maxLength)
	}
	for try := range maxAttempts {
		text := m.draft(f, name, ways, try)
		if length := utf8.RuneCountInString(text); length >= f.minLength && (f.maxLength < 0 || length <= f.maxLength) {
			return text, true
		}
	}
	return nil, false
}

// draft generates a string that may be too long or too short, in a format if there is one.
func (m *maker) draft(f *facets, name string, ways, try int) string {
	if ways > 0 {
		format, low := f.formats[f.attempt%ways], f.minLength
		if format == "byte" {
			low = (low + 3) / 4 * 4
		}
		forms := formats[format]
		return fitted(forms[(f.attempt/ways+try)%len(forms)](m), low, -1) // many formats allow anything at the end
	}
	if f.asJSON {
		return "{}"
	}
	if name == "" {
		name = "text"
	}
	text := fmt.Sprintf("%s-%d", name, m.random.IntN(1000))
	low := f.minLength
	if f.attempt >= 4 { // something refuses what is short
		low += 4 * f.attempt
	}
	if f.base64 {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return fitted(text, low, f.maxLength)
}

// maxText is the maximum length that a schema may require of a string.
const maxText = 1 << 16

// fitted lengthens or shortens a text to fit between two bounds; high is -1 for no bound.
func fitted(text string, low, high int) string {
	runes := []rune(text)
	for len(runes) < min(low, maxText) {
		runes = append(runes, rune('a'+len(runes)%26))
	}
	if high >= 0 && len(runes) > high {
		runes = runes[len(runes)-high:] // texts differ at the end
	}
	return string(runes)
}

// propertyName generates a name for a property that the schema does not name.
func (m *maker) propertyName(f *facets, position int) (string, bool) {
	if patterns := f.closedPatterns(); len(patterns) > 0 {
		pattern := patterns[position%len(patterns)]
		for range maxAttempts {
			name, ok := m.match([]string{pattern}, nil, 0, -1)
			if position >= len(patterns) && !strings.HasSuffix(pattern, "$") {
				name += strconv.Itoa(position)
			}
			if ok && fits(f.keys, name) {
				return name, true
			}
		}
		return "", false
	}
	if len(f.keys) > 0 {
		name, ok := m.value(f.keys, "key", fullDepth)
		text, isText := name.(string)
		return text, ok && isText
	}
	return fmt.Sprintf("key%d", position+1), !f.onlyNamed()
}

// onlyNamed reports whether the schema allows no properties but those whose names it gives.
func (f *facets) onlyNamed() bool { return f.closed || f.sealed && f.others == nil }

// closedPatterns returns the expressions that names match if the schema allows no others.
func (f *facets) closedPatterns() (patterns []string) {
	if f.onlyNamed() && len(f.patterned) > 0 {
		for _, one := range f.patterned[0] {
			patterns = append(patterns, one.pattern.String())
		}
	}
	return patterns
}

// since is the earliest of the times that are made up.
var since = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (m *maker) moment() time.Time {
	return since.Add(time.Duration(m.random.IntN(180*24*60*60)) * time.Second)
}

func (m *maker) id() string {
	var random [16]byte
	for i := range random {
		random[i] = byte(m.random.Uint32())
	}
	random[6], random[8] = random[6]&0x0f|0x40, random[8]&0x3f|0x80
	return uuid.UUID(random).String()
}

// formats has functions that generate texts of a format, the one for a short text last. Some formats have
// several names, as frameworks give them.
var formats = map[string][]func(*maker) string{
	"uuid": uuids, "guid": uuids, "uuid1": uuids, "uuid3": uuids, "uuid4": uuids, "uuid5": uuids, "uuidv4": uuids,
	"date-time": dateTimes, "datetime": dateTimes, "timestamp": dateTimes,
	"date-time-local":       {at("2006-01-02T15:04:05")},
	"date-time-rfc1123":     httpDates,
	"date-time-rfc-2822":    {at("Mon, 02 Jan 2006 15:04:05 +0000")},
	"http-date":             httpDates,
	"date":                  {at(time.DateOnly)},
	"time":                  {at("15:04:05Z")},
	"time-local":            {at(time.TimeOnly)},
	"duration":              {func(m *maker) string { return fmt.Sprintf("PT%dM", 1+m.random.IntN(59)) }, constant("P1D")},
	"time-span":             timeSpans,
	"date-span":             timeSpans,
	"email":                 {numbered("user-%d@example.com", 1000), constant("a@b.co")},
	"idn-email":             {numbered("user-%d@example.com", 1000), constant("a@b.co")},
	"phone":                 phones,
	"phone-number":          phones,
	"e164":                  phones,
	"hostname":              {numbered("host-%d.example.com", 1000), constant("a.co")},
	"idn-hostname":          {numbered("host-%d.example.com", 1000), constant("a.co")},
	"ipv4":                  ipv4s,
	"ip":                    ipv4s,
	"ipvanyaddress":         ipv4s,
	"ipv6":                  {func(m *maker) string { return fmt.Sprintf("2001:db8::%x", 1+m.random.IntN(1<<16-1)) }, constant("::1")},
	"cidr":                  networks,
	"cidrv4":                networks,
	"ipv4network":           networks,
	"ipvanynetwork":         networks,
	"uri":                   {numbered("https://example.com/%d", 1000), constant("https://example.com"), constant("http://a.co"), constant("a:b")},
	"url":                   {numbered("https://example.com/%d", 1000), constant("http://a.co")},
	"iri":                   {numbered("https://example.com/%d", 1000), constant("a:b")},
	"uri-reference":         {numbered("/%d", 1000)},
	"iri-reference":         {numbered("/%d", 1000)},
	"uri-template":          {constant("https://example.com/{id}"), constant("{id}")},
	"json-pointer":          {constant("/a/b"), constant("")},
	"relative-json-pointer": {constant("0/a"), constant("0")},
	"json-string":           {constant("{}")},
	"regex":                 {constant("^[a-z]+$"), constant("a")},
	"semver":                {numbered("1.%d.0", 100)},
	"period":                {constant("2026-01-01T00:00:00Z/P1D")},
	"char":                  {constant("a")},
	"color":                 {func(m *maker) string { return fmt.Sprintf("#%06x", m.random.IntN(1<<24)) }},
	"decimal":               decimals,
	"decimal128":            decimals,
	"int64":                 {numbered("%d", 1000)},
	"uint64":                {numbered("%d", 1000)},
	"byte":                  {func(m *maker) string { return base64.StdEncoding.EncodeToString(m.digits()) }, constant("YQ=="), constant("")},
	"base64url":             {func(m *maker) string { return base64.RawURLEncoding.EncodeToString(m.digits()) }, constant("YQ"), constant("")},
}

var (
	uuids     = []func(*maker) string{(*maker).id}
	dateTimes = []func(*maker) string{at("2006-01-02T15:04:05.000Z"), at(time.RFC3339)}
	httpDates = []func(*maker) string{at("Mon, 02 Jan 2006 15:04:05 GMT")}
	timeSpans = []func(*maker) string{at(time.TimeOnly)}
	phones    = []func(*maker) string{numbered("+1555010%04d", 10000)}
	ipv4s     = []func(*maker) string{func(m *maker) string { return fmt.Sprintf("192.0.2.%d", 1+m.random.IntN(254)) }}
	networks  = []func(*maker) string{func(m *maker) string { return fmt.Sprintf("10.%d.0.0/16", m.random.IntN(256)) }}
	decimals  = []func(*maker) string{numbered("%d.50", 1000), numbered("%d", 10)}
)

// at returns a function that writes a time.
func at(layout string) func(*maker) string {
	return func(m *maker) string { return m.moment().Format(layout) }
}

func (m *maker) digits() []byte { return fmt.Appendf(nil, "%06d", m.random.IntN(1000000)) }

// expressions describe common texts of formats, for those that must match a pattern, too.
var expressions = map[string]string{
	"uuid":      `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
	"date-time": `^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d)$`,
	"date":      `^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$`,
	"time":      `^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d)$`,
	"duration":  `^P(\d+W|(\d+Y)?(\d+M)?\d+D|(\d+D)?T(\d+H)?(\d+M)?\d+S|T\d+[HM])$`,
	"email":     `^[a-z0-9]+([._+-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,8}$`,
	"hostname":  `^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$`,
	"ipv4":      `^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$`,
	"ipv6":      `^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$`,
	"uri":       `^[a-z][a-z0-9+.-]*:(//[a-z0-9]+([.-][a-z0-9]+)*(:\d{2,4})?(/[\w.~-]*)*|[\w.~-]+)(\?[\w=&-]*)?(#[\w-]*)?$`,
	"url":       `^https?://[a-z0-9]+([.-][a-z0-9]+)*\.[a-z]{2,8}(/[\w.~-]*)*(\?[\w=&-]*)?(#[\w-]*)?$`,
	"byte":      `^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`,
}

// Formats returns the names of the formats that the package can generate.
func Formats() []string {
	return slices.Concat(slices.Collect(maps.Keys(formats)), slices.Collect(maps.Keys(integers)), unixTimes)
}

// numbered returns a function that puts a number below count into a text.
func numbered(format string, count int) func(*maker) string {
	return func(m *maker) string { return fmt.Sprintf(format, m.random.IntN(count)) }
}

func constant(text string) func(*maker) string { return func(*maker) string { return text } }
