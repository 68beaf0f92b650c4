package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// measure is what one round found.
type measure struct {
	rate     float64 // requests a second
	p50, p99 time.Duration
	wrong    int // answers of another status than the one wanted
}

// wrk loads a URL and reads the line that the script writes.
func wrk(ctx context.Context, url, script string, connections int, duration time.Duration) (measure, error) {
	command := exec.CommandContext(ctx, "wrk", "--threads", "2", "--connections", strconv.Itoa(connections),
		"--duration", strconv.Itoa(int(duration.Seconds()))+"s", "--script", script, url)
	output, err := command.CombinedOutput()
	if err != nil {
		return measure{}, fmt.Errorf("%w: %s", err, output)
	}
	for line := range strings.Lines(string(output)) {
		if found, is := strings.CutPrefix(line, "result "); is {
			return parse(found)
		}
	}
	return measure{}, fmt.Errorf("wrk gave no result: %s", output)
}

func parse(line string) (measure, error) {
	values := map[string]float64{}
	for field := range strings.FieldsSeq(line) {
		name, text, _ := strings.Cut(field, "=")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return measure{}, fmt.Errorf("wrk's result %q: %w", line, err)
		}
		values[name] = value
	}
	if values["failed"] > 0 {
		return measure{}, fmt.Errorf("%v requests failed", values["failed"])
	}
	if values["requests"] == 0 {
		return measure{}, errors.New("no request was answered")
	}
	microseconds := func(name string) time.Duration { return time.Duration(values[name]) * time.Microsecond }
	return measure{
		rate:  values["requests"] / (values["microseconds"] / 1e6),
		p50:   microseconds("p50"),
		p99:   microseconds("p99"),
		wrong: int(values["wrong"]),
	}, nil
}
