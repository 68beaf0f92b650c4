package main

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// flagsFromFlags name a real Unleash whose flags the mock follows.
type flagsFromFlags struct {
	from     string
	cache    string
	interval time.Duration

	tls *tlsFlags
	env environment
}

// flagsFromVariables are the environment variables of the flags, by flag.
var flagsFromVariables = map[string]string{
	"flags-from":     "UNLEASH_MOCK_FLAGS_FROM",
	"flags-cache":    "UNLEASH_MOCK_FLAGS_CACHE",
	"flags-interval": "UNLEASH_MOCK_FLAGS_INTERVAL",
}

// flagsTokenVariable names the variable with a backend token of the instance. There is no flag
// for it, because other users can see command lines.
const flagsTokenVariable = "UNLEASH_MOCK_FLAGS_TOKEN"

const (
	flagsFromInterval    = 15 * time.Second
	minFlagsFromInterval = time.Second
)

func (f *flagsFromFlags) add(set *pflag.FlagSet, env environment, tls *tlsFlags) {
	f.env, f.tls = env, tls
	set.StringVar(&f.from, "flags-from", "", "URL of a real Unleash whose flags to take over and follow, using the backend token in $"+flagsTokenVariable)
	set.StringVar(&f.cache, "flags-cache", "", "file that keeps the latest copy of the flags of --flags-from, for starting while the instance is out of reach")
	set.DurationVar(&f.interval, "flags-interval", flagsFromInterval, "how often to ask the instance of --flags-from for changes")
}

// follow makes a mock follow the flags of the instance, if --flags-from names one.
func (f *flagsFromFlags) follow(ctx context.Context, mock *mockserver.Server, upstream string) error {
	token := strings.TrimSpace(f.env.text(flagsTokenVariable, ""))
	switch {
	case f.from == "" && (f.cache != "" || f.interval != flagsFromInterval):
		return usageError("--flags-cache and --flags-interval need --flags-from")
	case f.from == "":
		return nil
	case upstream != "":
		return usageError("--flags-from cannot be combined with --upstream: SDKs get the flags of the upstream")
	case token == "":
		return usageError("--flags-from needs a backend token of the instance in the environment variable %s", flagsTokenVariable)
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > unicode.MaxASCII || c == 0x7f }):
		return usageError("environment variable %s is not a token", flagsTokenVariable)
	case f.interval < minFlagsFromInterval:
		return usageError("--flags-interval %s is less than %s", f.interval, minFlagsFromInterval)
	}
	target, err := parseOpenURL("--flags-from", f.from)
	if err != nil {
		return err
	}
	if f.cache != "" {
		if err := outfile.Check(f.cache); err != nil {
			return usageError("--flags-cache: %w", err)
		}
	}
	transport, err := f.tls.transport(ctx)
	if err != nil {
		return err
	}
	err = mock.FollowFlags(ctx, mockserver.Upstream{URL: target, Transport: transport}, token, f.interval, f.cache)
	var failure interface{ TokenRefused() bool }
	switch {
	case err == nil || ctx.Err() != nil:
		return nil
	case errors.As(err, &failure) && failure.TokenRefused():
		return usageError("--flags-from %w", err)
	case f.cache == "":
		return toolError("--flags-from %w; with --flags-cache FILE, a later start could use a copy of the flags", err)
	}
	return toolError("--flags-from %w, and %s has no copy of them", err, f.cache)
}
