package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/procfs"
	"github.com/unleash-mock/unleash-mock/internal/wellknown"
)

// rateWorkspaces is how many workspaces are polled while rates are measured: so many that none of
// them reaches the limit of 20,000 requests a minute.
const rateWorkspaces = 64

// script makes wrk send polls like those of SDKs, to one workspace after another.
const script = `local at = 0
request = function()
   at = at %% %d + 1
   return wrk.format("GET", "/w/rate-" .. at .. "/api/client/features", {["Authorization"] = "%s"})
end
done = function(summary)
   io.write(string.format("failed %%d\n", summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
`

var rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// rates measures how many SDK polls 1, 2 and 4 mocks behind HAProxy answer, and which processes
// use the processors.
func (c *cluster) rates(ctx context.Context) (string, error) {
	file := filepath.Join(c.dir, "polls.lua")
	if err := os.WriteFile(file, fmt.Appendf(nil, script, rateWorkspaces, wellknown.Backend), 0o600); err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString("\nSDK polls per second through HAProxy, with 64 connections and everything on one machine:\n\n" +
		"| mocks | polls per second | processor time per poll: mocks | HAProxy | client |\n|---:|---:|---:|---:|---:|\n")
	for _, count := range []int{1, 2, 4} {
		for i, mock := range c.mocks {
			switch runs := mock.command != nil; {
			case i < count && !runs:
				if err := c.startMock(ctx, mock); err != nil {
					return "", err
				}
			case i >= count && runs:
				mock.kill()
			}
		}
		time.Sleep(checksTake + settles)
		line, err := c.measure(ctx, file, count)
		if err != nil {
			return "", err
		}
		out.WriteString(line)
	}
	return out.String(), nil
}

func (c *cluster) measure(ctx context.Context, file string, count int) (string, error) {
	for i := range rateWorkspaces { // created, or loaded from the store
		path := fmt.Sprintf("/w/rate-%d/api/client/features", i+1)
		if err := c.settle(ctx, path); err != nil {
			return "", err
		}
	}
	before := c.processorTimes()
	wrk := exec.CommandContext(ctx, "wrk", "-t1", "-c64", "-d", fmt.Sprintf("%.0fs", c.rateFor.Seconds()), "-s", file, "http://"+c.haproxy.address)
	output, err := wrk.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("wrk: %w: %s", err, output)
	}
	found := rate.FindSubmatch(output)
	if found == nil || !strings.Contains(string(output), "failed 0\n") {
		return "", fmt.Errorf("wrk says: %s", output)
	}
	second, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return "", err
	}
	polls := second * c.rateFor.Seconds()
	after := c.processorTimes()
	each := func(used time.Duration) string {
		return fmt.Sprintf("%.0f µs", float64(used.Microseconds())/polls)
	}
	client := wrk.ProcessState.UserTime() + wrk.ProcessState.SystemTime()
	return fmt.Sprintf("| %d | %.0f | %s | %s | %s |\n", count, second, each(after.mocks-before.mocks), each(after.haproxy-before.haproxy), each(client)), nil
}

// settle repeats a request until it is answered with 200.
func (c *cluster) settle(ctx context.Context, path string) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(retryAfter) {
		got, err := c.send(ctx, http.MethodGet, "http://"+c.haproxy.address+path, wellknown.Backend, "")
		if err == nil && got.status == http.StatusOK {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s: %d %s %w", path, got.status, got.text, err)
		}
	}
}

// times is the processor time that the processes have used.
type times struct{ mocks, haproxy time.Duration }

func (c *cluster) processorTimes() times {
	var out times
	for _, mock := range c.mocks {
		if mock.command != nil {
			used, _ := procfs.ProcessorTime(mock.command.Process.Pid) // 0 if the mock has ended
			out.mocks += used
		}
	}
	out.haproxy, _ = procfs.ProcessorTime(c.haproxy.command.Process.Pid)
	return out
}
