// Command benchpeers compares the speed of unleash-mock with that of its peers. For the Admin
// API the peers are the same server without validation, a bare net/http handler that sends the
// right bytes, and Prism. For requests of SDKs they are the bare handler, a real Unleash, and
// @unleash/proxy in front of it. For a large document of another API it is Prism.
// scripts/bench-peers.sh prepares what the command needs and starts it.
//
// All subjects are loaded in turns within one run, so that other activity on the machine affects
// all of them alike. Compare the ratios of medians rather than the absolute numbers.
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

	"github.com/unleash-mock/unleash-mock/internal/procfs"
)

// settings are the values of the command line's flags.
type settings struct {
	contest, cache, page, beside string
	document                     string // file that the subjects of the contest documents serve
	real                         string // address of a real Unleash
	realPID                      int
	rounds, connections          int
	duration                     time.Duration
}

func main() {
	log.SetFlags(0)
	var s settings
	bare := flag.String("bare", "", "serve constant bytes on this address, and nothing else")
	flag.StringVar(&s.contest, "contest", "admin", "what is measured: admin, sdks or documents")
	flag.StringVar(&s.document, "document", "", "GitHub's OpenAPI document, for documents")
	flag.StringVar(&s.cache, "cache", "", "folder with the programs to measure")
	flag.StringVar(&s.page, "page", "docs/performance.md", "page whose tables are written")
	flag.StringVar(&s.beside, "beside", "", "versions of the peers, for the page")
	flag.StringVar(&s.real, "real", "", "address of a real Unleash without limits, for sdks")
	flag.IntVar(&s.realPID, "real-pid", 0, "its process, for sdks")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds of every load on every subject")
	flag.IntVar(&s.connections, "connections", 32, "connections at once")
	flag.DurationVar(&s.duration, "duration", 5*time.Second, "length of a round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *bare != "" {
		err = serveBare(ctx, s.cache, *bare)
	} else {
		err = run(ctx, s)
	}
	if err != nil {
		log.Print("benchpeers: ", err)
		os.Exit(1)
	}
}

// contest is what is measured: loads on subjects, and the ratios that the page shows.
type contest struct {
	name     string
	loads    []load
	subjects []subject
	ratios   []ratio
}

func contestOf(s settings) (contest, error) {
	switch s.contest {
	case "admin":
		return contest{name: s.contest, loads: adminLoads, subjects: adminSubjects(s), ratios: adminRatios}, nil
	case "documents":
		if s.document == "" {
			return contest{}, errors.New("documents needs a document: --document")
		}
		return contest{name: s.contest, loads: documentLoads, subjects: documentSubjects(s), ratios: documentRatios}, nil
	case "sdks":
		if s.real == "" || s.realPID == 0 {
			return contest{}, errors.New("sdks needs a real Unleash: --real and --real-pid")
		}
		return contest{name: s.contest, loads: sdkLoads, subjects: sdkSubjects(s), ratios: sdkRatios}, nil
	}
	return contest{}, fmt.Errorf("no contest %q: admin, sdks or documents", s.contest)
}

func run(ctx context.Context, s settings) error {
	c, err := contestOf(s)
	if err != nil {
		return err
	}
	var running []*process
	defer func() {
		for _, p := range running {
			p.stop()
		}
	}()
	for _, subject := range c.subjects {
		p, err := startOften(ctx, subject)
		if err != nil {
			return fmt.Errorf("starting %s: %w", subject.name, err)
		}
		running = append(running, p)
		log.Printf("%-24s first answer after %s, %.1f MB", subject.name, p.firstAnswer.Round(time.Millisecond), p.before)
		if subject.prepare != nil {
			if err := subject.prepare(ctx, p.url); err != nil {
				return fmt.Errorf("preparing %s: %w", subject.name, err)
			}
		}
	}
	results := map[string]map[string][]measure{} // by load and subject
	for _, load := range c.loads {
		results[load.name] = map[string][]measure{}
		for round := range s.rounds {
			for i := range running {
				p := running[(i+round)%len(running)] // no subject is always first
				if !p.takes(load) {
					continue
				}
				m, err := p.measure(ctx, s, load)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", p.name, load.name, err)
				}
				results[load.name][p.name] = append(results[load.name][p.name], m)
				log.Printf("%-30s %-24s %9.0f/s  p50 %8s  p99 %8s  %.3f ms of a processor", load.name, p.name, m.rate, m.p50, m.p99, m.processor.Seconds()*1000)
			}
		}
	}
	for _, p := range running {
		if p.after, _, err = procfs.Memory(p.pid); err != nil {
			return err
		}
	}
	return writePage(s, c, running, results)
}
