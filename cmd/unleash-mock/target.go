package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"

	"github.com/unleash-mock/unleash-mock/conformance"
)

// targetFlags say where an instance is and how to authenticate.
type targetFlags struct {
	target  string
	tokens  conformance.Tokens
	headers []string
	timeout time.Duration
	tls     tlsFlags
}

// targetVariables are the environment variables of flags, by flag.
var targetVariables = map[string]string{
	"target":         "UNLEASH_MOCK_TARGET",
	"token":          "UNLEASH_MOCK_TOKEN",
	"viewer-token":   "UNLEASH_MOCK_VIEWER_TOKEN",
	"backend-token":  "UNLEASH_MOCK_BACKEND_TOKEN",
	"frontend-token": "UNLEASH_MOCK_FRONTEND_TOKEN",
}

func (t *targetFlags) add(f *pflag.FlagSet, env environment) {
	f.StringVar(&t.target, "target", "", "URL of the instance, including any base path")
	f.StringVar(&t.tokens.Admin, "token", "", "admin API token, or an administrator's personal access token")
	f.StringArrayVar(&t.headers, "header", nil, "header to send with every request, as 'NAME: VALUE'; may be repeated")
	f.DurationVar(&t.timeout, "timeout", 10*time.Second, "how long to wait for an answer")
	t.tls.add(f, env)
}

// addTokens adds the flags for tokens other than the admin's.
func (t *targetFlags) addTokens(f *pflag.FlagSet) {
	f.StringVar(&t.tokens.Viewer, "viewer-token", "", "a viewer's personal access token; if writes are allowed, one is created if possible")
	f.StringVar(&t.tokens.Backend, "backend-token", "", "a backend API token")
	f.StringVar(&t.tokens.Frontend, "frontend-token", "", "a frontend API token")
}

// options returns the options that the flags choose. No error repeats a token or a header's value.
func (t *targetFlags) options(ctx context.Context) (conformance.Options, error) {
	options := conformance.Options{Target: t.target, Tokens: t.tokens, Timeout: t.timeout, Headers: http.Header{}, Version: productVersion()}
	if t.target == "" {
		return options, usageError("--target is missing: the URL of an instance, such as http://%s", usualAddress)
	}
	if err := notDocument(t.target); err != nil {
		return options, err
	}
	if t.timeout <= 0 {
		return options, errTimeout
	}
	for i, line := range t.headers {
		name, value, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return options, usageError("--header %d does not have the form 'NAME: VALUE', or has characters that a header cannot have", i+1)
		}
		if strings.EqualFold(name, "Authorization") {
			return options, usageError("--header cannot set Authorization, which is for the tokens")
		}
		options.Headers.Add(name, strings.TrimSpace(value))
	}
	for flag, token := range map[string]string{
		"token": t.tokens.Admin, "viewer-token": t.tokens.Viewer, "backend-token": t.tokens.Backend, "frontend-token": t.tokens.Frontend,
	} {
		if strings.TrimSpace(token) != token || !httpguts.ValidHeaderFieldValue(token) {
			return options, usageError("--%s begins or ends with white space, or has a control character", flag)
		}
	}
	var err error
	options.TLS, err = t.tls.config(ctx)
	return options, err
}

// choiceFlags say what of an instance to verify, or to look at.
type choiceFlags struct {
	project     string
	environment string
	profile     string
}

// choiceVariables are the environment variables of these flags.
var choiceVariables = map[string]string{
	"profile":     "UNLEASH_MOCK_PROFILE",
	"project":     "UNLEASH_MOCK_PROJECT",
	"environment": "UNLEASH_MOCK_ENVIRONMENT",
}

// Where flags are created and switched by default.
const (
	usualProject     = "default"
	usualEnvironment = "development"
)

// usualProfiles describes the profiles of scenarios.
const usualProfiles = "core for what every edition has, enterprise for what only Unleash Enterprise has, or all"

func (c *choiceFlags) add(f *pflag.FlagSet, profiles string) {
	f.StringVar(&c.project, "project", usualProject, "id of the project to create flags in")
	f.StringVar(&c.environment, "environment", usualEnvironment, "environment of the project to switch and evaluate flags in")
	f.StringVar(&c.profile, "profile", "", profiles)
}

// choose puts what the flags choose into options.
func (c *choiceFlags) choose(options *conformance.Options) {
	options.Project, options.Environment, options.Profile = c.project, c.environment, conformance.Profile(c.profile)
}
