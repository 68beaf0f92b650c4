// Command scalecheck runs mocks that share a Postgres behind HAProxy. It kills two of them under
// load, brings them back, and checks what docs/scale.md promises: no client sees another's data or
// counts against another's rate limits, no client loses an acknowledged write that is older than a
// second, and requests fail only until HAProxy has noticed. scripts/scale-check.sh prepares what
// the command needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// settings are the values of the command line's flags.
type settings struct {
	program, postgres, haproxy, config, page string

	mocks, workspaces, clients int
	seconds                    int // length of the load, during which mocks are killed and come back
	pace                       time.Duration
	rateFor                    time.Duration
}

func main() {
	log.SetFlags(0)
	var s settings
	flag.StringVar(&s.program, "program", "", "the unleash-mock to run")
	flag.StringVar(&s.postgres, "postgres", "", "URL of an empty database")
	flag.StringVar(&s.haproxy, "haproxy", "haproxy", "the HAProxy to run")
	flag.StringVar(&s.config, "config", "packaging/haproxy/haproxy.cfg", "its configuration")
	flag.StringVar(&s.page, "page", "", "page whose figures are written; none by default")
	flag.IntVar(&s.workspaces, "workspaces", 400, "workspaces, shared out among the clients")
	flag.IntVar(&s.clients, "clients", 100, "clients, which write and read their own workspaces")
	flag.IntVar(&s.seconds, "seconds", 30, "length of the load, in which two mocks are killed and come back")
	flag.DurationVar(&s.pace, "pace", 200*time.Millisecond, "how often a client writes and reads")
	flag.DurationVar(&s.rateFor, "rate", 5*time.Second, "length of a measurement of rates; 0 for none")
	flag.Parse()
	s.mocks = 4
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s); err != nil {
		log.Print("scalecheck: ", err)
		os.Exit(1)
	}
}

// run runs all parts: the limits, the load with kills, and the measurement of rates.
func run(ctx context.Context, s settings) error {
	if s.seconds < 10 || s.clients < 1 || s.workspaces < s.clients {
		return errors.New("--seconds is 10 or more, and each client has a workspace")
	}
	dir, err := os.MkdirTemp("", "scalecheck")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := newCluster(ctx, s, dir)
	if err != nil {
		return err
	}
	defer c.stop()
	if err := c.limitEach(ctx); err != nil {
		return err
	}
	out, err := c.endure(ctx)
	if err != nil {
		return err
	}
	page := out.page(s)
	fmt.Print(page)
	if err := out.check(s); err != nil {
		return fmt.Errorf("%w\n%s", err, c.logs())
	}
	if s.rateFor > 0 {
		rates, err := c.rates(ctx)
		if err != nil {
			return err
		}
		fmt.Print(rates)
		page += rates
	}
	if s.page == "" {
		return nil
	}
	return outfile.WriteBetween(s.page, begins, ends, "\n"+page+"\n")
}
