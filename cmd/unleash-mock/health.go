package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// healthFlags are the flags of health.
type healthFlags struct {
	url     string
	timeout time.Duration
	tls     tlsFlags
}

func (p *program) healthCommand() *cobra.Command {
	flags := &healthFlags{}
	configured, wrong := p.env.instance()
	command := &cobra.Command{
		Use:   "health",
		Short: "Ask a running instance whether it is healthy",
		Long: `Ask a running instance, mock or real, for /health. Exit 0 if it says GOOD, 1 if
it answers anything else, 3 if it cannot be reached. Made for the health check
of a container.`,
		Example: "  unleash-mock health\n  unleash-mock health --url http://unleash:4242",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wrong != nil && !cmd.Flags().Changed("url") {
				return wrong
			}
			return p.checkHealth(cmd.Context(), flags)
		},
	}
	f := command.Flags()
	f.StringVar(&flags.url, "url", configured, "where the instance is served [$HTTP_HOST, $HTTP_PORT, $BASE_URI_PATH]")
	f.DurationVar(&flags.timeout, "timeout", 3*time.Second, "how long to wait for an answer")
	flags.tls.register(f, p.env)
	return command
}

func (p *program) checkHealth(ctx context.Context, flags *healthFlags) error {
	target, err := parseURL("--url", flags.url)
	if err != nil {
		return err
	}
	if flags.timeout <= 0 {
		return errTimeout
	}
	client, err := flags.tls.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, flags.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.JoinPath("health").String(), nil)
	if err != nil {
		return usageError("--url: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return toolError("no answer: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Health string `json:"health"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&answer)
	if response.StatusCode != http.StatusOK || err != nil || answer.Health != "GOOD" {
		return &codedError{code: exitcode.Broken, err: fmt.Errorf("%s is not healthy: status %d, health %q", request.URL.Redacted(), response.StatusCode, answer.Health)}
	}
	_, err = fmt.Fprintln(p.stdout, answer.Health)
	return err
}
