package frontend

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/unleash-mock/unleash-mock/conformance/internal/faulty/bend"
)

// edgeFaults lists faults in how unusual values are read, whether of a constraint or of a context.
func edgeFaults() []bend.Fault {
	// instead replaces what a pattern matches in a field of the context.
	instead := func(field, pattern, replacement string) bend.Step {
		matches := regexp.MustCompile(pattern)
		return bend.Query(field, func(value string) string { return matches.ReplaceAllString(value, replacement) })
	}
	addresses := func(pattern, replacement string) bend.Step {
		matches := regexp.MustCompile(pattern)
		return parameter("remoteAddress", "IPs", func(list string) string { return matches.ReplaceAllString(list, replacement) })
	}
	none := bend.Quoted("none")
	return append(uprightFaults(),
		fault("context-trimmed", "trims the values of a context", bend.Query("text", strings.TrimSpace)),
		fault("context-normalised", "composes letters in the values of a context", bend.Query("text", norm.NFC.String)),
		fault("values-untrimmed", "does not trim the values of a constraint", each(constraints+"/values/*", func(value *bend.Value) {
			if text := value.String(); text != strings.TrimSpace(text) {
				*value = *none
			}
		})),
		fault("two-values", "compares only with a constraint's first two values", each(constraints+"/values", func(list *bend.Value) { list.Items = list.Items[:min(len(list.Items), 2)] })),
		fault("in-any-case", "lets IN ignore case on request", each(constraints, func(constraint *bend.Value) {
			if constraint.Get("caseInsensitive") != nil {
				as("IN", "STR_CONTAINS")(constraint)
			}
		})),
		fault("regex-whole", "lets REGEX match only whole texts", each(constraints, func(constraint *bend.Value) {
			if constraint.Get("operator").String() == "REGEX" {
				constraint.Put("value", bend.Quoted("^(?:"+constraint.Get("value").String()+")$"))
			}
		})),
		fault("number-hexadecimal", "reads no hexadecimal numbers", instead("age", "^0x.*", "none")),
		fault("number-exponent", "reads no numbers with an exponent", instead("age", "^[0-9.]+e.*", "none")),
		fault("number-blank", "reads no numbers with blanks around them", instead("age", "^ .*", "none")),
		fault("number-whole", "reads only whole numbers", instead("age", "[.].*", "")),
		fault("number-single", "compares numbers in single precision", bend.Query("age", func(value string) string {
			number, err := strconv.ParseFloat(value, 32)
			if err != nil {
				return value
			}
			return strconv.FormatFloat(number, 'f', -1, 64)
		})),
		fault("version-prefix", "reads versions with a leading v", instead("version", "^v", "")),
		fault("version-build", "reads no versions with a build", instead("version", "^.*[+].*", "none")),
		fault("version-text", "compares the numbers of pre-releases as texts", instead("version", "[.]([0-9])[0-9]+$", ".$1")),
		fault("date-alone", "reads no dates without a time", each(constraints+"/value", func(value *bend.Value) {
			if strings.Count(value.String(), "-") == 2 && !strings.Contains(value.String(), "T") {
				*value = *none
			}
		})),
		fault("date-offset", "reads only times in UTC", each(constraints+"/value", func(value *bend.Value) {
			if strings.Contains(value.String(), "T00:00:00+") {
				*value = *none
			}
		})),
		fault("hash-utf", "hashes letters outside of ASCII in UTF-8", instead("userId", "[^\x00-\x7f]", "$0$0")),
		fault("empty-user", "takes an empty userId for one", bend.When(bend.HasQuery("userId"), missing("userId", "none"))),
		fault("range-of-octet", "reads smaller ranges of addresses as ones of 256", addresses("/2[5-9]", "/24")),
		fault("range-whole", "reads only ranges of whole octets", addresses("/(2[5-9]|30)", "/32")),
		fault("addresses-old", "reads only IPv4 addresses", instead("remoteAddress", ".*:.*", "")),
		fault("first-segment", "checks only a strategy's first segment", each(strategies+"/segments", first)),
		fault("overrides-of-users", "looks only at users in overrides", each("/features/*/variants/*/overrides/*", func(override *bend.Value) { override.Put("contextName", bend.Quoted("userId")) })),
		fault("parents-first-variant", "looks only at the first variant that a parent may have", each("/features/*/dependencies/*/variants", first)),
		fault("payload-type", "sends every payload as a text", bend.OK(bend.Edit("/toggles/*/variant/payload/type", bend.Present(bend.To(`"string"`))))),
		fault("payload-number", "drops final zeros of a payload", payload("0", "")),
		fault("payload-json", "drops blanks from a payload", payload(": ", ":")),
		fault("never-fresh", "ignores If-None-Match", func(x *bend.Exchange) { x.Fresh = func(string) bool { return false } }),
	)
}

// payload replaces a part of the payloads that are sent.
func payload(part, replacement string) bend.Step {
	return bend.OK(bend.Edit("/toggles/*/variant/payload/value", bend.Words(func(value string) string { return strings.ReplaceAll(value, part, replacement) })))
}

// uprightFaults lists faults that ignore that a constraint of a type is inverted.
func uprightFaults() []bend.Fault {
	var faults []bend.Fault
	for _, kind := range []string{"NUM", "SEMVER", "DATE"} {
		faults = append(faults, fault(strings.ToLower(kind)+"-upright", "ignores that a "+kind+" constraint is inverted", each(constraints, func(constraint *bend.Value) {
			if strings.HasPrefix(constraint.Get("operator").String(), kind) {
				constraint.Put("inverted", nil)
			}
		})))
	}
	return faults
}
