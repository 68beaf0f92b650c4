// Command benchpeers measures unleash-mock beside its peers: the same server
// without validation, a bare net/http handler that sends the right bytes, and
// Prism. scripts/bench-peers.sh prepares what it needs and starts it.
//
// All are loaded in turns within one run, so that whatever else the machine does
// hits all alike; ratios of medians are what to look at, not the numbers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"
)

// settings are what the command line says.
type settings struct {
	cache, page, prism, node string
	rounds, connections      int
	duration                 time.Duration
}

func main() {
	log.SetFlags(0)
	var s settings
	bare := flag.String("bare", "", "serve constant bytes on this address, and nothing else")
	flag.StringVar(&s.cache, "cache", "", "folder with the programs to measure")
	flag.StringVar(&s.page, "page", "docs/performance.md", "page whose tables are written")
	flag.StringVar(&s.prism, "prism", "", "version of Prism, for the page")
	flag.StringVar(&s.node, "node", "", "version of Prism's Node, for the page")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds of every load on every subject")
	flag.IntVar(&s.connections, "connections", 32, "connections at once")
	flag.DurationVar(&s.duration, "duration", 5*time.Second, "length of a round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *bare != "" {
		err = serveBare(ctx, *bare)
	} else {
		err = run(ctx, s)
	}
	if err != nil {
		log.Print("benchpeers: ", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	scripts, err := writeScripts(s.cache)
	if err != nil {
		return err
	}
	var running []*process
	defer func() {
		for _, p := range running {
			p.stop()
		}
	}()
	for _, subject := range subjects(s) {
		p, err := startOften(ctx, subject)
		if err != nil {
			return fmt.Errorf("starting %s: %w", subject.name, err)
		}
		running = append(running, p)
		log.Printf("%-24s first answer after %s, %.1f MB", subject.name, p.firstAnswer.Round(time.Millisecond), p.before)
	}
	results := map[string]map[string][]measure{} // by load and subject
	for _, load := range loads {
		results[load.name] = map[string][]measure{}
		for round := range s.rounds {
			for i := range running {
				p := running[(i+round)%len(running)] // nobody is always first
				if p.skips(load.name) {
					continue
				}
				m, err := wrk(ctx, p.url+load.path, scripts[load.name], s.connections, s.duration)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", p.name, load.name, err)
				}
				results[load.name][p.name] = append(results[load.name][p.name], m)
				log.Printf("%-16s %-24s %9.0f/s  p50 %8s  p99 %8s", load.name, p.name, m.rate, m.p50, m.p99)
			}
		}
	}
	for _, p := range running {
		if p.after, err = residentMB(p.pid()); err != nil {
			return err
		}
	}
	return writePage(s, running, results)
}

// serveBare is the floor: what net/http alone does with the right bytes.
func serveBare(ctx context.Context, address string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", constant(http.StatusOK, `{"health":"GOOD"}`))
	served := map[string]bool{}
	for _, load := range loads { // of two on the same path, the first: net/http alone does not look inside
		if pattern := load.method + " " + load.path; !served[pattern] {
			served[pattern] = true
			mux.HandleFunc(pattern, constant(load.status, load.answer))
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func constant(status int, body string) http.HandlerFunc {
	length := strconv.Itoa(len(body))
	return func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header["Content-Type"] = []string{"application/json; charset=utf-8"}
		header["Content-Length"] = []string{length}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client is gone; there is nobody to tell
	}
}

// writeScripts writes a script of wrk for each load and returns their names.
func writeScripts(folder string) (map[string]string, error) {
	scripts := map[string]string{}
	for _, load := range loads {
		file := filepath.Join(folder, "load-"+load.id+".lua")
		if err := os.WriteFile(file, []byte(load.script()), 0o600); err != nil {
			return nil, err
		}
		scripts[load.name] = file
	}
	return scripts, nil
}
