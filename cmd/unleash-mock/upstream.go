package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"

	"github.com/spf13/pflag"

	"github.com/unleash-mock/unleash-mock/internal/httpx"
)

// tlsFlags say how a real server's certificate is checked, and which client certificate is
// presented to it.
type tlsFlags struct {
	caFile     string
	clientCert string
	clientKey  string
	insecure   bool

	env  environment
	made *tls.Config // what the flags say; nil until the files have been read
}

func (t *tlsFlags) add(f *pflag.FlagSet, env environment) {
	t.env = env
	f.StringVar(&t.caFile, "ca-file", "", "PEM file with certificate authorities to trust in addition to the system's")
	f.StringVar(&t.clientCert, "client-cert", "", "PEM file with a client certificate to present to the server")
	f.StringVar(&t.clientKey, "client-key", "", "PEM file with the key of --client-cert, if it is in a separate file")
	f.BoolVar(&t.insecure, "insecure", false, "do not check the server's certificate")
}

func (t *tlsFlags) given() bool { return t.caFile+t.clientCert+t.clientKey != "" || t.insecure }

// config returns Go's default configuration, changed as the flags say. It also returns an error
// if the environment names an invalid proxy, which Go would ignore.
func (t *tlsFlags) config(ctx context.Context) (*tls.Config, error) {
	if t.made != nil { // a pipe can be read only once
		return t.made.Clone(), nil
	}
	if err := t.env.checkProxies(); err != nil {
		return nil, err
	}
	config := &tls.Config{InsecureSkipVerify: t.insecure} //nolint:gosec // the user's own choice
	var err error
	if config.RootCAs, err = t.authorities(ctx); err != nil {
		return nil, err
	}
	if config.Certificates, err = t.certificates(ctx); err != nil {
		return nil, err
	}
	t.made = config
	return config.Clone(), nil
}

// authorities returns the certificate authorities to trust; nil for the system's.
func (t *tlsFlags) authorities(ctx context.Context) (*x509.CertPool, error) {
	if t.caFile == "" {
		return nil, nil
	}
	pem, err := readFile(ctx, "--ca-file", t.caFile)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, usageError("--ca-file %s: it holds no PEM certificate", t.caFile)
	}
	return roots, nil
}

func (t *tlsFlags) certificates(ctx context.Context) ([]tls.Certificate, error) {
	if t.clientCert == "" {
		if t.clientKey != "" {
			return nil, usageError("--client-key needs --client-cert")
		}
		return nil, nil
	}
	pair, err := readPair(ctx, "client", t.clientCert, t.clientKey)
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{pair}, nil
}

// transport returns the transport for the requests of a command: through the proxies that the
// environment names, with TLS as the flags say.
func (t *tlsFlags) transport(ctx context.Context) (*http.Transport, error) {
	config, err := t.config(ctx)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	return transport, nil
}

// advising adds to an error what helps against it.
type advising struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (a advising) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := a.Transport.RoundTrip(r)
	if err == nil {
		return response, nil
	}
	if advice := httpx.Advice(err); advice != "" {
		err = fmt.Errorf("%w%s", err, advice)
	}
	return nil, err // as it is, where possible: a client looks at its type
}

// client returns a new HTTP client. The caller closes its idle connections.
func (t *tlsFlags) client(ctx context.Context) (*http.Client, error) {
	transport, err := t.transport(ctx)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: advising{transport}}, nil
}
