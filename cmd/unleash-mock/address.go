package main

import (
	"cmp"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/conformance/drift"
	"github.com/unleash-mock/unleash-mock/internal/httpx"
	"github.com/unleash-mock/unleash-mock/internal/secrets"
)

// serverFlags are the flags that serve and proxy share: where to listen, and what to log.
type serverFlags struct {
	listen   string
	port     string
	portFile notice
	basePath string
	logLevel string
	httpsFlags

	typed *pflag.FlagSet
	wrong error // an invalid HTTP_HOST or HTTP_PORT; ignored if --listen was typed
}

// serverVariables are the environment variables of flags that serve and proxy share, by flag.
var serverVariables = map[string]string{
	"upstream":        "UNLEASH_MOCK_UPSTREAM",
	"port-file":       "UNLEASH_MOCK_PORT_FILE",
	"base-uri-path":   "BASE_URI_PATH",
	"log-level":       "LOG_LEVEL",
	"drain":           "UNLEASH_MOCK_DRAIN",
	"trust-forwarded": "UNLEASH_MOCK_TRUST_FORWARDED",
	"journal-size":    "UNLEASH_MOCK_JOURNAL_SIZE",
}

// usualAddress is where a server listens by default.
const usualAddress = "127.0.0.1:4242"

// freePort makes a server listen on a port that nothing else uses.
const freePort = "127.0.0.1:0"

func (s *serverFlags) add(f *pflag.FlagSet, env environment) {
	s.typed = f
	var configured string
	configured, s.wrong = env.address()
	f.StringVar(&s.listen, "listen", cmp.Or(configured, usualAddress), "address to listen on; port 0 takes a free one [$HTTP_HOST, $HTTP_PORT]")
	f.StringVar(&s.port, "port", "", "port to listen on, instead of the one in --listen")
	s.portFile.form = portForm
	f.StringVar(&s.portFile.name, "port-file", "", "write the port to this file once it is open")
	f.StringVar(&s.basePath, "base-uri-path", "", "path to serve everything under")
	f.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error; debug also logs each request")
	s.httpsFlags.add(f)
}

// forCommand makes a server listen on a free port for the command of --run, which gets the address
// in its environment, unless a flag chooses one.
func (s *serverFlags) forCommand(command string) {
	if command != "" && !s.typed.Changed("listen") && !s.typed.Changed("port") {
		s.listen = freePort
	}
}

// address returns the address that the flags choose, in the form that net.Listen takes.
func (s *serverFlags) address() (string, error) {
	if s.wrong != nil && !s.typed.Changed("listen") {
		return "", s.wrong
	}
	if strings.HasPrefix(s.listen, "unix:") {
		return "", usageError("--listen %s: %s", s.listen, noSockets)
	}
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return "", usageError("--listen %s: it is not a host and a port, such as %s", s.listen, usualAddress)
	}
	if s.port == "" {
		return s.listen, nil
	}
	if !isPort(s.port) {
		return "", usageError("--port %q is not a number from 0 to 65535", s.port)
	}
	return net.JoinHostPort(host, s.port), nil
}

const noSockets = "Unix sockets are not supported; give a host and a port, such as " + usualAddress

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// hostName matches names that can be looked up.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$`)

// address returns the address that HTTP_HOST and HTTP_PORT choose. An IPv6 address may be in
// brackets.
func (e environment) address() (string, error) {
	usualHost, usualPort, _ := net.SplitHostPort(usualAddress)
	given, port := e.text("HTTP_HOST", usualHost), e.text("HTTP_PORT", usualPort)
	host := given
	if inner, bracketed := strings.CutPrefix(given, "["); bracketed {
		host = strings.TrimSuffix(inner, "]")
	}
	_, notIP := netip.ParseAddr(host)
	switch {
	case strings.HasPrefix(given, "unix:"):
		return "", usageError("environment variable HTTP_HOST: %s", noSockets)
	case notIP != nil && !hostName.MatchString(host), host != given && "["+host+"]" != given:
		return "", usageError("environment variable HTTP_HOST: %q is not a host name or an address", given)
	case !isPort(port):
		return "", usageError("environment variable HTTP_PORT: %q is not a number from 0 to 65535", port)
	}
	return net.JoinHostPort(host, port), nil
}

// instance returns the URL of a server on this host that the environment configures.
func (e environment) instance() (string, error) {
	address, err := e.address()
	if err != nil {
		return "", err
	}
	prefix, ok := httpx.ParsePrefix(e.text("BASE_URI_PATH", ""))
	if !ok {
		return "", checkBasePath(e.text("BASE_URI_PATH", ""))
	}
	at := url.URL{Scheme: "http", Host: reachable(address), Path: prefix} // escapes the zone of an IPv6 address
	if e.https() {
		at.Scheme = "https"
	}
	return at.String(), nil
}

// servedAt returns the URL of a server that listens on an address, without a trailing slash.
func (s *serverFlags) servedAt(address net.Addr) string {
	return strings.TrimRight(s.scheme()+"://"+reachable(address.String())+"/"+strings.Trim(s.basePath, "/"), "/")
}

// reachable turns a listening address into one that a client can use.
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

// parseURL reads the URL of a server, including any base path.
func parseURL(flag, value string) (*url.URL, error) {
	if value == "" {
		return nil, usageError("%s is missing: the URL of an instance, such as http://%s", flag, usualAddress)
	}
	parsed, err := httpx.ParseServer(value)
	if err != nil {
		shown, query, _ := strings.Cut((*secrets.Redactor)(nil).URL(value), "?")
		if query != "" { // a query may contain a secret under any name
			shown += "?..."
		}
		return nil, usageError("%s %q: %w", flag, shown, err)
	}
	return parsed, nil
}

// hintOfInstance returns a hint with the URL of the instance if the given URL is that of one of
// its APIs, which is what SDKs take, or of its document; empty otherwise.
func hintOfInstance(at *url.URL) string {
	if path, found := strings.CutSuffix(at.Path, drift.DocumentPath); found {
		instance := url.URL{Scheme: at.Scheme, Host: at.Host, Path: path}
		return "; that URL is of the document, the URL of the instance would be " + instance.String()
	}
	instance, found := httpx.Instance(at)
	if !found {
		return ""
	}
	return "; that URL is for SDKs, the URL of the instance would be " + instance.String()
}

// notDocument refuses a target that is the URL of an instance's document: below it, a real instance answers
// every request with the page of its admin UI.
func notDocument(target string) error {
	at, err := url.Parse(target)
	if err != nil || !strings.HasSuffix(at.Path, drift.DocumentPath) {
		return nil //nolint:nilerr // whoever reads the URL says what is wrong with it
	}
	return usageError("--target is not the URL of an instance%s", hintOfInstance(at))
}

// warnOfAPI logs a warning if an upstream looks like the URL of an API. It is only a warning,
// as a base path may look the same.
func warnOfAPI(upstream *url.URL, logger *slog.Logger) {
	if hint := hintOfInstance(upstream); hint != "" {
		logger.Warn("--upstream " + upstream.String() + hint)
	}
}

// parseOpenURL reads a server's URL that must not contain credentials: clients see the URL, or
// send an authorization of their own.
func parseOpenURL(flag, value string) (*url.URL, error) {
	parsed, err := parseURL(flag, value)
	if err == nil && parsed.User != nil {
		return nil, usageError("%s must not contain a user or a password", flag)
	}
	return parsed, err
}
