package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// inTurn does one after the other until one fails, and returns its error.
func inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// portForm is the form of a file of --port-file.
var portForm = regexp.MustCompile(`^(\d{1,5})\n$`)

// forget removes a file by which a server said where it listens, unless it still does. Programs
// that wait for the file then do not take one server for another. A file that does not have the
// form stays.
func forget(name string, form *regexp.Regexp) {
	name = outfile.Resolve(name)
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > 1<<16 {
		return
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return
	}
	if told := form.FindSubmatch(content); told != nil && !listens(string(told[1])) {
		_ = os.Remove(name) // fails for a file that is a mount
	}
}

// listens reports whether something listens on an address, or on a port of the loopback address.
func listens(address string) bool {
	if isPort(address) {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

func writePort(file string, address net.Addr) error {
	tcp, isTCP := address.(*net.TCPAddr)
	if file == "" || !isTCP {
		return nil
	}
	if err := outfile.Write(file, outfile.Shared, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, tcp.Port)
		return err
	}); err != nil {
		return usageError("--port-file: %w", inOneLine(err))
	}
	return nil
}

// newServer returns a server with the bounds of all commands. Whole messages have no time limit:
// streams may take as long as they like.
func newServer(handler http.Handler, logger *slog.Logger, level slog.Level) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), level),

		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
	}
}

// listenOn listens on an address.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, listenError(address, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", resolved.String())
	if err != nil {
		return nil, listenError(address, err)
	}
	return listener, nil
}

// listenError returns the error for an address that cannot be listened on; it says what to do if
// the address is in use.
func listenError(address string, err error) error {
	if isInUse(err) {
		return toolError("%s is in use; choose another with --listen or --port; port 0 takes a free one", address)
	}
	var wrong *net.AddrError
	var dns *net.DNSError
	if errors.As(err, &wrong) || errors.As(err, &dns) {
		return usageError("--listen %s: %w", address, err)
	}
	return toolError("listening on %s: %w", address, err)
}

// isInUse reports whether an address is taken, in the words of Unix or of Windows, whose error
// numbers package syscall does not have.
func isInUse(err error) bool {
	return strings.Contains(err.Error(), "address already in use") || strings.Contains(err.Error(), "Only one usage of each socket address")
}
