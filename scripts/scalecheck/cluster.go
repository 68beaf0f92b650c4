package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// controlToken is the token for the control API of all mocks.
const controlToken = "scalecheck-control-token"

type node struct {
	name    string
	address string
	log     string
	command *exec.Cmd
}

// cluster is several mocks with HAProxy in front of them.
type cluster struct {
	settings
	dir     string
	mocks   []*node
	haproxy *node
	client  *http.Client
}

// newCluster starts all processes, and waits until HAProxy reaches every mock.
func newCluster(ctx context.Context, s settings, dir string) (*cluster, error) {
	c := &cluster{settings: s, dir: dir, client: newClient(s.clients)}
	for i := range s.mocks {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		name := "n" + strconv.Itoa(i+1)
		c.mocks = append(c.mocks, &node{name: name, address: address, log: filepath.Join(dir, name+".log")})
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c.haproxy = &node{name: "haproxy", address: address, log: filepath.Join(dir, "haproxy.log")}
	for _, mock := range c.mocks {
		if err := c.startMock(ctx, mock); err != nil {
			c.stop()
			return nil, err
		}
	}
	if err := c.startHAProxy(ctx); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// newClient returns an HTTP client that keeps enough connections for count clients, and uses no
// proxy.
func newClient(count int) *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * count}}
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// start starts a process and appends its output to its log.
func (n *node) start(command *exec.Cmd, env ...string) error {
	output, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer output.Close()
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = output, output
	n.command = command
	return command.Start()
}

func (c *cluster) startMock(ctx context.Context, mock *node) error {
	command := exec.Command(c.program, "serve", "--listen", mock.address, "--instance", mock.name, "--trust-forwarded", "--log-level", "warn")
	if err := mock.start(command, "UNLEASH_MOCK_CONTROL_TOKEN="+controlToken, "UNLEASH_MOCK_STORE="+c.postgres, "REGISTER_CLIENT_RATE_LIMIT_PER_MINUTE="+metricsPerMinute); err != nil {
		return err
	}
	return c.await(ctx, "http://"+mock.address+"/ready")
}

func (c *cluster) startHAProxy(ctx context.Context) error {
	env := []string{"LISTEN=" + c.haproxy.address}
	for i, mock := range c.mocks {
		env = append(env, fmt.Sprintf("N%d=%s", i+1, mock.address))
	}
	check := exec.CommandContext(ctx, c.settings.haproxy, "-c", "-f", c.config)
	check.Env = append(os.Environ(), env...)
	if output, err := check.CombinedOutput(); err != nil || bytes.Contains(output, []byte("WARNING")) {
		return fmt.Errorf("haproxy -c: %w: %s", err, output)
	}
	if err := c.haproxy.start(exec.Command(c.settings.haproxy, "-db", "-f", c.config), env...); err != nil {
		return err
	}
	for _, mock := range c.mocks { // each has a path of its own
		if err := c.await(ctx, "http://"+c.haproxy.address+"/instance/"+mock.name+"/ready"); err != nil {
			return err
		}
	}
	return nil
}

// await waits until a GET of a URL is answered with 200.
func (c *cluster) await(ctx context.Context, url string) error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got, err := c.send(ctx, http.MethodGet, url, "", "")
		if err == nil && got.status == http.StatusOK {
			return nil
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("%s: %d, %w\n%s", url, got.status, err, c.logs())
		}
	}
}

type answer struct {
	status int
	text   string
	by     string // the mock that answered, by its name
}

// send sends a request as one of the cluster's clients.
func (c *cluster) send(ctx context.Context, method, url, token, body string) (answer, error) {
	return send(ctx, c.client, method, url, token, body)
}

func send(ctx context.Context, client *http.Client, method, url, token, body string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(text), response.Header.Get("Unleash-Mock-Instance")}, err
}

// kill ends a process as a power failure would.
func (n *node) kill() {
	if n.command != nil && n.command.Process != nil {
		_ = n.command.Process.Kill()
		_ = n.command.Wait() // the error only says that it was killed
	}
	n.command = nil
}

// stop ends all processes: first the mocks, which shut down gracefully.
func (c *cluster) stop() {
	for _, mock := range c.mocks {
		if mock.command != nil {
			_ = mock.command.Process.Signal(syscall.SIGTERM)
		}
	}
	for _, mock := range c.mocks {
		if mock.command != nil {
			_ = mock.command.Wait() // how it ends no longer matters
		}
	}
	c.haproxy.kill()
}

// logs returns the ends of all logs.
func (c *cluster) logs() string {
	var out strings.Builder
	for _, n := range append(c.mocks, c.haproxy) {
		text, err := os.ReadFile(n.log)
		if err == nil {
			fmt.Fprintf(&out, "--- %s\n%s", n.name, text[max(0, len(text)-2000):])
		}
	}
	return out.String()
}

// metric returns the sum of a metric over all mocks.
func (c *cluster) metric(ctx context.Context, name string) (int, error) {
	total := 0
	for _, mock := range c.mocks {
		got, err := c.send(ctx, http.MethodGet, "http://"+mock.address+"/internal-backstage/prometheus", "", "")
		if err != nil || got.status != http.StatusOK {
			return 0, fmt.Errorf("metrics of %s: %d, %w", mock.name, got.status, err)
		}
		_, rest, found := strings.Cut(got.text, "\n"+name+`{instance="`+mock.name+`"} `)
		value, _, _ := strings.Cut(rest, "\n")
		number, err := strconv.ParseFloat(value, 64)
		if !found || err != nil {
			return 0, fmt.Errorf("%s has no metric %s", mock.name, name)
		}
		total += int(number)
	}
	return total, nil
}
