package main

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
)

// writePort writes the port to a file in one step, so that whoever waits for
// the file never reads half of it.
func writePort(file string, address net.Addr) error {
	tcp, isTCP := address.(*net.TCPAddr)
	if file == "" || !isTCP {
		return nil
	}
	part := file + ".part"
	if err := os.WriteFile(part, []byte(strconv.Itoa(tcp.Port)+"\n"), 0o644); err != nil {
		return usageError("--port-file: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return usageError("--port-file: %w", err)
	}
	return nil
}

// listenOn opens an address.
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

// listenError says what to do about an address that cannot be listened on.
func listenError(address string, err error) error {
	if strings.Contains(err.Error(), "address already in use") {
		return toolError("%s is in use; choose another with --listen, or --listen 127.0.0.1:0 for a free port", address)
	}
	var wrong *net.AddrError
	var dns *net.DNSError
	if errors.As(err, &wrong) || errors.As(err, &dns) {
		return usageError("--listen %s: %w", address, err)
	}
	return toolError("listening on %s: %w", address, err)
}
