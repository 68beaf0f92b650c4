package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

type healthFlags struct {
	url     string
	timeout time.Duration
	wait    time.Duration
	tls     tlsFlags
}

func (p *program) healthCommand() *cobra.Command {
	flags := &healthFlags{}
	configured, wrong := p.env.instance()
	command := &cobra.Command{
		Use:   "health",
		Short: "Check whether a running instance is healthy",
		Long: `Request /health from a running instance, mock or real. Exit 0 if it says GOOD, 1 if
it answers anything else, 3 if it cannot be reached. Made for the health check
of a container. With --wait it keeps trying until the answer is GOOD, for at most
that long.`,
		Example: "  unleash-mock health\n  unleash-mock health --url http://unleash:4242 --wait 30s",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wrong != nil && !cmd.Flags().Changed("url") {
				return wrong
			}
			if !cmd.Flags().Changed("url") && p.env.https() {
				flags.tls.insecure = true // it calls itself, and sends no secret
			}
			return p.checkHealth(cmd.Context(), flags)
		},
	}
	f := command.Flags()
	f.StringVar(&flags.url, "url", configured, "URL of the instance [$HTTP_HOST, $HTTP_PORT, $BASE_URI_PATH, $UNLEASH_MOCK_TLS, $UNLEASH_MOCK_TLS_CERT]")
	f.DurationVar(&flags.timeout, "timeout", 3*time.Second, "how long to wait for an answer")
	f.DurationVar(&flags.wait, "wait", 0, "how long to keep trying while the instance is not healthy, such as 30s")
	flags.tls.add(f, p.env)
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
	if flags.wait < 0 {
		return usageError("--wait %s is less than 0", flags.wait)
	}
	client, err := flags.tls.client(ctx)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	if flags.wait > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, flags.wait)
		defer end()
	}
	last := askHealth(ctx, client, target, flags.timeout)
	again := time.NewTicker(healthInterval)
	defer again.Stop()
	for flags.wait > 0 && last != nil {
		select {
		case <-ctx.Done():
			return last
		case <-again.C:
		}
		if err := askHealth(ctx, client, target, flags.timeout); err == nil || ctx.Err() == nil { // a request cut off by the end of --wait says nothing
			last = err
		}
	}
	if last != nil {
		return last
	}
	if _, err := fmt.Fprintln(p.stdout, healthGood); err != nil {
		return toolError("writing the answer: %w", err)
	}
	return nil
}

// healthInterval is how often --wait asks.
const healthInterval = 100 * time.Millisecond

// healthGood is how a healthy instance describes itself.
const healthGood = "GOOD"

// askHealth returns nil if the instance is healthy. The error has an exit code.
func askHealth(ctx context.Context, client *http.Client, target *url.URL, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16)) // what cannot be read is not GOOD
	if request.URL.Scheme == "http" && httpx.WantsTLS(response.StatusCode, string(body)) {
		return &codedError{code: exitcode.Broken, err: fmt.Errorf("%s speaks https, not http", request.URL.Host)}
	}
	err = json.NewDecoder(bytes.NewReader(body)).Decode(&answer)
	if response.StatusCode != http.StatusOK || err != nil || answer.Health != healthGood {
		return &codedError{code: exitcode.Broken, err: fmt.Errorf("%s is not healthy: status %d, health %q%s", request.URL.Redacted(), response.StatusCode, answer.Health, hintOfInstance(target))}
	}
	return nil
}
