package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Subjects, by the names that the page gives them.
const (
	mock         = "unleash-mock"
	unvalidated  = "validation off"
	bareHandler  = "net/http alone"
	prismDefault = "Prism"
	prismSilent  = "Prism, silent"
)

// subject is a server to measure. Its command gets the port to listen on.
type subject struct {
	name    string
	command func(port string) []string
	without []string // loads that it is not measured with
}

func subjects(s settings) []subject {
	serve := func(extra ...string) func(string) []string {
		return func(port string) []string {
			return append([]string{filepath.Join(s.cache, "unleash-mock"), "serve", "--listen", "127.0.0.1:" + port, "--limits", "off"}, extra...)
		}
	}
	prism := func(level string) func(string) []string {
		return func(port string) []string {
			modules := filepath.Join(s.cache, "node_modules")
			return []string{
				filepath.Join(modules, "node", "bin", "node"), filepath.Join(modules, "@stoplight", "prism-cli", "dist", "index.js"),
				"mock", "--host", "127.0.0.1", "--port", port, "--verboseLevel", level, "spec/openapi.yaml",
			}
		}
	}
	return []subject{
		{name: mock, command: serve()},
		{name: unvalidated, command: serve("--validation", "off")},
		{name: bareHandler, command: func(port string) []string {
			return []string{filepath.Join(s.cache, "benchpeers"), "--bare", "127.0.0.1:" + port}
		}},
		{name: prismDefault, command: prism("info"), without: []string{"token update, no two alike"}},
		{name: prismSilent, command: prism("silent"), without: []string{"token update, no two alike"}},
	}
}

// process is a subject that runs.
type process struct {
	subject
	command       *exec.Cmd
	url           string
	firstAnswer   time.Duration // from the start to the first 200
	before, after float64       // resident memory in MB
}

func (p *process) pid() int               { return p.command.Process.Pid }
func (p *process) skips(load string) bool { return slices.Contains(p.without, load) }

func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

// starts is how often a subject is started to know how long that takes.
const starts = 5

// startOften starts a subject again and again, and leaves the last one running with the
// median of the times that all took.
func startOften(ctx context.Context, s subject) (*process, error) {
	var took []time.Duration
	for {
		p, err := start(ctx, s)
		if err != nil {
			return nil, err
		}
		took = append(took, p.firstAnswer)
		time.Sleep(settling) // what goes on behind the first answer is not the next one's
		if len(took) == starts {
			slices.Sort(took)
			p.firstAnswer = took[starts/2]
			return p, nil
		}
		p.stop()
	}
}

const settling = 500 * time.Millisecond

// start starts a subject and waits for its first good answer.
func start(ctx context.Context, s subject) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	line := s.command(port)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	p := &process{subject: s, command: command, url: "http://127.0.0.1:" + port}
	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, err
	}
	for !answers(ctx, p.url+"/health") {
		if time.Since(began) > 30*time.Second {
			p.stop()
			return nil, fmt.Errorf("no answer within 30 s: %s", strings.Join(line, " "))
		}
		time.Sleep(500 * time.Microsecond)
	}
	p.firstAnswer = time.Since(began)
	p.before, err = residentMB(p.pid())
	return p, err
}

func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}

// residentMB reads a process' resident memory, in units of 10^6 bytes.
func residentMB(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/%d/statm says %q", pid, text)
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()) / 1e6, err
}
