package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"github.com/spf13/pflag"
)

// tlsFlags say how a real server's certificate is checked, and which client certificate is
// presented to it.
type tlsFlags struct {
	caFile     string
	clientCert string
	clientKey  string
	insecure   bool

	env environment
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
func (t *tlsFlags) config() (*tls.Config, error) {
	if err := t.env.checkProxies(); err != nil {
		return nil, err
	}
	config := &tls.Config{InsecureSkipVerify: t.insecure} //nolint:gosec // the user's own choice
	var err error
	if config.RootCAs, err = t.authorities(); err != nil {
		return nil, err
	}
	config.Certificates, err = t.certificates()
	return config, err
}

// authorities returns the certificate authorities to trust; nil for the system's.
func (t *tlsFlags) authorities() (*x509.CertPool, error) {
	if t.caFile == "" {
		return nil, nil
	}
	pem, err := readFile("--ca-file", t.caFile)
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

func (t *tlsFlags) certificates() ([]tls.Certificate, error) {
	if t.clientCert == "" {
		if t.clientKey != "" {
			return nil, usageError("--client-key needs --client-cert")
		}
		return nil, nil
	}
	pair, err := readPair("client", t.clientCert, t.clientKey)
	if err != nil {
		return nil, err
	}
	return []tls.Certificate{pair}, nil
}

// transport returns the transport for the requests of a command: through the proxies that the
// environment names, with TLS as the flags say.
func (t *tlsFlags) transport() (*http.Transport, error) {
	config, err := t.config()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	return transport, nil
}

// client returns a new HTTP client. The caller closes its idle connections.
func (t *tlsFlags) client() (*http.Client, error) {
	transport, err := t.transport()
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: transport}, nil
}
