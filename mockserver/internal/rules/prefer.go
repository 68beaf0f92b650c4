package rules

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParsePrefer reads what a client asks for with the header Prefer (RFC 7240):
//
//	Prefer: code=403
//	Prefer: code=404, example=expired
//	Prefer: delay=250ms, fault=truncate
//
// Preferences that the mock does not know are ignored, and so are repetitions. The effect
// is nil if none are left. An invalid code, delay or fault is an error, so that typing
// mistakes do not go unnoticed.
func ParsePrefer(header http.Header) (*Effect, error) {
	lines := header["Prefer"]
	if len(lines) == 0 {
		return nil, nil
	}
	effect := &Effect{Source: Preferred, SlowFor: defaultSlowFor}
	var applied []string
	for _, preference := range preferences(strings.Join(lines, ",")) {
		if slices.ContainsFunc(applied, func(done string) bool { return strings.HasPrefix(done, preference.name+"=") }) {
			continue
		}
		known, err := effect.prefer(preference)
		if err != nil {
			return nil, err
		}
		if known {
			applied = append(applied, preference.name+"="+preference.value)
		}
	}
	if len(applied) == 0 {
		return nil, nil
	}
	if effect.Fault == Reset && (effect.Answer != nil || effect.Example != "") {
		return nil, fmt.Errorf("the header Prefer asks for both an answer and a connection reset")
	}
	effect.Applied = strings.Join(applied, ", ")
	return effect, nil
}

func (e *Effect) prefer(p preference) (known bool, err error) {
	switch p.name {
	case "code":
		status, err := strconv.Atoi(p.value)
		if err != nil || status < lowestStatus || status > highestStatus {
			return false, fmt.Errorf("the header Prefer asks for code=%s, which is not a status from %d to %d", p.value, lowestStatus, highestStatus)
		}
		e.Answer = &Answer{Status: status}
	case "example":
		if p.value == "" || len(p.value) > maxExample {
			return false, fmt.Errorf("the header Prefer asks for an example without a name, or with a name of more than %d bytes", maxExample)
		}
		e.Example = p.value
	case "delay":
		delay, err := time.ParseDuration(p.value)
		if err != nil || delay < 0 || delay > maxDelay {
			return false, fmt.Errorf("the header Prefer asks for delay=%s, which is not a duration from 0s to %s such as 250ms", p.value, maxDelay)
		}
		e.Delay = delay
	case "fault":
		if e.Fault = Fault(p.value); !slices.Contains(Faults(), e.Fault) {
			return false, fmt.Errorf("the header Prefer asks for fault=%s, which is not one of %s", p.value, faultNames())
		}
	default:
		return false, nil
	}
	return true, nil
}

// maxExample is the length limit of an example's name, in bytes.
const maxExample = 256

// preference is one item of a Prefer header, its name in lower case.
type preference struct{ name, value string }

// preferences splits a header at commas outside quotes. Parameters, which follow
// semicolons, are dropped: none of the known preferences has any.
func preferences(header string) []preference {
	var out []preference
	for _, entry := range split(header, ',') {
		first := split(entry, ';')[0]
		name, value, _ := strings.Cut(first, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" {
			out = append(out, preference{name: name, value: unquoted(strings.TrimSpace(value))})
		}
	}
	return out
}

// split splits text at a separator outside quotes.
func split(text string, separator byte) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == separator && !quoted:
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	return append(out, text[start:])
}

// unquoted removes quotes and escapes from a quoted string.
func unquoted(value string) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value
	}
	var out strings.Builder
	for i := 1; i < len(value)-1; i++ {
		if value[i] == '\\' && i+1 < len(value)-1 {
			i++
		}
		out.WriteByte(value[i])
	}
	return out.String()
}
