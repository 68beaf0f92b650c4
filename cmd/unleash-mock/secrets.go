package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// secretVariables returns the names of the environment variables that hold secrets, or URLs that
// may contain one.
func secretVariables() []string {
	names := append([]string{controlTokenVariable, flagsTokenVariable, flagsFromVariables["flags-from"], serverVariables["upstream"], serveVariables["unleash-url"]}, proxiesVariables...)
	for _, variable := range targetVariables {
		names = append(names, variable)
	}
	for _, variable := range tokenVariables {
		names = append(names, variable, formerVariables[variable])
	}
	return names
}

// learnEnvironment tells the redactor the secrets in the environment.
func (p *program) learnEnvironment() {
	p.secrets = secrets.New()
	for _, name := range secretVariables() {
		p.learn(name, p.env.text(name, ""))
	}
}

// learnFlags tells the redactor the secrets that were typed.
func (p *program) learnFlags(flags *pflag.FlagSet) {
	flags.Visit(func(flag *pflag.Flag) {
		for _, value := range valuesOf(flag) {
			p.learn(flag.Name, value)
		}
	})
}

// learn tells the redactor the secrets in the value of a flag or variable: one or more tokens, a
// header, or a URL with a user or a parameter.
func (p *program) learn(name, value string) {
	if strings.Contains(value, "://") && name != "run" { // which is a command
		for _, found := range secrets.InURL(value) {
			_, password, _ := strings.Cut(found, ":")
			p.secrets.Add(found, password)
		}
	}
	if name == "header" {
		name, value, _ := strings.Cut(value, ":")
		p.secrets.AddHeaders(http.Header{name: {strings.TrimSpace(value)}})
	}
	if secrets.IsHeader(name) {
		p.secrets.Add(slices.Collect(strings.SplitSeq(value, ","))...)
	}
}
