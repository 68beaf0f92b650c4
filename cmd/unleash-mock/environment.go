package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// environment looks up a variable; false if it is not set.
type environment func(name string) (string, bool)

// fill gives a flag that was not typed the value of its variable. An empty
// variable counts as not set.
func (e environment) fill(flags *pflag.FlagSet, flag, variable string) error {
	if flags.Changed(flag) {
		return nil
	}
	value, set := e(variable)
	if !set || value == "" {
		return nil
	}
	if err := flags.Set(flag, value); err != nil {
		return usageError("environment variable %s: %q is no valid value for --%s", variable, value, flag)
	}
	return nil
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
		return 0, usageError("environment variable %s: %q is no whole number of 0 or more", name, value)
	}
	return number, nil
}

// tokens reads a comma-separated list of API tokens of one type, which Unleash
// writes <project>:<environment>.<secret>; nil if the variable is not set. The
// error does not repeat the token.
func (e environment) tokens(name string) ([]string, error) {
	value, set := e(name)
	if !set || strings.TrimSpace(value) == "" {
		return nil, nil
	}
	var tokens []string
	for i, token := range strings.Split(value, ",") {
		token = strings.TrimSpace(token)
		scope, secret, hasDot := strings.Cut(token, ".")
		if !hasDot || secret == "" || !strings.Contains(scope, ":") {
			return nil, usageError("environment variable %s: token %d does not have the form project:environment.secret", name, i+1)
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// described adds the name of its variable to a flag's help.
func described(usage, variable string) string { return fmt.Sprintf("%s [$%s]", usage, variable) }
