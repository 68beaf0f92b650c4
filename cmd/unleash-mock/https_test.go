package main

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// certificateFiles writes a certificate for a host and its private key.
func certificateFiles(t *testing.T, host string) (certFile, keyFile string) {
	t.Helper()
	made, err := selfSigned(host, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}))),
		file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

// TestCertificatesNameWhatTheyCan checks that every host gets a certificate, even one whose
// name a certificate cannot hold.
func TestCertificatesNameWhatTheyCan(t *testing.T) {
	t.Parallel()
	for host, name := range map[string]string{"mock.example": "mock.example", "192.0.2.7": "192.0.2.7", "127.0.0.1": "127.0.0.1", "::": "localhost", "büro": "localhost", "": "::1"} {
		made, err := selfSigned(host, time.Now())
		if err != nil {
			t.Errorf("%q: %v", host, err)
			continue
		}
		certificate, err := x509.ParseCertificate(made.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := certificate.VerifyHostname(name); err != nil {
			t.Errorf("%q: %v", host, err)
		}
	}
}

// TestHTTPS checks the banner, the health command, and clients that trust the certificate
// or do not.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t, "mock.example")
	own := t.TempDir() + "/own.pem"
	mock := startServe(t, nil, "--tls-cert", cert, "--tls-key", key)
	for name, test := range map[string]struct {
		server *instance
		ca     string
		curl   string
	}{
		"of files":             {mock, cert, "curl -X PATCH https://"},
		"made at the start":    {startServe(t, nil, "--tls", "--tls-cert-out", own), own, "curl --cacert " + own + " -X PATCH https://"},
		"made, of environment": {startServe(t, map[string]string{"UNLEASH_MOCK_TLS": "true", "UNLEASH_MOCK_TLS_CERT_OUT": own + "2"}), own + "2", "curl --cacert "},
		"of a proxy":           {startProxyIn(t, nil, mock.url, "--ca-file", cert, "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key), cert, ""},
		"made for a proxy":     {startProxyIn(t, nil, mock.url, "--ca-file", cert, "--listen", "127.0.0.1:0", "--tls", "--tls-cert-out", own+"3"), own + "3", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.HasPrefix(test.server.url, "https://127.0.0.1:") || !strings.Contains(test.server.stdout.String(), test.curl) {
				t.Errorf("the mock said %s", test.server.stdout)
			}
			if got := command(t, nil, "health", "--url", test.server.url, "--ca-file", test.ca); got.code != exitcode.OK {
				t.Errorf("trusting it: exit code %d: %s", got.code, got.stderr)
			}
			if got := command(t, nil, "health", "--url", test.server.url); got.code != exitcode.Error || !strings.Contains(got.stderr, "certificate") {
				t.Errorf("not trusting it: exit code %d: %s", got.code, got.stderr)
			}
			at, err := url.Parse(test.server.url)
			if err != nil {
				t.Fatal(err)
			}
			configured := map[string]string{"HTTP_PORT": at.Port(), "UNLEASH_MOCK_TLS": "1"}
			if got := command(t, configured, "health"); got.code != exitcode.OK {
				t.Errorf("configured by the environment: exit code %d: %s", got.code, got.stderr)
			}
			response, err := http.Get("http://" + at.Host + "/health")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusBadRequest {
				t.Errorf("HTTP is answered with %s", response.Status)
			}
		})
	}
}

// TestHTTPSAnswers checks that HTTPS works like HTTP: URLs have its scheme, and faults
// reach the client.
func TestHTTPSAnswers(t *testing.T) {
	t.Parallel()
	mock := startServe(t, nil, "--tls")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(prefer string) (string, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, mock.url+"/api/admin/signal-endpoints/1337", strings.NewReader(`{"name":"renamed"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", adminToken)
		request.Header.Set("Content-Type", "application/json")
		if prefer != "" {
			request.Header.Set("Prefer", prefer)
		}
		response, err := client.Do(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		if protocol := response.TLS.NegotiatedProtocol; protocol != "http/1.1" {
			t.Errorf("the negotiated protocol is %q", protocol)
		}
		var text strings.Builder
		err = response.Write(&text)
		return text.String(), err
	}
	if got, err := ask(""); err != nil || !strings.HasPrefix(got, "HTTP/1.1 200") || !strings.Contains(got, `"url":"`+mock.url+"/api/signal-endpoint/") {
		t.Errorf("%v, %s", err, got)
	}
	if _, err := ask("fault=reset"); err == nil || !strings.Contains(err.Error(), "connection reset") {
		t.Errorf("a reset is %v", err)
	}
}

// TestHTTPSMistakes checks that each mistake in the settings of HTTPS is reported in one
// line.
func TestHTTPSMistakes(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t, "a")
	_, other := certificateFiles(t, "b")
	for name, test := range map[string]struct {
		args []string
		says []string
	}{
		"no key":              {[]string{"--tls-cert", cert}, []string{"--tls-cert " + cert + ": it has no key; name the file with its key with --tls-key"}},
		"no certificate":      {[]string{"--tls-key", key}, []string{"--tls-key needs --tls-cert"}},
		"key of another":      {[]string{"--tls-cert", cert, "--tls-key", other}, []string{"--tls-key " + other, "does not match"}},
		"missing key":         {[]string{"--tls-cert", cert, "--tls-key", "no-such.pem"}, []string{"--tls-key no-such.pem", "no such file"}},
		"missing certificate": {[]string{"--tls-cert", "no-such.pem"}, []string{"--tls-cert no-such.pem", "no such file"}},
		"no PEM":              {[]string{"--tls-cert", file(t, "x.pem", "x"), "--tls-key", key}, []string{"x.pem", "PEM"}},
		"both":                {[]string{"--tls", "--tls-cert", cert}, []string{"--tls makes a certificate"}},
		"nothing to write":    {[]string{"--tls-cert-out", "x.pem"}, []string{"--tls-cert-out needs --tls"}},
		"a key in its place":  {[]string{"--tls", "--tls-cert-out", key}, []string{"the file has something else in it"}},
		"nowhere to write":    {[]string{"--tls", "--tls-cert-out", os.DevNull + "/x.pem"}, []string{"--tls-cert-out"}},
	} {
		for _, server := range [][]string{{"serve"}, {"proxy", "--upstream", nobody}} {
			t.Run(name+" of "+server[0], func(t *testing.T) {
				t.Parallel()
				port := filepath.Join(t.TempDir(), "port")
				got := command(t, nil, append(append(server, "--listen", "127.0.0.1:0", "--port-file", port), test.args...)...)
				if _, err := os.Stat(port); err == nil {
					t.Error("there is a port file, though nobody listens")
				}
				if got.code != exitcode.Usage || strings.Count(got.stderr, "\n") != 1 {
					t.Errorf("exit code %d, %q", got.code, got.stderr)
				}
				for _, want := range test.says {
					if !strings.Contains(got.stderr, want) {
						t.Errorf("%q does not say %q", got.stderr, want)
					}
				}
			})
		}
	}
}

// TestAuthorityOfStore checks that --ca-file is not advised for the authority of a database, which its URL names.
func TestAuthorityOfStore(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(nil)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	database, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	go func() {
		for {
			connection, err := database.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(connection, make([]byte, 8)) // asks for TLS
			_, _ = io.WriteString(connection, "S")
			_ = tls.Server(connection, secure.TLS).Handshake()
			connection.Close()
		}
	}()
	got := command(t, nil, "serve", "--listen", "127.0.0.1:0", "--store", "postgres://u:p@"+database.Addr().String()+"/d?sslmode=verify-full")
	if got.code != exitcode.Error || !strings.Contains(got.stderr, "unknown authority") || strings.Contains(got.stderr, "--ca-file") {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
}

// TestOthersHTTPSIsExplained checks that every command says once how to trust a server's certificate, and that
// it has https if that is what was forgotten.
func TestOthersHTTPSIsExplained(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	open := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(open.Close)
	noTLS := "https" + strings.TrimPrefix(open.URL, "http")
	plain := "http" + strings.TrimPrefix(secure.URL, "https")
	balancer := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // in front of a port for https
		http.Error(w, "Client sent an HTTP request to an HTTPS server.", http.StatusBadRequest)
	}))
	balancer.Config.ErrorLog = log.New(io.Discard, "", 0)
	balancer.StartTLS()
	t.Cleanup(balancer.Close)
	token := map[string]string{"UNLEASH_MOCK_FLAGS_TOKEN": "*:development.some-token"}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"health", "--url", secure.URL}, "--ca-file"},
		{[]string{"drift", "--target", secure.URL}, "--ca-file"},
		{[]string{"doctor", "--target", secure.URL}, "--ca-file"},
		{[]string{"verify", "--target", secure.URL}, "--ca-file"},
		{[]string{"spec", "--spec", secure.URL}, "--ca-file"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--flags-from", secure.URL}, "--ca-file"},
		{[]string{"health", "--url", noTLS}, "; the target speaks http, not https"},
		{[]string{"drift", "--target", noTLS}, "; the target speaks http, not https"},
		{[]string{"spec", "--spec", noTLS}, "; the target speaks http, not https"},
		{[]string{"health", "--url", plain}, " speaks https, not http"},
		{[]string{"health", "--insecure", "--url", balancer.URL}, " is not healthy: status 400"},
		{[]string{"doctor", "--target", plain}, "the target speaks https, not http; the URL of the instance is " + secure.URL},
		{[]string{"verify", "--target", plain}, "the target speaks https, not http; the URL of the instance is " + secure.URL},
	} {
		got := command(t, token, test.args...)
		if got.code == exitcode.OK || strings.Count(got.stderr, test.want) != 1 {
			t.Errorf("%v: exit code %d, %s", test.args, got.code, got.stderr)
		}
	}
}
