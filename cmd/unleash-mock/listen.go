package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/outfile"
)

// notice is a file by which a server says where it listens. It is there only as long as the server, so
// that programs that wait for it do not take one server for another.
type notice struct {
	name    string
	form    *regexp.Regexp // of its content; the group is where the server listens
	written fs.FileInfo    // the file as this server wrote it; nil if it did not
}

// portForm is the form of a file of --port-file.
var portForm = regexp.MustCompile(`^(\d{1,5})\r?\n?$`)

// write writes the file, if there is to be one.
func (n *notice) write(ctx context.Context, flag string, mode os.FileMode, content string) error {
	if n.name == "" {
		return nil
	}
	if err := writeFile(ctx, n.name, mode, func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}); err != nil {
		return outputError(flag, err)
	}
	n.written, _ = os.Stat(n.name)
	return nil
}

// forget removes the file that this server wrote, unless another one has replaced it.
func (n *notice) forget() {
	if now, err := os.Stat(n.name); err == nil && n.written != nil && isSame(now, n.written) {
		_ = os.Remove(outfile.Resolve(n.name)) // fails for a file that is a mount
	}
}

// forgetOld removes the file of a server that was killed: nothing listens where it says, neither on
// loopback nor at the address of this server. The error is for a file with something else in it.
func (n *notice) forgetOld(flag, address string) error {
	if !mayReplace(n.name, n.form.Match) {
		return foreignError(flag, n.name)
	}
	found, err := os.Stat(n.name)
	if err != nil || !found.Mode().IsRegular() {
		return nil //nolint:nilerr // there is none
	}
	content, err := os.ReadFile(n.name)
	if err != nil {
		return nil //nolint:nilerr // writing the file says what is wrong with it
	}
	stated := n.form.FindSubmatch(content)
	if stated == nil || listens(string(stated[1]), address) {
		return nil
	}
	if now, err := os.Stat(n.name); err == nil && isSame(now, found) { // a server may have started meanwhile
		_ = os.Remove(outfile.Resolve(n.name))
	}
	return nil
}

// isSame reports whether a file has been neither replaced nor written.
func isSame(now, before fs.FileInfo) bool {
	return os.SameFile(now, before) && now.ModTime().Equal(before.ModTime()) && now.Size() == before.Size()
}

// listens reports whether something listens on an address, or on a port of loopback or of the host of
// another address.
func listens(where, address string) bool {
	if !isPort(where) {
		return accepts(where)
	}
	host, _, _ := net.SplitHostPort(address)
	return slices.ContainsFunc([]string{"127.0.0.1", "::1", host}, func(host string) bool { return accepts(net.JoinHostPort(host, where)) })
}

func accepts(address string) bool {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

// writePort writes the file of --port-file.
func (s *serverFlags) writePort(ctx context.Context, address net.Addr) error {
	tcp, isTCP := address.(*net.TCPAddr)
	if !isTCP {
		return nil
	}
	return s.portFile.write(ctx, "port-file", outfile.Shared, fmt.Sprintln(tcp.Port))
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
