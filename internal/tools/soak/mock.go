package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/procfs"
)

type mock struct {
	command *exec.Cmd
	address string
}

// start starts a mock, and waits until it listens.
func start(ctx context.Context, s settings, flags ...string) (*mock, error) {
	folder, err := os.MkdirTemp("", "soak")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "port")
	command := exec.CommandContext(ctx, s.program, append([]string{"serve", "--listen", "127.0.0.1:0", "--port-file", file, "--log-level", "error"}, flags...)...)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return nil, err
	}
	m := &mock{command: command}
	for range 3000 {
		if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
			m.address = net.JoinHostPort("127.0.0.1", strings.TrimSpace(string(text)))
			return m, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	m.stop()
	return nil, errors.New("the mock does not listen")
}

func (m *mock) stop() {
	_ = m.command.Process.Kill()
	_ = m.command.Wait()
}

func (m *mock) url(path string) string { return "http://" + m.address + path }

func (m *mock) memory() (now, most float64, err error) { return procfs.Memory(m.command.Process.Pid) }

// patience is how long a mock may take to return memory: Go collects the garbage of an idle
// process only every two minutes.
const patience = 5 * time.Minute

// settle waits until an idle mock uses at most the given number of megabytes, or patience is
// over, and returns what it uses then.
func (m *mock) settle(ctx context.Context, most float64) (float64, error) {
	ending, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		now, _, err := m.memory()
		if err != nil || now <= most {
			return now, err
		}
		select {
		case <-ending.Done():
			return now, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// rest waits until the memory of an idle mock no longer falls, and returns it in megabytes.
func (m *mock) rest(ctx context.Context) (float64, error) {
	least, since := 1e9, time.Now()
	for time.Since(since) < patience/2 {
		now, _, err := m.memory()
		if err != nil {
			return 0, err
		}
		if now < least-1 {
			least, since = now, time.Now()
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return least, nil
}

// alive returns an error if the mock no longer answers /health with 200.
func (m *mock) alive(ctx context.Context) error {
	ending, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ending, http.MethodGet, m.url("/health"), nil)
	if err != nil {
		return err
	}
	response, err := newClient(1).Do(request)
	if err != nil {
		return fmt.Errorf("the mock does not answer: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("the mock answers %s, %v", response.Status, err)
	}
	return nil
}

// newClient returns an HTTP client that uses and keeps at most the given number of connections.
func newClient(connections int) *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConns: connections, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true},
		Timeout:   2 * time.Minute,
	}
}
