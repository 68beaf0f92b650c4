package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// environment looks up a variable. The second result is false if the variable is not set.
type environment func(name string) (string, bool)

// fromEnvironment gives flags the environment variables that tables name, and says so in their
// help texts. A table may name flags that the command does not have.
func fromEnvironment(flags *pflag.FlagSet, tables ...map[string]string) {
	flags.VisitAll(func(flag *pflag.Flag) {
		for _, table := range tables {
			if variable := table[flag.Name]; variable != "" {
				flag.Usage = described(flag.Usage, variable)
				_ = flags.SetAnnotation(flag.Name, variableOf, []string{variable}) // the flag exists
			}
		}
	})
}

// variableOf is the annotation of a flag that names its environment variable.
const variableOf = "environment variable"

// fill sets flags that were not typed to the values of their environment variables. An empty
// variable counts as not set. An error may repeat the value, because no flag that can refuse a
// value holds a token.
func (p *program) fill(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(flag *pflag.Flag) {
		for _, variable := range flag.Annotations[variableOf] {
			value := p.env.text(variable, "")
			if value == "" || flag.Changed || err != nil {
				continue
			}
			if flags.Set(flag.Name, value) != nil {
				err = usageError("environment variable %s: %q is not %s", variable, value, kindOf(flag))
			}
			p.filled = append(p.filled, filledFlag{flag.Name, variable})
		}
	})
	return err
}

// checkTyped refuses flags that were typed without a value, such as --seed "$FILE" with a variable that is
// not set: what was meant is not what would happen. An empty flag may undo its environment variable.
func (p *program) checkTyped(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		undoes := slices.ContainsFunc(flag.Annotations[variableOf], func(variable string) bool { return p.env.text(variable, "") != "" })
		if err == nil && hasNoValue(flag) && !undoes && !slices.Contains(mayBeEmpty, flag.Name) {
			err = usageError("--%s is empty; give it a value, or leave it out", flag.Name)
		}
	})
	return err
}

// mayBeEmpty names the flags whose empty value means something.
var mayBeEmpty = []string{"base-uri-path"}

// valuesOf returns the values of a flag, of which only a list has more than one.
func valuesOf(flag *pflag.Flag) []string {
	if list, isList := flag.Value.(pflag.SliceValue); isList {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}

// hasNoValue reports whether a flag that takes a value is blank, or a part of its list.
func hasNoValue(flag *pflag.Flag) bool {
	if flag.NoOptDefVal != "" {
		return false
	}
	values := valuesOf(flag)
	return len(values) == 0 || slices.ContainsFunc(values, func(value string) bool { return strings.TrimSpace(value) == "" })
}

// filledFlag is a flag that was set from a variable.
type filledFlag struct{ flag, variable string }

// source names the variable that set the flag an error is about; empty if there is none.
func (p *program) source(err error) string {
	for _, filled := range p.filled {
		if after, found := strings.CutPrefix(err.Error(), "--"+filled.flag); found && strings.ContainsAny(after[:min(len(after), 1)], " :") {
			return fmt.Sprintf(" (set by the environment variable %s)", filled.variable)
		}
	}
	return ""
}

// text returns a variable, or the fallback if it is not set or empty.
func (e environment) text(name, fallback string) string {
	if value, set := e(name); set && value != "" {
		return value
	}
	return fallback
}

// number returns a variable as a whole number, or the fallback.
func (e environment) number(name string, fallback int) (int, error) {
	value, set := e(name)
	if !set || value == "" {
		return fallback, nil
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < 0 {
		return 0, usageError("environment variable %s: %q is not a whole number of 0 or more", name, value)
	}
	return number, nil
}

// formerVariables maps names of variables to old names that Unleash still reads.
var formerVariables = map[string]string{"INIT_BACKEND_API_TOKENS": "INIT_CLIENT_API_TOKENS"}

var tokenForm = regexp.MustCompile(`(?s)^[^:]+:[^:.]+\..+$`)

// tokens reads a comma-separated list of API tokens of one type, in Unleash's form
// <project>:<environment>.<secret>. It returns nil if the variable is not set. The error does not
// repeat the token.
func (e environment) tokens(name string) ([]string, error) {
	value := e.text(name, "")
	if former := formerVariables[name]; value == "" && former != "" {
		name, value = former, e.text(former, "")
	}
	if strings.TrimSpace(value) == "" {
		return nil, nil
	}
	var tokens []string
	for i, token := range strings.Split(value, ",") {
		token = strings.TrimSpace(token)
		if !tokenForm.MatchString(token) {
			return nil, usageError("environment variable %s: token %d does not have the form <project>:<environment>.<secret>", name, i+1)
		}
		if !utf8.ValidString(token) || strings.ContainsFunc(token, unicode.IsControl) {
			return nil, usageError("environment variable %s: token %d has a character that no header can have", name, i+1)
		}
		if strings.HasPrefix(token, "user:") { // the server would look for a user
			return nil, usageError("environment variable %s: token %d begins with \"user:\", as only personal access tokens do", name, i+1)
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// proxiesVariables are the variables that name the proxies for outgoing requests.
var proxiesVariables = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"}

// checkProxies refuses a value that is not the URL of a proxy. The error does not repeat the
// value, which may contain a password.
func (e environment) checkProxies() error {
	for _, name := range proxiesVariables {
		value := e.text(name, "")
		if !strings.Contains(value, "://") { // a host and a port are enough
			value = "http://" + value
		}
		parsed, err := url.Parse(value)
		if err != nil || parsed.Hostname() == "" && value != "http://" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, parsed.Scheme) {
			return usageError("environment variable %s is not the URL of a proxy", name)
		}
	}
	return nil
}

// described appends the name of a flag's variable to its help text.
func described(usage, variable string) string { return fmt.Sprintf("%s [$%s]", usage, variable) }
