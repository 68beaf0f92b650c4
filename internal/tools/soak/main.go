// Command soak checks that a mock loses nothing and stays within its memory. It sends millions of
// mixed requests and compares the state at the end with what was written, opens thousands of
// half-dead connections, tries to fill the mock's memory with everything that clients can send,
// and makes the other commands read input that could fill theirs.
//
// It starts the program that --program names. It measures the memory of processes as the kernel
// counts it, and so needs Linux.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// settings are the values of the command line's flags.
type settings struct {
	program     string
	page        string
	requests    int
	connections int
	workspaces  int
	halfDead    int
	hold        time.Duration
	hostile     time.Duration
	together    bool
	only        string
}

func main() {
	log.SetFlags(0)
	var s settings
	var phases string
	flag.StringVar(&s.program, "program", "", "the program unleash-mock")
	flag.StringVar(&s.page, "page", "", "page whose tables are written; empty for none")
	flag.StringVar(&phases, "phases", "mixed,hostile,documents", "what to do, in that order")
	flag.IntVar(&s.requests, "requests", 2_000_000, "mixed requests")
	flag.IntVar(&s.connections, "connections", 128, "connections that send them")
	flag.IntVar(&s.workspaces, "workspaces", 40, "workspaces that they are for")
	flag.IntVar(&s.halfDead, "half-dead", 10_000, "connections that go nowhere")
	flag.DurationVar(&s.hold, "hold", 30*time.Second, "how long these are left open")
	flag.DurationVar(&s.hostile, "hostile", 20*time.Second, "how long each kind of hostile clients tries to fill the memory")
	flag.BoolVar(&s.together, "together", false, "hostile clients of all kinds at once, and no kind alone")
	flag.StringVar(&s.only, "only", "", "the only kinds of hostile clients, or documents, by name; all without")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s, phases); err != nil {
		log.Print("soak: ", err)
		os.Exit(1)
	}
}

// phase is a part of the soak. It returns a table for the page, and an error if something is
// wrong.
type phase func(context.Context, settings) ([]row, error)

type row struct{ name, value string }

var phases = map[string]phase{"mixed": mixed, "hostile": hostiles, "documents": documents}

func run(ctx context.Context, s settings, names string) error {
	for name := range strings.SplitSeq(names, ",") {
		do := phases[name]
		if do == nil {
			return fmt.Errorf("there is no phase %s", name)
		}
		log.Print("--- ", name)
		began := time.Now()
		table, err := do(ctx, s)
		for _, r := range table {
			log.Printf("%-48s %s", r.name, r.value)
		}
		log.Printf("took %s", time.Since(began).Round(time.Second))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if s.page == "" {
			continue
		}
		if err := writeTable(s.page, name, table); err != nil {
			return err
		}
	}
	return nil
}

// chosen reports whether --only selects a name, or everything.
func (s *settings) chosen(name string) bool {
	return s.only == "" || strings.Contains(","+s.only+",", ","+name+",")
}
