package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

func TestTheEnvironmentSaysWhereToListenAndToAsk(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env              map[string]string
		listen, instance string
	}{
		"nothing":             {nil, "127.0.0.1:4242", "http://127.0.0.1:4242"},
		"a port":              {map[string]string{"HTTP_PORT": "4300"}, "127.0.0.1:4300", "http://127.0.0.1:4300"},
		"a host":              {map[string]string{"HTTP_HOST": "10.0.0.7"}, "10.0.0.7:4242", "http://10.0.0.7:4242"},
		"every address":       {map[string]string{"HTTP_HOST": "0.0.0.0"}, "0.0.0.0:4242", "http://127.0.0.1:4242"},
		"IPv6":                {map[string]string{"HTTP_HOST": "::1"}, "[::1]:4242", "http://[::1]:4242"},
		"IPv6 in brackets":    {map[string]string{"HTTP_HOST": "[::1]"}, "[::1]:4242", "http://[::1]:4242"},
		"every IPv6 address":  {map[string]string{"HTTP_HOST": "[::]"}, "[::]:4242", "http://127.0.0.1:4242"},
		"an IPv6 zone":        {map[string]string{"HTTP_HOST": "fe80::1%eth0"}, "[fe80::1%eth0]:4242", "http://[fe80::1%25eth0]:4242"},
		"a name":              {map[string]string{"HTTP_HOST": "localhost"}, "localhost:4242", "http://localhost:4242"},
		"a base path":         {map[string]string{"BASE_URI_PATH": "/a/b/"}, "127.0.0.1:4242", "http://127.0.0.1:4242/a/b"},
		"a base path of none": {map[string]string{"BASE_URI_PATH": "/"}, "127.0.0.1:4242", "http://127.0.0.1:4242"},
	} {
		env := variables(test.env)
		listen, wrong := env.address()
		instance, alsoWrong := env.instance()
		if listen != test.listen || instance != test.instance || wrong != nil || alsoWrong != nil {
			t.Errorf("%s: %s and %s, %v and %v, want %s and %s", name, listen, instance, wrong, alsoWrong, test.listen, test.instance)
		}
	}
}

// TestHealthAsksWhereTheEnvironmentHasTheMockListen checks that the health command finds a
// mock by the same environment variables, as in a container.
func TestHealthAsksWhereTheEnvironmentHasTheMockListen(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--base-uri-path", "/flags")
	address, _, _ := strings.Cut(strings.TrimPrefix(mock.url, "http://"), "/")
	_, port, _ := strings.Cut(address, ":")
	for _, host := range []string{"localhost", "0.0.0.0", "127.0.0.1"} {
		got := command(t, map[string]string{"HTTP_HOST": host, "HTTP_PORT": port, "BASE_URI_PATH": "flags"}, "health")
		if got.code != exitcode.OK || got.stdout != "GOOD\n" {
			t.Errorf("%s: exit code %d, %s%s", host, got.code, got.stdout, got.stderr)
		}
	}
}

// TestAPortInUse checks that a port in use gives the same message, whatever the operating
// system says.
func TestAPortInUse(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"listen tcp 127.0.0.1:4242: bind: address already in use",
		"listen tcp 127.0.0.1:4242: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.",
	} {
		if got := listenError("127.0.0.1:4242", errors.New(said)).Error(); !strings.HasPrefix(got, "127.0.0.1:4242 is in use; choose another") {
			t.Errorf("%q becomes %q", said, got)
		}
	}
}
