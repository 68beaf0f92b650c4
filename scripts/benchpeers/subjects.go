package main

import (
	"cmp"
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

	"github.com/unleash-mock/unleash-mock/internal/procfs"
)

// The names of subjects on the page.
const (
	mock         = "unleash-mock"
	unvalidated  = "validation off"
	bareHandler  = "net/http alone"
	prismDefault = "Prism"
	prismSilent  = "Prism, silent"
	realUnleash  = "real Unleash"
	unleashProxy = "@unleash/proxy"
)

type subject struct {
	name    string
	command func(port string) []string // the command line, given the port to listen on
	// attached is a server that is already running, instead of a command.
	attached struct {
		url string
		pid int
	}
	environment func(port string) []string
	ready       string                                      // path that answers 200 when the subject is ready; "" for /health
	prepare     func(ctx context.Context, url string) error // what to do before the loads
	without     []string                                    // ids of loads to leave out
	paths       map[string]string                           // paths of the loads to measure, by id; nil for all loads with their own paths
}

func (s subject) takes(l load) bool {
	return !slices.Contains(s.without, l.id) && (s.paths == nil || s.paths[l.id] != "")
}

// serve returns the command that starts the mock.
func serve(s settings, extra ...string) func(string) []string {
	return func(port string) []string {
		return append([]string{filepath.Join(s.cache, "unleash-mock"), "serve", "--listen", "127.0.0.1:" + port, "--limits", "off"}, extra...)
	}
}

// node returns the command that runs a program of an npm package.
func node(s settings, arguments ...string) []string {
	modules := filepath.Join(s.cache, "node_modules")
	arguments[0] = filepath.Join(modules, arguments[0])
	return append([]string{filepath.Join(modules, "node", "bin", "node")}, arguments...)
}

// prism returns the command that starts Prism, which mocks a document.
func prism(s settings, level, document string) func(string) []string {
	return func(port string) []string {
		return node(s, "@stoplight/prism-cli/dist/index.js",
			"mock", "--host", "127.0.0.1", "--port", port, "--verboseLevel", level, document)
	}
}

func adminSubjects(s settings) []subject {
	const contract = "spec/openapi.yaml"
	return []subject{
		{name: mock, command: serve(s), prepare: func(ctx context.Context, url string) error { return keepAnswers(ctx, s, url, adminLoads) }},
		{name: unvalidated, command: serve(s, "--validation", "off")},
		bare(s, adminLoads),
		{name: prismDefault, command: prism(s, "info", contract), without: []string{"update-varied"}},
		{name: prismSilent, command: prism(s, "silent", contract), without: []string{"update-varied"}},
	}
}

func documentSubjects(s settings) []subject {
	return []subject{
		{name: mock, command: serve(s, "--spec", s.document), ready: topicsPath},
		{name: prismDefault, command: prism(s, "info", s.document), ready: topicsPath},
		{name: prismSilent, command: prism(s, "silent", s.document), ready: topicsPath},
	}
}

type process struct {
	subject
	command       *exec.Cmd // nil if it was already running
	pid           int
	url           string
	firstAnswer   time.Duration // from the start to the first 200; 0 if it was already running
	before, after float64       // resident memory in MB
}

func (p *process) stop() {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

// starts is how often a subject is started to measure how long a start takes.
const starts = 5

// startOften starts a subject several times. It leaves the last process running, and sets its
// firstAnswer to the median of all starts.
func startOften(ctx context.Context, s subject) (*process, error) {
	if s.attached.pid != 0 {
		before, _, err := procfs.Memory(s.attached.pid)
		return &process{subject: s, pid: s.attached.pid, url: s.attached.url, before: before}, err
	}
	var took []time.Duration
	for {
		p, err := start(ctx, s)
		if err != nil {
			return nil, err
		}
		took = append(took, p.firstAnswer)
		time.Sleep(settling) // work that continues after the first answer must not slow down the next start
		if len(took) == starts {
			slices.Sort(took)
			p.firstAnswer = took[starts/2]
			return p, nil
		}
		p.stop()
	}
}

const settling = 500 * time.Millisecond

// start starts a subject and waits until it first answers with 200.
func start(ctx context.Context, s subject) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	line := s.command(port)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	if s.environment != nil {
		command.Env = append(os.Environ(), s.environment(port)...)
	}
	p := &process{subject: s, command: command, url: "http://127.0.0.1:" + port}
	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, err
	}
	p.pid = command.Process.Pid
	for !answers(ctx, p.url+cmp.Or(s.ready, "/health")) {
		if time.Since(began) > 30*time.Second {
			p.stop()
			return nil, fmt.Errorf("no answer within 30 s: %s", strings.Join(line, " "))
		}
		time.Sleep(500 * time.Microsecond)
	}
	p.firstAnswer = time.Since(began)
	p.before, _, err = procfs.Memory(p.pid)
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
