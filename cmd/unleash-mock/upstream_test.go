package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/unleash-mock/unleash-mock/internal/exitcode"
)

// TestClientCertificates checks that a server that demands a client certificate gets the
// one from the flags.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"health":"GOOD"}`))
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	own := server.TLS.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certText := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}))
	keyText := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	cert, key, both := file(t, "cert.pem", certText), file(t, "key.pem", keyText), file(t, "both.pem", certText+keyText)
	for name, test := range map[string]struct {
		args []string
		code int
	}{
		"two files":          {[]string{"--ca-file", cert, "--client-cert", cert, "--client-key", key}, exitcode.OK},
		"one file":           {[]string{"--ca-file", cert, "--client-cert", both}, exitcode.OK},
		"unchecked server":   {[]string{"--insecure", "--client-cert", both}, exitcode.OK},
		"no certificate":     {[]string{"--ca-file", cert}, exitcode.Error},
		"unknown authority":  {[]string{"--client-cert", both}, exitcode.Error},
		"no key":             {[]string{"--ca-file", cert, "--client-cert", cert}, exitcode.Usage},
		"key that is no key": {[]string{"--ca-file", cert, "--client-cert", cert, "--client-key", cert}, exitcode.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, nil, append([]string{"health", "--url", server.URL}, test.args...)...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d: %s", got.code, test.code, got.stderr)
			}
		})
	}
}
