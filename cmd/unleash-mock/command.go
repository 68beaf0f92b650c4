package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// runCommand runs a shell command with the proxy's URL in its environment, and
// tells how it failed. When the context ends first, the command and what it
// started are told to end, and have so long for it before they are ended.
func (p *program) runCommand(ctx context.Context, line, url string, grace time.Duration) error {
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Env = append(os.Environ(), "UNLEASH_URL="+url, "UNLEASH_MOCK_PROXY_URL="+url)
	command.Stdout, command.Stderr = p.stdout, p.stderr
	command.WaitDelay = grace
	endWithChildren(command)
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		killChildren(command)
		return errors.New("the command was interrupted")
	case errors.As(err, &exit):
		return fmt.Errorf("the command failed: %s", exit.ProcessState)
	}
	return fmt.Errorf("the command could not be run: %w", err)
}
