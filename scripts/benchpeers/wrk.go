package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/procfs"
)

// measure is the result of one round.
type measure struct {
	rate     float64 // requests a second
	p50, p99 time.Duration
	wrong    int // answers with an unexpected status
	// processor is the processor time that the subject used per request.
	processor time.Duration
	requests  float64
}

// measure loads a subject for one round.
func (p *process) measure(ctx context.Context, s settings, l load) (measure, error) {
	path := l.path
	if p.paths != nil {
		path = p.paths[l.id]
	}
	headers := map[string]string{}
	if l.revalidate {
		_, header, err := call(ctx, p.url, l.method, path, l.token, "")
		if err != nil {
			return measure{}, err
		}
		headers["If-None-Match"] = header.Get("Etag")
	}
	script := filepath.Join(s.cache, "load-"+l.id+".lua")
	if err := os.WriteFile(script, []byte(l.script(path, headers)), 0o600); err != nil {
		return measure{}, err
	}
	before, err := procfs.ProcessorTime(p.pid)
	if err != nil {
		return measure{}, err
	}
	m, err := wrk(ctx, p.url+path, script, s.connections, s.duration)
	if err != nil {
		return measure{}, err
	}
	after, err := procfs.ProcessorTime(p.pid)
	m.processor = time.Duration(float64(after-before) / m.requests)
	return m, err
}

// wrk loads a URL and parses the line that the script prints.
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

		requests: values["requests"],
	}, nil
}
