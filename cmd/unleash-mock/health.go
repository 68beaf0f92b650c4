package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

func (p *program) healthCommand() *cobra.Command {
	var url string
	var timeout time.Duration
	command := &cobra.Command{
		Use:   "health",
		Short: "Ask a running instance whether it is healthy",
		Long: `Ask a running instance, mock or real, for /health. Exit 0 if it says GOOD, 1 if
it answers anything else, 3 if it cannot be reached. Made for the health check
of a container.`,
		Example: "  unleash-mock health\n  unleash-mock health --url http://unleash:4242",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return p.checkHealth(ctx, strings.TrimRight(url, "/")+"/health")
		},
	}
	instance := "http://127.0.0.1:" + p.env.text("HTTP_PORT", "4242") + "/" + strings.Trim(p.env.text("BASE_URI_PATH", ""), "/")
	command.Flags().StringVar(&url, "url", strings.TrimRight(instance, "/"), "where the instance is served [$HTTP_PORT, $BASE_URI_PATH]")
	command.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long to wait for an answer")
	return command
}

func (p *program) checkHealth(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usageError("--url: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return toolError("no answer: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Health string `json:"health"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&answer)
	if response.StatusCode != http.StatusOK || err != nil || answer.Health != "GOOD" {
		return &codedError{code: exitcode.Broken, err: fmt.Errorf("%s is not healthy: status %d, health %q", url, response.StatusCode, answer.Health)}
	}
	_, err = fmt.Fprintln(p.stdout, answer.Health)
	return err
}
