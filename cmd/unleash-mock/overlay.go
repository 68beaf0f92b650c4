package main

import (
	"context"
	"log/slog"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/relay"
	"github.com/unleash-mock/unleash-mock/mockserver"
)

// overlayFlags are the flags that lay the mock over a real Unleash.
type overlayFlags struct {
	upstream string
	present  bool
	tlsFlags
}

func (o *overlayFlags) add(f *pflag.FlagSet, env environment) {
	f.StringVar(&o.upstream, "upstream", "", "URL of a real Unleash that answers everything but Enterprise operations, and identifies callers")
	f.BoolVar(&o.present, "present-enterprise", false, "with --upstream, make its admin UI show the pages for what the mock answers; a development aid")
	o.tlsFlags.add(f, env)
}

// options turns the flags into options of the server. another says whether there is another
// server that the TLS flags may be for.
func (o *overlayFlags) options(ctx context.Context, another bool, logger *slog.Logger) ([]mockserver.Option, error) {
	if o.upstream == "" {
		if o.present {
			return nil, usageError("--present-enterprise needs --upstream")
		}
		if o.given() && !another {
			return nil, usageError("--ca-file, --client-cert, --client-key and --insecure need --upstream, --flags-from or a URL for --spec")
		}
		return nil, nil
	}
	target, err := parseOpenURL("--upstream", o.upstream)
	if err != nil {
		return nil, err
	}
	warnOfAPI(target, logger)
	config, err := o.config(ctx)
	if err != nil {
		return nil, err
	}
	return []mockserver.Option{mockserver.WithUpstream(mockserver.Upstream{
		URL: target, Transport: relay.NewTransport(config, 0), PresentEnterprise: o.present,
	})}, nil
}
