package main

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// listenFlags say where to listen.
type listenFlags struct {
	listen   string
	port     string
	portFile string
}

func (l *listenFlags) add(f *pflag.FlagSet, env environment, portFileVariable string) {
	f.StringVar(&l.listen, "listen", env.address(), "address to listen on; port 0 takes a free one [$HTTP_HOST, $HTTP_PORT]")
	f.StringVar(&l.port, "port", "", "port to listen on, in the place of that of --listen")
	f.StringVar(&l.portFile, "port-file", "", described("write the port to this file once it is open", portFileVariable))
}

// address is what the flags say, as net.Listen takes it.
func (l *listenFlags) address() (string, error) {
	if strings.HasPrefix(l.listen, "unix:") {
		return "", usageError("--listen %s: Unix sockets are not supported; give a host and a port, such as 127.0.0.1:4242", l.listen)
	}
	if l.port == "" {
		return l.listen, nil
	}
	if _, err := strconv.ParseUint(l.port, 10, 16); err != nil {
		return "", usageError("--port %q is not a number from 0 to 65535", l.port)
	}
	host, _, err := net.SplitHostPort(l.listen)
	if err != nil {
		return "", listenError(l.listen, err)
	}
	return net.JoinHostPort(host, l.port), nil
}

// address is where HTTP_HOST and HTTP_PORT have a server listen. IPv6 addresses may
// stand in brackets.
func (e environment) address() string {
	host := strings.TrimSuffix(strings.TrimPrefix(e.text("HTTP_HOST", "127.0.0.1"), "["), "]")
	return net.JoinHostPort(host, e.text("HTTP_PORT", "4242"))
}

// instance is the URL of a server that the environment configures, on this host.
func (e environment) instance() string {
	base := "http://" + reachable(e.address()) + "/" + strings.Trim(e.text("BASE_URI_PATH", ""), "/")
	return strings.TrimRight(base, "/")
}

// reachable turns a listening address into one that a client can type.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func checkBasePath(path string) error {
	if _, ok := httpx.ParsePrefix(path); !ok {
		return usageError("--base-uri-path %q is not a path of letters, digits and the characters - . _ ~", path)
	}
	return nil
}

// parseURL reads the URL of a server, base path included.
func parseURL(flag, value string) (*url.URL, error) {
	if value == "" {
		return nil, usageError("%s is missing", flag)
	}
	parsed, err := httpx.ParseServer(value)
	if err != nil {
		return nil, usageError("%s %q: %w", flag, value, err)
	}
	return parsed, nil
}
