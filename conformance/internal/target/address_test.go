package target

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/unleash-mock/unleash-mock/spec"
)

// TestABalancerThatAsksWithHTTPIsNoReasonToMove checks that a target with https is not told to have https: it is what
// a balancer in front of it has asked that wants it.
func TestABalancerThatAsksWithHTTPIsNoReasonToMove(t *testing.T) {
	t.Parallel()
	balancer := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "The plain HTTP request was sent to HTTPS port", http.StatusBadRequest)
	}))
	defer balancer.Close()
	roots := x509.NewCertPool()
	roots.AddCert(balancer.Certificate())
	c := NewClient(Config{
		Address: &Address{Base: balancer.URL, Loopback: true}, Contract: spec.Default(), Timeout: 10 * time.Second,
		TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	})
	defer c.Close()
	if really, does := Moved(t.Context(), c); really != "" {
		t.Errorf("it %s; the URL is %s", does, really)
	}
	if x, err := c.Get(t.Context(), "/health", nil); err != nil || x.Status != http.StatusBadRequest {
		t.Errorf("%+v, %v", x, err)
	}
}
